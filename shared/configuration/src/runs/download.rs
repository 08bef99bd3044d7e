//! The files of a run: rows of people, for who may see them.

use std::fmt;

use domain::identifier::RunId;
use engine::RunKey;
use identity::Person;
use serde_json::json;
use store::{ByteStream, ObjectStore, StoreError};

use crate::configuration::Configuration;
use crate::error::ConfigurationError;
use crate::exports::event;

/// A file on its way to a person. Send it with `Cache-Control: no-store`.
pub struct Download {
    /// What to call it on the person's machine.
    pub file_name: String,
    /// What it is.
    pub content_type: &'static str,
    /// Bytes in it.
    pub size: u64,
    /// The content, as it arrives from the bucket; never in memory as a whole.
    pub content: ByteStream,
}

impl fmt::Debug for Download {
    /// Never shows the content: it is people's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Download");
        shown.field("file_name", &self.file_name).field("size", &self.size).finish_non_exhaustive()
    }
}

/// The two files of a run.
#[derive(Clone, Copy)]
enum File {
    Report,
    Outcomes,
}

impl File {
    const fn action(self) -> &'static str {
        match self {
            Self::Report => "report.downloaded",
            Self::Outcomes => "outcomes.downloaded",
        }
    }

    const fn missing(self) -> ConfigurationError {
        ConfigurationError::NotFound {
            what: match self {
                Self::Report => "report (reports are kept for 30 days)",
                Self::Outcomes => "outcome file",
            },
        }
    }

    fn name(self, run: &RunId) -> String {
        match self {
            Self::Report => format!("rejected-rows-{run}.csv"),
            Self::Outcomes => format!("outcomes-{run}.csv"),
        }
    }
}

impl Configuration {
    /// The report of a run's rejected rows. The download is on record before its first byte.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Forbidden` for who may not edit the export, `NotFound` when there is none, or none any
    /// more.
    pub async fn report(&self, person: &Person, key: &RunKey) -> Result<Download, ConfigurationError> {
        self.download(person, key, File::Report).await
    }

    /// The outcome of every row of a run. The download is on record before its first byte.
    ///
    /// # Errors
    /// As for [`Configuration::report`].
    pub async fn outcomes(&self, person: &Person, key: &RunKey) -> Result<Download, ConfigurationError> {
        self.download(person, key, File::Outcomes).await
    }

    async fn download(
        &self,
        person: &Person,
        key: &RunKey,
        file: File,
    ) -> Result<Download, ConfigurationError> {
        let found = self.export_in_hand(&key.export).await?;
        found.require_may_see_people(person)?;
        let run = self.load_run(key).await?;
        let files = run.ended().map(|ended| &ended.files);
        let object = files.and_then(|files| match file {
            File::Report => files.report.as_ref(),
            File::Outcomes => files.outcomes.as_ref(),
        });
        let object = object.ok_or(file.missing())?;
        let bucket: &dyn ObjectStore = match file {
            File::Report => self.parts.documents.store().as_ref(),
            File::Outcomes => self.parts.segments.as_ref(),
        };
        let (info, content) = bucket.open(object, None, 0).await.map_err(|error| match error {
            StoreError::NotFound { .. } => file.missing(),
            other => other.into(),
        })?;
        let entry = event(file.action(), &found.export.content).after(json!({ "run": key.run }));
        self.record_for(person, entry).await?;
        Ok(Download {
            file_name: file.name(&key.run),
            content_type: "text/csv; charset=utf-8",
            size: info.size,
            content,
        })
    }
}
