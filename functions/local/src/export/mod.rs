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
use engine::{Engine, EngineParts, EngineSettings, Run, RunKey, Status};
use futures_util::TryStreamExt;
use jiff::SignedDuration;
use store::StoreError;
use tokio::io::AsyncWriteExt;

pub use configure::ConfigureError;
pub use drive::DriveError;
pub use inspect::InspectError;
pub use mapping::MappingFailure;
pub use source::SourceError;
pub use summary::{Places, Summary};

use self::drive::{Driven, Driver};
use self::progress::Progress;
use crate::command_line::{ExportOptions, Service};
use crate::connect::Link;
use crate::data_directory::{DataDirectory, DataDirectoryError, SegmentSource};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::installation::Installation;
use crate::log;
use crate::screen::Screen;
use crate::services::{Conversation, Ready, Services, Setup, SimulatorSetup};
use crate::usage::Usage;

/// The simulator answers an import over loopback in a moment: an export that was killed while it waited for such an
/// answer need not wait for it as long as for one that comes from afar. Longer than the client's own time-out, as for
/// the real service.
const SIMULATOR_INTENT_PATIENCE: SignedDuration = SignedDuration::from_secs(20);

/// The folder beside the segments with the outcome of every row.
pub(crate) const OUTCOMES: &str = "outcomes";

/// Exports as `options` say, and shows how it went. Answers whether the run was successful.
///
/// # Errors
/// [`Failure`], when it did not come to an end.
pub async fn export(
    options: &ExportOptions,
    environment: &Environment,
    screen: &Screen,
    started: Instant,
) -> Result<bool, Failure> {
    check(options)?;
    let data = open_data(options, screen)?;
    log::start(&data.layout().log(), environment.log.as_deref());
    let source = source::segment_source(options, &data)?;
    let setup = setup(options, environment, &data, &source)?;
    let progress = Arc::new(Progress::new(*screen));
    let exporting =
        Exporting { options, environment, screen, progress: Arc::clone(&progress), data, source, started };
    let outcome = exporting.with_services(&setup).await;
    progress.finish();
    let summary = outcome.map_err(|failure| failure.or_full_disk(&setup.data, &setup.bucket_folder))?;
    let successful = summary.status() == Status::Successful;
    if options.json {
        if !successful {
            screen.problem(&summary.status_line());
        }
        screen.result(&summary.to_json()).map_err(Failure::Output)?;
    } else {
        screen.result(&summary.to_text()).map_err(Failure::Output)?;
    }
    Ok(successful)
}

/// What the command line's own rules cannot say.
fn check(options: &ExportOptions) -> Result<(), Failure> {
    mapping::check_fields(options)?;
    // Before anything is made on the disk.
    source::check_folder(options)?;
    if options.constant_contact == Service::Simulator {
        options.behaviour.switches()?;
        options.behaviour.faults()?;
        options.behaviour.limits()?;
        return Ok(());
    }
    if options.data.is_none() {
        return Err(Failure::Usage(
            "name a folder with --data: what was sent to the real Constant Contact must be remembered"
                .to_owned(),
        ));
    }
    if !options.behaviour.is_empty() {
        return Err(Failure::Usage(
            "--switch, --fault and --limit change the simulator; leave them out with --constant-contact real"
                .to_owned(),
        ));
    }
    Ok(())
}

fn open_data(options: &ExportOptions, screen: &Screen) -> Result<DataDirectory, DataDirectoryError> {
    let path = match &options.data {
        Some(path) => path.clone(),
        None => std::env::temp_dir().join(format!("segment-export-{}", uuid::Uuid::new_v4().simple())),
    };
    let data = DataDirectory::open(&path, options.constant_contact)?;
    if options.data.is_none() {
        screen.note(&format!(
            "Everything is kept in {}; --data DIR keeps it elsewhere.",
            data.path().display()
        ));
    }
    Ok(data)
}

fn setup(
    options: &ExportOptions,
    environment: &Environment,
    data: &DataDirectory,
    source: &SegmentSource,
) -> Result<Setup, Failure> {
    let bucket_folder = match source {
        SegmentSource::Folder(folder) => folder.clone(),
        SegmentSource::Sample => {
            let folder = data.layout().sample_bucket();
            std::fs::create_dir_all(folder.join("segments"))
                .map_err(|source| DataDirectoryError::Unusable { path: folder.clone(), source })?;
            folder
        }
    };
    let simulator = match options.constant_contact {
        Service::Real => None,
        Service::Simulator => Some(SimulatorSetup {
            switches: options.behaviour.switches()?,
            faults: options.behaviour.faults()?,
            limits: options.behaviour.limits()?,
        }),
    };
    Ok(Setup { data: data.path().to_owned(), bucket_folder, simulator, log: environment.log.clone() })
}

/// An export with its data directory open.
struct Exporting<'a> {
    options: &'a ExportOptions,
    environment: &'a Environment,
    screen: &'a Screen,
    progress: Arc<Progress>,
    data: DataDirectory,
    source: SegmentSource,
    started: Instant,
}

impl Exporting<'_> {
    async fn with_services(self, setup: &Setup) -> Result<Summary, Failure> {
        let mut services = Services::start(setup).await?;
        let ready = services.ready().clone();
        let outcome = services.during(async |conversation| self.run(&ready, conversation).await).await;
        services.stop().await;
        outcome
    }

    async fn run(mut self, ready: &Ready, conversation: &mut Conversation) -> Result<Summary, Failure> {
        let installation = Installation::new(ready)?;
        let link = Link::new(&installation, ready.simulator.as_deref(), self.environment).await?;
        let engine = self.engine(&installation, &link);
        let export = ExportId::new("export")?;
        let key = match self.unfinished(&engine, &export).await? {
            Some(key) => {
                self.screen.note(
                    "An export was interrupted: it goes on where it was, with the options that it was started with.",
                );
                key
            }
            None => self.start(&installation, &link, &engine, &export, conversation).await?,
        };
        let driver = Driver {
            engine: &engine,
            link: &link,
            data: self.data.path(),
            progress: &self.progress,
            screen: self.screen,
            clock: installation.clock.as_ref(),
        };
        let (Driven::Ended(run) | Driven::Stopped(run)) = driver.drive(key).await?;
        self.progress.finish();
        self.summary(&installation, &link, *run).await
    }

    fn engine(&self, installation: &Installation, link: &Link) -> Engine {
        let usual = EngineSettings::default();
        let settings = EngineSettings {
            intent_patience: match self.options.constant_contact {
                Service::Simulator => SIMULATOR_INTENT_PATIENCE,
                Service::Real => usual.intent_patience,
            },
            segments_prefix: self.prefix().to_owned(),
            max_members: self.options.most_profiles,
            // On the same disk as everything else: the system's own may be small, or memory.
            spool_directory: Some(self.data.path().to_owned()),
            ..usual
        };
        Engine::new(EngineParts {
            documents: installation.documents.clone(),
            segments: Arc::clone(&installation.segments),
            connector: link.connector.clone(),
            clock: Arc::clone(&installation.clock),
            random: Arc::clone(&installation.random),
            observer: self.progress.clone(),
            settings,
        })
    }

    /// Where the segments lie in their bucket.
    const fn prefix(&self) -> &'static str {
        match self.source {
            SegmentSource::Sample => "segments/",
            SegmentSource::Folder(_) => "",
        }
    }

    async fn unfinished(&self, engine: &Engine, export: &ExportId) -> Result<Option<RunKey>, Failure> {
        engine.repair(export).await?;
        Ok(engine.active_runs().await?.into_iter().next())
    }

    async fn summary(&self, installation: &Installation, link: &Link, run: Run) -> Result<Summary, Failure> {
        let (list, account) = configure::names(installation, link, &run.key.export).await?;
        let bucket = match &self.source {
            SegmentSource::Sample => self.data.layout().sample_bucket(),
            SegmentSource::Folder(folder) => folder.clone(),
        };
        let files = run.ended().map(|ended| ended.files.clone()).unwrap_or_default();
        let report = match files.report {
            Some(key) => Some(self.fetch(installation, &key, run.key.run.as_str()).await?),
            None => None,
        };
        let real = self.options.constant_contact == Service::Real;
        let places = Places {
            data: self.data.path().to_owned(),
            segments: bucket.join(self.prefix()),
            report,
            outcomes: files.outcomes.map(|key| bucket.join(key)),
            simulator: (!real).then(|| self.data.layout().simulator()),
            list,
            account,
            program: self.environment.program.clone(),
            sample: self.source == SegmentSource::Sample,
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
        let folder = self.data.layout().reports();
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
