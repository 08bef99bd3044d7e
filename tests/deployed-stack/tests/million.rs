//! A million people through a deployed stack whose functions have too little time: planning is cut once, sending several
//! times. Nobody is lost, nobody is sent twice, and the result is that of one machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use bytes::Bytes;
use deployed_stack::{Stack, Tools, counts, functions_are_optimised, until};
use end_to_end::{Account, Counts, Member, Profile, Start, asked_profile};
use identity::Role;
use store::{Condition, ObjectStore as _};

const SEGMENT: &str = "customers";
const LIST: &str = "Everybody";
const MAP: [&str; 6] =
    ["--map", "email=EMail", "--map", "first_name=FirstName", "--map", "last_name=LastName"];

/// Longer than anything here takes on any machine.
const PATIENCE: u64 = 540;

const PEOPLE: u32 = 1_000_000;
/// Seconds in which no plan is made, with the executables that are deployed, on two processors.
const TOO_SHORT_FOR_THE_PLAN: u64 = 1;
/// Seconds in which a plan is made, and never all imports.
const TOO_SHORT_FOR_ALL_IMPORTS: u64 = 20;
/// How long the service takes for each request: one at a distance.
const DELAY_MILLISECONDS: u64 = 2_200;

/// What the template gives the function, in bytes.
const MEMORY: u64 = 256 << 20;

/// One row in fifty is a duplicate, one in a hundred has no usable address; half of each row is not exported.
fn segment(people: u32) -> String {
    let mut text = String::from("CustomerId,EMail,FirstName,LastName,Remarks\n");
    for number in 0..people {
        let of = if number % 50 == 49 { number - 1 } else { number };
        let at = if number % 100 == 7 { " at " } else { "@" };
        let (first, last) = (number % 997, number % 9973);
        let remarks = format_args!("known from the newsletter and from visit {number} of the shop in town");
        writeln!(text, "C{number:07},person.{of:07}{at}example.org,First{first},\"Last, {last}\",{remarks}")
            .unwrap();
    }
    text
}

/// The same on one machine.
fn local(rows: &str) -> (Counts, Account) {
    let (data, segments) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = segments.path().join(SEGMENT);
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("1.csv"), rows).unwrap();
    let segments = segments.path().to_str().unwrap();
    let arguments = [&["--segments", segments, "--list", LIST, "--json"], &MAP[..]].concat();
    let summary = Start::on(data.path(), &arguments).end().success();
    (summary.counts, account(data.path()))
}

fn account(data: &Path) -> Account {
    let account = Account::of_export(data);
    assert_eq!(account.list, LIST);
    account
}

/// The moments at which the account was sent imports, in seconds since 1970.
fn imports(stack: &Stack) -> Vec<f64> {
    let activities = stack.simulator().browser().get("/control/activities", &[]).json();
    let activities = activities.as_array().expect("activities").iter();
    let imports =
        activities.filter(|activity| activity["kind"].as_str().is_some_and(|kind| kind.ends_with("_import")));
    let moment = |activity: &serde_json::Value| {
        let created: jiff::Timestamp =
            activity["created_at"].as_str().expect("a moment").parse().expect("a moment");
        created.as_duration().as_secs_f64()
    };
    imports.map(moment).collect()
}

/// How a run ended, and the most memory that one process of the function had meanwhile. A peak stays on record as long as
/// its process lives, which is several seconds here, and is looked at many times in each.
fn ended_and_peak(
    stack: &Stack,
    function: &str,
    run: impl Fn() -> serde_json::Value,
) -> (serde_json::Value, u64) {
    let mut peak = 0;
    let ended = until(PATIENCE, "the end of a run", || {
        peak = peak.max(stack.functions().peak_memory(function).unwrap_or(0));
        let shown = run();
        let account = || stack.simulator().errors();
        assert!(shown["parked"].is_null(), "it waits for a person: {shown}; the account: {}", account());
        (!shown["ended"].is_null()).then(|| shown["ended"].clone())
    });
    assert!(peak > 0, "no process of {function} was seen");
    (ended, peak)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_million_people_arrive_although_planning_is_cut_once_and_sending_several_times() {
    if asked_profile() != Profile::Release {
        // Written past the test harness, which would keep it to itself.
        let reason = "left out: a million people take optimised functions; make builds them, and \
                      SEGMENT_EXPORT_TEST_PROFILE=release cargo test --workspace --test million exports them";
        writeln!(std::io::stderr(), "{reason}").unwrap();
        return;
    }
    let Some(tools) = Tools::find("a million people through a deployed stack") else { return };
    assert!(
        functions_are_optimised(),
        "make builds the functions as they are deployed; a million people take those"
    );
    let rows = segment(PEOPLE);
    let mut stack = Stack::deploy(&tools, &["--switch", "timestamps=milliseconds"]).await;
    let connection = stack.connect();
    let api = stack.api(Role::Administrator);
    let key = format!("segments/{SEGMENT}/1.csv");
    stack.segments().await.put(&key, Bytes::from(rows.clone()), Condition::None).await.expect("an upload");
    let export = api.create_export(&connection, SEGMENT, LIST);
    let function = stack.output("ExportRunFunction").to_owned();

    stack.functions().set_timeout(&function, TOO_SHORT_FOR_THE_PLAN);
    let run = api.start_run(&export);
    let stage = || api.run(&export, &run)["progress"]["stage"].as_str().unwrap_or_default().to_owned();
    let line = format!("Task timed out after {}.00 seconds", TOO_SHORT_FOR_THE_PLAN);
    let cuts = || stack.emulator().said().matches(&line).count();
    until(PATIENCE, "planning", || (stage() == "planning").then_some(()));
    // Whatever was cut before was not the plan.
    let before = cuts();
    until(PATIENCE, "a plan that is cut", || {
        assert_eq!(stage(), "planning", "the plan was made although the time was short");
        (cuts() > before).then_some(())
    });
    stack.slow_account(DELAY_MILLISECONDS);
    stack.functions().set_timeout(&function, TOO_SHORT_FOR_ALL_IMPORTS);
    let (ended, peak) = ended_and_peak(&stack, &function, || api.run(&export, &run));
    assert_eq!(ended["status"], "successful", "{ended}");

    let (turns, imports) = (stack.executions().await.turns().await, imports(&stack));
    let sending = turns.iter().filter(|turn| imports.iter().any(|at| (turn.begun..turn.ended).contains(at)));
    let sending = sending.count();
    let told = format!(
        "{} imports in {sending} invocations of {}, {} MiB of memory at most",
        imports.len(),
        turns.len(),
        peak >> 20
    );
    writeln!(std::io::stderr(), "{told}").unwrap();
    assert!(peak < MEMORY, "{told}");
    assert!(sending >= 4, "sending was cut less than three times: {told}");

    let deployed = account(stack.close_account());
    drop(stack);
    let (expected, local) = tokio::task::block_in_place(|| local(&rows));
    assert_eq!(counts(&ended), expected);
    assert_eq!(expected.read, u64::from(PEOPLE));
    assert!(expected.duplicates > 0 && expected.rejected > 0, "{expected:?}");
    same_people(&deployed.members, &local.members);
    deployed.brought_once(expected.added);
}

/// Told by numbers, because a million people fit no message.
fn same_people(deployed: &BTreeMap<String, Member>, local: &BTreeMap<String, Member>) {
    assert_eq!(deployed.len(), local.len());
    let others = deployed.iter().filter(|(address, member)| local.get(*address) != Some(*member)).count();
    assert_eq!(others, 0, "people of the deployment who are not the same on one machine");
}
