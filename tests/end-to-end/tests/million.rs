//! A million rows, with the program as a person builds it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed assertion is the point of a test"
)]

use std::io::Write;

use end_to_end::{Account, Profile, Segments, Start, asked_profile};

#[test]
fn a_million_people_arrive_once_in_at_most_26_imports_and_only_changes_follow() {
    if asked_profile() != Profile::Release {
        // Written past the test harness, which would keep it to itself.
        let reason = "left out: a million rows take an optimised program; SEGMENT_EXPORT_TEST_PROFILE=release \
                      cargo test --workspace --test million exports them";
        writeln!(std::io::stderr(), "{reason}").unwrap();
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let first = Start::on(data.path(), &["--profiles", "1000000", "--json"]).end().success();
    assert_eq!(first.counts.read, 1_000_000);
    // Who has opted out is read in pages of 500 people, then in others of 470, so that nobody is skipped by both; the rest
    // does not grow with the sample.
    let others = 15 + first.counts.opted_out.div_ceil(500) + first.counts.opted_out.div_ceil(470);
    assert!(first.imports <= 26 && first.requests - first.imports <= others, "{first:?}");
    let account = Account::of_export(data.path());
    account.holds_exactly(&Segments::of_sample(data.path()), &first.counts);
    account.brought_once(first.counts.added);
    drop(account);
    let second = Start::on(data.path(), &["--json"]).end().success();
    assert_eq!((second.imports, second.counts.unchanged), (0, first.counts.added));
    let third = Start::on(data.path(), &["--change", "0.01", "--json"]).end().success();
    assert_eq!(third.imports, 1, "{third:?}");
    assert!(third.counts.updated > 7_000 && third.counts.added > 500, "{third:?}");
    Account::of_export(data.path()).holds(&Segments::of_sample(data.path()), &third.counts);
    let lines = format!("first: {first:?}\nunchanged: {second:?}\none per cent changed: {third:?}");
    writeln!(std::io::stderr(), "{lines}").unwrap();
}
