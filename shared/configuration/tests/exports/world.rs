//! A shared connection, a list, and the segment `customers`.

use bytes::Bytes;
use catalog::ConnectionAccess;
use configuration::{ConfigurationError, ExportDraft, ListChoice, SavedExport};
use domain::Clock;
use domain::identifier::{ConnectionId, ExportId, SegmentName};
use engine::{Advance, Caller, Run, RunKey};
use jiff::SignedDuration;
use schedule::ExportForm;
use store::{Condition, ObjectStore};

use crate::support::{Bench, bench};

pub(crate) const PEOPLE: &str =
    "CustomerId,EMail,FirstName,Hobby\n1,ann@example.com,Ann,Chess\n2,bob@example.com,Bob,\n3,nobody,Eve,\n";

pub(crate) struct World {
    pub(crate) bench: Bench,
    pub(crate) connection: ConnectionId,
    pub(crate) list: String,
}

pub(crate) async fn world() -> World {
    let bench = bench().await;
    let connection = bench.connected(ConnectionAccess::Contributors).await;
    let list = bench.control.create_list("Newsletter").await.unwrap();
    let world = World { bench, connection, list };
    world.upload("customers/2026-11-20.csv", PEOPLE).await;
    world
}

pub(crate) fn segment(name: &str) -> SegmentName {
    SegmentName::new(name).unwrap()
}

pub(crate) fn daily(start: &str) -> ExportForm {
    ExportForm {
        kind: "own".to_owned(),
        repeat: "daily".to_owned(),
        time_zone: "Etc/UTC".to_owned(),
        start: start.to_owned(),
        ..ExportForm::default()
    }
}

/// Fields and codes of a refused draft, in the order of the form.
pub(crate) fn problems<T: std::fmt::Debug>(
    refused: Result<T, ConfigurationError>,
) -> Vec<(String, &'static str)> {
    let ConfigurationError::Invalid(problems) = refused.unwrap_err() else {
        panic!("something else is wrong")
    };
    assert!(problems.iter().all(|problem| problem.message.ends_with('.')), "{problems:?}");
    problems.into_iter().map(|problem| (problem.field, problem.code)).collect()
}

impl World {
    pub(crate) fn draft(&self, name: &str) -> ExportDraft {
        ExportDraft {
            name: name.to_owned(),
            connection: Some(self.connection.clone()),
            list: ListChoice::Id(self.list.clone()),
            segments: vec!["customers".to_owned()],
            email_column: "EMail".to_owned(),
            ..ExportDraft::default()
        }
    }

    pub(crate) async fn save(&self, draft: &ExportDraft) -> SavedExport {
        self.bench.time_passes(SignedDuration::from_secs(1));
        self.bench.configuration.create_export(&self.bench.contributor(), draft, None).await.unwrap()
    }

    /// A saved export.
    pub(crate) async fn export(&self, name: &str) -> ExportId {
        self.save(&self.draft(name)).await.export.value.standing.id
    }

    pub(crate) async fn upload(&self, path: &str, text: &str) {
        let key = format!("segments/{path}");
        self.bench.segments.put(&key, Bytes::from(text.to_owned()), Condition::None).await.unwrap();
        self.bench.time_passes(SignedDuration::from_secs(1));
    }

    /// Works on a run until its end.
    pub(crate) async fn finish(&self, key: &RunKey) -> Run {
        let Bench { engine, clock, control, .. } = &self.bench;
        for _ in 0..500 {
            control.set_clock(clock.now()).await.unwrap();
            let deadline = clock.now() + SignedDuration::from_mins(10);
            match engine.advance(key, deadline, Caller::SoleOwner).await.unwrap() {
                Advance::Done { .. } => return engine.run(key).await.unwrap().unwrap(),
                Advance::Wait { until } => clock.advance_to(until),
                Advance::Parked { reason } => panic!("the run waits for a person: {reason}"),
            }
        }
        panic!("the run does not come to an end");
    }

    /// The runs that were to be driven since the last call, by export.
    pub(crate) fn driven(&self) -> Vec<ExportId> {
        let mut exports: Vec<ExportId> = self.bench.driver.take().into_iter().map(|run| run.export).collect();
        exports.sort();
        exports
    }
}
