//! Promises, with the real SDK against StartExecution as AWS documents it: a run has one execution at a time, whatever
//! is asked for twice, lost or refused; it is given ids and nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use configuration::RunDriver;
use domain::identifier::RunId;
use domain::{Classified, Clock, FailureClass};
use engine::{Advance, Caller, RunKey};
use function_stage::{AwsCalls, Fault, MemoryStage};
use jiff::SignedDuration;
use schedule::ExportSchedule;
use serde_json::json;
use step_functions::{ExecutionError, StepFunctionsDriver, StepFunctionsSettings};
use store::{AwsServer, Condition};

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Run";

struct Bench {
    stage: MemoryStage,
    calls: AwsCalls,
    driver: StepFunctionsDriver,
    run: RunKey,
}

async fn bench() -> Bench {
    let stage = MemoryStage::new().await;
    let calls = AwsCalls::start().await;
    let export = stage.export("export-1", &["people"], ExportSchedule::default()).await;
    stage.upload("people/1.csv", 3).await;
    let run = stage.start_run(&export).await;
    let driver = driver(&stage, &calls).await;
    Bench { stage, calls, driver, run }
}

async fn driver(stage: &MemoryStage, calls: &AwsCalls) -> StepFunctionsDriver {
    let settings = StepFunctionsSettings { state_machine: MACHINE.to_owned(), server: AwsServer::default() };
    let shared = calls.configuration().await;
    StepFunctionsDriver::new(settings, &shared, stage.engine.clone(), stage.documents.clone(), stage.time())
}

impl Bench {
    fn names(&self) -> Vec<String> {
        self.calls.executions().into_iter().map(|execution| execution.name).collect()
    }

    fn name(&self, generation: u64) -> String {
        format!("{}-{generation}", self.run.run)
    }
}

#[tokio::test]
async fn an_execution_is_given_what_export_run_expects() {
    let bench = bench().await;
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(1));
    let executions = bench.calls.executions();
    assert_eq!(executions.len(), 1);
    assert_eq!(executions[0].state_machine, MACHINE);
    assert_eq!(executions[0].name, bench.name(1));
    assert_eq!(executions[0].input, json!({ "export": "export-1", "run": bench.run.run, "generation": 1 }));
}

#[tokio::test]
async fn asking_again_starts_nothing() {
    let bench = bench().await;
    for _ in 0..3 {
        bench.driver.drive(&bench.run).await.unwrap();
    }
    // Also not another process.
    let other = driver(&bench.stage, &bench.calls).await;
    assert_eq!(other.start(&bench.run).await.unwrap(), None);
    assert_eq!(bench.names(), [bench.name(1)]);
}

#[tokio::test]
async fn many_at_once_start_one() {
    let bench = bench().await;
    let drivers: Vec<_> = (0..8).map(|_| (bench.driver.clone(), bench.run.clone())).collect();
    let asked: Vec<_> = drivers
        .into_iter()
        .map(|(driver, run)| tokio::spawn(async move { driver.start(&run).await }))
        .collect();
    for one in asked {
        one.await.unwrap().unwrap();
    }
    assert_eq!(bench.names(), [bench.name(1)]);
}

#[tokio::test]
async fn a_lost_answer_is_no_second_execution() {
    let bench = bench().await;
    bench.calls.fail([Fault::LostAnswer]);
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(1));
    assert_eq!(bench.names(), [bench.name(1)]);
}

#[tokio::test]
async fn what_was_announced_and_never_confirmed_is_started_under_the_same_name() {
    let bench = bench().await;
    // All attempts of the SDK; the second one was carried out.
    bench.calls.fail([Fault::Unavailable, Fault::LostAnswer, Fault::Unavailable]);
    let error = bench.driver.start(&bench.run).await.unwrap_err();
    assert!(matches!(error, ExecutionError::Unavailable(_)), "{error}");
    assert_eq!(error.class(), FailureClass::Retry);
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(1));
    assert_eq!(bench.names(), [bench.name(1)], "the service said that it exists, or started nothing again");
}

#[tokio::test]
async fn a_name_that_a_closed_execution_has_is_followed_by_the_next() {
    let bench = bench().await;
    bench.calls.fail([Fault::LostAnswer, Fault::Unavailable, Fault::Unavailable]);
    bench.driver.start(&bench.run).await.unwrap_err();
    bench.calls.close_executions();
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(2));
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), None);
    assert_eq!(bench.names(), [bench.name(1), bench.name(2)]);
    // What the closed one has ended needs none.
    let other = self::bench().await;
    other.calls.fail([Fault::LostAnswer, Fault::Unavailable, Fault::Unavailable]);
    other.driver.start(&other.run).await.unwrap_err();
    other.stage.drive(&other.run).await;
    other.calls.close_executions();
    assert_eq!(other.driver.start(&other.run).await.unwrap(), None);
    assert_eq!(other.names(), [other.name(1)]);
}

/// A run that the state machine has started after another one: under the first name, and without a document.
async fn followed() -> Bench {
    let bench = bench().await;
    bench.driver.start(&bench.run).await.unwrap();
    let document = format!("exports/{}/executions/{}.json", bench.run.export, bench.run.run);
    bench.stage.documents.store().delete(&document, Condition::None).await.unwrap();
    bench
}

#[tokio::test]
async fn a_run_that_the_state_machine_has_started_is_woken_at_once() {
    let bench = followed().await;
    bench.stage.control.disconnect().await.unwrap();
    assert!(matches!(bench.stage.drive(&bench.run).await, Advance::Parked { .. }));
    bench.calls.close_executions();
    bench.stage.authorise().await;
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(2));
    assert_eq!(bench.names(), [bench.name(1), bench.name(2)]);
}

#[tokio::test]
async fn a_run_that_the_state_machine_has_started_hears_at_once_that_it_is_cancelled() {
    let bench = followed().await;
    let deadline = bench.stage.clock.now() + SignedDuration::from_mins(10);
    let waiting = bench.stage.engine.advance(&bench.run, deadline, Caller::Shared).await.unwrap();
    assert!(matches!(waiting, Advance::Wait { .. }), "{waiting:?}");
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), None, "its execution is at work");
    bench.stage.engine.cancel(&bench.run, "Ann").await.unwrap();
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(2));
}

#[tokio::test]
async fn a_run_that_the_state_machine_has_just_started_gets_no_second_execution() {
    let bench = followed().await;
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(1));
    assert_eq!(bench.names(), [bench.name(1)]);
    // Its execution has failed before it began.
    let other = followed().await;
    other.calls.close_executions();
    assert_eq!(other.driver.start(&other.run).await.unwrap(), Some(2));
}

#[tokio::test]
async fn an_overdue_run_gets_a_new_execution_under_a_new_name() {
    let bench = bench().await;
    bench.driver.start(&bench.run).await.unwrap();
    bench.calls.close_executions();
    bench.stage.clock.pass(SignedDuration::from_secs(119)).await;
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), None);
    bench.stage.clock.pass(SignedDuration::from_secs(2)).await;
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(2));
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), None, "it needs time to begin");
    assert_eq!(bench.names(), [bench.name(1), bench.name(2)]);
    assert_eq!(bench.calls.executions()[1].input["generation"], 2);
}

#[tokio::test]
async fn a_cancellation_is_heard_at_once() {
    let bench = bench().await;
    bench.driver.start(&bench.run).await.unwrap();
    bench.stage.clock.pass(SignedDuration::from_secs(10)).await;
    bench.stage.engine.cancel(&bench.run, "Ann").await.unwrap();
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(2));
    bench.stage.clock.pass(SignedDuration::from_secs(1)).await;
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), None);
}

#[tokio::test]
async fn an_ended_run_needs_nothing() {
    let bench = bench().await;
    bench.driver.start(&bench.run).await.unwrap();
    bench.stage.drive(&bench.run).await;
    assert_eq!(bench.driver.start(&bench.run).await.unwrap(), None);
    assert_eq!(bench.names(), [bench.name(1)]);
}

#[tokio::test]
async fn what_a_person_must_change_is_said() {
    for (fault, class, words) in [
        (Fault::Denied, FailureClass::NeedsPerson, "states:StartExecution"),
        (Fault::NoStateMachine, FailureClass::NeedsPerson, "STATE_MACHINE_ARN"),
    ] {
        let bench = bench().await;
        bench.calls.fail([fault]);
        let error = bench.driver.start(&bench.run).await.unwrap_err();
        assert_eq!(error.class(), class);
        assert!(error.to_string().contains(words), "{error}");
        // Once it is put right the same execution is started.
        assert_eq!(bench.driver.start(&bench.run).await.unwrap(), Some(1));
    }
    let bench = bench().await;
    let unknown = RunKey { run: RunId::new("no-such-run").unwrap(), ..bench.run.clone() };
    assert!(matches!(bench.driver.start(&unknown).await, Err(ExecutionError::UnknownRun(_))));
    assert_eq!(bench.calls.calls(), 0);
}
