//! The program under test with its console up.

use std::path::Path;

use end_to_end::{Browser, Running, Start};
use tempfile::TempDir;

use crate::account::Account;

/// What the console's address begins with, where the program says it.
const ADDRESS: &str = "http://localhost:";

/// What stands before the simulated account's address, where the program says it.
const ACCOUNT: &str = "what the simulated account holds   http://";

/// People of the sample: a run of seconds, and enough for some of every kind.
const PROFILES: &str = "3000";

/// What was done before the console is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// The sample was made and exported once: what who starts the program sees.
    AnExport,
    /// There are segments, but no connection and no export.
    Nothing,
}

/// A running program with a data folder of its own.
#[derive(Debug)]
pub struct Product {
    running: Running,
    address: String,
    data: TempDir,
}

impl Product {
    /// Starts it, with further arguments, and waits for the console.
    ///
    /// # Panics
    /// When it does not come that far.
    #[must_use]
    pub fn start(before: Before, arguments: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a data folder");
        let begins: &[&str] = match before {
            Before::AnExport => &["--profiles", PROFILES],
            Before::Nothing => &["serve"],
        };
        let all = [begins, &["--port", "0"], arguments].concat();
        let running = Start::on(data.path(), &all).spawn();
        let line = running.answers(ADDRESS);
        let (_, rest) = line.split_once(ADDRESS).expect("an address");
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Self { running, address: format!("{ADDRESS}{port}"), data }
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Sends requests to it without a browser.
    #[must_use]
    pub fn requests(&self) -> Browser {
        Browser::new(self.address.trim_start_matches("http://"))
    }

    /// The simulated account behind it.
    ///
    /// # Panics
    /// When the program does not say where it is.
    #[must_use]
    pub fn account(&self) -> Account {
        let line = self.running.answers(ACCOUNT);
        let (_, authority) = line.split_once(ACCOUNT).expect("an address");
        Account::at(authority.trim_end_matches('/'))
    }

    /// Ends it as Ctrl-C does.
    ///
    /// # Panics
    /// When it leaves a process behind, has panicked, or has told what it must not.
    pub fn end(self) {
        self.running.interrupt();
        let _ = self.running.wait();
    }
}
