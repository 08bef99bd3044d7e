//! The end of a process that did not do what it should: one sentence, and the causes below it.

use std::error::Error;
use std::io;

use domain::identifier::InvalidIdentifier;
use store::{DocumentError, StoreError};

use crate::command_line::BehaviourError;
use crate::connect::{ConnectError, DestinationError};
use crate::data_directory::DataDirectoryError;
use crate::environment::InvalidEnvironment;
use crate::export::{ConfigureError, DriveError, InspectError, MappingFailure, SourceError};
use crate::installation::InstallationError;
use crate::services::ServicesError;

/// Why the process ends without having done what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// Options that do not go together.
    #[error("{0}")]
    Usage(String),
    /// The environment.
    #[error(transparent)]
    Environment(#[from] InvalidEnvironment),
    /// The simulator's settings.
    #[error(transparent)]
    Behaviour(#[from] BehaviourError),
    /// The data directory.
    #[error(transparent)]
    DataDirectory(#[from] DataDirectoryError),
    /// The services process.
    #[error(transparent)]
    Services(#[from] ServicesError),
    /// The simulator alone.
    #[error(transparent)]
    Simulator(#[from] simulator::StartError),
    /// Where the segments come from.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The segments themselves.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// The mapping.
    #[error(transparent)]
    Mapping(#[from] MappingFailure),
    /// The parts of the product.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The list.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// The export's settings.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// The run did not start.
    #[error(transparent)]
    Start(#[from] engine::StartError),
    /// The run did not end.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// State could not be read or written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A file of the state could not be read.
    #[error(transparent)]
    Store(StoreError),
    /// Never in practice: the names are constants.
    #[error(transparent)]
    Name(#[from] InvalidIdentifier),
    /// Standard input, output or the runtime.
    #[error("the terminal or the system's threads cannot be used")]
    System(#[from] io::Error),
}

/// What lies below an error, the nearest first.
#[must_use]
pub fn causes(error: &dyn Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut last = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let text = error.to_string();
        // Some errors repeat the text of what lies below them.
        if !last.contains(&text) {
            causes.push(text.clone());
        }
        last = text;
        next = error.source();
    }
    causes
}

impl Failure {
    /// The text for a person: the sentence, and each cause on a line of its own.
    #[must_use]
    pub fn report(&self) -> String {
        if is_full_disk(self) {
            return "error: the disk is full; free some space, then start again with the same --data: nothing is lost, \
                    and the export goes on where it was"
                .to_owned();
        }
        let causes = match self {
            Self::Services(ServicesError::Failed(report)) => report.causes.clone(),
            other => causes(other),
        };
        let mut text = format!("error: {self}");
        for cause in causes {
            text.push_str("\n  cause: ");
            text.push_str(&cause);
        }
        text
    }
}

/// Whether a full disk lies below an error, wherever it was met.
fn is_full_disk(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let in_store = error
            .downcast_ref::<StoreError>()
            .is_some_and(|error| matches!(error, StoreError::NoSpace { .. }));
        let in_file = error.downcast_ref::<io::Error>().is_some_and(|error| {
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        });
        if in_store || in_file {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_named_wherever_it_was_met() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let failure = Failure::Drive(DriveError::Advance(engine::AdvanceError::Spool(full)));
        assert!(failure.report().starts_with("error: the disk is full; free some space"));
        let store = StoreError::NoSpace { key: "chunks/1".to_owned() };
        let failure = Failure::Drive(DriveError::Advance(engine::AdvanceError::Files(store)));
        assert!(failure.report().starts_with("error: the disk is full"));
    }

    #[test]
    fn causes_follow_the_sentence() {
        let error = StoreError::other("the server is on fire");
        let failure = Failure::Document(DocumentError::from(error));
        let report = failure.report();
        assert!(report.ends_with("\n  cause: the server is on fire"), "{report}");
        assert_eq!(report.lines().count(), 3, "{report}");
    }
}
