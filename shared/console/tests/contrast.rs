//! Every text colour stands out from what it is shown on, by the measure of WCAG 2.2: 4.5 for text (1.4.3), 3 for the
//! edges of controls (1.4.11), in light and in dark.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::collections::HashMap;

const TEXT: [(&str, &[&str]); 11] = [
    ("text", &["page", "surface", "sunken", "accent-soft", "neutral-soft"]),
    ("muted", &["page", "surface", "sunken", "accent-soft"]),
    ("accent", &["page", "surface", "accent-soft"]),
    ("accent-strong", &["page", "surface", "accent-soft"]),
    ("on-accent", &["accent", "accent-strong"]),
    ("success", &["surface", "success-soft"]),
    ("warning", &["surface", "warning-soft"]),
    ("danger", &["surface", "danger-soft"]),
    ("information", &["surface", "information-soft"]),
    ("surface", &["danger", "danger-strong", "success"]),
    ("danger-strong", &["surface"]),
];

const EDGES: [(&str, &[&str]); 4] = [
    ("control-line", &["page", "surface"]),
    ("bar-added", &["surface", "sunken"]),
    ("bar-rejected", &["surface"]),
    ("danger", &["surface"]),
];

/// The colours of each scheme by their names.
fn schemes() -> Vec<HashMap<String, [u8; 3]>> {
    let stylesheet = std::str::from_utf8(console::assets()[0].bytes).unwrap();
    let blocks = stylesheet.split(":root{").skip(1).take(2).map(|rest| rest.split('}').next().unwrap());
    blocks
        .map(|block| {
            let colours = block.split(';').filter_map(|line| line.split_once(":#"));
            colours.map(|(name, digits)| (name.trim_start_matches("--").to_owned(), colour(digits))).collect()
        })
        .collect()
}

fn colour(digits: &str) -> [u8; 3] {
    let digits: String = if digits.len() == 3 {
        digits.chars().flat_map(|digit| [digit, digit]).collect()
    } else {
        digits.to_owned()
    };
    [0, 2, 4].map(|start| u8::from_str_radix(&digits[start..start + 2], 16).unwrap())
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn assert_contrast(pairs: &[(&str, &[&str])], least: f64) {
    let schemes = schemes();
    assert_eq!(schemes.len(), 2);
    for (scheme, colours) in ["light", "dark"].iter().zip(&schemes) {
        for (front, backs) in pairs {
            for back in *backs {
                let found = contrast(colours[*front], colours[*back]);
                assert!(
                    found >= least,
                    "{scheme}: {front} on {back} has a contrast of {found:.2}, not {least}"
                );
            }
        }
    }
}

#[test]
fn black_on_white_is_the_greatest_contrast() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
}

#[test]
fn texts_can_be_read() {
    assert_contrast(&TEXT, 4.5);
}

#[test]
fn edges_of_controls_and_bars_can_be_seen() {
    assert_contrast(&EDGES, 3.0);
}
