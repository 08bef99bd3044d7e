//! The program with its console up.

use std::path::{Path, PathBuf};

use crate::http::{Answer, Browser};
use crate::running::{Ended, Running};
use crate::start::Start;
use crate::visitor::Visitor;

/// What the console's address begins with, where the program says it.
const ADDRESS: &str = "Console: http://localhost:";

/// A running program whose console is up. It is killed when it is dropped.
#[derive(Debug)]
pub struct Console {
    running: Running,
    port: u16,
    data: PathBuf,
}

impl Console {
    /// On a free port, with these further arguments.
    ///
    /// # Panics
    /// When the console does not come up.
    #[must_use]
    pub fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::of(data, Start::on(data, &[arguments, &["--port", "0"]].concat()).spawn())
    }

    /// That of a program that was started on the data folder `data`.
    ///
    /// # Panics
    /// When the console does not come up.
    #[must_use]
    pub fn of(data: &Path, running: Running) -> Self {
        let line = running.answers(ADDRESS);
        let port = line.strip_prefix(ADDRESS).and_then(|rest| rest.split_whitespace().next());
        let port = port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("no port: {line}"));
        Self { running, port, data: data.to_owned() }
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Requests under the console's own name.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(format!("localhost:{}", self.port))
    }

    /// Somebody with a browser of their own.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.address())
    }

    /// A bearer token, as a script asks the program for one.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn token(&self, role: &str) -> String {
        let ended = Start::on(&self.data, &["token", "--role", role]).end();
        assert!(ended.status.success() && ended.errors.is_empty(), "{ended:?}");
        ended.output.trim_end().to_owned()
    }

    /// What the API answers to somebody with a token; `path` begins below `/api/v1`.
    #[must_use]
    pub fn api(&self, token: &str, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let bearer = format!("Authorization: Bearer {token}");
        let headers = [headers, &[&bearer, "Content-Type: application/json"]].concat();
        self.browser().send(method, &format!("/api/v1{path}"), &headers, body)
    }

    /// The program itself.
    #[must_use]
    pub const fn running(&self) -> &Running {
        &self.running
    }

    /// Ends it as Ctrl-C does.
    #[must_use]
    pub fn interrupt(self) -> Ended {
        self.running.interrupt();
        self.running.wait()
    }

    /// SIGKILL.
    #[must_use]
    pub fn kill(self) -> Ended {
        self.running.kill()
    }
}
