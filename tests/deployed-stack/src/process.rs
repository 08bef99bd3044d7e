//! A program that serves while a test runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whoever is asked to end gets so long for it.
const GRACE: Duration = Duration::from_secs(10);

/// A process with a file for what it says. It is asked to end, and then killed, when it is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    log: PathBuf,
}

impl Service {
    pub(crate) fn start(mut command: Command, log: &Path) -> Self {
        let file = File::create(log).expect("a log file");
        let errors = file.try_clone().expect("a log file twice");
        let child = command.stdin(Stdio::null()).stdout(file).stderr(errors).spawn();
        Self { child: child.unwrap_or_else(|error| panic!("{command:?}: {error}")), log: log.to_owned() }
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("the state of a child").is_none()
    }

    /// Everything that it has said so far.
    pub(crate) fn said(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Service {
    /// Asks it to end, and kills it if it does not.
    pub(crate) fn end(&mut self) {
        if !self.is_alive() {
            return;
        }
        signal(self.child.id(), "TERM");
        let start = Instant::now();
        while self.is_alive() && start.elapsed() < GRACE {
            std::thread::sleep(Duration::from_millis(20));
        }
        // An error means that it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.end();
    }
}

/// Only a shell can send signals without foreign code. Answers whether there was such a process.
pub(crate) fn signal(process: u32, name: &str) -> bool {
    let script = format!("kill -{name} {process} 2>/dev/null");
    Command::new("sh").args(["-c", &script]).status().expect("a shell").success()
}

/// The processes whose environment has all of `variables` (`NAME=value`).
pub(crate) fn with_environment(variables: &[String]) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let processes = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let has_all = |process: &u32| {
        // One that ends meanwhile has none.
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        let has =
            |variable: &String| environment.split(|byte| *byte == 0).any(|one| one == variable.as_bytes());
        variables.iter().all(has)
    };
    processes.filter(has_all).collect()
}
