//! Maintenance: what was left behind is taken up again, and what was removed is forgotten.

use std::convert::Infallible;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use async_trait::async_trait;
use configuration::MaintenanceReport;
use constant_contact::{AccessTokenError, AccessTokens, ClientSettings, OpenGate, RequestGate};
use domain::identifier::ConnectionId;
use domain::{Clock, ManualRandom};
use engine::{
    Advance, Connector, ConnectorError, Engine, EngineParts, EngineSettings, NoObserver, ParkReason, Run,
};
use jiff::SignedDuration;
use planner::RunKind;
use store::Change;

use super::world::{World, world};

#[tokio::test]
async fn overdue_runs_are_driven_and_segments_counted() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap();
    world.driven();
    let report = configuration.maintenance(world.bench.clock.now()).await;
    assert_eq!(report, MaintenanceReport { counted: 1, ..MaintenanceReport::default() }, "not overdue");
    world.bench.time_passes(SignedDuration::from_secs(121));
    let report = configuration.maintenance(world.bench.clock.now()).await;
    assert_eq!(report, MaintenanceReport { driven: 1, ..MaintenanceReport::default() }, "counted once");
    assert_eq!(world.driven(), std::slice::from_ref(&id));
    // A crash between announcing the run and writing it.
    let run = world.bench.engine.active_runs().await.unwrap().remove(0);
    let documents =
        [format!("runs/{}/{}.json", run.export, run.run), format!("active-runs/{}/{}", run.export, run.run)];
    for key in &documents {
        store::ObjectStore::delete(&world.bench.memory, key, store::Condition::None).await.unwrap();
    }
    let report = configuration.maintenance(world.bench.clock.now()).await;
    assert_eq!((report.driven, world.driven()), (1, vec![id]), "it was asked for over two minutes ago");
}

#[tokio::test]
async fn a_run_that_waits_for_a_person_is_left_alone() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    let key = configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap().active().clone();
    world.bench.control.disconnect().await.unwrap();
    let deadline = world.bench.clock.now() + SignedDuration::from_mins(5);
    loop {
        match world.bench.engine.advance(&key, deadline, engine::Caller::SoleOwner).await.unwrap() {
            Advance::Parked { .. } => break,
            Advance::Wait { until } => world.bench.clock.advance_to(until),
            Advance::Done { .. } => panic!("it cannot have ended"),
        }
    }
    world.driven();
    world.bench.time_passes(SignedDuration::from_hours(1));
    assert_eq!(configuration.maintenance(world.bench.clock.now()).await.driven, 0);
    let standing = configuration.export(&carl, &id).await.unwrap().value.standing;
    assert_eq!(standing.note.unwrap().code, "needs_reauthentication");
}

#[tokio::test]
async fn a_run_whose_authorization_has_come_is_driven_although_nobody_told_it() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    let key = configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap().active().clone();
    world.bench.control.disconnect().await.unwrap();
    let advance = async || {
        let deadline = world.bench.clock.now() + SignedDuration::from_mins(5);
        world.bench.engine.advance(&key, deadline, engine::Caller::SoleOwner).await.unwrap()
    };
    while !matches!(advance().await, Advance::Parked { .. }) {
        world.bench.time_passes(SignedDuration::from_mins(1));
    }
    world.driven();
    // The wake-up is lost.
    world.bench.driver.set_out_of_reach(true);
    world.bench.authenticate(&world.connection).await;
    world.bench.driver.set_out_of_reach(false);
    let now = world.bench.clock.now();
    assert_eq!(configuration.maintenance(now).await.driven, 1);
    assert_eq!(world.driven(), [id]);
    // What comes of it does not help when it parks again for another reason: that is not tried again and again.
    world.bench.time_passes(SignedDuration::from_mins(3));
    world.bench.control.disconnect().await.unwrap();
    while !matches!(advance().await, Advance::Parked { .. }) {
        world.bench.time_passes(SignedDuration::from_mins(1));
    }
    assert_eq!(configuration.maintenance(world.bench.clock.now()).await.driven, 0);
}

/// A connection that a person authorises while a run's request for a token is being refused.
struct AuthorizedMeanwhile(Arc<World>);

impl Debug for AuthorizedMeanwhile {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("AuthorizedMeanwhile")
    }
}

#[async_trait]
impl Connector for AuthorizedMeanwhile {
    fn settings(&self) -> ClientSettings {
        ClientSettings::at("http://127.0.0.1:1/v3", "http://127.0.0.1:1/oauth2").unwrap()
    }

    async fn tokens(&self, connection: &ConnectionId) -> Result<Arc<dyn AccessTokens>, ConnectorError> {
        let bench = &self.0.bench;
        bench.time_passes(SignedDuration::from_mins(10));
        bench.authenticate(connection).await;
        bench.time_passes(SignedDuration::from_mins(10));
        Err(AccessTokenError::NeedsReauthentication.into())
    }

    async fn gate(&self) -> Result<Arc<dyn RequestGate>, ConnectorError> {
        Ok(Arc::new(OpenGate))
    }
}

#[tokio::test]
async fn a_run_that_parks_after_its_authorization_has_come_is_driven() {
    let world = Arc::new(world().await);
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    let key = configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap().active().clone();
    world.driven();
    let engine = Engine::new(EngineParts {
        documents: world.bench.documents.clone(),
        segments: Arc::new(world.bench.segments.clone()),
        connector: Arc::new(AuthorizedMeanwhile(Arc::clone(&world))),
        clock: world.bench.clock.clone(),
        random: Arc::new(ManualRandom::new(5)),
        observer: Arc::new(NoObserver),
        settings: EngineSettings::default(),
    });
    let deadline = world.bench.clock.now() + SignedDuration::from_hours(1);
    let advance = engine.advance(&key, deadline, engine::Caller::SoleOwner).await.unwrap();
    assert_eq!(advance, Advance::Parked { reason: ParkReason::NeedsReauthentication });
    assert_eq!(world.driven(), [], "when the authorization came, the run did not wait for it yet");
    assert_eq!(configuration.maintenance(world.bench.clock.now()).await.driven, 1);
    assert_eq!(world.driven(), [id]);
}

#[tokio::test]
async fn a_run_that_waits_for_what_is_done_elsewhere_looks_again_each_hour() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    let key = configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap().active().clone();
    world.driven();
    let parked_at = Some(world.bench.clock.now());
    let document = format!("runs/{}/{}.json", key.export, key.run);
    let park = |run: Option<&Run>| {
        let parked = Some(ParkReason::NeedsPerson { problem: "access was denied".to_owned() });
        Ok(Change::Write(Run { parked, parked_at, due_at: None, ..run.unwrap().clone() }, ()))
    };
    world.bench.documents.update::<Run, (), Infallible, _>(&document, park).await.unwrap();
    world.bench.time_passes(SignedDuration::from_mins(59));
    assert_eq!(configuration.maintenance(world.bench.clock.now()).await.driven, 0);
    world.bench.time_passes(SignedDuration::from_mins(1));
    assert_eq!(configuration.maintenance(world.bench.clock.now()).await.driven, 1);
    assert_eq!(world.driven(), [id]);
}

#[tokio::test]
async fn the_data_of_a_removed_export_is_kept_for_thirty_days() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let (id, kept) = (world.export("News").await, world.export("Offers").await);
    for export in [&id, &kept] {
        let started = configuration.run_export(&carl, export, RunKind::Changes, None).await.unwrap();
        world.bench.finish(started.active()).await;
    }
    let tag = configuration.export(&carl, &id).await.unwrap().tag;
    configuration.remove_export(&carl, &id, &tag).await.unwrap();
    let of = |id: &domain::identifier::ExportId| {
        let state = world.bench.memory.keys().into_iter().filter(|key| key.contains(id.as_str())).count();
        let segments =
            world.bench.segments.keys().into_iter().filter(|key| key.contains(id.as_str())).count();
        (state, segments)
    };
    let before = (of(&id), of(&kept));
    assert!(before.0.0 > 4 && before.0.1 == 1, "{before:?}");
    world.bench.time_passes(SignedDuration::from_hours(30 * 24));
    assert_eq!(configuration.maintenance(world.bench.clock.now()).await.forgotten, 0);
    world.bench.time_passes(SignedDuration::from_secs(1));
    let report = configuration.maintenance(world.bench.clock.now()).await;
    assert_eq!((report.forgotten, report.failed), (1, 0));
    assert_eq!((of(&id), of(&kept)), ((0, 0), before.1));
    assert_eq!(configuration.maintenance(world.bench.clock.now()).await.forgotten, 0);
}

#[tokio::test]
async fn tokens_that_nobody_uses_are_renewed() {
    let world = world().await;
    let configuration = &world.bench.configuration;
    world.bench.time_passes(SignedDuration::from_hours(100 * 24));
    world.bench.control.set_clock(world.bench.clock.now()).await.unwrap();
    assert_eq!(configuration.maintenance(world.bench.clock.now()).await.renewed, 0);
    world.bench.time_passes(SignedDuration::from_hours(52 * 24));
    world.bench.control.set_clock(world.bench.clock.now()).await.unwrap();
    assert_eq!(configuration.maintenance(world.bench.clock.now()).await.renewed, 1);
    assert_eq!(
        configuration.maintenance(world.bench.clock.now()).await.renewed,
        0,
        "they were used just now"
    );
}
