//! What holds for every page that is made of these parts:
//! - it needs nothing that its content security policy forbids
//! - ids are unique, and whatever refers to an id finds it
//! - every control has a name that a screen reader can say
//! - every class has its rules in the stylesheet
//! - it is the page that was looked at (snapshot)
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

#[path = "../examples/gallery/pages.rs"]
mod pages;
#[path = "../examples/gallery/parts.rs"]
mod parts;
mod support;

use std::collections::BTreeSet;

use support::{attributes, readable, tags};

fn every_page() -> Vec<(&'static str, String)> {
    pages::all().into_iter().map(|(name, page)| (name, page.into_string())).collect()
}

#[test]
fn pages_stay_what_they_are() {
    for (name, page) in every_page() {
        insta::assert_snapshot!(name, readable(&page));
    }
}

#[test]
fn nothing_is_inline() {
    for (name, page) in every_page() {
        for tag in tags(&page) {
            assert!(!tag.starts_with("style"), "{name}: {tag}");
            for (attribute, value) in attributes(tag) {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{name}: {tag}");
                assert!(!value.starts_with("javascript:"), "{name}: {tag}");
            }
            if tag.starts_with("script") {
                assert!(attributes(tag).iter().any(|(attribute, _)| *attribute == "src"), "{name}: {tag}");
            }
        }
    }
}

#[test]
fn ids_are_unique_and_found() {
    for (name, page) in every_page() {
        let all: Vec<_> = tags(&page).into_iter().flat_map(attributes).collect();
        let mut ids = BTreeSet::new();
        for (_, id) in all.iter().filter(|(attribute, _)| *attribute == "id") {
            assert!(ids.insert(*id), "{name}: the id {id} is there twice");
        }
        for (attribute, value) in &all {
            let wanted: Vec<&str> = match *attribute {
                "for" | "data-copy" => vec![*value],
                "aria-labelledby" | "aria-describedby" => value.split(' ').collect(),
                "href" if value.len() > 1 => value.strip_prefix('#').into_iter().collect(),
                _ => vec![],
            };
            for id in wanted {
                assert!(ids.contains(id), "{name}: {attribute} refers to {id}, which is not there");
            }
        }
    }
}

#[test]
fn every_form_that_posts_carries_the_token() {
    for (name, page) in every_page() {
        for form in page.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            if form.contains("method=\"post\"") {
                assert!(form.contains("name=\"csrf\""), "{name}: <form{form}");
            }
        }
    }
}

#[test]
fn every_class_has_its_rules() {
    let stylesheet = String::from_utf8_lossy(console::assets()[0].bytes);
    for (name, page) in every_page() {
        for (attribute, value) in tags(&page).into_iter().flat_map(attributes) {
            for class in value.split(' ').filter(|class| attribute == "class" && !class.is_empty()) {
                let known = stylesheet.contains(&format!(".{class}"));
                // Their looks are those of what they stand in.
                let plain = [
                    "counts",
                    "page-top",
                    "total",
                    "post-button",
                    "page-header",
                    "dependent",
                    "neutral",
                    "meter",
                ];
                assert!(known || plain.contains(&class), "{name}: no rule for {class}");
            }
        }
    }
}
