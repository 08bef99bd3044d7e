//! What a person approves is the plan that the brake stopped, and no other.

use engine::{End, StartRequest, Status};
use planner::RunKind;
use virtual_time::{counts, end, people};

use super::steps::world_of;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_kind_of_run_planned_is_not_approved_for_another() {
    for (planned, other) in [(RunKind::Full, RunKind::Changes), (RunKind::Changes, RunKind::Full)] {
        let world = world_of(200).await;
        world.run(RunKind::Changes).await;
        world.upload("2", &people(0, 400)).await;
        let braked = world.run(planned).await;
        assert_eq!(end(&braked).1.code(), "brake_additions");
        let engine = world.process();
        let approve = async |kind| {
            let request = StartRequest { approved: Some(braked.key.run.clone()), ..world.request(kind) };
            let started = engine.start_run(&world.export, request).await.unwrap();
            world.finish(&engine, started.active()).await
        };
        assert_eq!(end(&approve(other).await), (Status::Skipped, End::ApprovalOutdated));
        assert_eq!(world.members().await.len(), 200);
        let run = approve(planned).await;
        assert_eq!(end(&run).0, Status::Successful);
        let (planned, sent) = (counts(&braked), counts(&run));
        assert_eq!((planned.unsent, planned.unchanged), (sent.added + sent.updated, sent.unchanged));
        world.close().await;
    }
}
