//! SIGKILL at any moment, and the next start ends as if nothing had happened.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use end_to_end::{Account, Counts, Ended, Moments, Segments, Start, seed};

const PROFILES: [&str; 3] = ["--profiles", "4000", "--exit"];

/// What the program says when a stage begins.
const LOOKING: &str = "Looking at the list";
const READING: &str = "Reading the segments";
const SENDING: &str = "Sending ";
const WRITING: &str = "Writing the ledger";

/// When a start is killed: so many milliseconds at most after it has begun, or has said something.
type Moment = (Option<&'static str>, u64);

const STARTING: Moment = (None, 300);
const CONNECTING: Moment = (None, 1_400);
const LOOKED: Moment = (Some(LOOKING), 900);
const PLANNED: Moment = (Some(READING), 80);
const SENT: Moment = (Some(SENDING), 400);
const SETTLING: Moment = (Some(SENDING), 3_500);
const FINISHING: Moment = (Some(WRITING), 40);

/// Whom the signal hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    /// The process that a person has started.
    Program,
    /// Only the process that serves it.
    Services,
}

/// Starts, kills, and answers how that start ended. Kills nobody if it was faster.
fn kill(
    data: &Path,
    arguments: &[&str],
    (stage, within): Moment,
    victim: Victim,
    moments: &mut Moments,
) -> Ended {
    let running = Start::on(data, arguments).spawn();
    if stage.is_some_and(|stage| !running.says(stage)) {
        return running.wait();
    }
    std::thread::sleep(moments.before(within));
    match victim {
        Victim::Program => running.kill(),
        Victim::Services => {
            // There may be none yet, or none any more.
            let _ = running.kill_services();
            running.wait()
        }
    }
}

/// Moments of one start after the other, and how the service behaves meanwhile.
type Series = (&'static [(Moment, Victim)], &'static [&'static str]);

/// Whether the signal came before the end.
fn was_killed(ended: &Ended) -> bool {
    !ended.status.success()
}

fn undisturbed(arguments: &[&str]) -> Counts {
    let data = tempfile::tempdir().unwrap();
    Start::on(data.path(), &[arguments, &["--json"]].concat()).end().success().counts
}

/// Kills at each of the moments, each time in a new start on the same data, and lets the last start come to its end.
fn survive(series: usize, moments: &[(Moment, Victim)], behaviour: &[&str], kills: &AtomicUsize) -> Counts {
    let data = tempfile::tempdir().unwrap();
    let mut random = Moments::new(seed().wrapping_mul(1_000) + series as u64);
    let arguments = [&PROFILES, behaviour].concat();
    for (moment, victim) in moments {
        let ended = kill(data.path(), &arguments, *moment, *victim, &mut random);
        kills.fetch_add(usize::from(was_killed(&ended)), Ordering::Relaxed);
    }
    let last = Start::on(data.path(), &[&arguments[..], &["--json"]].concat()).end().success();
    let account = Account::of_export(data.path());
    account.holds_exactly(&Segments::of_sample(data.path()), &last.counts);
    account.brought_once(last.counts.held());
    last.counts
}

#[test]
fn killed_at_any_moment_it_ends_like_an_undisturbed_run_and_brings_nobody_twice() {
    use Victim::{Program, Services};
    let slow: &'static [&str] =
        &["--switch", "activity_seconds=2", "--switch", "activity_variation_seconds=1"];
    // Every answer takes its time, so that signals come between a request and its answer.
    let sluggish: &'static [&str] = &["--fault", "delay_milliseconds=250"];
    let series: [Series; 9] = [
        (&[(STARTING, Program), (CONNECTING, Program), (LOOKED, Program), (SETTLING, Program)], slow),
        (&[(CONNECTING, Program), (PLANNED, Program), (SENT, Program), (FINISHING, Program)], slow),
        (&[(CONNECTING, Services), (LOOKED, Services), (SETTLING, Services), (FINISHING, Services)], slow),
        (&[(STARTING, Services), (PLANNED, Services), (SENT, Services), (CONNECTING, Program)], slow),
        (&[(CONNECTING, Program), (CONNECTING, Program), (CONNECTING, Program), (SENT, Program)], sluggish),
        (&[(LOOKED, Program), (SENT, Services), (SETTLING, Program)], sluggish),
        (&[(PLANNED, Program), (PLANNED, Services), (SETTLING, Services)], &[]),
        (&[(FINISHING, Program), (SENT, Program)], &[]),
        (&[(STARTING, Program), (STARTING, Services), (SETTLING, Program), (SETTLING, Program)], slow),
    ];
    let expected = undisturbed(&PROFILES);
    let kills = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (number, (moments, behaviour)) in series.into_iter().enumerate() {
            let (kills, expected) = (&kills, &expected);
            scope.spawn(move || {
                let counts = survive(number, moments, behaviour, kills);
                assert_eq!(
                    counts.without_when(),
                    expected.without_when(),
                    "series {number}, seed {}",
                    seed()
                );
            });
        }
    });
    let kills = kills.into_inner();
    assert!(kills >= 15, "only {kills} starts were killed before their end");
}

#[test]
fn a_change_that_is_killed_on_its_way_arrives_once_and_whole() {
    let change: &[&str] = &["--change", "0.2"];
    let data = tempfile::tempdir().unwrap();
    let first = Start::on(data.path(), &[&PROFILES[..], &["--json"]].concat()).end().success();
    let mut random = Moments::new(seed());
    for moment in [STARTING, LOOKED, PLANNED, SETTLING] {
        let _ = kill(data.path(), change, moment, Victim::Program, &mut random);
    }
    let last = Start::on(data.path(), &["--json"]).end().success();
    let account = Account::of_export(data.path());
    account.holds(&Segments::of_sample(data.path()), &last.counts);
    let undisturbed = tempfile::tempdir().unwrap();
    let _ = Start::on(undisturbed.path(), &[&PROFILES[..], &["--json"]].concat()).end().success();
    let expected = Start::on(undisturbed.path(), &[change, &["--json"]].concat()).end().success();
    assert_eq!(last.counts.without_when(), expected.counts.without_when());
    assert_eq!(account.members.len() as u64, first.counts.added + expected.counts.added);
    assert_eq!(account.imported[&2], expected.counts.updated, "only the changed came a second time");
    assert_eq!(account.imported.len(), 2, "and nobody a third time: {:?}", account.imported);
}

#[test]
fn killed_around_a_token_refresh_it_goes_on_by_itself_or_after_authorization() {
    // Tokens are used up at every start, and every answer takes its time.
    let behaviour: &[&str] = &["--limit", "access_token_seconds=60", "--fault", "delay_milliseconds=300"];
    std::thread::scope(|scope| {
        for series in 0..3 {
            scope.spawn(move || {
                let data = tempfile::tempdir().unwrap();
                let mut random = Moments::new(seed() + series);
                let first =
                    Start::on(data.path(), &[&PROFILES[..], behaviour, &["--json"]].concat()).end().success();
                for _ in 0..4 {
                    let _ = kill(data.path(), behaviour, (None, 2_500), Victim::Program, &mut random);
                }
                let last = Start::on(data.path(), &[behaviour, &["--json"]].concat()).end().success();
                assert_eq!(last.counts.without_when(), first.counts.without_when());
                Account::of_export(data.path()).brought_once(first.counts.added);
            });
        }
    });
}

/// Kills the services at many moments, lets the next start come to its end, and answers what was said.
#[cfg(target_os = "linux")]
fn without_services() -> Vec<String> {
    let one = |milliseconds: u64| {
        let data = tempfile::tempdir().unwrap();
        let slow = ["--switch", "activity_seconds=3", "--json"];
        let running = Start::on(data.path(), &[&PROFILES[..], &slow].concat()).spawn();
        while running.services().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(milliseconds));
        assert!(running.kill_services());
        let said = running.wait().refusal().to_owned();
        let last = Start::on(data.path(), &[&PROFILES[..], &["--json"]].concat()).end().success();
        Account::of_export(data.path()).brought_once(last.counts.added);
        said
    };
    std::thread::scope(|scope| {
        let killed: Vec<_> =
            (0..3_000).step_by(200).map(|milliseconds| scope.spawn(move || one(milliseconds))).collect();
        killed.into_iter().map(|killed| killed.join().unwrap()).collect()
    })
}

#[cfg(target_os = "linux")]
#[test]
fn when_its_services_are_killed_at_any_moment_one_sentence_says_so_and_what_to_do() {
    for said in without_services() {
        assert!(
            said.starts_with("error: the local services ended unexpectedly; start again with --data /"),
            "{said}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn whatever_ends_the_program_its_services_end_too() {
    let data = tempfile::tempdir().unwrap();
    let running =
        Start::on(data.path(), &[&PROFILES[..], &["--switch", "activity_seconds=30"]].concat()).spawn();
    assert!(running.says(SENDING));
    let services = running.services().expect("the services process");
    let _ = running.kill();
    let gone = || !Path::new(&format!("/proc/{services}")).exists();
    let patience = std::time::Instant::now() + Duration::from_secs(20);
    while !gone() && std::time::Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(gone(), "process {services} is still there");
}

#[test]
fn stopped_with_ctrl_c_it_says_so_and_goes_on_at_the_next_start() {
    let data = tempfile::tempdir().unwrap();
    let slow = ["--switch", "activity_seconds=4"];
    let running = Start::on(data.path(), &[&PROFILES[..], &slow].concat()).spawn();
    assert!(running.says(SENDING));
    std::thread::sleep(Duration::from_millis(700));
    running.interrupt();
    let ended = running.wait();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(
        ended.output.contains("Stopped. The export goes on where it was at the next start."),
        "{ended:?}"
    );
    let counts = Start::on(data.path(), &["--json"]).end().success().counts;
    assert_eq!(counts.unchanged, 0, "it was the same run: {counts:?}");
    let account = Account::of_export(data.path());
    account.holds_exactly(&Segments::of_sample(data.path()), &counts);
    account.brought_once(counts.added);
}
