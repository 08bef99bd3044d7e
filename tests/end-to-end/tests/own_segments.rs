//! A person's own files: layouts, spellings, mappings, and the brake.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::fs;
use std::io::Write;
use std::path::Path;

use end_to_end::Own;
use flate2::Compression;
use flate2::write::GzEncoder;

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn people(range: std::ops::Range<u32>) -> String {
    let rows: String =
        range.map(|number| format!("c{number},p{number}@example.com,Name {number}\n")).collect();
    format!("CustomerId,EMail,LastName\n{rows}")
}

const MAPPED: [&str; 5] = ["--map", "email=EMail", "--map", "last_name=LastName", "--json"];

#[test]
fn part_folders_gzip_semicolons_and_a_byte_order_mark_are_read() {
    let own = Own::new();
    own.write("parts/2026-11-01/part-2.csv", people(0..50));
    // Another order of the same columns, as some writers produce it.
    own.write("parts/2026-11-01/part-10.csv", "LastName,EMail,CustomerId\nTen,ten@example.com,c10x\n");
    own.write("parts/2026-11-01/_SUCCESS", "");
    own.write("packed/one.csv.gz", compressed(&people(100..150)));
    let spreadsheet = "\u{feff}CustomerId;EMail;LastName\r\n\"s1\";\"s1@example.com\";\"O\"\"Neil; junior\"\r\n\
                       \"s2\";\"s2@example.com\";\"Løvås\"\r\n";
    own.write("spreadsheet/export.csv", spreadsheet);
    own.write("nobody/empty.csv", "CustomerId,EMail,LastName\n");
    let counts = own.export(&MAPPED).success().counts;
    assert_eq!((counts.read, counts.added, counts.rejected), (103, 103, 0));
    let account = own.account();
    let name = |address: &str| account.members[address].person.last_name.clone();
    assert_eq!(name("ten@example.com"), "Ten");
    assert_eq!(name("s1@example.com"), "O\"Neil; junior");
    assert_eq!(name("s2@example.com"), "Løvås");
    assert_eq!(name("p120@example.com"), "Name 120");
    account.brought_once(103);
}

#[test]
fn the_first_row_of_a_person_counts_in_the_order_of_the_segments() {
    let own = Own::new();
    own.write("a/1.csv", "CustomerId,EMail,LastName\n1,one@example.com,A\n2,TWO@example.com,A\n");
    own.write(
        "b/1.csv",
        "CustomerId,EMail,LastName\n1,other@example.com,B\n3,two@example.com,B\n4,,B\n5,x,B\n",
    );
    let first_b = ["--segment", "b", "--segment", "a"];
    let counts = own.export(&[&MAPPED[..], &first_b].concat()).success().counts;
    assert_eq!((counts.read, counts.members, counts.duplicates, counts.rejected), (6, 2, 2, 2));
    let account = own.account();
    let addresses: Vec<&str> = account.members.keys().map(String::as_str).collect();
    assert_eq!(addresses, ["other@example.com", "two@example.com"]);
    assert!(account.members.values().all(|member| member.person.last_name == "B"));
}

#[test]
fn only_the_newest_snapshot_counts_and_the_next_start_needs_no_options() {
    let own = Own::new();
    let old = own.write("customers/1.csv", people(0..120));
    let list = ["--list", "Customers of ours"];
    assert_eq!(own.export(&[&MAPPED[..], &list].concat()).success().counts.added, 120);
    let newer = own.write("customers/2.csv", people(10..130).replace("Name 50\n", "Changed\n"));
    later(&newer, &old);
    let counts = own.again(&["--json"]).success().counts;
    assert_eq!((counts.read, counts.added, counts.updated, counts.unchanged), (120, 10, 1, 109));
    let account = own.account();
    assert_eq!(account.list, "Customers of ours");
    assert_eq!(account.members["p50@example.com"].person.last_name, "Changed");
}

/// Makes one file certainly newer than another, whatever the file system's clock resolves.
fn later(newer: &Path, older: &Path) {
    let moment = fs::metadata(older).unwrap().modified().unwrap() + std::time::Duration::from_secs(2);
    fs::File::options().write(true).open(newer).unwrap().set_modified(moment).unwrap();
}

#[test]
fn an_export_that_would_more_than_double_the_list_waits_for_approval() {
    let own = Own::new();
    let old = own.write("customers/1.csv", people(0..150));
    assert_eq!(own.export(&MAPPED).success().counts.added, 150);
    later(&own.write("customers/2.csv", people(0..400)), &old);
    for _ in 0..2 {
        let ended = own.again(&["--json"]);
        let summary = ended.summary();
        assert_eq!((summary.status.as_str(), summary.imports), ("Skipped", 0), "{ended:?}");
        assert_eq!((summary.counts.unsent, summary.counts.unchanged), (250, 150), "{summary:?}");
        assert!(ended.errors.starts_with("Skipped. The run would add 250 people"), "{ended:?}");
        assert_eq!(ended.errors.lines().count(), 1, "{ended:?}");
    }
    let said = own.again(&["--exit"]);
    assert_eq!(said.status.code(), Some(1));
    assert!(said.output.contains("Skipped. ") && said.output.contains("--approve"), "{}", said.output);
    let approved = own.again(&["--approve", "--json"]).success();
    assert_eq!((approved.counts.added, approved.counts.unchanged, approved.imports), (250, 150, 1));
    own.account().brought_once(400);
    assert_eq!(own.again(&["--json"]).success().counts.unchanged, 400);
}

#[test]
fn what_a_full_export_planned_is_approved_without_saying_so_again() {
    let own = Own::new();
    let first = own.write("customers/1.csv", people(0..120));
    assert_eq!(own.export(&MAPPED).success().counts.added, 120);
    later(&own.write("customers/2.csv", people(0..300)), &first);
    assert_eq!(own.again(&["--full", "--json"]).summary().counts.unsent, 300);
    let counts = own.again(&["--approve", "--json"]).success().counts;
    assert_eq!((counts.added, counts.updated, counts.unchanged), (180, 120, 0));
}

#[test]
fn constants_an_identity_and_column_names_without_case_are_understood() {
    let own = Own::new();
    own.write("customers/1.csv", "Key,e-mail,Name\nk1,a@example.com,Älfred\nk1,b@example.com,Other\n");
    let arguments = [
        "--map",
        "email=E-Mail",
        "--map",
        "first_name=Name",
        "--constant",
        "last_name=of Acme",
        "--identity",
        "key",
        "--json",
    ];
    let counts = own.export(&arguments).success().counts;
    assert_eq!((counts.added, counts.duplicates), (1, 1));
    let account = own.account();
    let person = &account.members["a@example.com"].person;
    assert_eq!((person.first_name.as_str(), person.last_name.as_str()), ("Älfred", "of Acme"));
}

#[test]
fn more_profiles_than_allowed_are_not_exported_at_all() {
    let own = Own::new();
    own.write("customers/1.csv", people(0..120));
    let ended = own.export(&[&MAPPED[..], &["--most-profiles", "100"]].concat());
    let summary = ended.summary();
    assert!(summary.status != "Successful" && summary.imports == 0, "{summary:?}");
    let said = own.again(&["--most-profiles", "100", "--exit"]).output;
    assert!(said.contains(" --most-profiles N\n      exports as many as N profiles"), "{said}");
    assert_eq!(own.export(&MAPPED).success().counts.added, 120);
}
