//! The services process: S3, Secrets Manager and the simulator, for as long as its standard input is open.

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{Random, Sensitive, SystemRandom};
use embedded_aws::{BucketKind, Credentials, EmbeddedAws};
use simulator::{Control, NewContact, Simulator};
use tokio::sync::mpsc;

use super::protocol::{
    FailureReport, Ready, Reply, Request, SEGMENTS_BUCKET, STATE_BUCKET, Setup, SimulatorSetup,
};
use crate::data_directory::take_lock;
use crate::layout::Layout;
use crate::log;
use crate::sample::{Sample, SampleError};

/// How long the services of a process that was just killed are waited for.
const PREDECESSOR_PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// People who have opted out, handed to the simulator at once.
const CONTACTS_AT_ONCE: usize = 1_000;

/// Why the services do not run.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(
        "another segment-export still uses the data folder {path}; wait until it has ended, then start again"
    )]
    InUse { path: PathBuf },
    #[error(
        "the data folder {path} cannot be used; check that it can be written to and that the disk is not full"
    )]
    Lock {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the embedded S3 and Secrets Manager could not start")]
    Aws(#[from] embedded_aws::StartError),
    #[error("the simulator could not start")]
    Simulator(#[from] simulator::StartError),
    #[error(
        "the services process was not told what to do; start segment-export without the command 'services'"
    )]
    NoSetup,
    #[error(transparent)]
    Sample(#[from] SampleError),
    #[error("the services process came to an unexpected end; start again")]
    Interrupted,
}

/// Serves until standard input ends, which it also does when the process at its other end is killed.
///
/// # Errors
/// When standard output cannot be written to; every other failure is told there.
pub async fn serve() -> io::Result<()> {
    // Ctrl-C reaches every process of a terminal; the one that was started by the person decides what it means.
    tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
    let mut lines = lines_of_standard_input();
    let services = match start(&mut lines).await {
        Ok(services) => services,
        Err(error) => return reply(&Reply::Failed(FailureReport::of(&error))),
    };
    reply(&Reply::Ready(services.ready.clone()))?;
    while let Some(line) = lines.recv().await {
        let answer = match serde_json::from_str(&line) {
            Ok(request) => services.answer(request).await,
            Err(_) => Err(ServeError::NoSetup),
        };
        reply(&answer.unwrap_or_else(|error| Reply::Failed(FailureReport::of(&error))))?;
    }
    Ok(())
}

struct Services {
    ready: Ready,
    sample: (PathBuf, PathBuf),
    control: Option<Control>,
    _aws: EmbeddedAws,
    _simulator: Option<Simulator>,
    _lock: File,
}

async fn start(lines: &mut mpsc::Receiver<String>) -> Result<Services, ServeError> {
    let line = lines.recv().await.ok_or(ServeError::NoSetup)?;
    let setup: Setup = serde_json::from_str(&line).map_err(|_| ServeError::NoSetup)?;
    let layout = Layout(&setup.data);
    log::start(&layout.services_log(), setup.log.as_deref());
    let lock = wait_for_predecessor(&setup.data).await?;
    let secret = format!("{}{}", SystemRandom.uuid().simple(), SystemRandom.uuid().simple());
    let credentials =
        Credentials { access_key_id: "segment-export".to_owned(), secret_access_key: Sensitive::new(secret) };
    let options = embedded_aws::Options::new(layout.aws(), credentials.clone())
        .with_bucket(STATE_BUCKET, BucketKind::Managed)
        .with_bucket(SEGMENTS_BUCKET, BucketKind::Folder(setup.bucket_folder.clone()));
    let aws = EmbeddedAws::start(options).await?;
    let simulator = match setup.simulator {
        Some(behaviour) => Some(Simulator::start(simulator_options(behaviour, layout.simulator())).await?),
        None => None,
    };
    let ready = Ready {
        aws_endpoint: aws.endpoint_url(),
        access_key_id: credentials.access_key_id,
        secret_access_key: credentials.secret_access_key,
        simulator: simulator.as_ref().map(Simulator::base_url),
    };
    let control = simulator.as_ref().map(Simulator::control);
    let sample = (setup.data, setup.bucket_folder.join("segments"));
    Ok(Services { ready, sample, control, _aws: aws, _simulator: simulator, _lock: lock })
}

fn simulator_options(behaviour: SimulatorSetup, directory: PathBuf) -> simulator::Options {
    simulator::Options {
        data_directory: Some(directory),
        switches: behaviour.switches,
        faults: behaviour.faults,
        limits: behaviour.limits,
        ..simulator::Options::default()
    }
}

async fn wait_for_predecessor(data: &Path) -> Result<File, ServeError> {
    let path = Layout(data).services_lock();
    let patience = tokio::time::Instant::now() + PREDECESSOR_PATIENCE;
    loop {
        match take_lock(&path) {
            Ok(Some(lock)) => return Ok(lock),
            Ok(None) if tokio::time::Instant::now() < patience => tokio::time::sleep(LOOK_AGAIN).await,
            Ok(None) => return Err(ServeError::InUse { path: data.to_owned() }),
            Err(source) => return Err(ServeError::Lock { path: data.to_owned(), source }),
        }
    }
}

impl Services {
    async fn answer(&self, request: Request) -> Result<Reply, ServeError> {
        let (data, segments) = self.sample.clone();
        let sample = Sample::new(&data, segments);
        let control = self.control.clone();
        let runtime = tokio::runtime::Handle::current();
        let work = tokio::task::spawn_blocking(move || match request {
            Request::PrepareSample(request) => {
                let opt_out = |addresses| match control {
                    Some(control) => {
                        runtime.block_on(opt_out(&control, addresses)).map_err(SampleError::OptOuts)
                    }
                    None => Ok(()),
                };
                sample.prepare(&request, opt_out).map(Reply::Sample)
            }
            Request::SampleExported => sample.exported().map(|()| Reply::Done),
            Request::Ping => Ok(Reply::Done),
        });
        Ok(work.await.map_err(|_| ServeError::Interrupted)??)
    }
}

async fn opt_out(control: &Control, addresses: Vec<String>) -> Result<(), simulator::ControlError> {
    for addresses in addresses.chunks(CONTACTS_AT_ONCE) {
        let contacts = addresses.iter().map(|address| NewContact {
            email: address.clone(),
            unsubscribed: true,
            ..NewContact::default()
        });
        control.add_contacts(contacts.collect()).await?;
    }
    Ok(())
}

/// A thread of its own: when the input ends the process ends at once, whatever it is doing. Everything that was
/// answered is on the disk, and everything else can be done again.
fn lines_of_standard_input() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
        std::process::exit(0);
    });
    lines
}

fn reply(reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply).map_err(io::Error::other)?;
    line.push(b'\n');
    let mut output = io::stdout().lock();
    output.write_all(&line)?;
    output.flush()
}
