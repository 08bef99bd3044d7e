//! Every fault of the service: still every row is accepted or reported, and nobody is on the list wrongly.

use std::path::Path;
use std::time::Duration;

use end_to_end::{Account, Ended, Segments, Start, Summary};
use tempfile::TempDir;

/// Exports a new sample to a service that behaves like this.
fn export(behaviour: &[&str]) -> (TempDir, Summary) {
    let data = tempfile::tempdir().unwrap();
    let summary = start(data.path(), behaviour).success();
    assert_eq!((summary.counts.read, summary.counts.unsent), (3_000, 0), "{behaviour:?}");
    (data, summary)
}

fn start(data: &Path, behaviour: &[&str]) -> Ended {
    Start::on(data, &[&["--profiles", "3000", "--json"], behaviour].concat()).end()
}

/// What the account of an export holds, once it is certain that it is exactly what it should be.
fn exact(data: &Path, summary: &Summary) -> Account {
    let account = Account::of_export(data);
    account.holds_exactly(&Segments::of_sample(data), &summary.counts);
    account
}

#[test]
fn every_third_request_throttled() {
    let (data, summary) = export(&["--fault", "throttle_every=3"]);
    let account = exact(data.path(), &summary);
    account.brought_once(summary.counts.added);
    assert!(account.counted("throttled") >= 2, "{:?}", account.statistics);
}

#[test]
fn the_rate_of_requests_is_kept_so_that_the_service_never_throttles() {
    let (data, summary) = export(&["--switch", "rate_window=fixed_second", "--switch", "activity_seconds=5"]);
    let account = exact(data.path(), &summary);
    assert_eq!((account.counted("throttled"), account.counted("quota_exceeded")), (0, 0));
}

#[test]
fn activities_that_fail_time_out_or_are_cancelled_half_way_are_sent_again() {
    std::thread::scope(|scope| {
        for end in ["failed", "timed_out", "cancelled"] {
            scope.spawn(move || {
                let end = format!("failed_import_ends={end}");
                let (data, summary) = export(&[
                    "--fault",
                    "failed_import_next=2",
                    "--fault",
                    &end,
                    "--fault",
                    "failed_import_applies_percent=50",
                ]);
                assert_eq!(summary.imports, 3, "{end}");
                let account = exact(data.path(), &summary);
                assert_eq!(account.imported.values().sum::<u64>(), summary.counts.added, "{end}");
            });
        }
    });
}

#[test]
fn an_import_without_an_answer_is_looked_for_before_it_is_sent_again() {
    // Both wait until the request has certainly ended: together.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (data, summary) =
                export(&["--fault", "drop_after_import_next=1", "--switch", "activity_seconds=1"]);
            let account = exact(data.path(), &summary);
            account.brought_once(summary.counts.added);
            assert_eq!((account.counted("imports"), account.counted("dropped")), (1, 1), "it had arrived");
        });
        scope.spawn(|| {
            let path = "drop_path=/v3/activities/contacts_json_import";
            let (data, summary) = export(&["--fault", "drop_before_next=1", "--fault", path]);
            let account = exact(data.path(), &summary);
            account.brought_once(summary.counts.added);
            assert_eq!(account.counted("dropped"), 1, "it had been lost");
        });
    });
}

#[test]
fn connections_that_break_and_errors_of_the_service_are_overcome() {
    std::thread::scope(|scope| {
        for behaviour in [
            ["--fault", "drop_before_every=4", "--fault", "drop_path=/v3/contact"],
            ["--fault", "error_every=3", "--fault", "error_status=503"],
            ["--fault", "error_every=4", "--fault", "error_body=html"],
            ["--fault", "throttle_every=4", "--fault", "error_body=empty"],
        ] {
            scope.spawn(move || {
                let data = tempfile::tempdir().unwrap();
                let mut ended = start(data.path(), &behaviour);
                // Before there is a run nothing is repeated that could make a second list: that is for the person.
                if !ended.status.success() {
                    assert!(ended.refusal().contains("start again"), "{ended:?}");
                    ended = start(data.path(), &behaviour);
                }
                let summary = ended.success();
                exact(data.path(), &summary).brought_once(summary.counts.added);
            });
        }
    });
}

#[test]
fn access_tokens_that_expire_mid_run_are_renewed() {
    let (data, summary) = export(&["--limit", "access_token_seconds=2", "--switch", "activity_seconds=6"]);
    let account = exact(data.path(), &summary);
    account.brought_once(summary.counts.added);
    assert!(account.counted("tokens") >= 2, "{:?}", account.statistics);
}

#[test]
fn tokens_that_are_refused_before_their_time_are_renewed() {
    for tokens in ["refresh_tokens=rotating", "refresh_tokens=long_lived"] {
        let (data, first) = export(&["--switch", tokens]);
        let behaviour = ["--switch", tokens, "--fault", "unauthorized_next=1", "--full"];
        let summary = start(data.path(), &behaviour).success();
        assert_eq!(summary.counts.held(), first.counts.added);
        let account = exact(data.path(), &summary);
        assert_eq!((account.counted("unauthorized"), account.counted("tokens")), (1, 2), "{tokens}");
    }
}

#[test]
fn a_refresh_whose_answer_is_lost_asks_for_authorization_again_and_the_run_goes_on() {
    let (data, summary) = export(&[
        "--limit",
        "access_token_seconds=2",
        "--switch",
        "activity_seconds=6",
        "--fault",
        "drop_after_refresh_next=1",
    ]);
    let account = exact(data.path(), &summary);
    account.brought_once(summary.counts.added);
    assert_eq!(account.counted("dropped"), 1, "{:?}", account.statistics);
}

#[test]
fn an_authorization_that_is_lost_between_two_exports_is_given_again_before_the_second() {
    let (data, first) = export(&["--limit", "access_token_seconds=2"]);
    // Until the last access token has certainly ended: the next start must renew it, and the answer is lost.
    std::thread::sleep(Duration::from_secs(3));
    let ended = start(data.path(), &["--fault", "drop_after_refresh_next=1"]);
    assert!(ended.refusal().contains("start again"), "{ended:?}");
    let ended = Start::on(data.path(), &["--profiles", "3000", "--exit"]).end();
    assert!(ended.status.success(), "{ended:?}");
    let said = "The connection must be authorised again; then the export goes on.\nConnected to ";
    assert!(ended.errors.starts_with(said), "{ended:?}");
    exact(data.path(), &first).brought_once(first.counts.added);
}

#[test]
fn the_services_own_words_about_refused_rows_are_shown() {
    let data = tempfile::tempdir().unwrap();
    let ended =
        Start::on(data.path(), &["--profiles", "900", "--fault", "refuse_every_row=50", "--exit"]).end();
    assert!(ended.status.success(), "{ended:?}");
    let (_, said) =
        ended.output.split_once("What Constant Contact said about rejected rows\n").expect("its words");
    let words = said.lines().next().and_then(|line| line.split_once(" rows   ")).expect("a count and words");
    let details = details(data.path());
    assert_eq!(words.0.trim().parse::<usize>().unwrap(), details.iter().filter(|it| *it == words.1).count());
    let meaning = "service_correctable: refused by Constant Contact as faulty; the next exports try again";
    assert!(ended.output.contains(&format!("  {} {meaning}", details.len())), "{}", ended.output);
}

/// The service's own words in the report, row by row.
fn details(data: &Path) -> Vec<String> {
    let mut reports = std::fs::read_dir(data.join("reports")).unwrap().map(|entry| entry.unwrap().path());
    let report = csv::Reader::from_path(reports.next().expect("a report")).unwrap();
    let rows = report.into_records().map(Result::unwrap);
    rows.filter(|row| row[2].starts_with("service_")).map(|row| row[3].to_owned()).collect()
}

#[test]
fn refused_rows_are_reported_whether_the_service_names_all_some_or_none_of_them() {
    std::thread::scope(|scope| {
        for naming in ["all", "some", "none"] {
            scope.spawn(move || {
                let switch = format!("naming={naming}");
                let (data, summary) = export(&["--fault", "refuse_every_row=50", "--switch", &switch]);
                let segments = Segments::of_sample(data.path());
                let account = Account::of_export(data.path());
                let refused = segments.members.len() - account.members.len();
                let refused = refused as u64 - summary.counts.opted_out;
                assert!(refused >= 50, "{naming}: {refused}");
                // Beside the rows that have no valid address.
                let expected = rows_without_address(data.path()) + refused;
                assert_eq!(summary.counts.rejected, expected, "{naming}: {summary:?}");
                assert_eq!(reported(data.path()), expected, "{naming}");
                assert_eq!(summary.counts.added, account.members.len() as u64, "{naming}");
            });
        }
    });
}

fn rows_without_address(data: &Path) -> u64 {
    reported_for(data, |reason| reason == "email_missing" || reason == "email_invalid")
}

fn reported(data: &Path) -> u64 {
    reported_for(data, |_| true)
}

fn reported_for(data: &Path, wanted: impl Fn(&str) -> bool) -> u64 {
    let mut reports = std::fs::read_dir(data.join("reports")).unwrap().map(|entry| entry.unwrap().path());
    let report = csv::Reader::from_path(reports.next().expect("a report")).unwrap();
    assert_eq!(reports.next(), None);
    report.into_records().filter(|row| wanted(&row.as_ref().unwrap()[2])).count() as u64
}

#[test]
fn bodies_are_never_so_large_that_the_service_cuts_them() {
    let data = tempfile::tempdir().unwrap();
    // More than four megabytes: the simulator, like the service, drops what is over them without a word.
    let arguments = [
        "--profiles",
        "60000",
        "--constant",
        "company_name=A company with quite a long name",
        "--constant",
        "job_title=Reader of newsletters",
        "--json",
    ];
    let summary = Start::on(data.path(), &arguments).end().success();
    assert!(summary.imports > 2, "the rows alone would need two: {summary:?}");
    exact(data.path(), &summary).brought_once(summary.counts.added);
}

#[test]
fn everything_at_once_still_loses_no_row() {
    let (data, summary) = export(&[
        "--fault",
        "throttle_every=3",
        "--fault",
        "failed_import_next=1",
        "--fault",
        "failed_import_applies_percent=30",
        "--fault",
        "drop_after_import_next=1",
        "--fault",
        "refuse_every_row=97",
        "--switch",
        "naming=none",
        "--limit",
        "access_token_seconds=20",
        "--switch",
        "activity_seconds=1",
        "--switch",
        "activity_variation_seconds=2",
        "--switch",
        "timestamps=offset",
        "--switch",
        "person_count=accepted",
    ]);
    let segments = Segments::of_sample(data.path());
    let account = Account::of_export(data.path());
    let counts = summary.counts;
    assert!(account.members.keys().all(|address| segments.members.contains_key(address)));
    assert_eq!(account.members.len() as u64, counts.added, "accepted are those who are there: {counts:?}");
    assert_eq!(reported(data.path()), counts.rejected, "and everybody else is reported: {counts:?}");
}
