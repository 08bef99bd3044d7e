//! The program while it runs, and how it ended.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::leaks;
use crate::summary::Summary;

/// No start takes longer, in any test, on any machine.
const PATIENCE: Duration = Duration::from_secs(600);
/// The services of a killed process end by themselves within this.
const SERVICES_PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A started program. It is killed when it is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    output: Lines,
    errors: Lines,
    data: Option<PathBuf>,
    secrets: Vec<String>,
}

impl Running {
    pub(crate) fn new(mut child: Child, data: Option<PathBuf>, secrets: Vec<String>) -> Self {
        let output = Lines::of(child.stdout.take().expect("standard output"));
        let errors = Lines::of(child.stderr.take().expect("standard error"));
        Self { child, output, errors, data, secrets }
    }

    /// Waits until it says `text` on standard error. Answers false when it ended without.
    ///
    /// # Panics
    /// When it does neither.
    pub fn says(&self, text: &str) -> bool {
        self.errors.wait_for(text).is_some()
    }

    /// Waits for the line of standard output that has `text`.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn answers(&self, text: &str) -> String {
        self.answers_or_ends(text).unwrap_or_else(|| panic!("{text:?} lacks in {}", self.errors.text()))
    }

    /// The same for a program that may end without, which is not an error then.
    ///
    /// # Panics
    /// When it does neither within some minutes.
    #[must_use]
    pub fn answers_or_ends(&self, text: &str) -> Option<String> {
        self.output.wait_for(text)
    }

    /// What it has said on standard error so far.
    #[must_use]
    pub fn errors(&self) -> String {
        self.errors.text()
    }

    /// Whether it has not ended yet.
    ///
    /// # Panics
    /// When the system does not say.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("the state of a child").is_none()
    }

    /// The process that serves it, once there is one.
    ///
    /// # Panics
    /// Where the system has no `/proc`.
    #[must_use]
    pub fn services(&self) -> Option<u32> {
        let own = self.child.id().to_string();
        let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
        processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(|process: &u32| {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            // After the name in brackets: the state, and the parent.
            let after_name =
                stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().nth(1).map(str::to_owned));
            after_name.flatten().is_some_and(|parent| parent == own)
        })
    }

    /// As Ctrl-C does.
    pub fn interrupt(&self) {
        signal(self.child.id(), "INT");
    }

    /// Kills only the process that serves it. Answers false when there is none.
    #[must_use]
    pub fn kill_services(&self) -> bool {
        self.services().is_some_and(|services| signal(services, "KILL"))
    }

    /// SIGKILL, and how it had ended if it was faster.
    ///
    /// # Panics
    /// When something it started outlives it, or when it told what it must not.
    #[must_use]
    pub fn kill(mut self) -> Ended {
        // It may have ended by itself.
        let _ = self.child.kill();
        self.wait()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end within some minutes, when something it started outlives it, or when it told what it must
    /// not.
    #[must_use]
    pub fn wait(mut self) -> Ended {
        let start = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("the state of a child") {
                Some(status) => break status,
                None if start.elapsed() > PATIENCE => panic!("it does not end: {}", self.errors.text()),
                None => std::thread::sleep(LOOK_AGAIN),
            }
        };
        // What it started holds the same pipes: their end is the end of all of them.
        let ended = Ended { status, output: self.output.all(), errors: self.errors.all() };
        leaks::check(self.data.as_deref(), &self.secrets, &[&ended.output, &ended.errors]);
        assert!(!ended.errors.contains("panicked at"), "{}", ended.errors);
        ended
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error means that it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Only a shell can send signals without foreign code. Answers whether there was such a process.
fn signal(process: u32, name: &str) -> bool {
    let script = format!("kill -{name} {process} 2>/dev/null");
    std::process::Command::new("sh").args(["-c", &script]).status().expect("a shell").success()
}

/// How a start ended, and everything it said.
#[derive(Debug)]
pub struct Ended {
    /// As the system tells it.
    pub status: ExitStatus,
    /// All of standard output.
    pub output: String,
    /// All of standard error.
    pub errors: String,
}

impl Ended {
    /// The object that a start with `--json` has printed, whatever its status.
    ///
    /// # Panics
    /// When standard output is anything but one JSON object on one line, or not as documented.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let summary = Summary::parse(&self.output);
        let successful = summary.status == "Successful";
        assert_eq!(self.status.code(), Some(if successful { 0 } else { 1 }), "{self:?}");
        summary
    }

    /// The object of a successful start that said nothing else.
    ///
    /// # Panics
    /// When it was not successful.
    #[must_use]
    pub fn success(&self) -> Summary {
        assert!(self.status.success(), "{self:?}");
        assert_eq!(self.errors, "");
        self.summary()
    }

    /// The one sentence of a start that could do nothing; causes may follow it, each on a line of its own.
    ///
    /// # Panics
    /// When it ended in another way.
    #[must_use]
    pub fn refusal(&self) -> &str {
        assert_eq!(self.status.code(), Some(1), "{self:?}");
        assert_eq!(self.output, "", "{self:?}");
        let sentence = self.errors.lines().next().unwrap_or_default();
        assert!(sentence.starts_with("error: "), "{self:?}");
        assert!(self.errors.lines().skip(1).all(|line| line.starts_with("  cause: ")), "{self:?}");
        assert!(!sentence.contains("Error {") && !sentence.contains("Os {"), "{sentence}");
        sentence
    }
}

/// The lines of a pipe, read as they come.
#[derive(Debug)]
struct Lines {
    seen: Arc<(Mutex<Seen>, Condvar)>,
    reading: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Seen {
    lines: Vec<String>,
    over: bool,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let seen = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
        let theirs = Arc::clone(&seen);
        let reading = std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                theirs.0.lock().unwrap().lines.push(line);
                theirs.1.notify_all();
            }
            theirs.0.lock().unwrap().over = true;
            theirs.1.notify_all();
        });
        Self { seen, reading: Some(reading) }
    }

    fn wait_for(&self, text: &str) -> Option<String> {
        let (seen, changed) = &*self.seen;
        let waiting = changed.wait_timeout_while(seen.lock().unwrap(), PATIENCE, |seen| {
            !seen.over && !seen.lines.iter().any(|line| line.contains(text))
        });
        let (seen, timed_out) = waiting.unwrap();
        assert!(!timed_out.timed_out(), "{text:?} lacks in {:?}", seen.lines);
        seen.lines.iter().find(|line| line.contains(text)).cloned()
    }

    fn text(&self) -> String {
        let lines = &self.seen.0.lock().unwrap().lines;
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn all(&mut self) -> String {
        let (seen, changed) = &*self.seen;
        let waiting = changed.wait_timeout_while(seen.lock().unwrap(), SERVICES_PATIENCE, |seen| !seen.over);
        let timed_out = waiting.unwrap().1.timed_out();
        assert!(!timed_out, "it has ended, but left a process behind: {}", self.text());
        if let Some(reading) = self.reading.take() {
            reading.join().expect("the lines of a pipe");
        }
        self.text()
    }
}
