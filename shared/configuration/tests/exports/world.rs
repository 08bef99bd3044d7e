//! A shared connection, a list, and the segment `customers`.

use catalog::ConnectionAccess;
use company::{Company, PEOPLE};
use configuration::{ConfigurationError, ExportDraft, ListChoice, SavedExport};
use domain::identifier::{ConnectionId, ExportId, SegmentName};
use jiff::SignedDuration;
use schedule::ExportForm;

use crate::bench;

pub(crate) struct World {
    pub(crate) bench: Company,
    pub(crate) connection: ConnectionId,
    pub(crate) list: String,
}

pub(crate) async fn world() -> World {
    let bench = bench().await;
    let connection = bench.connected(ConnectionAccess::Contributors).await;
    let list = bench.control.create_list("Newsletter").await.unwrap();
    let world = World { bench, connection, list };
    world.bench.upload("customers/2026-11-20.csv", PEOPLE).await;
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

    /// The runs that were to be driven since the last call, by export.
    pub(crate) fn driven(&self) -> Vec<ExportId> {
        let mut exports: Vec<ExportId> = self.bench.driver.take().into_iter().map(|run| run.export).collect();
        exports.sort();
        exports
    }
}
