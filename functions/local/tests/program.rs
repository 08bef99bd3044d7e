//! The program as a person starts it: it exports, goes on after a kill, sends only changes, and explains itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segment-export"));
    command.env_remove("SEGMENT_EXPORT_CLIENT_ID").env_remove("SEGMENT_EXPORT_CLIENT_SECRET");
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    program().arg("--data").arg(data).args(arguments).output().unwrap()
}

/// The object that a successful run prints, checked for the equation.
fn json(data: &Path, arguments: &[&str]) -> Value {
    let output = run(data, &[arguments, &["--json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    let object: Value = serde_json::from_str(&text).unwrap();
    let count = |name: &str| object["counts"][name].as_u64().unwrap();
    let parts = ["duplicates", "rejected", "opted_out", "added", "updated", "unchanged", "unsent"];
    assert_eq!(count("read"), parts.iter().map(|name| count(name)).sum::<u64>(), "{object}");
    object
}

/// What a start that must fail says.
fn refusal(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_second_export_sends_nothing_and_a_change_sends_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let first = json(folder.path(), &["--profiles", "1500"]);
    assert_eq!(first["status"], "Successful");
    assert_eq!((&first["counts"]["read"], &first["requests"]["imports"]), (&1500.into(), &1.into()));
    assert!(first["counts"]["opted_out"].as_u64() > Some(0), "{first}");
    let second = json(folder.path(), &[]);
    assert_eq!(
        (&second["counts"]["unchanged"], &second["requests"]["imports"]),
        (&first["counts"]["added"], &0.into())
    );
    let third = json(folder.path(), &["--change", "0.05"]);
    assert_eq!(third["requests"]["imports"], 1);
    assert!(
        third["counts"]["updated"].as_u64() > Some(20) && third["counts"]["added"].as_u64() > Some(0),
        "{third}"
    );
}

#[test]
fn the_first_page_of_the_project_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["--exit"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).unwrap();
    let shown = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(printed.contains(shown), "README.md shows\n{shown}\nand this was printed:\n{printed}");
}

#[test]
fn killed_and_started_again_it_ends_as_if_nothing_had_happened() {
    let folder = tempfile::tempdir().unwrap();
    for milliseconds in [150, 400, 900, 1_600, 2_500] {
        let mut child = program()
            .args(["--profiles", "800", "--json", "--data"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let undisturbed = tempfile::tempdir().unwrap();
    let expected = json(undisturbed.path(), &["--profiles", "800"]);
    let resumed = json(folder.path(), &["--profiles", "800"]);
    let held = |object: &Value| {
        object["counts"]["added"].as_u64().unwrap() + object["counts"]["unchanged"].as_u64().unwrap()
    };
    assert_eq!(held(&resumed), held(&expected));
    assert_eq!(resumed["counts"]["members"], expected["counts"]["members"]);
}

#[test]
fn own_segments_are_exported_and_a_large_addition_waits_for_approval() {
    let (data, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let segments = own.path().to_str().unwrap();
    let folder = own.path().join("customers");
    fs::create_dir(&folder).unwrap();
    let snapshot = |name: &str, people: u32| {
        let rows: String =
            (0..people).map(|number| format!("c{number};p{number}@example.com;\"O;{number}\"\r\n")).collect();
        fs::write(folder.join(name), format!("CustomerId;E-Mail;Name\r\n{rows}")).unwrap();
    };
    snapshot("1.csv", 150);
    let said = refusal(data.path(), &["--segments", segments]);
    assert!(said.contains("--map \"email=E-Mail\""), "{said}");
    let said = refusal(data.path(), &["--segments", segments, "--map", "email=Mail"]);
    assert!(said.contains(r#""CustomerId", "E-Mail", "Name""#), "{said}");
    let map =
        ["--segments", segments, "--map", "email=E-Mail", "--map", "last_name=Name", "--list", "Customers"];
    assert_eq!(json(data.path(), &map)["counts"]["added"], 150);
    snapshot("2.csv", 400);
    let output = run(data.path(), &["--exit"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success() && said.contains("Skipped. ") && said.contains("--approve"), "{said}");
    assert_eq!(json(data.path(), &["--approve"])["counts"]["added"], 250);
    let outcomes = fs::read_dir(own.path().join("outcomes/export")).unwrap().count();
    assert!(outcomes >= 2, "{outcomes}");
    assert_eq!(json(data.path(), &[])["counts"]["unchanged"], 400);
}

#[test]
fn faults_of_the_service_lose_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "--profiles",
        "1000",
        "--fault",
        "throttle_every=7",
        "--fault",
        "failed_import_next=1",
        "--fault",
        "refuse_every_row=50",
        "--switch",
        "naming=none",
    ];
    let object = json(folder.path(), &arguments);
    assert_eq!(object["status"], "Successful");
    assert!(object["counts"]["rejected"].as_u64() > Some(20), "{object}");
}

#[test]
fn what_cannot_be_done_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let cases: [(&[&str], &str); 7] = [
        (&["--segments", nowhere.to_str().unwrap()], "cannot be read; check its path"),
        (&["--switch", "color=red"], "there is no such setting"),
        (&["--constant-contact", "real"], "sample people are never sent"),
        (&["--profiles", "none"], "invalid value"),
        (&["--change", "2"], "use a share from 0 to 1"),
        (&["--map", "frist_name=A"], "no field of a contact"),
        (&["--segment", "Nobody"], "there is no segment \"Nobody\"; there are "),
    ];
    for (number, (arguments, expected)) in cases.iter().enumerate() {
        let said = refusal(&folder.path().join(number.to_string()), arguments);
        let failure = said.lines().find(|line| line.starts_with("error: "));
        assert!(failure.is_some_and(|failure| failure.contains(expected)), "{said}");
    }
}

#[test]
fn a_second_process_on_the_same_data_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program()
        .args(["--profiles", "500", "--json", "--data"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !folder.path().join("services.lock").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let said = refusal(folder.path(), &[]);
    assert!(said.contains("is in use by another segment-export"), "{said}");
    assert!(child.wait().unwrap().success());
}
