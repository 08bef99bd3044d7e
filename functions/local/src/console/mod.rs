//! The console and the API on this machine, with everything that goes on behind them: runs, the clock, new snapshots.

mod address;
mod answer;
mod clockwork;
mod error;
mod issuing;
mod own_folder;
mod ports;
mod seen;
mod watching;

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use catalog::{EXPORTS, REFRESH_SETTINGS, RefreshSettings};
use configuration::{CALLBACK_PATH, Configuration, ConfigurationParts, ConfigurationSettings};
use connector::ServiceConnector;
use driver::{DriverSettings, InProcessDriver};
use engine::Engine;
use export_config::{App, AppParts, sign_in_settings};
use identity::{PublicAddress, SignIn, Verifier};
use notifications::{NotificationList, NotificationParts, NotificationSettings, Notifications};
use store::{DocumentError, Documents, ObjectStore, StoreError};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::address::{Address, AddressError};
pub use self::error::ConsoleError;
pub use self::issuing::{IssuingError, issuer};
pub use self::ports::{PortError, WantedPort};

use self::clockwork::Clockwork;
use self::own_folder::OwnFolder;
use self::ports::Ports;
use self::seen::Seen;
use self::watching::Watching;
use crate::command_line::Service;
use crate::connect::register;
use crate::installation::Installation;
use crate::screen::Screen;
use crate::text::quoted;
use crate::workplace::Workplace;

/// How many rows of a segment the console shows.
const SAMPLE_ROWS: usize = 5;

/// Answers and steps under way may take so long after Ctrl-C; whatever is not done then goes on at the next start.
const PATIENCE: Duration = Duration::from_secs(4);

/// What the console is served with.
#[derive(Debug)]
pub struct Console<'a> {
    /// Whose console it is.
    pub workplace: &'a Workplace,
    /// The stores.
    pub installation: &'a Installation,
    /// The way to Constant Contact.
    pub connector: &'a Arc<ServiceConnector>,
    /// The one engine of this process.
    pub engine: &'a Engine,
    /// Where the simulator answers, if it is exported to.
    pub simulator: Option<&'a str>,
    /// How this program was called.
    pub program: &'a str,
    /// Where the console is to answer.
    pub port: WantedPort,
    /// Where its address is shown.
    pub screen: &'a Screen,
}

impl Console<'_> {
    /// Serves the console until Ctrl-C, and lets everything come to a good end then.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub async fn serve(self) -> Result<(), ConsoleError> {
        let ports = self.port.open().await?;
        let address = Address { port: ports.number };
        let public_address = PublicAddress::parse(&address.console())?;
        let issuer = issuer(
            &self.workplace.data.layout(),
            address,
            &self.installation.clock,
            &self.installation.random,
        )?;
        if let Some(simulator) = self.simulator {
            let redirect = format!("{}{CALLBACK_PATH}", address.console());
            register(simulator, &redirect).await.map_err(ConsoleError::Simulator)?;
        }
        self.switch_the_upload_trigger_on().await?;
        let driver = InProcessDriver::new(
            self.engine.clone(),
            self.notifications(),
            Arc::clone(&self.installation.clock),
            DriverSettings::default(),
        );
        let configuration = self.configuration(public_address.clone(), &driver);
        let verifier =
            Arc::new(Verifier::new(address.trusted_issuer(), Arc::clone(&self.installation.clock))?);
        let sign_in = SignIn::new(
            Arc::clone(&verifier),
            sign_in_settings(public_address, None),
            Arc::clone(&self.installation.random),
        );
        let clock = Arc::clone(&self.installation.clock);
        let app = App::new(AppParts { configuration: configuration.clone(), verifier, sign_in, clock });
        let router = answer::by_host(address, &issuer, answer::console(app));
        address.write_down(&self.workplace.data.layout())?;
        let watching = self.watching(configuration.clone()).await?;
        self.resume(&driver).await?;
        self.say(address, ports.moved_from).map_err(ConsoleError::Output)?;
        self.until_stopped(ports, router, configuration, watching, &driver).await
    }

    fn configuration(&self, public_address: PublicAddress, driver: &InProcessDriver) -> Configuration {
        let installation = self.installation;
        Configuration::new(ConfigurationParts {
            documents: installation.documents.clone(),
            segments: self.segments(),
            engine: self.engine.clone(),
            connector: Arc::clone(self.connector),
            vault: installation.vault.clone(),
            grants: installation.grants.clone(),
            oauth: installation.oauth.clone(),
            driver: Arc::new(driver.clone()),
            clock: Arc::clone(&installation.clock),
            random: Arc::clone(&installation.random),
            settings: ConfigurationSettings {
                public_address,
                segments_prefix: self.workplace.prefix().to_owned(),
                privacy_notice: None,
                sample_rows: SAMPLE_ROWS,
                max_members: self.workplace.most_profiles(),
                snapshot_age: self.workplace.engine_settings().snapshot_age,
            },
        })
    }

    /// The bucket of the segments, with nothing else in it.
    fn segments(&self) -> Arc<dyn ObjectStore> {
        let segments = Arc::clone(&self.installation.segments);
        if self.workplace.prefix().is_empty() { Arc::new(OwnFolder(segments)) } else { segments }
    }

    fn notifications(&self) -> Notifications {
        let installation = self.installation;
        Notifications::new(NotificationParts {
            engine: self.engine.clone(),
            documents: installation.documents.clone(),
            segments: self.segments(),
            grants: installation.grants.clone(),
            notifier: Arc::new(NotificationList::new(installation.documents.clone())),
            clock: Arc::clone(&installation.clock),
            settings: NotificationSettings {
                segments_prefix: self.workplace.prefix().to_owned(),
                ..NotificationSettings::default()
            },
        })
    }

    /// Where everything is simulated a dropped file may start an export at once. Nothing goes to a real account by itself
    /// before an administrator says so.
    async fn switch_the_upload_trigger_on(&self) -> Result<(), ConsoleError> {
        if self.workplace.service == Service::Real {
            return Ok(());
        }
        let settings = RefreshSettings { upload_trigger: true, ..RefreshSettings::default() };
        match self.installation.documents.create(REFRESH_SETTINGS, settings).await {
            // Somebody has decided about it already.
            Ok(_) | Err(DocumentError::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn watching(&self, configuration: Configuration) -> Result<Watching, ConsoleError> {
        let seen = Seen::load_or_note(self.installation, self.workplace).await?;
        let (segments, prefix) = (Arc::clone(&self.installation.segments), self.workplace.prefix());
        Ok(Watching::new(configuration, segments, prefix, seen))
    }

    /// Every run that a process before this one has left: whoever drove it is dead.
    async fn resume(&self, driver: &InProcessDriver) -> Result<(), ConsoleError> {
        for run in self.engine.active_runs().await? {
            driver.start(&run);
        }
        Ok(())
    }

    fn say(&self, address: Address, moved_from: Option<u16>) -> std::io::Result<()> {
        let console = address.console();
        let mut text = String::new();
        if let Some(port) = moved_from {
            text.push_str(&format!(
                "\nPort {port} is in use by another program; the console has another one."
            ));
        }
        text.push_str(&format!(
            "\nConsole: {console} - sign in as Administrator, Contributor or Viewer; Ctrl-C ends it"
        ));
        if let Some(simulator) = self.simulator {
            text.push_str(&format!("\n  what the simulated account holds   {simulator}/"));
        } else {
            text.push_str(&format!("\n  redirect URI to register           {console}{CALLBACK_PATH}"));
        }
        text.push_str(&format!(
            "\n  for new snapshots of segments      {}",
            self.workplace.segments().display()
        ));
        let (program, data) = (quoted(self.program.as_ref()), quoted(self.workplace.data.path()));
        text.push_str(&format!(
            "\n  for scripts, a token of the API    {program} token --role administrator --data {data}"
        ));
        self.screen.result(&text)
    }

    async fn until_stopped(
        &self,
        ports: Ports,
        router: axum::Router,
        configuration: Configuration,
        watching: Watching,
        driver: &InProcessDriver,
    ) -> Result<(), ConsoleError> {
        let (stop, stopped) = watch::channel(false);
        let mut serving = JoinSet::new();
        for listener in ports.listeners {
            let mut stopped = stopped.clone();
            let server = axum::serve(listener, router.clone()).with_graceful_shutdown(async move {
                // An error means that nobody can stop it any more.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            });
            serving.spawn(server.into_future());
        }
        let mut behind = JoinSet::new();
        behind.spawn(watching.go_on());
        behind.spawn(Clockwork::new(configuration, self.notifications(), &self.installation.clock).go_on());
        let ended = tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(ConsoleError::Serve),
            Some(served) = serving.join_next() => Err(ConsoleError::Serve(match served {
                Ok(Err(error)) => error,
                Ok(Ok(())) | Err(_) => std::io::Error::other("the server has ended"),
            })),
        };
        self.screen.note("Stopping; what is not finished goes on at the next start.");
        behind.abort_all();
        stop.send_replace(true);
        let finish = async {
            driver.shutdown().await;
            while serving.join_next().await.is_some() {}
        };
        tokio::select! {
            // Whatever has not ended then is cut off: every step of a run can be done again.
            _ = tokio::time::timeout(PATIENCE, finish) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        ended
    }
}

/// Notes the files that an export of the command line is about to read as seen, unless there are other exports that want
/// to be told of them.
///
/// # Errors
/// [`ConsoleError`].
pub async fn note_segments(installation: &Installation, workplace: &Workplace) -> Result<(), ConsoleError> {
    if has_others(&installation.documents).await? {
        return Ok(());
    }
    Seen::note(installation, workplace).await.map(|_| ())
}

async fn has_others(documents: &Documents) -> Result<bool, StoreError> {
    let own = format!("{EXPORTS}{}/", crate::export::EXPORT);
    Ok(documents.store().list_folders(EXPORTS).await?.iter().any(|folder| *folder != own))
}
