//! The real binary as Lambda runs it: one process at a time, started anew after it has died or taken too long.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::log::Log;
use crate::runtime_interface::{Invocation, Outcome, RuntimeInterface};

/// What Lambda sets for every function, as far as a program may look at it.
const ENVIRONMENT: [(&str, &str); 10] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "function"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/function"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[$LATEST]8a3f5e21c4a7b87c1e4b639d0a3f5e21"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_LAMBDA_LOG_LEVEL", "DEBUG"),
    ("LANG", "en_US.UTF-8"),
    ("TZ", ":UTC"),
];

/// A function whose processes are killed when it is dropped.
#[derive(Debug)]
pub struct Function {
    binary: String,
    settings: Vec<(String, String)>,
    process: tokio::sync::Mutex<Option<Process>>,
    crash: Notify,
    log: Arc<Mutex<Vec<String>>>,
    invocations: Mutex<Vec<Invocation>>,
    unanswered: Mutex<Vec<String>>,
    starts: Mutex<usize>,
}

#[derive(Debug)]
struct Process {
    interface: RuntimeInterface,
    child: Child,
    readers: [JoinHandle<()>; 2],
}

/// How an invocation ended.
enum End {
    Answered(Outcome),
    TimedOut,
    Exited(ExitStatus),
}

/// The settings of a function that is to write as much as this level of Lambda's has it. The second one is what programs
/// often look at, and a function must not.
#[must_use]
pub fn talkative(level: &str) -> [(&'static str, String); 2] {
    [("AWS_LAMBDA_LOG_LEVEL", level.to_owned()), ("RUST_LOG", "trace".to_owned())]
}

impl Function {
    /// Starts the binary at this path (`env!("CARGO_BIN_EXE_...")`) with these settings; later ones of the same name
    /// count.
    pub async fn start(binary: &str, settings: &[(&str, String)]) -> Self {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let function = Self {
            binary: binary.to_owned(),
            settings,
            process: tokio::sync::Mutex::default(),
            crash: Notify::new(),
            log: Arc::default(),
            invocations: Mutex::default(),
            unanswered: Mutex::default(),
            starts: Mutex::default(),
        };
        *function.process.lock().await = Some(function.new_process().await);
        function
    }

    /// Invokes it and waits for what comes of it. When the time is over before the answer, Lambda kills the process, and
    /// the next invocation finds a new one; likewise after a process that has died.
    pub async fn invoke(&self, payload: Value, time: Duration) -> Outcome {
        let mut held = self.process.lock().await;
        let dead = held.as_mut().is_none_or(|process| process.child.try_wait().unwrap().is_some());
        if dead {
            *held = Some(self.new_process().await);
        }
        let process = held.as_mut().unwrap();
        let invocation = self.next_invocation();
        let answer = process.interface.deliver(invocation.clone(), payload, time).await;
        let end = tokio::select! {
            answer = answer => End::Answered(answer.unwrap()),
            () = tokio::time::sleep(time) => End::TimedOut,
            status = process.child.wait() => End::Exited(status.unwrap()),
            () = self.crash.notified() => {
                process.child.start_kill().unwrap();
                End::Exited(process.child.wait().await.unwrap())
            }
        };
        if !matches!(end, End::Answered(_)) {
            held.take().unwrap().end().await;
            lock(&self.unanswered).push(invocation.request_id.clone());
        }
        told(end, &invocation.request_id, time)
    }

    /// Kills the process in the middle of the invocation that is under way, as a fault of its machine or the lack of
    /// memory would. Without one nothing happens.
    pub fn crash(&self) {
        self.crash.notify_waiters();
    }

    /// How often a process was started.
    pub fn starts(&self) -> usize {
        *self.starts.lock().unwrap()
    }

    /// The most physical memory that the present process has used at once, in bytes: `VmHWM` of Linux. `None` on another
    /// system, or when no process is there.
    pub async fn peak_memory(&self) -> Option<u64> {
        let id = self.process.lock().await.as_ref()?.child.id()?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    }

    /// Ends it as Lambda ends a process that is not needed any more; everything that it ever wrote.
    pub async fn end(self) -> Log {
        if let Some(process) = self.process.into_inner() {
            process.end().await;
        }
        let (invocations, unanswered) = (lock(&self.invocations).clone(), lock(&self.unanswered).clone());
        Log::new(lock(&self.log).clone(), invocations, unanswered)
    }

    async fn new_process(&self) -> Process {
        *lock(&self.starts) += 1;
        let interface = RuntimeInterface::start().await;
        let mut child = Command::new(&self.binary)
            .env_clear()
            .envs(ENVIRONMENT)
            .env("AWS_LAMBDA_RUNTIME_API", &interface.address)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let readers = [
            tokio::spawn(collect(child.stdout.take().unwrap(), Arc::clone(&self.log))),
            tokio::spawn(collect(child.stderr.take().unwrap(), Arc::clone(&self.log))),
        ];
        Process { interface, child, readers }
    }

    fn next_invocation(&self) -> Invocation {
        let mut invocations = lock(&self.invocations);
        let invocation = Invocation::number(invocations.len() + 1);
        invocations.push(invocation.clone());
        invocation
    }
}

/// In the words of Lambda, where the function has none of its own.
fn told(end: End, request_id: &str, time: Duration) -> Outcome {
    let (error_type, message) = match end {
        End::Answered(outcome) => return outcome,
        End::TimedOut => {
            ("Sandbox.Timedout", format!("Task timed out after {:.2} seconds", time.as_secs_f64()))
        }
        End::Exited(status) => ("Runtime.ExitError", format!("Runtime exited with error: {status}")),
    };
    let message = format!("RequestId: {request_id} Error: {message}");
    Outcome::Error(json!({ "errorType": error_type, "errorMessage": message }))
}

impl Process {
    /// Kills it, and waits for the last line that it has written.
    async fn end(mut self) {
        // Fails for one that has ended by itself.
        let _ = self.child.kill().await;
        for reader in self.readers {
            reader.await.unwrap();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

async fn collect(output: impl AsyncRead + Unpin, log: Arc<Mutex<Vec<String>>>) {
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await.expect("what a function writes is UTF-8") {
        log.lock().unwrap().push(line);
    }
}
