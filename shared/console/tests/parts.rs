//! - what is not in the gallery looks as intended (snapshots)
//! - no text of a person becomes markup, wherever it is shown
//! - headers and assets say what the pages rely on
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use console::*;
use jiff::Timestamp;
use maud::{Markup, html};
use url::Url;

/// Closes an attribute and an element, and opens a script.
const HOSTILE: &str = "\"'></title></textarea><script>alert(1)</script>&amp;";

fn assert_harmless(markup: &Markup) {
    assert!(markup.0.contains("&lt;script&gt;alert(1)"), "the text is shown: {}", markup.0);
    assert!(!markup.0.contains("<script>"), "{}", markup.0);
    assert!(!markup.0.contains("\"'>"), "{}", markup.0);
    assert!(markup.0.contains("&amp;amp;"), "an escaped text is not unescaped: {}", markup.0);
}

#[test]
fn the_frame_escapes_texts() {
    let flashes = [Flash { level: Level::Error, text: HOSTILE.into() }];
    let shell = Shell {
        title: HOSTILE,
        section: None,
        person: Some(SignedIn { name: HOSTILE, role: HOSTILE, administrator: true, csrf: HOSTILE }),
        flashes: &flashes,
        breadcrumb: &[Crumb::new(HOSTILE, HOSTILE)],
    };
    let page = page(&shell, &html! {});
    assert!(!page.0.contains("<script>alert"));
    assert!(!page.0.contains("\"'>"));
    assert_eq!(page.0.matches("&lt;script&gt;").count(), 8, "every place shows the text");
}

#[test]
fn fields_escape_texts() {
    let field = Field::new(HOSTILE, HOSTILE).hint(HOSTILE).problem(Some(HOSTILE));
    let options = [SelectOption::new(HOSTILE, HOSTILE)];
    let choices = [Choice::new(HOSTILE, HOSTILE).detail(html! { (HOSTILE) })];
    for markup in [
        text_input(&field, &TextInput::new(HOSTILE)),
        text_area(&field, HOSTILE, 2),
        select(&field, &options, HOSTILE),
        checkbox(&field, true),
        radio_group(&field, &choices, HOSTILE),
        check_group(&field, &choices, &[HOSTILE]),
        time_inputs(&field, &[HOSTILE], 1),
        weekday_picker(&field, &[HOSTILE]),
        time_zone_select(&field, &[HOSTILE], HOSTILE),
        fieldset(HOSTILE, Some(HOSTILE), &html! {}),
        shown_when(HOSTILE, &[HOSTILE], &html! {}),
        hidden_field(HOSTILE, HOSTILE),
        error_summary(&[Problem { field: HOSTILE, message: HOSTILE }]),
        copy_field(HOSTILE, HOSTILE, HOSTILE),
    ] {
        assert_harmless(&markup);
    }
}

#[test]
fn other_parts_escape_texts() {
    let empty = EmptyState { title: HOSTILE, explanation: HOSTILE, next_step: html! {} };
    let button = Button::new(HOSTILE).about(HOSTILE).sends(HOSTILE, HOSTILE);
    let items = [
        MenuItem::Link { label: HOSTILE, href: HOSTILE },
        MenuItem::Post { label: HOSTILE, action: HOSTILE, csrf: HOSTILE },
    ];
    let columns = [Column::new(HOSTILE).sort(Sort { href: HOSTILE.to_owned(), now: None })];
    let rows = [Row {
        selection: Some(Selection { value: HOSTILE.into(), label: HOSTILE.into() }),
        cells: vec![html! { (HOSTILE) }],
    }];
    let data = Table {
        caption: HOSTILE,
        columns: &columns,
        rows: &rows,
        select: Some(HOSTILE),
        wide: true,
        empty: empty.clone(),
    };
    for markup in [
        empty_state(&empty),
        console::button(&button),
        link_button(&button, HOSTILE),
        post_button(&button, HOSTILE, HOSTILE),
        menu(HOSTILE, &items),
        table(&data),
        card(HOSTILE, &html! {}),
        page_header(HOSTILE, None, None),
        notice(Level::Warning, HOSTILE, &html! {}),
        description_list(&[(HOSTILE, html! {})]),
        disclosure(HOSTILE, &html! {}),
        badge(Tone::Neutral, Icon::Check, HOSTILE),
        meter(HOSTILE, 1, 2, HOSTILE),
        live(
            &Live { id: HOSTILE, url: Some(HOSTILE), announcement: HOSTILE, inline: false },
            HOSTILE,
            &html! {},
        ),
        prose(&[HOSTILE]),
        pager(&Pager { about: HOSTILE, shown: HOSTILE, previous: Some(HOSTILE), next: None }),
    ] {
        assert_harmless(&markup);
    }
}

#[test]
fn a_policy_takes_only_origins() {
    let destinations = [
        Url::parse("https://authz.example.com/oauth2/authorize?a=b;script-src%20*").unwrap(),
        Url::parse("https://authz.example.com/other").unwrap(),
        Url::parse("http://127.0.0.1:8080/sign-in").unwrap(),
        Url::parse("data:text/html,x").unwrap(),
    ];
    insta::assert_snapshot!("policy", content_security_policy(&destinations));
    insta::assert_debug_snapshot!("headers", page_headers(&[]));
}

#[test]
fn an_asset_is_found_by_the_name_that_pages_use() {
    let page = page(&Shell::default(), &html! {}).into_string();
    for asset in assets() {
        assert!(page.contains(&format!("\"{}\"", asset.path)), "{}", asset.path);
        assert_eq!(console::asset(&asset.path).unwrap().bytes, asset.bytes);
    }
    assert!(asset("/assets/console.css").is_none());
    assert!(asset("/assets/../Cargo.toml").is_none());
}

#[test]
fn the_assets_stay_small() {
    let sizes: Vec<_> = assets().iter().map(|asset| asset.bytes.len()).collect();
    assert!(sizes[0] < 26_000, "the stylesheet has {} bytes", sizes[0]);
    assert!(sizes[1] < 12_000, "the script has {} bytes", sizes[1]);
    let stylesheet = std::str::from_utf8(assets()[0].bytes).unwrap();
    assert_eq!(stylesheet.matches('{').count(), stylesheet.matches('}').count());
    assert!(!stylesheet.contains("/*") && !stylesheet.contains("url(") && !stylesheet.contains("@import"));
}

#[test]
fn a_status_is_found_by_its_word() {
    for state in RunState::ALL {
        assert_eq!(RunState::from_word(state.word()), Some(state));
    }
    assert_eq!(RunState::from_word("successful"), None);
}

#[test]
fn what_is_over_asks_no_more() {
    let over = Live { id: "progress", url: None, announcement: "Successful", inline: false };
    insta::assert_snapshot!("over", live(&over, "/run", &html! { "Done" }).0);
}

#[test]
fn nothing_to_show_is_nothing() {
    assert_eq!(error_summary(&[]).0, "");
    assert_eq!(chart(&Chart { id: "runs", title: "Runs", bars: &[] }).0, "");
    assert_eq!(pager(&Pager { about: "exports", shown: "all", previous: None, next: None }).0, "");
}

#[test]
fn rows_are_a_sum_also_while_a_run_is_under_way_and_when_it_made_none() {
    let under_way = RowCounts { read: 10, added: 3, ..RowCounts::default() };
    assert!(row_counts(&under_way).0.contains("Under way"));
    let settled = RowCounts { added: 10, ..under_way };
    assert!(!row_counts(&settled).0.contains("Under way"));
    assert!(
        !row_counts(&RowCounts::default()).0.contains("<svg"),
        "nothing was read, so there is nothing to divide"
    );
}

#[test]
fn progress_without_a_known_end_has_no_share() {
    let unknown = Progress {
        phases: &["Look", "Plan"],
        current: 0,
        sentence: "Reading opt-outs.",
        done: None,
        facts: &[],
    };
    insta::assert_snapshot!("progress_without_end", progress(&unknown).0.replace("><", ">\n<"));
}

#[test]
fn a_chart_of_one_run_has_one_date() {
    let bars = [Bar { at: Timestamp::UNIX_EPOCH, added: 4, updated: 0, rejected: 1 }];
    let markup = chart(&Chart { id: "runs", title: "Runs", bars: &bars });
    insta::assert_snapshot!("chart_of_one_run", markup.0.replace("><", ">\n<"));
}
