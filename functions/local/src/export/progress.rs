//! Progress as a person sees it: a bar on a terminal, a line for each stage elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::{ChunkState, Observer, Phase, Run, RunKey, Sending, Trigger, Waiting};
use indicatif::{ProgressBar, ProgressStyle};

use crate::screen::Screen;
use crate::text::{counted, grouped};

/// Shows how a run stands.
#[derive(Debug)]
pub(crate) struct Progress {
    screen: Screen,
    bar: ProgressBar,
    /// The stage, and the reason to wait in it, that were last written as lines.
    written: Mutex<(String, Option<Waiting>)>,
    /// Whether the run waits because something failed.
    retrying: AtomicBool,
    /// Only ends of runs are told.
    behind: AtomicBool,
    /// The run whose end was told last.
    told: Mutex<Option<RunKey>>,
}

impl Progress {
    /// Nothing is shown before the run is.
    #[must_use]
    pub(crate) fn new(screen: Screen) -> Self {
        let bar = if screen.shows_bars() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        Self {
            screen,
            bar,
            written: Mutex::default(),
            retrying: AtomicBool::default(),
            behind: AtomicBool::default(),
            told: Mutex::default(),
        }
    }

    /// From now on runs are shown by the console, and here only how they ended.
    pub(crate) fn stand_back(&self) {
        self.behind.store(true, Ordering::Relaxed);
    }

    /// A line for the end of a run; a run is saved several times after it.
    fn told(&self, run: &Run) {
        let Some(ended) = run.ended() else { return };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref() != Some(&run.key) {
            *told = Some(run.key.clone());
            let (status, counts) = (ended.end.status(), &ended.counts);
            let sent = counted(counts.added + counts.updated, "person", "people");
            self.screen.note(&format!(
                "A run started by {} has ended: {status}, {sent} sent.",
                by(run.request.trigger)
            ));
        }
    }

    /// Takes the bar off the terminal.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Whether the run waits because something failed that is to be tried again.
    pub(crate) fn is_retrying(&self) -> bool {
        self.retrying.load(Ordering::Relaxed)
    }

    /// Says something without disturbing the bar.
    pub(crate) fn note(&self, text: &str) {
        self.bar.suspend(|| self.screen.note(text));
    }

    /// A line for each stage and for each reason to wait in it, for logs and pipes.
    fn lines(&self, stage: &str, waiting: Option<Waiting>) {
        if !self.screen.shows_lines() {
            return;
        }
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.0 != stage {
            *written = (stage.to_owned(), None);
            self.screen.note(stage);
        }
        // That Constant Contact works on what was sent is no news.
        let waiting = waiting.filter(|waiting| *waiting != Waiting::Activities);
        if let Some(reason) = waiting.filter(|waiting| written.1 != Some(*waiting)) {
            written.1 = waiting;
            self.screen.note(&format!("  {}", words(reason)));
        }
    }

    fn spin(&self, text: &str) {
        if self.bar.length().is_some_and(|length| length > 0) {
            self.bar.unset_length();
            self.bar.set_style(ProgressStyle::default_spinner());
        }
        self.bar.enable_steady_tick(Duration::from_millis(200));
        self.bar.set_message(text.to_owned());
    }

    fn sending(&self, run: &Run, sending: &Sending) {
        let total = sending.chunks.len();
        let sent = sending.count(|state| !matches!(state, ChunkState::Waiting | ChunkState::Intended { .. }));
        let settled = sending.count(is_settled);
        if self.bar.length() != Some(2 * total as u64) {
            self.bar.set_length(2 * total as u64);
            // The template is a constant; without it the bar looks plainer.
            if let Ok(style) = ProgressStyle::with_template("{spinner} [{bar:20}] {wide_msg}") {
                self.bar.set_style(style.progress_chars("=> "));
            }
        }
        self.bar.set_position((sent + settled) as u64);
        let waiting = run.waiting.map(|waiting| format!("; {}", words(waiting))).unwrap_or_default();
        self.bar.set_message(format!("{sent} of {total} imports sent, {settled} settled{waiting}"));
    }
}

const fn is_settled(state: &ChunkState) -> bool {
    matches!(state, ChunkState::Completed { .. } | ChunkState::Emptied | ChunkState::Failed { .. })
}

/// What started a run.
const fn by(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::OnDemand => "a person",
        Trigger::Scheduled => "the schedule",
        Trigger::Upload => "a new snapshot",
    }
}

/// Why a run waits.
const fn words(waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::List => "waiting for another export to the same list",
        Waiting::Account => "waiting for another export to the same account",
        Waiting::Snapshot => "waiting for a snapshot that is being written",
        Waiting::Activities => "waiting for Constant Contact",
        Waiting::LostAnswer => "an answer was lost: waiting until it is certain whether the import arrived",
        Waiting::Quota => "waiting because Constant Contact allows only so many requests",
        Waiting::Retry => "something failed and is tried again soon",
    }
}

impl Observer for Progress {
    fn run_saved(&self, run: &Run) {
        if self.behind.load(Ordering::Relaxed) {
            self.told(run);
            return;
        }
        self.retrying.store(run.waiting == Some(Waiting::Retry), Ordering::Relaxed);
        let stage = match &run.phase {
            Phase::Queued => "Starting ...".to_owned(),
            Phase::Looking(_) => "Looking at the list and at who has opted out ...".to_owned(),
            Phase::Planning(_) => "Reading the segments ...".to_owned(),
            Phase::Sending(sending) => match sending.chunks.len() as u64 {
                0 => "Nothing to send ...".to_owned(),
                imports => format!("Sending {} ...", counted(imports, "import", "imports")),
            },
            Phase::Finishing(_) => "Writing the ledger and the reports ...".to_owned(),
            Phase::Ended(_) => return,
        };
        self.lines(&stage, run.waiting);
        match (&run.phase, run.waiting) {
            (Phase::Sending(sending), _) => self.sending(run, sending),
            (_, Some(waiting)) => self.spin(&format!("{stage} {}", words(waiting))),
            (_, None) => self.spin(&stage),
        }
    }

    fn rows_read(&self, rows: u64) {
        if self.behind.load(Ordering::Relaxed) {
            return;
        }
        self.spin(&format!("Reading the segments: {} rows", grouped(rows)));
    }
}
