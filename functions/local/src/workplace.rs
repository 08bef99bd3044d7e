//! What exports and the console are started on: the data directory, the segments, and the services for both.

use std::sync::Arc;

use connector::ServiceConnector;
use engine::{Engine, EngineParts, EngineSettings, Observer};
use jiff::SignedDuration;

use crate::command_line::{InstallationOptions, Service};
use crate::data_directory::{DataDirectory, DataDirectoryError, SegmentSource};
use crate::environment::Environment;
use crate::export::{check_folder, segment_source};
use crate::failure::Failure;
use crate::installation::Installation;
use crate::screen::Screen;
use crate::services::{Setup, SimulatorSetup};

/// The simulator answers an import over loopback in a moment: an export that was killed while it waited for such an
/// answer need not wait for it as long as for one that comes from afar. Longer than the client's own time-out, as for
/// the real service.
const SIMULATOR_INTENT_PATIENCE: SignedDuration = SignedDuration::from_secs(20);

/// An installation's data directory, and what is exported from where to where.
#[derive(Debug)]
pub struct Workplace {
    /// The folder with everything.
    pub data: DataDirectory,
    /// Whose segments they are.
    pub source: SegmentSource,
    /// Which Constant Contact they go to.
    pub service: Service,
    most_profiles: u64,
}

/// What the command line's own rules cannot say, before anything is made on the disk.
///
/// # Errors
/// [`Failure::Usage`] and others that another command line helps against.
pub fn check(options: &InstallationOptions) -> Result<(), Failure> {
    check_folder(options)?;
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

impl Workplace {
    /// Takes the data directory and begins its log. `sample_wanted`: see
    /// [`SourceError::FolderThere`](crate::export::SourceError::FolderThere).
    ///
    /// # Errors
    /// [`Failure`].
    pub fn open(
        options: &InstallationOptions,
        sample_wanted: bool,
        environment: &Environment,
        screen: &Screen,
    ) -> Result<Self, Failure> {
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
        crate::log::start(&data.layout().log(), environment.log.as_deref());
        let source = segment_source(options, sample_wanted, &data)?;
        let (service, most_profiles) = (options.constant_contact, options.most_profiles);
        Ok(Self { data, source, service, most_profiles })
    }

    /// What the services process is to be started with.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn setup(&self, options: &InstallationOptions, environment: &Environment) -> Result<Setup, Failure> {
        let bucket_folder = match &self.source {
            SegmentSource::Folder(folder) => folder.clone(),
            SegmentSource::Sample => {
                let folder = self.data.layout().sample_bucket();
                std::fs::create_dir_all(folder.join("segments"))
                    .map_err(|source| DataDirectoryError::Unusable { path: folder.clone(), source })?;
                folder
            }
        };
        let simulator = match self.service {
            Service::Real => None,
            Service::Simulator => Some(SimulatorSetup {
                switches: options.behaviour.switches()?,
                faults: options.behaviour.faults()?,
                limits: options.behaviour.limits()?,
            }),
        };
        let data = self.data.path().to_owned();
        Ok(Setup { data, bucket_folder, simulator, log: environment.log.clone() })
    }

    /// The folder on this machine that holds the folders of the segments.
    #[must_use]
    pub fn segments(&self) -> std::path::PathBuf {
        match &self.source {
            SegmentSource::Sample => self.data.layout().sample_bucket().join(self.prefix()),
            SegmentSource::Folder(folder) => folder.clone(),
        }
    }

    /// Where the segments lie in their bucket.
    #[must_use]
    pub const fn prefix(&self) -> &'static str {
        match self.source {
            SegmentSource::Sample => "segments/",
            SegmentSource::Folder(_) => "",
        }
    }

    /// The most profiles of one export.
    #[must_use]
    pub const fn most_profiles(&self) -> u64 {
        self.most_profiles
    }

    /// The engine of this process. One for exports and console: it knows its own leases.
    #[must_use]
    pub fn engine(
        &self,
        installation: &Installation,
        connector: &Arc<ServiceConnector>,
        observer: Arc<dyn Observer>,
    ) -> Engine {
        Engine::new(EngineParts {
            documents: installation.documents.clone(),
            segments: Arc::clone(&installation.segments),
            connector: Arc::<ServiceConnector>::clone(connector),
            clock: Arc::clone(&installation.clock),
            random: Arc::clone(&installation.random),
            observer,
            settings: self.engine_settings(),
        })
    }

    /// The settings of that engine.
    #[must_use]
    pub fn engine_settings(&self) -> EngineSettings {
        let usual = EngineSettings::default();
        EngineSettings {
            intent_patience: match self.service {
                Service::Simulator => SIMULATOR_INTENT_PATIENCE,
                Service::Real => usual.intent_patience,
            },
            segments_prefix: self.prefix().to_owned(),
            max_members: self.most_profiles,
            refuse_examples: self.service == Service::Real,
            // On the same disk as everything else: the system's own may be small, or memory.
            spool_directory: Some(self.data.path().to_owned()),
            ..usual
        }
    }
}
