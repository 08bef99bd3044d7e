//! Starting, serving and stopping.

mod connection;
mod routes;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinHandle;

use crate::world::World;
use crate::{Clock, Control, Options};
pub(crate) use connection::{Connections, DropSwitch};

/// How often the machine's clock is looked at for activities that are due.
const TICK: Duration = Duration::from_millis(250);
/// How long a shutdown waits for requests that are being answered.
const PATIENCE: Duration = Duration::from_secs(5);

/// What every request shares.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) world: Arc<Mutex<World>>,
}

impl Core {
    /// Runs database work off the asynchronous threads. The lock is fair: nobody starves while imports are applied.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut World) -> T + Send + 'static,
    ) -> T {
        let mut world = Arc::clone(&self.world).lock_owned().await;
        match tokio::task::spawn_blocking(move || work(&mut world)).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is going down; there is nobody left to answer.
                Err(_) => std::future::pending().await,
            },
        }
    }
}

/// Why a simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program has the port.
    #[error("port {port} is in use; choose another one, or 0 for any free one")]
    PortInUse {
        /// The port that was asked for.
        port: u16,
    },
    /// The port could not be opened for another reason.
    #[error("the simulator could not listen on port {port}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The data directory could not be made.
    #[error(
        "the simulator's data directory {directory} could not be created; check that it can be written to"
    )]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another simulator uses the data directory.
    #[error(
        "the simulator's data directory is in use by another simulator; stop that one, or choose another directory"
    )]
    DirectoryInUse,
    /// The database could not be opened.
    #[error("the simulator's database could not be opened")]
    Storage(#[source] rusqlite::Error),
}

/// A running simulator. Dropping it stops it without waiting: a request under way may still take effect, unanswered or
/// not. [`Simulator::shutdown`] lets requests finish.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    control: Control,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    ticking: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Opens the state, takes the port and serves until it is dropped or shut down. Must be called within a Tokio
    /// runtime. On return requests are answered.
    ///
    /// # Errors
    /// The port or the data directory is in use or cannot be opened.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let port = options.port;
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|source| match source.kind() {
                std::io::ErrorKind::AddrInUse => StartError::PortInUse { port },
                _ => StartError::Listen { port, source },
            })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { port, source })?;
        let mut world = open(options).await?;
        world.base_url = format!("http://{address}");
        let settable = world.clock != Clock::System;
        let core = Core { world: Arc::new(Mutex::new(world)) };
        let ticking = (!settable).then(|| tokio::spawn(tick(Arc::downgrade(&core.world))));
        let control = Control::new(core.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let service = routes::router(core).into_make_service_with_connect_info::<DropSwitch>();
        let serving = tokio::spawn(async move {
            let served = axum::serve(Connections(listener), service).with_graceful_shutdown(async {
                // Dropped without a word means the same.
                let _ = stopped.await;
            });
            if let Err(error) = served.await {
                tracing::error!(%error, "the simulator stopped serving");
            }
        });
        Ok(Self { address, control, stop: Some(stop), serving, ticking })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:<port>`, without a slash at the end: the API is below `/v3`, OAuth below
    /// `/oauth2/default/v1`, control below `/control`, the page at `/`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A handle that looks into the simulator and changes it; stays usable for its state after the server stopped.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Takes no new requests, lets those under way finish (at most five seconds), and closes the database.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that it has stopped by itself.
            let _ = stop.send(());
        }
        if tokio::time::timeout(PATIENCE, &mut self.serving).await.is_err() {
            tracing::warn!("the simulator stopped while requests were still open");
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.serving.abort();
        if let Some(ticking) = &self.ticking {
            ticking.abort();
        }
    }
}

async fn open(options: Options) -> Result<World, StartError> {
    let opened = tokio::task::spawn_blocking(move || {
        if let Some(directory) = &options.data_directory {
            std::fs::create_dir_all(directory)
                .map_err(|source| StartError::Directory { directory: directory.clone(), source })?;
        }
        World::open(options).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy) => StartError::DirectoryInUse,
            _ => StartError::Storage(error),
        })
    });
    match opened.await {
        Ok(world) => world,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

/// Ends activities in the background, one at a time, so that requests come in between.
async fn tick(world: Weak<Mutex<World>>) {
    let mut interval = tokio::time::interval(TICK);
    loop {
        interval.tick().await;
        loop {
            let Some(world) = world.upgrade() else {
                return;
            };
            match (Core { world }).run(World::run_next_due).await {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(code = ?error.sqlite_error_code(), "the simulator's database failed");
                    break;
                }
            }
        }
    }
}
