//! The real binary as a process, with Lambda's environment around it.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::runtime_interface::{Outcome, RuntimeInterface};

/// A running function. It is killed when it is dropped.
#[derive(Debug)]
pub struct Function {
    interface: Arc<RuntimeInterface>,
    process: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Function {
    /// Starts the binary at this path (`env!("CARGO_BIN_EXE_...")`) with these settings.
    pub async fn start(binary: &str, settings: &[(&str, String)]) -> Self {
        let interface = Arc::new(RuntimeInterface::start().await);
        let mut process = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", &interface.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "function")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("AWS_LAMBDA_LOG_LEVEL", "DEBUG")
            .envs(settings.iter().map(|(name, value)| (*name, value.as_str())))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(collect(process.stdout.take().unwrap(), Arc::clone(&log)));
        tokio::spawn(collect(process.stderr.take().unwrap(), Arc::clone(&log)));
        Self { interface, process, log }
    }

    /// Invokes it and waits for the answer for as long as it has.
    pub async fn invoke(&self, payload: Value, time_left: Duration) -> Outcome {
        match self.interface.invoke(payload, time_left).await {
            Some(outcome) => outcome,
            None => panic!("the function does not answer; it wrote {:#?}", self.log.lock().unwrap()),
        }
    }

    /// What can invoke it while it is being killed.
    pub fn interface(&self) -> Arc<RuntimeInterface> {
        Arc::clone(&self.interface)
    }

    /// Kills it as the machine's failure would, and answers what it had written.
    pub async fn kill(mut self) -> Vec<String> {
        self.process.kill().await.unwrap();
        self.log.lock().unwrap().clone()
    }
}

async fn collect(output: impl AsyncRead + Unpin, log: Arc<Mutex<Vec<String>>>) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        log.lock().unwrap().push(line);
    }
}
