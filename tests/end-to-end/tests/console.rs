//! The console that stays up after an export, and everything that goes on behind it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use end_to_end::{Account, Console, Own, Start, Visit, free_port};
use serde_json::{Value, json};

const PROFILES: [&str; 2] = ["--profiles", "400"];

/// The first segment of the sample.
const SEGMENT: &str = "newsletter-readers";

const HEADER: &str = "CustomerId,EMail,FirstName,LastName\n";

/// Longer than anything here takes on any machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// Waits for what happens by itself.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "it never happened: {what}");
        sleep(Duration::from_millis(100));
    }
}

/// A file for each run that has ended.
fn ended_runs(data: &Path) -> usize {
    fs::read_dir(data.join("sample-bucket/outcomes/export")).map_or(0, Iterator::count)
}

fn snapshot(data: &Path, name: &str) -> PathBuf {
    data.join("sample-bucket/segments").join(SEGMENT).join(name)
}

fn people(name: &str, count: u32) -> String {
    let rows = (0..count).map(|number| format!("{name}{number},{name}{number}@example.org,New,Person\n"));
    format!("{HEADER}{}", rows.collect::<String>())
}

/// The newest snapshot of the segment with `count` people more.
fn grown(data: &Path, name: &str, count: u32) -> String {
    let mut snapshots: Vec<PathBuf> = fs::read_dir(snapshot(data, "").parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    snapshots.sort();
    let newest = snapshots.pop().unwrap();
    let parts = if newest.is_dir() {
        fs::read_dir(newest).unwrap().map(|entry| entry.unwrap().path()).collect()
    } else {
        vec![newest]
    };
    let parts = parts.into_iter().filter(|part| part.extension().is_some_and(|extension| extension == "csv"));
    let texts = parts.map(|part| fs::read_to_string(part).unwrap());
    let rows: String = texts.map(|text| text.strip_prefix(HEADER).unwrap().to_owned()).collect();
    format!("{}{rows}", people(name, count))
}

/// Whether a page greets somebody who is signed in.
fn greets(visit: &Visit, name: &str) -> bool {
    visit.answer.body.contains(name)
}

fn export(console: &Console, token: &str) -> Value {
    let answer = console.api(token, "GET", "/exports", &[], "");
    assert_eq!(answer.status, 200, "{answer:?}");
    let exports = answer.json();
    let exports = exports["items"].as_array().unwrap().clone();
    assert_eq!(exports.len(), 1, "{exports:?}");
    exports.into_iter().next().unwrap()
}

#[test]
fn after_the_export_everybody_can_sign_in_and_sees_it() {
    let data = tempfile::tempdir().unwrap();
    let console = Console::start(data.path(), &PROFILES);
    for (role, name) in
        [("administrator", "Ada Amberg"), ("contributor", "Colin Clark"), ("viewer", "Vera Vance")]
    {
        let mut visitor = console.visitor();
        let visit = visitor.sign_in(role);
        assert!(visit.address.starts_with(&console.address()), "{visit:?}");
        assert!(greets(&visit, name), "{visit:?}");
        let token = console.token(role);
        let me = console.api(&token, "GET", "/me", &[], "");
        assert_eq!((me.status, &me.json()["role"]), (200, &Value::from(role)), "{me:?}");
        let export = export(&console, &token);
        assert_eq!((&export["name"], &export["status"]), (&"Sample export".into(), &"successful".into()));
    }
    assert_eq!(console.api("no-token", "GET", "/exports", &[], "").status, 401);
    let ended = console.interrupt();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(ended.output.contains("Successful. ") && ended.errors.contains("Stopping"), "{ended:?}");
}

#[test]
fn the_console_answers_to_its_own_names_only() {
    let data = tempfile::tempdir().unwrap();
    let console = Console::start(data.path(), &PROFILES);
    let other = end_to_end::Browser::new(format!("127.0.0.1:{}", console.port()));
    let sent = other.get("/exports?search=a", &[]);
    assert_eq!(sent.status, 307, "{sent:?}");
    assert_eq!(sent.header("location"), Some(format!("{}/exports?search=a", console.address()).as_str()));
    let bearer = format!("Authorization: Bearer {}", console.token("viewer"));
    assert_eq!(other.get("/api/v1/me", &[&bearer]).status, 200);
    let named = other.send_as("rebound.example.com", "GET", "/exports", &[], "");
    assert_eq!(named.status, 421, "{named:?}");
    let ended = console.interrupt();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
}

#[test]
fn a_dropped_snapshot_is_exported_by_itself() {
    let data = tempfile::tempdir().unwrap();
    let console = Console::start(data.path(), &PROFILES);
    assert_eq!(ended_runs(data.path()), 1);
    fs::write(snapshot(data.path(), "9000.csv"), grown(data.path(), "dropped", 30)).unwrap();
    until("a run of the dropped snapshot", || (ended_runs(data.path()) == 2).then_some(()));
    assert!(console.running().says("A run started by a new snapshot has ended: Successful, 30 people sent."));
    let export = export(&console, &console.token("viewer"));
    assert_eq!(export["status"], "successful", "{export}");
    assert_eq!(console.interrupt().status.code(), Some(0));
    let account = Account::of_export(data.path());
    assert!(account.members.contains_key("dropped0@example.org"));
    assert_eq!(account.counted("imports"), 2);
}

#[test]
fn killed_with_its_console_up_it_goes_on_with_everything() {
    let data = tempfile::tempdir().unwrap();
    let slow = ["--switch", "activity_seconds=20"];
    let port = free_port().to_string();
    let running = Start::on(data.path(), &[&PROFILES[..], &["--port", &port]].concat()).spawn();
    let first = Console::of(data.path(), running);
    let mut visitor = first.visitor();
    assert!(greets(&visitor.sign_in("viewer"), "Vera Vance"));
    let token = first.token("viewer");
    let _ = first.kill();
    let second = Console::start(data.path(), &slow);
    assert_eq!(ended_runs(data.path()), 2, "the second start exports what has changed: nothing");
    fs::write(snapshot(data.path(), "9000.csv"), grown(data.path(), "dropped", 30)).unwrap();
    let active = || export(&second, &second.token("viewer"))["active_run"].is_null();
    until("a run under way", || (!active()).then_some(()));
    let _ = second.kill();
    // The same port: the tokens and the session of the first start are good.
    let running = Start::on(data.path(), &["serve", "--port", &port]).spawn();
    let third = Console::of(data.path(), running);
    assert_eq!(third.api(&token, "GET", "/me", &[], "").status, 200);
    assert!(greets(&visitor.open("/"), "Vera Vance"));
    until("the end of the run that was killed", || (ended_runs(data.path()) == 3).then_some(()));
    assert_eq!(third.interrupt().status.code(), Some(0));
    let account = Account::of_export(data.path());
    assert!(account.members.contains_key("dropped29@example.org"));
    assert_eq!(account.counted("imports"), 2, "nothing was sent twice");
}

#[test]
fn what_was_dropped_while_nobody_looked_is_exported_when_the_console_is_back() {
    let data = tempfile::tempdir().unwrap();
    let first = Console::start(data.path(), &PROFILES);
    assert_eq!(first.interrupt().status.code(), Some(0));
    fs::write(snapshot(data.path(), "9000.csv"), grown(data.path(), "dropped", 30)).unwrap();
    let second = Console::start(data.path(), &["serve"]);
    assert!(second.running().says("A run started by a new snapshot has ended: Successful"));
    assert_eq!(second.interrupt().status.code(), Some(0));
    assert_eq!(ended_runs(data.path()), 2);
}

/// A time of day in UTC that comes within two minutes.
fn soon() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    // A schedule is not due for a time before it was saved.
    let minute = (now + 75) / 60 % (24 * 60);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[test]
fn a_click_an_upload_and_a_tick_of_the_clock_make_one_run_together() {
    let data = tempfile::tempdir().unwrap();
    // The run is still at work when the last of them comes.
    let console =
        Console::start(data.path(), &[&PROFILES[..], &["--switch", "activity_seconds=15"]].concat());
    let token = console.token("administrator");
    let ask = |method: &str, path: &str, headers: &[&str], body: &str| {
        let answer = console.api(&token, method, path, headers, body);
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        answer
    };
    // While its marker lacks, every run waits for it before it chooses its snapshots.
    fs::create_dir(snapshot(data.path(), "9000")).unwrap();
    fs::write(snapshot(data.path(), "9000/part-1.csv"), grown(data.path(), "together", 20)).unwrap();
    let click = |key: &str| {
        ask("POST", "/exports/export/runs", &[&format!("Idempotency-Key: {key}")], "{}").json()["run"].clone()
    };
    let clicked = click("first");
    assert_eq!(click("second"), clicked, "a second click joins the run that waits");
    let schedule = ask("GET", "/schedule", &[], "");
    let version = format!("If-Match: {}", schedule.header("etag").unwrap());
    let daily = json!({
        "schedule": { "kind": "daily", "times": [soon()], "time_zone": "UTC" },
        "upload_trigger": true,
    });
    let _ = ask("PUT", "/schedule", &[&version], &daily.to_string());
    let started_by = |trigger: &str| {
        let entries = ask("GET", "/audit", &[], "").json();
        let entries = entries["items"].as_array().unwrap().clone();
        entries.iter().any(|entry| entry["after"]["trigger"] == trigger).then_some(())
    };
    until("the schedule's start", || started_by("scheduled"));
    assert_eq!(ended_runs(data.path()), 1, "the run waits for the marker");
    fs::write(snapshot(data.path(), "9000/_SUCCESS"), "").unwrap();
    until("the upload's start", || started_by("upload"));
    until("the end of the run", || (ended_runs(data.path()) == 2).then_some(()));
    until("an export at rest", || export(&console, &token)["active_run"].is_null().then_some(()));
    let runs = ask("GET", "/exports/export/runs", &[], "").json();
    let runs = runs["items"].as_array().unwrap();
    assert_eq!((runs.len(), &runs[0]["run"]), (2, &clicked), "{runs:?}");
    assert_eq!(console.interrupt().status.code(), Some(0));
    let account = Account::of_export(data.path());
    assert!(account.members.contains_key("together19@example.org"));
    assert_eq!(account.counted("imports"), 2);
}

#[test]
fn a_port_in_use_is_said_in_one_sentence() {
    let data = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for arguments in [&["--port", &port][..], &["serve", "--port", &port]] {
        let ended = Start::on(data.path(), arguments).end();
        assert!(ended.refusal().contains(&format!("port {port} is in use by another program")), "{ended:?}");
        assert_eq!(ended.errors.lines().count(), 1, "{ended:?}");
    }
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0, "nothing was made");
    // Nobody has named it: the console goes elsewhere. Another program may have it already.
    let usual = TcpListener::bind((Ipv4Addr::LOCALHOST, 8765));
    let running = Start::on(data.path(), &PROFILES).spawn();
    let _ = running.answers("Port 8765 is in use by another program; the console has another one.");
    let console = Console::of(data.path(), running);
    assert_ne!(console.port(), 8765);
    drop(usual);
    assert_eq!(console.interrupt().status.code(), Some(0));
}

#[test]
fn a_token_is_given_only_for_a_console_that_is_up() {
    let data = tempfile::tempdir().unwrap();
    let token = ["token", "--role", "viewer"];
    let ended = Start::on(data.path(), &token).end();
    assert!(ended.refusal().contains("no console was ever served for this data folder"), "{ended:?}");
    let console = Console::start(data.path(), &PROFILES);
    assert_eq!(console.interrupt().status.code(), Some(0));
    let ended = Start::on(data.path(), &token).end();
    assert!(ended.refusal().contains("no console of this data folder is up"), "{ended:?}");
}

#[test]
fn another_connection_is_authorised_on_the_simulators_own_page() {
    let data = tempfile::tempdir().unwrap();
    let console = Console::start(data.path(), &PROFILES);
    let mut visitor = console.visitor();
    let _ = visitor.sign_in("administrator");
    let form = visitor.open("/connections/new");
    let made = visitor.submit(
        &form,
        "/connections",
        &[("display_name", "Second account"), ("access", "administrators"), ("agreed", "yes")],
    );
    assert_eq!(made.answer.status, 200, "{made:?}");
    let id = made.address.rsplit_once('/').unwrap().1.to_owned();
    let allow = visitor.submit(&made, "/oauth/constant-contact/start", &[("connection", &id)]);
    assert!(allow.answer.body.contains("Allow access"), "{allow:?}");
    let back = visitor.submit(&allow, "/oauth2/default/v1/authorize", &[("decision", "allow")]);
    assert!(back.address.starts_with(&format!("{}/connections/", console.address())), "{back:?}");
    let administrator = console.token("administrator");
    let connection = console.api(&administrator, "GET", &format!("/connections/{id}"), &[], "").json();
    assert_eq!(connection["status"], "setting_up", "the second step is outstanding: {connection}");
    assert_eq!(console.interrupt().status.code(), Some(0));
}

fn segments(console: &Console) -> Vec<(String, Option<u64>)> {
    let answer = console.api(&console.token("administrator"), "GET", "/segments", &[], "").json();
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| (item["name"].as_str().unwrap().to_owned(), item["members"].as_u64())).collect()
}

#[test]
fn in_a_persons_own_folder_only_segments_are_segments() {
    let own = Own::new();
    own.write("customers/1.csv", people("a", 7));
    let map = ["--segments", own.segments(), "--map", "email=EMail"];
    let console = Console::start(own.data(), &map);
    // The outcomes of rows lie beside them by now.
    assert!(Path::new(own.segments()).join("outcomes/export").is_dir());
    until("the count of the segment", || {
        (segments(&console) == [("customers".to_owned(), Some(7))]).then_some(())
    });
    own.write("customers/2.csv", people("a", 9));
    assert!(console.running().says("A run started by a new snapshot has ended: Successful, 2 people sent."));
    assert_eq!(console.interrupt().status.code(), Some(0));
    assert_eq!(own.account().members.len(), 9);
}

#[test]
fn the_console_alone_begins_with_segments_and_without_an_export() {
    let data = tempfile::tempdir().unwrap();
    let console = Console::start(data.path(), &["serve"]);
    assert_eq!(segments(&console).len(), 3);
    let token = console.token("viewer");
    let exports = console.api(&token, "GET", "/exports", &[], "").json();
    assert_eq!(exports["items"], json!([]));
    assert_eq!(console.interrupt().status.code(), Some(0));
    // Whoever exports afterwards finds the same sample.
    assert_eq!(Start::on(data.path(), &["--json"]).end().success().counts.read, 20_000);
}
