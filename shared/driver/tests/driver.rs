//! Promises about runs that are driven in this process, with the real engine and Constant Contact on loopback: each run
//! has one task, ends, is followed by the next one, and is neither lost when it waits for a person nor when everything
//! is shut down.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::sync::Arc;

use configuration::RunDriver;
use domain::identifier::{ExportId, RunId};
use driver::{DriverSettings, InProcessDriver};
use engine::{RunKey, Status};
use function_stage::MemoryStage;
use notifications::{NotificationList, NotificationParts, NotificationSettings, Notifications};
use schedule::ExportSchedule;
use store::Fault;

struct Bench {
    stage: MemoryStage,
    list: NotificationList,
    driver: InProcessDriver,
    export: ExportId,
}

async fn bench() -> Bench {
    let stage = MemoryStage::new().await;
    let list = NotificationList::new(stage.documents.clone());
    let driver = driver(&stage, &list);
    let export = stage.export("export-1", &["people"], ExportSchedule::default()).await;
    Bench { stage, list, driver, export }
}

/// A driver of another process, which tells people by `list`.
fn driver(stage: &MemoryStage, list: &NotificationList) -> InProcessDriver {
    let notifications = Notifications::new(NotificationParts {
        engine: stage.engine.clone(),
        documents: stage.documents.clone(),
        segments: Arc::clone(&stage.segments),
        grants: stage.grants.clone(),
        notifier: Arc::new(list.clone()),
        clock: stage.time(),
        settings: NotificationSettings::default(),
    });
    InProcessDriver::new(stage.engine.clone(), notifications, stage.time(), DriverSettings::default())
}

impl Bench {
    async fn status(&self, run: &RunKey) -> Status {
        self.stage.run(run).await.ended().unwrap().end.status()
    }
}

#[tokio::test]
async fn a_run_is_driven_to_its_end_by_one_task_however_often_it_is_asked_for() {
    let bench = bench().await;
    bench.stage.upload("people/1.csv", 30).await;
    let run = bench.stage.start_run(&bench.export).await;
    for _ in 0..5 {
        bench.driver.drive(&run).await.unwrap();
    }
    assert_eq!(bench.driver.driven(), std::slice::from_ref(&run));
    bench.driver.idle().await;
    assert_eq!(bench.status(&run).await, Status::Successful);
    assert_eq!(bench.stage.control.statistics().await.imports, 1);
    // To ask for one that has ended does no harm.
    bench.driver.drive(&run).await.unwrap();
    bench.driver.idle().await;
    assert_eq!(bench.stage.control.statistics().await.imports, 1);
    assert!(bench.driver.driven().is_empty());
}

#[tokio::test]
async fn the_run_that_follows_is_driven_without_being_asked_for() {
    let bench = bench().await;
    bench.stage.upload("people/1.csv", 3).await;
    let first = bench.stage.start_run(&bench.export).await;
    // Until its snapshots are chosen another request joins it; afterwards it is followed.
    let deadline = bench.stage.engine.run(&first).await.unwrap().unwrap().created_at;
    while !bench.stage.engine.occupation(&bench.export).await.unwrap().active.unwrap().pinned {
        bench.stage.engine.advance(&first, deadline, engine::Caller::SoleOwner).await.unwrap();
    }
    assert_eq!(bench.stage.start_run(&bench.export).await, first, "the active run is named");
    let second = bench.stage.engine.occupation(&bench.export).await.unwrap().follow_up.unwrap().run;
    let second = RunKey { run: second, ..first.clone() };
    bench.driver.drive(&first).await.unwrap();
    bench.driver.idle().await;
    assert_eq!(bench.status(&first).await, Status::Successful);
    assert_eq!(bench.status(&second).await, Status::Successful);
}

#[tokio::test]
async fn a_parked_run_has_no_task_and_goes_on_when_it_is_asked_for() {
    let bench = bench().await;
    bench.stage.upload("people/1.csv", 3).await;
    bench.stage.control.disconnect().await.unwrap();
    let run = bench.stage.start_run(&bench.export).await;
    bench.driver.drive(&run).await.unwrap();
    bench.driver.idle().await;
    assert!(bench.stage.run(&run).await.parked.is_some());
    let told = bench.list.latest(10).await.unwrap();
    assert_eq!(told.len(), 1, "people are told: {told:?}");
    // Asked for in vain: it is parked again, and nobody spins.
    bench.driver.drive(&run).await.unwrap();
    bench.driver.idle().await;
    assert!(bench.stage.run(&run).await.parked.is_some());
    bench.stage.authorise().await;
    bench.driver.drive(&run).await.unwrap();
    bench.driver.idle().await;
    assert_eq!(bench.status(&run).await, Status::Successful);
}

#[tokio::test]
async fn people_are_told_how_a_run_ended() {
    let bench = bench().await;
    let run = bench.stage.start_run(&bench.export).await;
    bench.driver.drive(&run).await.unwrap();
    bench.driver.idle().await;
    let told = bench.list.latest(10).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].code, "segment_missing");
}

#[tokio::test]
async fn a_run_that_does_not_exist_ends_its_task() {
    let bench = bench().await;
    let run = RunKey { export: bench.export.clone(), run: RunId::new("no-such-run").unwrap() };
    bench.driver.drive(&run).await.unwrap();
    bench.driver.idle().await;
    assert!(bench.driver.driven().is_empty());
}

#[tokio::test]
async fn after_a_shutdown_nothing_is_driven_and_the_next_process_goes_on() {
    let bench = bench().await;
    bench.stage.upload("people/1.csv", 30).await;
    let run = bench.stage.start_run(&bench.export).await;
    bench.driver.drive(&run).await.unwrap();
    bench.driver.shutdown().await;
    assert!(bench.driver.driven().is_empty());
    bench.driver.drive(&run).await.unwrap();
    assert!(bench.driver.driven().is_empty());
    let Bench { stage, list, export, .. } = bench;
    assert!(stage.engine.occupation(&export).await.unwrap().active.is_some(), "it has not ended");
    let next = driver(&stage, &list);
    next.drive(&run).await.unwrap();
    next.idle().await;
    assert!(stage.run(&run).await.ended().is_some());
}

#[tokio::test]
async fn state_that_is_out_of_reach_for_a_while_ends_nothing() {
    let bench = bench().await;
    bench.stage.upload("people/1.csv", 3).await;
    let run = bench.stage.start_run(&bench.export).await;
    for _ in 0..30 {
        bench.stage.store.inject(Fault::NotReached);
    }
    let began = domain::Clock::now(bench.stage.clock.as_ref());
    bench.driver.drive(&run).await.unwrap();
    bench.driver.idle().await;
    assert_eq!(bench.stage.store.outstanding(), 0);
    assert_eq!(bench.status(&run).await, Status::Successful);
    let waited = domain::Clock::now(bench.stage.clock.as_ref()).duration_since(began);
    assert!(waited.as_secs() >= 1 + 2 + 4, "it is patient: {waited}");
}
