//! The end of a process that did not do what it should: one sentence, and the causes below it.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use constant_contact::AccessTokenError;
use domain::identifier::InvalidIdentifier;
use store::{DocumentError, StoreError};

use crate::command_line::BehaviourError;
use crate::connect::{ConnectError, DestinationError};
use crate::console::ConsoleError;
use crate::data_directory::DataDirectoryError;
use crate::disk;
use crate::environment::{CREDENTIALS, InvalidEnvironment};
use crate::export::{ConfigureError, DriveError, InspectError, MappingFailure, SourceError};
use crate::installation::InstallationError;
use crate::services::ServicesError;
use crate::text::quoted;

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
    /// The console.
    #[error(transparent)]
    Console(#[from] ConsoleError),
    /// A token for the API.
    #[error("no token could be made")]
    Token(#[source] issuer::IssuerError),
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
    /// The disk is full, whoever met it.
    #[error(
        "the disk is full; free some space where {} lies, then start again with --data {}: nothing is lost, and the export goes on where it was",
        folder.display(),
        quoted(data)
    )]
    FullDisk {
        /// A folder on the disk.
        folder: PathBuf,
        /// The data directory.
        data: PathBuf,
        /// What could not be done because of it.
        #[source]
        met: Box<Self>,
    },
    /// Never in practice: the names are constants.
    #[error(transparent)]
    Name(#[from] InvalidIdentifier),
    /// What was to be shown found no taker.
    #[error(
        "the result could not be written to standard output; nothing is lost, start again with the same --data"
    )]
    Output(#[source] io::Error),
    /// Standard input or the runtime.
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
        let text = words(error);
        // Some errors repeat the text of what lies below them.
        if !last.contains(&text) {
            causes.push(text.clone());
        }
        last = text;
        next = error.source();
    }
    causes
}

/// What an error says; where its advice is for people with a page to click on, what to do with this program instead.
fn words(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref() {
        Some(AccessTokenError::NeedsReauthentication) => {
            "the connection must be authorised again; start again with the same --data, which does that"
                .to_owned()
        }
        Some(AccessTokenError::ApplicationRefused) => format!(
            "Constant Contact refuses the application's key or secret; set {} and {} to the current ones, then start \
             again with the same --data",
            CREDENTIALS.0, CREDENTIALS.1
        ),
        _ => error.to_string(),
    }
}

impl Failure {
    /// The text for a person: the sentence, and each cause on a line of its own.
    #[must_use]
    pub fn report(&self) -> String {
        let causes = match self {
            Self::FullDisk { met, .. } if is_full_disk(met.as_ref()) => Vec::new(),
            // Not the disk's own words: perhaps there is more to it.
            Self::FullDisk { met, .. } => vec![met.to_string()],
            met if is_full_disk(met) => {
                return "error: the disk is full; free some space, then start again".to_owned();
            }
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

    /// Says that the disk is full where that is why an export did not come to its end. Whoever met it may have had
    /// other words for it, or only have given no answer: so it is tried whether there is room in `data` and in the
    /// folder of the `segments`.
    #[must_use]
    pub fn or_full_disk(self, data: &Path, segments: &Path) -> Self {
        if self.is_asked_for() {
            return self;
        }
        let full = [data, segments].into_iter().find(|folder| disk::is_full(folder));
        match full.or_else(|| is_full_disk(&self).then_some(data)) {
            Some(folder) => {
                Self::FullDisk { folder: folder.to_owned(), data: data.to_owned(), met: Box::new(self) }
            }
            None => self,
        }
    }

    /// Whether another command line is what helps.
    const fn is_asked_for(&self) -> bool {
        matches!(
            self,
            Self::Usage(_)
                | Self::Mapping(_)
                | Self::Source(_)
                | Self::Console(ConsoleError::Port(_))
                | Self::Configure(ConfigureError::NotConfirmed)
        )
    }
}

/// Whether a full disk lies below an error, wherever it was met.
fn is_full_disk(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let in_store = error
            .downcast_ref::<StoreError>()
            .is_some_and(|error| matches!(error, StoreError::NoSpace { .. }));
        let in_file = error.downcast_ref::<io::Error>().is_some_and(disk::is_no_space);
        let in_service = matches!(error.downcast_ref(), Some(DriveError::DiskFull));
        if in_store || in_file || in_service {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use constant_contact::ServiceError;

    use super::*;

    fn reported(failure: Failure) -> String {
        let folder = tempfile::tempdir().unwrap();
        failure.or_full_disk(folder.path(), folder.path()).report()
    }

    #[test]
    fn a_full_disk_is_named_wherever_it_was_met() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let report = reported(Failure::Drive(DriveError::Advance(engine::AdvanceError::Spool(full))));
        assert!(report.starts_with("error: the disk is full; free some space where /"), "{report}");
        let store = StoreError::NoSpace { key: "chunks/1".to_owned() };
        let report = reported(Failure::Drive(DriveError::Advance(engine::AdvanceError::Files(store))));
        assert!(report.starts_with("error: the disk is full") && report.contains("--data /"), "{report}");
        assert!(reported(Failure::Drive(DriveError::DiskFull)).starts_with("error: the disk is full"));
    }

    #[test]
    fn without_a_full_disk_a_failure_keeps_its_words() {
        let report = reported(Failure::Drive(DriveError::Vanished));
        assert_eq!(report, "error: the run has vanished from the data folder; start again");
    }

    #[test]
    fn advice_is_about_this_program_and_names_no_page_to_click_on() {
        let report = |error| Failure::Connect(ConnectError::Account(ServiceError::Token(error))).report();
        let lost = report(AccessTokenError::NeedsReauthentication);
        assert!(lost.contains("start again with the same --data, which does that"), "{lost}");
        assert!(!lost.contains("Reconnect") && !lost.contains("page"), "{lost}");
        let refused = report(AccessTokenError::ApplicationRefused);
        assert!(refused.contains("SEGMENT_EXPORT_CLIENT_SECRET"), "{refused}");
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
