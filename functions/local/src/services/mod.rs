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
use crate::text::quoted;

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
    #[error(
        "the local services ended unexpectedly; start again with --data {}: nothing is lost, the export goes on where it was (services-log.txt in that folder may say why they ended)",
        quoted(.data)
    )]
    Ended {
        /// The data directory.
        data: PathBuf,
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
    conversation: Conversation,
}

impl Services {
    /// Starts the process and waits until everything answers.
    ///
    /// # Errors
    /// [`ServicesError`].
    pub async fn start(setup: &Setup) -> Result<Self, ServicesError> {
        let program = std::env::current_exe().map_err(ServicesError::Start)?;
        let mut process = Command::new(program)
            .arg("services")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(ServicesError::Start)?;
        let ended = || ServicesError::Ended { data: setup.data.clone() };
        let input = process.stdin.take().ok_or_else(ended)?;
        let output = process.stdout.take().ok_or_else(ended)?;
        let replies = BufReader::new(output).lines();
        let mut conversation = Conversation { input, replies, data: setup.data.clone() };
        match conversation.exchange(setup).await? {
            Reply::Ready(ready) => Ok(Self { ready, process, conversation }),
            _ => Err(ended()),
        }
    }

    /// Where they answer.
    #[must_use]
    pub const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Does work that needs the services. Whenever they end before the work does, that is the error, whatever the work
    /// has met because of it.
    ///
    /// # Errors
    /// [`ServicesError::Ended`], and those of the work.
    pub async fn during<T, E: From<ServicesError>>(
        &mut self,
        work: impl AsyncFnOnce(&mut Conversation) -> Result<T, E>,
    ) -> Result<T, E> {
        let Self { process, conversation, .. } = self;
        let ended = ServicesError::Ended { data: conversation.data.clone() };
        let outcome = tokio::select! {
            biased;
            outcome = work(conversation) => outcome,
            // Whether its exit status could be read makes no difference.
            _ = process.wait() => return Err(ended.into()),
        };
        // A connection that breaks is noticed before the end of the process that broke it.
        if outcome.is_err() && !conversation.is_answered().await {
            return Err(ended.into());
        }
        outcome
    }

    /// Ends the process and waits for it.
    pub async fn stop(self) {
        let Self { conversation, mut process, .. } = self;
        drop(conversation);
        // One that hangs is killed when it is dropped.
        let _ = tokio::time::timeout(PATIENCE, process.wait()).await;
    }
}

/// What is said to the services and heard from them.
#[derive(Debug)]
pub struct Conversation {
    input: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
    data: PathBuf,
}

impl Conversation {
    /// Makes the sample what it should be.
    ///
    /// # Errors
    /// [`ServicesError`].
    pub async fn prepare_sample(&mut self, request: SampleRequest) -> Result<SampleReport, ServicesError> {
        match self.exchange(&Request::PrepareSample(request)).await? {
            Reply::Sample(report) => Ok(report),
            _ => Err(self.ended()),
        }
    }

    /// Notes that an export has read the sample.
    ///
    /// # Errors
    /// [`ServicesError`].
    pub async fn sample_exported(&mut self) -> Result<(), ServicesError> {
        self.exchange(&Request::SampleExported).await.map(|_| ())
    }

    /// Whether the services are still there; one that hangs is.
    async fn is_answered(&mut self) -> bool {
        let answer = tokio::time::timeout(PATIENCE, self.exchange(&Request::Ping)).await;
        !matches!(answer, Ok(Err(ServicesError::Ended { .. })))
    }

    async fn exchange(&mut self, message: &impl serde::Serialize) -> Result<Reply, ServicesError> {
        let mut line = serde_json::to_vec(message).map_err(|_| self.ended())?;
        line.push(b'\n');
        self.input.write_all(&line).await.map_err(|_| self.ended())?;
        self.input.flush().await.map_err(|_| self.ended())?;
        let reply = self.replies.next_line().await.ok().flatten().ok_or_else(|| self.ended())?;
        match serde_json::from_str(&reply).map_err(|_| self.ended())? {
            Reply::Failed(failure) => Err(ServicesError::Failed(failure)),
            reply => Ok(reply),
        }
    }

    fn ended(&self) -> ServicesError {
        ServicesError::Ended { data: self.data.clone() }
    }
}
