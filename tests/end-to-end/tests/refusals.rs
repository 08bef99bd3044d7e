//! What cannot be done is said in one sentence that says what to do, and loses nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::fs;

use end_to_end::{Account, Own, Simulator, Start};

const PEOPLE: &str = "CustomerId,EMail,LastName\n1,a@example.com,A\n2,b@example.com,B\n";
const EMAIL: [&str; 3] = ["--map", "email=EMail", "--json"];

#[test]
fn a_wrong_file_is_named_and_a_corrected_one_is_exported() {
    let truncated = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, PEOPLE.repeat(50).as_bytes()).unwrap();
        let whole = encoder.finish().unwrap();
        whole[..whole.len() - 12].to_vec()
    };
    let cases: [(&str, Vec<u8>); 6] = [
        ("image.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\xff\xfe".to_vec()),
        ("nothing.csv", Vec::new()),
        ("cut.csv.gz", truncated),
        ("unpacked.csv.gz", PEOPLE.as_bytes().to_vec()),
        ("open.csv", b"CustomerId,EMail,LastName\n1,a@example.com,\"never closed\n".to_vec()),
        (
            "fields.csv",
            b"CustomerId,EMail,LastName\n1,a@example.com\n2,b@example.com\n3,c@example.com,C\n".to_vec(),
        ),
    ];
    std::thread::scope(|scope| {
        for (name, content) in cases {
            scope.spawn(move || is_named_and_corrected(name, &content));
        }
    });
}

fn is_named_and_corrected(name: &str, content: &[u8]) {
    let own = Own::new();
    let wrong = own.write(&format!("customers/{name}"), content);
    let ended = own.export(&EMAIL);
    // Found before a run it is a refusal; found by the run it is the run's end, in JSON.
    if ended.output.is_empty() {
        assert!(ended.refusal().contains(name), "{name}: {ended:?}");
    } else {
        let summary = ended.summary();
        assert_eq!((summary.status.as_str(), summary.imports), ("Failure", 0), "{name}: {ended:?}");
        let said = own.again(&["--exit"]);
        assert_eq!(said.status.code(), Some(1));
        let sentence = said.output.lines().find(|line| line.starts_with("Failure. ")).expect("a sentence");
        assert!(sentence.contains(name) || name == "fields.csv", "{name}: {sentence}");
    }
    fs::remove_file(wrong).unwrap();
    own.write("customers/right.csv", PEOPLE);
    assert_eq!(own.export(&EMAIL).success().counts.added, 2, "{name}");
    own.account().brought_once(2);
}

#[test]
fn an_unknown_column_is_answered_with_the_columns_that_there_are() {
    let own = Own::new();
    own.write("customers/1.csv", PEOPLE);
    let ended = own.export(&["--map", "email=Mail"]);
    let said = ended.refusal();
    for expected in ["customers", "Mail", "CustomerId", "EMail", "LastName"] {
        assert!(said.contains(expected), "{expected} lacks in {said}");
    }
    let ended = own.export(&[]);
    let said = ended.refusal();
    assert!(said.contains("--map email=EMail --map last_name=LastName"), "{said}");
    let ended = own.export(&["--map", "email=EMail", "--map", "lastname=LastName"]);
    assert!(ended.refusal().contains("lastname"), "{ended:?}");
    assert_eq!(own.export(&EMAIL).success().counts.added, 2);
}

#[test]
fn a_list_that_does_not_exist_any_more_is_named_and_another_one_can_be_chosen() {
    let own = Own::new();
    own.write("customers/1.csv", PEOPLE);
    let _ = own.export(&[&EMAIL[..], &["--list", "Doomed"]].concat()).success();
    delete_list(&own);
    let ended = own.again(&["--json"]);
    let said = ended.refusal();
    assert!(said.contains("has no list") && said.contains("Sample Organization"), "{said}");
    let counts = own.again(&["--list", "Another", "--json"]).success().counts;
    assert_eq!(counts.held(), 2, "a list that is new gets everybody");
    let simulator = Simulator::of_export(own.data());
    let lists = simulator.browser().get("/control/lists", &[]).json();
    let another = lists.as_array().unwrap().iter().find(|list| list["name"] == "Another").expect("the list");
    assert_eq!(another["members"], 2, "{lists}");
}

/// As a person at Constant Contact would.
fn delete_list(own: &Own) {
    let simulator = Simulator::of_export(own.data());
    let browser = simulator.browser();
    let json = ["Content-Type: application/json"];
    let tokens =
        browser.send("POST", "/control/tokens", &json, r#"{"scope":"account_read contact_data"}"#).json();
    let bearer = format!("Authorization: Bearer {}", tokens["access_token"].as_str().unwrap());
    let lists = browser.get("/control/lists", &[]).json();
    let id = lists[0]["list_id"].as_str().unwrap();
    let answer = browser.send("DELETE", &format!("/v3/contact_lists/{id}"), &[&bearer], "");
    assert!((200..300).contains(&answer.status), "{answer:?}");
    // The simulator deletes lists as activities do: a look at them lets it happen.
    assert_eq!(browser.get("/v3/activities", &[&bearer]).status, 200);
}

#[test]
fn a_data_folder_in_use_is_left_to_its_user() {
    let data = tempfile::tempdir().unwrap();
    let slow = ["--profiles", "900", "--switch", "activity_seconds=3", "--json"];
    let first = Start::on(data.path(), &slow).spawn();
    while first.services().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let ended = Start::on(data.path(), &["--json"]).end();
    let said = ended.refusal();
    assert!(said.contains("is in use by another segment-export") && said.contains("--data"), "{said}");
    let counts = first.wait().success().counts;
    Account::of_export(data.path()).brought_once(counts.added);
}

#[test]
fn an_account_that_a_simulator_shows_is_not_exported_to_meanwhile() {
    let data = tempfile::tempdir().unwrap();
    let first = Start::on(data.path(), &["--profiles", "400", "--json"]).end().success();
    let simulator = Simulator::of_export(data.path());
    let ended = Start::on(data.path(), &["--json"]).end();
    let said = format!("{} {}", ended.refusal(), ended.errors);
    assert!(said.contains("in use by another simulator"), "{said}");
    drop(simulator);
    let second = Start::on(data.path(), &["--json"]).end().success();
    assert_eq!((second.imports, second.counts.unchanged), (0, first.counts.added));
}

#[test]
fn a_data_folder_that_cannot_be_one_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    fs::write(&file, "Dear Sir").unwrap();
    for (data, words) in [
        (file.clone(), "cannot be used; check that it is a folder"),
        (file.join("below"), "cannot be used; check that it is a folder"),
        (folder.path().to_owned(), "was not made by segment-export; choose a new or an empty folder"),
    ] {
        let ended = Start::new(&["--json", "--data", data.to_str().unwrap()]).end();
        let said = ended.refusal();
        assert!(said.contains(words) && said.contains(data.to_str().unwrap()), "{said}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "Dear Sir");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_of_segments_that_is_none_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(path("empty")).unwrap();
    fs::create_dir(path("flat")).unwrap();
    fs::write(folder.path().join("flat/people.csv"), PEOPLE).unwrap();
    fs::create_dir_all(folder.path().join("bare/customers")).unwrap();
    fs::create_dir_all(folder.path().join("unfinished/customers/today")).unwrap();
    fs::write(folder.path().join("unfinished/customers/today/part-1.csv"), PEOPLE).unwrap();
    for (name, words) in [
        ("nowhere", "cannot be read; check its path"),
        ("empty", "make a folder for each segment"),
        ("flat", "move each file into a folder"),
        ("flat/people.csv", "--segments names the folder"),
        ("bare", "has no snapshot; put a .csv file with a header row into its folder"),
        ("unfinished", "add an empty file _SUCCESS"),
    ] {
        let data = path(&format!("data of {}", name.replace('/', " ")));
        let ended = Start::new(&["--data", &data, "--segments", &path(name), "--map", "email=EMail"]).end();
        assert!(ended.refusal().contains(words), "{name}: {ended:?}");
    }
    fs::write(folder.path().join("unfinished/customers/today/_SUCCESS"), "").unwrap();
    let arguments = ["--data", &path("data of unfinished"), "--segments", &path("unfinished")];
    let ended = Start::new(&[&arguments[..], &EMAIL].concat()).end();
    assert_eq!(ended.success().counts.added, 2);
}

#[test]
fn a_wrong_value_of_an_option_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let cases: [(&[&str], &str); 14] = [
        (&["--profiles", "0"], "not in 1..="),
        (&["--profiles", "many"], "invalid value 'many'"),
        (&["--change", "2"], "use a share from 0 to 1"),
        (&["--change", "NaN"], "use a share from 0 to 1"),
        (&["--map", "email"], "write it as NAME=VALUE"),
        (&["--segments", "x", "--profiles", "5"], "cannot be used with"),
        (&["--approve", "--change", "0.1"], "cannot be used with"),
        (&["--constant-contact", "other"], "possible values: simulator, real"),
        (&["--colour"], "unexpected argument '--colour'"),
        (&["exprot"], "exprot"),
        (&["--switch", "naming=few"], "use one of all, some, none"),
        (&["--fault", "rain=1"], "there is no such setting"),
        (&["--fault", "throttle_every=often"], "use a whole number"),
        (&["--limit", "requests_per_day=-1"], "use a whole number"),
    ];
    for (arguments, words) in cases {
        let ended = Start::on(&data, arguments).end();
        assert!(!ended.status.success() && ended.output.is_empty(), "{arguments:?}: {ended:?}");
        assert!(
            ended.errors.starts_with("error: ") && ended.errors.contains(words),
            "{arguments:?}: {ended:?}"
        );
        assert!(!data.exists(), "{arguments:?} has made something");
    }
}

#[test]
fn a_folder_of_segments_that_is_not_there_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let start = Start::new(&["--segments", nowhere.to_str().unwrap(), "--map", "email=EMail"]);
    let ended = start.variable("TMPDIR", &temporary).end();
    assert!(ended.refusal().contains("cannot be read; check its path"), "{ended:?}");
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
}

#[test]
fn a_sample_and_own_segments_never_share_a_data_folder() {
    let own = Own::new();
    own.write("customers/1.csv", PEOPLE);
    let sample = tempfile::tempdir().unwrap();
    let first = Start::on(sample.path(), &["--profiles", "300", "--json"]).end().success();
    let ended = Start::on(sample.path(), &["--segments", own.segments(), "--map", "email=EMail"]).end();
    assert!(ended.refusal().contains("holds a sample; choose another folder with --data"), "{ended:?}");
    let ended = Start::on(sample.path(), &["--profiles", "301"]).end();
    assert!(ended.refusal().contains("sample of 300 profiles; leave --profiles out"), "{ended:?}");
    assert_eq!(Start::on(sample.path(), &["--json"]).end().success().counts.unchanged, first.counts.added);
    let _ = own.export(&EMAIL).success();
    let ended = own.again(&["--profiles", "300"]);
    assert!(ended.refusal().contains("choose another folder with --data for a sample"), "{ended:?}");
}

#[test]
fn an_unknown_segment_is_answered_with_those_that_there_are() {
    let own = Own::new();
    own.write("customers/1.csv", PEOPLE);
    own.write("partners/1.csv", PEOPLE);
    let ended = own.export(&[&EMAIL[..], &["--segment", "Nobody"]].concat());
    assert!(ended.refusal().contains("no segment \"Nobody\"; there are customers, partners"), "{ended:?}");
}

#[test]
fn a_closed_or_full_standard_output_is_no_success() {
    let data = tempfile::tempdir().unwrap();
    let script = "\"$PROGRAM\" --profiles 300 --json --data \"$DATA\" > /dev/full";
    let ended = Start::script(script).variable("DATA", data.path()).end();
    assert!(!ended.status.success() && ended.errors.starts_with("error: "), "{ended:?}");
    let counts = Start::on(data.path(), &["--json"]).end().success().counts;
    Account::of_export(data.path()).brought_once(counts.held());
}
