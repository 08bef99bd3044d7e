//! Invocations that do not come to their end.

use std::sync::Arc;
use std::time::Duration;

use engine::{Phase, RunKey};
use function_stage::{Function, Outcome, Stage};
use tokio::task::JoinHandle;

use crate::BINARY;
use crate::driving::{drive, input, invoked, known_error_type, wait};

const PEOPLE: usize = 60;

/// An invocation in the background.
fn invoking(function: &Arc<Function>, key: &RunKey, time: Duration) -> JoinHandle<Outcome> {
    let (function, input) = (Arc::clone(function), input(key));
    tokio::spawn(async move { function.invoke(input, time).await })
}

fn error_type(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Error(body) => known_error_type(body),
        Outcome::Result(answer) => panic!("it has answered: {answer}"),
    }
}

/// The next process brings the run to its end, once the lease of the dead one is over.
async fn goes_on(stage: &Stage, function: &Function, key: &RunKey, longest_wait: u64) {
    let starts = function.starts();
    let answers = drive(function, key).await;
    assert_eq!(function.starts(), starts + 1, "a new process, and only one");
    assert_eq!(answers[0]["state"], "wait", "the lease of the dead process is respected");
    assert!(
        answers[0]["seconds"].as_u64().unwrap() <= longest_wait,
        "and ends just after that one's time-out"
    );
    assert_eq!(answers.last().unwrap()["status"], "Successful");
    let run = stage.run(key).await;
    assert!(run.ended().unwrap().counts.is_balanced());
    assert_eq!(stage.members().await.len(), PEOPLE);
}

async fn ends_with_a_sound_log(stage: &Stage, function: Arc<Function>) {
    let function = Arc::try_unwrap(function).expect("nobody invokes it any more");
    function.end().await.check(&stage.private(PEOPLE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_in_mid_run_costs_time_and_nothing_else() {
    let stage = Stage::new(PEOPLE).await;
    let key = stage.start_run().await;
    // Slow answers: the process is certainly at work when it is killed.
    stage.control.change_faults(|faults| faults.delay_milliseconds = 500).await;
    let function = Arc::new(stage.function(BINARY).await);
    let first = invoking(&function, &key, Duration::from_secs(8));
    while stage.control.statistics().await.total < 2 {
        assert!(!first.is_finished(), "the function has given up before it sent anything");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    function.crash();
    assert_eq!(error_type(&first.await.unwrap()), "Runtime.ExitError");
    stage.control.change_faults(|faults| faults.delay_milliseconds = 0).await;
    let interrupted = stage.run(&key).await;
    assert!(interrupted.lease.is_some(), "it died with its lease");
    assert!(matches!(interrupted.phase, Phase::Queued | Phase::Looking(_)), "and before it sent anything");
    goes_on(&stage, &function, &key, 13).await;
    assert_eq!(stage.control.statistics().await.imports, 1, "nothing was sent twice");
    ends_with_a_sound_log(&stage, function).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_while_the_service_works_sends_nothing_again() {
    let stage = Stage::new(PEOPLE).await;
    let key = stage.start_run().await;
    let function = Arc::new(stage.function(BINARY).await);
    let turn = invoked(&function, input(&key)).await;
    assert!(matches!(stage.run(&key).await.phase, Phase::Sending(_)), "the import was sent and written down");
    wait(&turn).await;
    stage.control.change_faults(|faults| faults.delay_milliseconds = 500).await;
    let polls = stage.control.statistics().await.polls;
    let second = invoking(&function, &key, Duration::from_secs(8));
    while stage.control.statistics().await.polls == polls {
        assert!(!second.is_finished(), "the function has given up before it asked for anything");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    function.crash();
    // Its answer may have been quicker, which makes no difference to what follows.
    match second.await.unwrap() {
        Outcome::Error(body) => assert_eq!(known_error_type(&body), "Runtime.ExitError"),
        Outcome::Result(answer) => {
            assert!(answer["state"] == "wait" || answer["state"] == "done", "{answer}")
        }
    }
    stage.control.change_faults(|faults| faults.delay_milliseconds = 0).await;
    let answers = drive(&function, &key).await;
    assert_eq!(answers.last().unwrap()["status"], "Successful");
    let run = stage.run(&key).await;
    let counts = &run.ended().unwrap().counts;
    assert!(counts.is_balanced());
    assert_eq!((counts.added, stage.members().await.len()), (60, PEOPLE));
    assert_eq!(stage.control.statistics().await.imports, 1);
    ends_with_a_sound_log(&stage, function).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_out_in_mid_run_is_lambdas_and_the_run_goes_on_afterwards() {
    let stage = Stage::new(PEOPLE).await;
    let key = stage.start_run().await;
    // No answer comes before Lambda's time is over, although the function begins nothing in the last quarter of it.
    stage.control.change_faults(|faults| faults.delay_milliseconds = 20_000).await;
    let function = Arc::new(stage.function(BINARY).await);
    let outcome = function.invoke(input(&key), Duration::from_secs(4)).await;
    assert_eq!(error_type(&outcome), "Sandbox.Timedout");
    stage.control.change_faults(|faults| faults.delay_milliseconds = 0).await;
    assert!(stage.run(&key).await.lease.is_some(), "it was stopped with its lease");
    goes_on(&stage, &function, &key, 9).await;
    assert_eq!(stage.control.statistics().await.imports, 1);
    ends_with_a_sound_log(&stage, function).await;
}
