//! One export, from the options to the summary.

mod configure;
mod drive;
mod inspect;
mod mapping;
mod notes;
mod progress;
mod refusals;
mod source;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use domain::identifier::ExportId;
use engine::{Engine, Run, RunKey, Status};
use futures_util::TryStreamExt;
use store::StoreError;
use tokio::io::AsyncWriteExt;

pub use configure::ConfigureError;
pub use drive::DriveError;
pub use inspect::InspectError;
pub use mapping::MappingFailure;
pub(crate) use progress::Progress;
pub use source::SourceError;
pub(crate) use source::{check_folder, segment_source};
pub use summary::{Places, Summary};

use self::drive::{Driven, Driver};
use crate::command_line::{ExportOptions, Service};
use crate::connect::Link;
use crate::console::{Console, ConsoleError, WantedPort};
use crate::data_directory::{DataDirectoryError, SegmentSource};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::installation::Installation;
use crate::screen::Screen;
use crate::services::{Conversation, Ready, Services, Setup};
use crate::usage::Usage;
use crate::workplace::{self, Workplace};

/// The id of the export that the command line makes.
pub(crate) const EXPORT: &str = "export";

/// The folder beside the segments with the outcome of every row.
pub(crate) const OUTCOMES: &str = "outcomes";

/// Exports as `options` say, and shows how it went; then leaves the console up if `options` say so. Answers whether the
/// run was successful, or the console was ended by a person.
///
/// # Errors
/// [`Failure`], when the run did not come to an end, or the console could not be served.
pub async fn export(
    options: &ExportOptions,
    environment: &Environment,
    screen: &Screen,
    started: Instant,
) -> Result<bool, Failure> {
    mapping::check_fields(options)?;
    workplace::check(&options.installation)?;
    let port = WantedPort::of(&options.installation, environment);
    if options.console {
        port.check().await.map_err(ConsoleError::from)?;
    }
    let sample_wanted = options.profiles.is_some() || options.change.is_some();
    let workplace = Workplace::open(&options.installation, sample_wanted, environment, screen)?;
    let setup = workplace.setup(&options.installation, environment)?;
    let progress = Arc::new(Progress::new(*screen));
    let exporting =
        Exporting { options, environment, screen, progress: Arc::clone(&progress), workplace, port, started };
    let outcome = exporting.with_services(&setup).await;
    progress.finish();
    outcome.map_err(|failure| failure.or_full_disk(&setup.data, &setup.bucket_folder))
}

/// An export with its data directory open.
struct Exporting<'a> {
    options: &'a ExportOptions,
    environment: &'a Environment,
    screen: &'a Screen,
    progress: Arc<Progress>,
    workplace: Workplace,
    port: WantedPort,
    started: Instant,
}

impl Exporting<'_> {
    async fn with_services(self, setup: &Setup) -> Result<bool, Failure> {
        let mut services = Services::start(setup).await?;
        let ready = services.ready().clone();
        let outcome = services.during(async |conversation| self.work(&ready, conversation).await).await;
        services.stop().await;
        outcome
    }

    async fn work(mut self, ready: &Ready, conversation: &mut Conversation) -> Result<bool, Failure> {
        let installation = Installation::new(ready)?;
        let link = Link::new(&installation, ready.simulator.as_deref(), self.environment, self.port.number())
            .await?;
        let engine = self.workplace.engine(&installation, &link.connector, self.progress.clone());
        let summary = self.run(&installation, &link, &engine, conversation).await?;
        self.progress.finish();
        self.show(&summary)?;
        // Whoever has stopped the export means the program.
        if !self.options.console || summary.run.ended().is_none() {
            return Ok(summary.status() == Status::Successful);
        }
        self.progress.stand_back();
        let console = Console {
            workplace: &self.workplace,
            installation: &installation,
            connector: &link.connector,
            engine: &engine,
            simulator: ready.simulator.as_deref(),
            program: &self.environment.program,
            port: self.port,
            screen: self.screen,
        };
        console.serve().await?;
        Ok(true)
    }

    async fn run(
        &mut self,
        installation: &Installation,
        link: &Link,
        engine: &Engine,
        conversation: &mut Conversation,
    ) -> Result<Summary, Failure> {
        let export = ExportId::new(EXPORT)?;
        let key = match unfinished(engine, &export).await? {
            Some(key) => {
                self.screen.note(
                    "An export was interrupted: it goes on where it was, with the options that it was started with.",
                );
                key
            }
            None => self.start(installation, link, engine, &export, conversation).await?,
        };
        let driver = Driver {
            engine,
            link,
            data: self.workplace.data.path(),
            progress: &self.progress,
            screen: self.screen,
            clock: installation.clock.as_ref(),
        };
        let (Driven::Ended(run) | Driven::Stopped(run)) = driver.drive(key).await?;
        self.summary(installation, link, *run).await
    }

    fn show(&self, summary: &Summary) -> Result<(), Failure> {
        if !self.options.json {
            return self.screen.result(&summary.to_text()).map_err(Failure::Output);
        }
        if summary.status() != Status::Successful {
            self.screen.problem(&summary.status_line());
        }
        self.screen.result(&summary.to_json()).map_err(Failure::Output)
    }

    async fn summary(&self, installation: &Installation, link: &Link, run: Run) -> Result<Summary, Failure> {
        let (list, account) = configure::names(installation, link, &run.key.export).await?;
        let bucket = match &self.workplace.source {
            SegmentSource::Sample => self.workplace.data.layout().sample_bucket(),
            SegmentSource::Folder(folder) => folder.clone(),
        };
        let files = run.ended().map(|ended| ended.files.clone()).unwrap_or_default();
        let report = match files.report {
            Some(key) => Some(self.fetch(installation, &key, run.key.run.as_str()).await?),
            None => None,
        };
        let real = self.workplace.service == Service::Real;
        let places = Places {
            data: self.workplace.data.path().to_owned(),
            segments: self.workplace.segments(),
            report,
            outcomes: files.outcomes.map(|key| bucket.join(key)),
            simulator: (!real).then(|| self.workplace.data.layout().simulator()),
            list,
            account,
            program: self.environment.program.clone(),
            sample: self.workplace.source == SegmentSource::Sample,
            console: self.options.console && run.ended().is_some(),
        };
        let said = match places.report.clone() {
            // For people only. A report that cannot be read back tells less, and loses nothing.
            Some(report) if !self.options.json => {
                tokio::task::spawn_blocking(move || refusals::said(&report)).await.unwrap_or_default()
            }
            _ => Vec::new(),
        };
        Ok(Summary { run, said, elapsed: self.started.elapsed(), usage: Usage::read(), places })
    }

    /// Takes the report out of the state bucket, whose files have names that only it understands.
    async fn fetch(&self, installation: &Installation, key: &str, run: &str) -> Result<PathBuf, Failure> {
        let folder = self.workplace.data.layout().reports();
        let path = folder.join(format!("{run}-rejected.csv"));
        let unusable = |source| DataDirectoryError::Unusable { path: folder.clone(), source };
        tokio::fs::create_dir_all(&folder).await.map_err(unusable)?;
        copy(installation, key, &path).await.map_err(|error| match error {
            CopyError::Store(error) => Failure::Store(error),
            CopyError::File(error) => unusable(error).into(),
        })?;
        Ok(path)
    }
}

/// The run of this program's own export that has not ended. Those of exports that were made in the console go on when
/// the console is up.
async fn unfinished(engine: &Engine, export: &ExportId) -> Result<Option<RunKey>, Failure> {
    engine.repair(export).await?;
    Ok(engine.active_runs().await?.into_iter().find(|key| key.export == *export))
}

enum CopyError {
    Store(StoreError),
    File(std::io::Error),
}

async fn copy(installation: &Installation, key: &str, path: &Path) -> Result<(), CopyError> {
    let (_, mut bytes) = installation.documents.store().open(key, None, 0).await.map_err(CopyError::Store)?;
    let mut file = tokio::fs::File::create(path).await.map_err(CopyError::File)?;
    while let Some(piece) = bytes.try_next().await.map_err(CopyError::Store)? {
        file.write_all(&piece).await.map_err(CopyError::File)?;
    }
    file.flush().await.map_err(CopyError::File)
}
