//! The services process as the exporting process sees it.

mod protocol;
mod serve;

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

pub use protocol::{
    FailureReport, Ready, Reply, Request, SEGMENTS_BUCKET, STATE_BUCKET, Setup, SimulatorSetup,
};
pub use serve::serve;

use crate::sample::{SampleReport, SampleRequest};

/// How long the process may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the services cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ServicesError {
    /// The program cannot start itself.
    #[error(
        "segment-export could not start itself a second time; check that its file is still there and may be executed"
    )]
    Start(#[source] io::Error),
    /// The process has ended although nobody asked it to.
    #[error("the services process ended unexpectedly; see {log}, then start again: nothing is lost")]
    Ended {
        /// Its log.
        log: PathBuf,
    },
    /// It said why.
    #[error("{}", .0.message)]
    Failed(FailureReport),
}

/// S3, Secrets Manager and the simulator in a process of their own, which ends with this one.
#[derive(Debug)]
pub struct Services {
    ready: Ready,
    process: Child,
    input: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Services {
    /// Starts the process and waits until everything answers.
    ///
    /// # Errors
    /// [`ServicesError`].
    pub async fn start(setup: &Setup) -> Result<Self, ServicesError> {
        let log = crate::layout::Layout(&setup.data).services_log();
        let program = std::env::current_exe().map_err(ServicesError::Start)?;
        let mut process = Command::new(program)
            .arg("services")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(ServicesError::Start)?;
        let ended = || ServicesError::Ended { log: log.clone() };
        let input = process.stdin.take().ok_or_else(ended)?;
        let output = process.stdout.take().ok_or_else(ended)?;
        let replies = BufReader::new(output).lines();
        let mut talk = Talk { input, replies, log: log.clone() };
        match talk.ask(setup).await? {
            Reply::Ready(ready) => {
                let Talk { input, replies, log } = talk;
                Ok(Self { ready, process, input, replies, log })
            }
            _ => Err(ended()),
        }
    }

    /// Where they answer.
    #[must_use]
    pub const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Makes the sample what it should be.
    ///
    /// # Errors
    /// [`ServicesError`].
    pub async fn prepare_sample(&mut self, request: SampleRequest) -> Result<SampleReport, ServicesError> {
        match self.ask(&Request::PrepareSample(request)).await? {
            Reply::Sample(report) => Ok(report),
            _ => Err(ServicesError::Ended { log: self.log.clone() }),
        }
    }

    /// Notes that an export has read the sample.
    ///
    /// # Errors
    /// [`ServicesError`].
    pub async fn sample_exported(&mut self) -> Result<(), ServicesError> {
        self.ask(&Request::SampleExported).await.map(|_| ())
    }

    /// Returns when the process has ended although nobody asked it to.
    pub async fn ended(&mut self) -> ServicesError {
        // Whether its exit status could be read makes no difference.
        let _ = self.process.wait().await;
        ServicesError::Ended { log: self.log.clone() }
    }

    /// Ends the process and waits for it.
    pub async fn stop(self) {
        let Self { input, mut process, .. } = self;
        drop(input);
        // One that hangs is killed when it is dropped.
        let _ = tokio::time::timeout(PATIENCE, process.wait()).await;
    }

    async fn ask(&mut self, request: &Request) -> Result<Reply, ServicesError> {
        exchange(&mut self.input, &mut self.replies, request, &self.log).await
    }
}

/// The conversation before anything answers.
struct Talk {
    input: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Talk {
    async fn ask(&mut self, setup: &Setup) -> Result<Reply, ServicesError> {
        exchange(&mut self.input, &mut self.replies, setup, &self.log).await
    }
}

async fn exchange(
    input: &mut ChildStdin,
    replies: &mut Lines<BufReader<ChildStdout>>,
    message: &impl serde::Serialize,
    log: &std::path::Path,
) -> Result<Reply, ServicesError> {
    let ended = || ServicesError::Ended { log: log.to_owned() };
    let mut line = serde_json::to_vec(message).map_err(|_| ended())?;
    line.push(b'\n');
    input.write_all(&line).await.map_err(|_| ended())?;
    input.flush().await.map_err(|_| ended())?;
    let reply = replies.next_line().await.ok().flatten().ok_or_else(ended)?;
    match serde_json::from_str(&reply).map_err(|_| ended())? {
        Reply::Failed(failure) => Err(ServicesError::Failed(failure)),
        reply => Ok(reply),
    }
}
