//! How many requests a million profiles take, in virtual time, when each activity takes ten minutes.

use constant_contact::RequestKind;
use planner::RunKind;
use virtual_time::{World, WorldOptions, counts, people};

use crate::table::Row;

/// A million people, the service's own limits and rates.
pub(crate) fn first_full_run() -> Row {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut options = WorldOptions { throttle: true, ..WorldOptions::default() };
        options.settings.chunks = planner::ChunkLimits::default();
        let world = World::new(options).await;
        world.control.change_switches(|switches| switches.activity_seconds = 600).await;
        world.upload("2026-11-22", &people(0, 1_000_000)).await;
        let run = world.run(RunKind::Changes).await;
        assert_eq!(counts(&run).added, 1_000_000);
        let imports = run.requests.get(&RequestKind::Import).copied().unwrap_or(0);
        let took = run.ended().unwrap().at.duration_since(run.created_at);
        let requests = Some((imports, run.total_requests() - imports));
        world.close().await;
        Row {
            what: "first full run in virtual time, activities of 10 minutes".to_owned(),
            cpu_seconds: None,
            peak_bytes: None,
            seconds: Some(took.as_secs_f64()),
            requests,
            bytes: None,
            target: "<= 26 imports + <= 15 others, < 1 hour",
        }
    })
}
