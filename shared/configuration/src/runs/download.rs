//! The files of a run: rows of people, for who may see them.

use std::fmt;
use std::time::Duration;

use domain::Sensitive;
use domain::identifier::RunId;
use engine::{Run, RunKey};
use futures_util::future;
use identity::Person;
use serde_json::json;
use store::{ByteStream, LinkTerms, ObjectStore, StoreError};
use url::Url;

use crate::configuration::Configuration;
use crate::error::ConfigurationError;
use crate::exports::event;

const CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// For how long a link to a file can be followed.
pub const LINK_LIFETIME: Duration = Duration::from_secs(300);

/// A file on its way to a person. Send it with `Cache-Control: no-store`.
pub struct Download {
    /// What to call it on the person's machine.
    pub file_name: String,
    /// What it is.
    pub content_type: &'static str,
    /// Bytes in it.
    pub size: u64,
    /// How the person gets it.
    pub content: DownloadContent,
}

/// How a person gets a file. The bucket decides: one that gives links gives one ([`ObjectStore::link`]), because answers
/// of a Lambda function are limited to 6 MB (documented) and these files are not.
pub enum DownloadContent {
    /// The content, as it arrives from the bucket; never in memory as a whole.
    Stream(ByteStream),
    /// Where the person's browser gets it, for [`LINK_LIFETIME`]. Whoever knows the address can follow it: send the person
    /// there, and write it down nowhere.
    Link(Sensitive<Url>),
}

impl fmt::Debug for Download {
    /// Never shows the content or its address: it is people's.
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
        let (export, run) = future::join(self.load_export(&key.export), self.load_run(key)).await;
        let export = export?;
        let content = async {
            match run {
                Ok(run) => self.file_of(&run, file).await,
                Err(error) => Err(error),
            }
        };
        let (found, download) = future::join(self.with_connection(export), content).await;
        let found = found?;
        found.require_may_see_people(person)?;
        let download = download?;
        let entry = event(file.action(), &found.export.content).after(json!({ "run": key.run }));
        self.record_for(person, entry).await?;
        Ok(download)
    }

    /// A file of a run, whoever asks.
    async fn file_of(&self, run: &Run, file: File) -> Result<Download, ConfigurationError> {
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
        let (file_name, content_type) = (file.name(&run.key.run), CONTENT_TYPE);
        let terms = LinkTerms { file_name: file_name.clone(), content_type, lifetime: LINK_LIFETIME };
        let missing = |error| match error {
            StoreError::NotFound { .. } => file.missing(),
            other => other.into(),
        };
        let (info, content) = match bucket.link(object, &terms).await? {
            // What is there no more is told here; at the end of a link nobody explains it.
            Some(link) => (bucket.head(object).await.map_err(missing)?, DownloadContent::Link(link)),
            None => {
                let (info, content) = bucket.open(object, None, 0).await.map_err(missing)?;
                (info, DownloadContent::Stream(content))
            }
        };
        Ok(Download { file_name, content_type, size: info.size, content })
    }
}
