//! The command `simulator`: the simulated account, asked over HTTP.

use std::ffi::OsStr;
use std::path::Path;

use crate::http::Browser;
use crate::running::{Ended, Running};
use crate::start::Start;

/// A running simulator. It is killed when it is dropped; its state survives that.
#[derive(Debug)]
pub struct Simulator {
    running: Running,
    authority: String,
}

impl Simulator {
    /// On a free port, with these further arguments.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start<S: AsRef<OsStr>>(arguments: &[S]) -> Self {
        let mut all = vec![OsStr::new("simulator"), OsStr::new("--port"), OsStr::new("0")];
        all.extend(arguments.iter().map(AsRef::as_ref));
        let running = Start::new(&all).spawn();
        let line = running.answers("/control");
        let (_, authority) = line.split_once("http://").expect("an address");
        let authority = authority.strip_suffix("/control").expect("the address of control").to_owned();
        // The last line of what it says: from then on it is heard by Ctrl-C too.
        let _ = running.answers("Press Ctrl-C");
        Self { running, authority }
    }

    /// On the account that an export into the data folder `data` left behind.
    #[must_use]
    pub fn of_export(data: &Path) -> Self {
        Self::start(&[OsStr::new("--data"), data.join("simulator").as_os_str()])
    }

    /// `host:port`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Its port.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn port(&self) -> &str {
        self.authority.rsplit_once(':').expect("a port").1
    }

    /// Sends requests to it.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(&self.authority)
    }

    /// What it has said on standard error so far: failures of its own, such as a full disk.
    #[must_use]
    pub fn errors(&self) -> String {
        self.running.errors()
    }

    /// Ends it as Ctrl-C does.
    #[must_use]
    pub fn interrupt(self) -> Ended {
        self.running.interrupt();
        self.running.wait()
    }
}
