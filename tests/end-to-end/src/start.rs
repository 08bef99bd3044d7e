//! One start of the program, as a person or a script would write it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::program;
use crate::running::{Ended, Running};

/// Read by the program; a test decides about them, not the machine it runs on.
const VARIABLES: [&str; 4] =
    ["SEGMENT_EXPORT_CLIENT_ID", "SEGMENT_EXPORT_CLIENT_SECRET", "SEGMENT_EXPORT_PORT", "SEGMENT_EXPORT_LOG"];

/// A start that is being put together.
#[derive(Debug)]
pub struct Start {
    command: Command,
    data: Option<PathBuf>,
    secrets: Vec<String>,
}

impl Start {
    /// With these arguments and nothing else.
    #[must_use]
    pub fn new<S: AsRef<OsStr>>(arguments: &[S]) -> Self {
        Self::of(Command::new(program::path()), arguments)
    }

    /// With this data folder. Everything in it is searched for what must not be told.
    #[must_use]
    pub fn on<S: AsRef<OsStr>>(data: &Path, arguments: &[S]) -> Self {
        let mut start = Self::new(arguments);
        start.command.arg("--data").arg(data);
        start.data = Some(data.to_owned());
        start
    }

    /// By a shell, which finds the program in `$PROGRAM`: for what only a shell can set up around it.
    #[must_use]
    pub fn script(script: &str) -> Self {
        let mut start = Self::of(Command::new("sh"), &["-c", script]);
        start.command.env("PROGRAM", program::path());
        start
    }

    fn of<S: AsRef<OsStr>>(mut command: Command, arguments: &[S]) -> Self {
        for variable in VARIABLES {
            command.env_remove(variable);
        }
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { command, data: None, secrets: Vec::new() }
    }

    /// With an environment variable.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// With something that must not be told.
    #[must_use]
    pub fn secret(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// When that is not possible.
    #[must_use]
    pub fn spawn(mut self) -> Running {
        Running::new(self.command.spawn().expect("the program can be started"), self.data, self.secrets)
    }

    /// Starts it and waits for its end.
    ///
    /// # Panics
    /// When it does not end within some minutes, or tells what it must not.
    #[must_use]
    pub fn end(self) -> Ended {
        self.spawn().wait()
    }
}
