//! Starting, answering and stopping.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::options::{BucketKind, Options, StartError};
use crate::secrets::SecretsManager;
use crate::storage::{Ambience, Backend, Folder, Managed, Space};
use crate::{s3, secrets};

/// How long [`EmbeddedAws::stop`] waits for requests that are being answered.
const PATIENCE: Duration = Duration::from_secs(5);

/// The running services. Dropping it ends them at once; what was answered is on the disk all the same.
pub struct EmbeddedAws {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    /// Held as long as the directory is ours.
    _lock: File,
}

impl Debug for EmbeddedAws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EmbeddedAws").field("address", &self.address).finish_non_exhaustive()
    }
}

impl EmbeddedAws {
    /// Opens the directory, removes what an earlier process left unfinished, and answers requests from now on.
    ///
    /// # Errors
    /// [`StartError`] when the port or the directory is in use or cannot be used, or a folder is not there.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let address = options.address;
        let listening = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        let directory = options.directory.clone();
        let opened = tokio::task::spawn_blocking(move || open(&options)).await;
        let (lock, services) = opened
            .map_err(|error| StartError::Directory { directory, source: io::Error::other(error) })??;
        let services = Arc::new(services);
        let router = Router::new().fallback(move |request| answer(Arc::clone(&services), request));
        // Small answers must not wait for more to come.
        let listener = listener.tap_io(|connection| {
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps its delay");
            }
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let until = async {
                // A dropped sender means the same as a sent word.
                let _ = stopped.await;
            };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(until).await {
                tracing::error!(%error, "the embedded services ended");
            }
        });
        Ok(Self { address, stop: Some(stop), serving, _lock: lock })
    }

    /// Where both services listen.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint for the SDKs of S3 (with path-style addressing) and of Secrets Manager.
    #[must_use]
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more requests, finishes the ones under way for up to five seconds, and ends.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if tokio::time::timeout(PATIENCE, &mut self.serving).await.is_err() {
            tracing::warn!("requests to the embedded services were still under way when they were stopped");
        }
    }
}

impl Drop for EmbeddedAws {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

struct Services {
    s3: S3Service,
    secrets: SecretsManager,
}

fn open(options: &Options) -> Result<(File, Services), StartError> {
    let directory = &options.directory;
    let failed = |source| StartError::Directory { directory: directory.clone(), source };
    make_private(directory).map_err(failed)?;
    let lock = File::create(directory.join("lock")).map_err(failed)?;
    lock.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => StartError::InUse { directory: directory.clone() },
        TryLockError::Error(source) => failed(source),
    })?;
    let space = Arc::new(Space::new(options.capacity_bytes));
    let (clock, random) = (Arc::clone(&options.clock), Arc::clone(&options.random));
    let ambience = Ambience { clock, random, space };
    let mut buckets: BTreeMap<String, Arc<dyn Backend>> = BTreeMap::new();
    for bucket in &options.buckets {
        let backend: Arc<dyn Backend> = match &bucket.kind {
            BucketKind::Managed => {
                let folder = directory.join("buckets").join(&bucket.name);
                make_private(&folder).map_err(failed)?;
                Arc::new(Managed::open(&folder, ambience.clone()).map_err(failed)?)
            }
            BucketKind::Folder(folder) => {
                Arc::new(Folder::open(folder, ambience.clone()).map_err(|source| StartError::Folder {
                    bucket: bucket.name.clone(),
                    folder: folder.clone(),
                    source,
                })?)
            }
        };
        buckets.insert(bucket.name.clone(), backend);
    }
    let uploads = s3::Uploads::open(directory.join("uploads"), ambience.clone()).map_err(failed)?;
    let secrets = SecretsManager::open(&directory.join("secrets"), options, ambience).map_err(failed)?;
    let mut builder = S3ServiceBuilder::new(s3::Service::new(buckets, uploads));
    let credentials = &options.credentials;
    let secret_key = credentials.secret_access_key.expose().as_str();
    builder.set_auth(SimpleAuth::from_single(credentials.access_key_id.as_str(), secret_key));
    Ok((lock, Services { s3: builder.build(), secrets }))
}

/// A directory that only its owner can enter; one that is there already keeps its permissions.
pub(crate) fn make_private(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    fs::metadata(directory).map(|_| ())
}

async fn answer(services: Arc<Services>, request: Request) -> Response {
    if request.headers().contains_key(secrets::TARGET) {
        return services.secrets.answer(request).await;
    }
    match services.s3.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "the embedded S3 could not answer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
