//! The program explains itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed assertion is the point of a test"
)]

use end_to_end::Start;

fn help(arguments: &[&str]) -> String {
    let ended = Start::new(arguments).end();
    assert!(ended.status.success() && ended.errors.is_empty(), "{ended:?}");
    ended.output
}

/// What stands below an option: its explanation.
fn explanation(help: &str, option: &str) -> String {
    let mut lines = help.lines().map(str::trim);
    let is_option = |line: &str| line == option || line.starts_with(&format!("{option} "));
    lines.find(|line| is_option(line)).unwrap_or_else(|| panic!("{option} lacks in {help}"));
    lines.take_while(|line| !line.starts_with("--")).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_option_of_an_export_is_explained() {
    for arguments in [&["--help"][..], &["export", "--help"], &["help", "export"]] {
        let help = help(arguments);
        for (option, words) in [
            ("--profiles", "sample"),
            ("--json", "JSON"),
            ("--exit", "console"),
            ("--port", "8765"),
            ("--data", "only what has changed"),
            ("--segments", "your own segments"),
            ("--map", "column"),
            ("--change", "0.01"),
            ("--approve", "safety brake"),
            ("--list", "list"),
            ("--constant-contact", "Constant Contact itself"),
            ("--yes", "not ask"),
            ("--switch", "activity_seconds=600"),
            ("--fault", "throttle_every=3"),
            ("--limit", "requests_per_day=50"),
        ] {
            let explanation = explanation(&help, option);
            assert!(explanation.contains(words), "{option}: {words:?} lacks in {explanation:?}");
        }
    }
}

#[test]
fn every_option_of_the_console_is_explained() {
    let served = help(&["serve", "--help"]);
    for (option, words) in [("--port", "8765"), ("--data", "tokens"), ("--constant-contact", "itself")] {
        let explanation = explanation(&served, option);
        assert!(explanation.contains(words), "{option}: {words:?} lacks in {explanation:?}");
    }
    let token = help(&["token", "--help"]);
    assert!(token.contains("bearer token") && token.contains("administrator"), "{token}");
}

#[test]
fn every_option_of_the_simulator_is_explained() {
    let help = help(&["simulator", "--help"]);
    for (option, words) in [
        ("--port", "free"),
        ("--client-id", "key"),
        ("--client-secret", "secret"),
        ("--redirect-uri", "return"),
        ("--auto-approve", "Allow"),
        ("--data", "state"),
        ("--switch", "unknown"),
        ("--fault", "injects"),
        ("--limit", "enforces"),
    ] {
        let explanation = explanation(&help, option);
        assert!(explanation.contains(words), "{option}: {words:?} lacks in {explanation:?}");
    }
}

#[test]
fn every_switch_fault_and_limit_is_listed_with_its_default() {
    for arguments in [&["--help"][..], &["simulator", "--help"]] {
        let help = help(arguments);
        for setting in [
            "--switch activity_seconds=0",
            "--switch naming=all",
            "--switch refresh_tokens=rotating",
            "--fault throttle_every=0",
            "--fault drop_after_import_next=0",
            "--limit requests_per_second=4",
            "--limit access_token_seconds=86400",
        ] {
            assert!(help.contains(setting), "{setting} lacks in {help}");
        }
    }
}

#[test]
fn the_commands_examples_and_the_way_to_a_real_account_are_shown() {
    let help = help(&["--help"]);
    for expected in [
        "simulator",
        "export",
        "Examples:",
        "segment-export --profiles 1000000",
        "Your own segments:",
        "_SUCCESS",
        "http://localhost:8765/oauth/constant-contact/callback",
        "SEGMENT_EXPORT_CLIENT_ID",
        "SEGMENT_EXPORT_CLIENT_SECRET",
    ] {
        assert!(help.contains(expected), "{expected} lacks in {help}");
    }
    let short = self::help(&["-h"]);
    assert!(short.contains("--profiles") && short.len() < help.len(), "{short}");
    assert!(self::help(&["--version"]).starts_with("segment-export "));
}
