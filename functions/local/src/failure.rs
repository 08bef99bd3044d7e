//! The end of a process that did not do what it should: one sentence, and the causes below it.

use crate::command_line::BehaviourError;
use crate::data_directory::DataDirectoryError;
use crate::environment::InvalidEnvironment;
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
    /// Standard input, output or the runtime.
    #[error("the terminal or the system's threads cannot be used")]
    System(#[from] std::io::Error),
}

/// What lies below an error, the nearest first.
#[must_use]
pub fn causes(error: &dyn std::error::Error) -> Vec<String> {
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
