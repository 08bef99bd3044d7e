//! The first command of everybody: a sample is made, exported, exported again, changed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::fs;
use std::path::Path;

use end_to_end::{Account, Segments, Start};

#[test]
fn a_first_export_brings_everybody_once_and_says_so_in_one_json_object() {
    let data = tempfile::tempdir().unwrap();
    let summary = Start::on(data.path(), &["--profiles", "5000", "--json"]).end().success();
    let counts = summary.counts;
    assert_eq!((counts.read, summary.imports), (5_000, 1));
    assert_eq!((counts.added, counts.updated, counts.unchanged), (counts.members - counts.opted_out, 0, 0));
    assert_eq!((counts.unsent, counts.removed), (0, 0));
    assert!(counts.duplicates > 0 && counts.rejected > 0 && counts.opted_out > 0, "{counts:?}");
    let account = Account::of_export(data.path());
    assert_eq!(account.list, "Sample export");
    account.holds_exactly(&Segments::of_sample(data.path()), &counts);
    account.brought_once(counts.added);
    assert_eq!(account.counted("imports"), 1);
    assert!(account.counted("total") >= summary.requests, "{:?}", account.statistics);
}

#[test]
fn at_the_default_size_a_second_export_makes_no_import_and_a_change_makes_one() {
    let data = tempfile::tempdir().unwrap();
    let first = Start::on(data.path(), &["--json"]).end().success();
    assert_eq!((first.counts.read, first.imports), (20_000, 1));
    let second = Start::on(data.path(), &["--json"]).end().success();
    assert_eq!((second.imports, second.counts.unchanged), (0, first.counts.added));
    assert_eq!((second.counts.added, second.counts.updated), (0, 0));
    assert_ne!(first.run_id, second.run_id);
    let third = Start::on(data.path(), &["--change", "0.01", "--json"]).end().success();
    assert_eq!(third.imports, 1);
    assert!(third.counts.updated > 100 && third.counts.added > 10, "{third:?}");
    let account = Account::of_export(data.path());
    account.holds(&Segments::of_sample(data.path()), &third.counts);
    assert_eq!(account.counted("imports"), 2);
    assert_eq!(account.imported[&2], third.counts.updated, "only the changed were sent again");
    assert_eq!(account.members.len() as u64, first.counts.added + third.counts.added);
}

#[test]
fn a_full_export_sends_everybody_again() {
    let data = tempfile::tempdir().unwrap();
    let first = Start::on(data.path(), &["--profiles", "700", "--json"]).end().success();
    let full = Start::on(data.path(), &["--full", "--json"]).end().success();
    assert_eq!(full.imports, 1);
    assert_eq!(full.counts.held(), first.counts.added);
    let account = Account::of_export(data.path());
    account.holds_exactly(&Segments::of_sample(data.path()), &full.counts);
    assert_eq!(account.imported, [(2, first.counts.added)].into());
}

#[test]
fn a_person_sees_what_happened_and_where_everything_lies() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("trial");
    let ended = Start::on(&data, &["export", "--profiles", "1500"]).end();
    assert!(ended.status.success(), "{ended:?}");
    for stage in ["Made a sample of 1,500 rows", "Connected to \"Sample Organization\"", "Sending 1 import"] {
        assert!(ended.errors.contains(stage), "{stage:?} lacks in {}", ended.errors);
    }
    let text = &ended.output;
    for expected in [
        "Successful. ",
        "read               1,500",
        "= duplicates",
        "+ added",
        "1 import and ",
        " --change 0.01",
    ] {
        assert!(text.contains(expected), "{expected:?} lacks in {text}");
    }
    let (_, places) = text.split_once("Where everything is").expect("places");
    for place in ["segments", "rejected rows", "row outcomes", "simulated account", "state and ledger"] {
        let line = places.lines().find_map(|line| line.trim().strip_prefix(place)).expect(place);
        assert!(Path::new(line.trim()).exists(), "{place}: {line}");
    }
}

#[test]
fn every_row_has_an_outcome_and_every_rejected_one_a_reason() {
    let data = tempfile::tempdir().unwrap();
    let counts = Start::on(data.path(), &["--profiles", "4000", "--json"]).end().success().counts;
    let only = |folder: &Path| {
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        csv::Reader::from_path(files.remove(0)).unwrap()
    };
    let mut report = only(&data.path().join("reports"));
    assert_eq!(report.headers().unwrap(), vec!["file", "row", "reason", "detail", "content"]);
    let reported: Vec<csv::StringRecord> = report.records().map(Result::unwrap).collect();
    assert_eq!(reported.len() as u64, counts.rejected);
    for row in &reported {
        assert!(row[0].starts_with("segments/") && row[1].parse::<u64>().is_ok(), "{row:?}");
        assert!(["email_missing", "email_invalid"].contains(&&row[2]) && row[4].starts_with('C'), "{row:?}");
    }
    let mut outcomes = only(&data.path().join("sample-bucket/outcomes/export"));
    assert_eq!(outcomes.headers().unwrap(), vec!["CustomerId", "outcome", "reason", "chunk"]);
    let mut told = std::collections::BTreeMap::<String, u64>::new();
    for row in outcomes.records().map(Result::unwrap) {
        *told.entry(row[1].to_owned()).or_default() += 1;
    }
    assert_eq!(told.values().sum::<u64>(), counts.read, "{told:?}");
    for (outcome, expected) in
        [("added", counts.added), ("rejected", counts.rejected), ("opted_out", counts.opted_out)]
    {
        assert_eq!(told.get(outcome), Some(&expected), "{outcome} in {told:?}");
    }
}

#[test]
fn the_options_of_an_export_stand_before_its_command_or_behind_it() {
    let data = tempfile::tempdir().unwrap();
    let first = Start::on(data.path(), &["--profiles", "300", "export", "--json"]).end().success();
    assert_eq!(first.counts.read, 300);
    // Here the data folder stands behind the command, and the rest before it.
    let folder = data.path().to_str().unwrap();
    let second = Start::new(&["--json", "--full", "export", "--data", folder]).end().success();
    assert_eq!((second.imports, second.counts.updated), (1, first.counts.added));
}

#[test]
fn whoever_reads_only_the_beginning_sees_no_error() {
    let data = tempfile::tempdir().unwrap();
    let script = "\"$PROGRAM\" --exit --profiles 300 --data \"$DATA\" 2> \"$DATA.errors\" | true; cat \"$DATA.errors\"";
    let folder = data.path().join("data");
    let ended = Start::script(script).variable("DATA", &folder).end();
    assert!(ended.output.contains("Writing the ledger") && !ended.output.contains("error"), "{ended:?}");
}

#[test]
fn without_a_data_folder_one_is_made_named_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Start::new(&["--profiles", "300", "--exit"]).variable("TMPDIR", folder.path()).end();
    assert!(ended.status.success(), "{ended:?}");
    let mut made = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let data = made.next().expect("a data folder");
    assert_eq!(made.next(), None);
    assert!(ended.errors.contains(&format!("Everything is kept in {}", data.display())), "{}", ended.errors);
    let again = Start::on(&data, &["--json"]).end().success();
    assert_eq!((again.counts.read, again.imports), (300, 0));
}
