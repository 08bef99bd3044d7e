//! States as a word with a picture: a shape and a colour for each, so that colour is never alone.

use maud::{Markup, html};

use crate::icon::{Icon, icon};

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    Neutral,
    /// Under way, or good to know.
    Information,
    /// Well.
    Success,
    /// Needs a look.
    Warning,
    /// Wrong, or about to destroy something.
    Danger,
}

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Information => "information",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

/// The status of a run, or of an export by its latest run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// There was no run yet.
    NeverRun,
    /// Waiting for its turn.
    Queued,
    /// Under way.
    Processing,
    /// A person stopped it; what the service already accepted still settles.
    Cancelling,
    /// Every row was accepted or reported as rejected.
    Successful,
    /// Deliberately nothing was sent.
    Skipped,
    /// Rows stay unsent.
    Failure,
    /// A person stopped it.
    Canceled,
}

impl RunState {
    /// Every status, in the order in which a filter offers them.
    pub const ALL: [Self; 8] = [
        Self::NeverRun,
        Self::Queued,
        Self::Processing,
        Self::Cancelling,
        Self::Successful,
        Self::Skipped,
        Self::Failure,
        Self::Canceled,
    ];

    /// The word for it on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NeverRun => "Never run",
            Self::Queued => "Queued",
            Self::Processing => "Processing",
            Self::Cancelling => "Cancelling",
            Self::Successful => "Successful",
            Self::Skipped => "Skipped",
            Self::Failure => "Failure",
            Self::Canceled => "Canceled",
        }
    }

    /// The status with this word, as the engine and the query of an address write it.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    const fn look(self) -> (Tone, Icon) {
        match self {
            Self::NeverRun => (Tone::Neutral, Icon::NotYet),
            Self::Queued => (Tone::Neutral, Icon::Clock),
            Self::Processing => (Tone::Information, Icon::Working),
            Self::Cancelling => (Tone::Warning, Icon::Working),
            Self::Successful => (Tone::Success, Icon::Check),
            Self::Skipped => (Tone::Warning, Icon::Skip),
            Self::Failure => (Tone::Danger, Icon::Cross),
            Self::Canceled => (Tone::Neutral, Icon::Stopped),
        }
    }
}

/// The state of a connection, or of an export's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// Not both steps of connecting are done.
    SettingUp,
    /// Usable.
    Connected,
    /// Constant Contact refused the stored grant.
    NeedsReauthentication,
    /// It is being removed.
    Removing,
    /// The export was detached.
    NoConnection,
}

impl ConnectionState {
    /// The words for it on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SettingUp => "Setting up",
            Self::Connected => "Connected",
            Self::NeedsReauthentication => "Needs re-authentication",
            Self::Removing => "Removing",
            Self::NoConnection => "No connection",
        }
    }

    const fn look(self) -> (Tone, Icon) {
        match self {
            Self::SettingUp => (Tone::Neutral, Icon::NotYet),
            Self::Connected => (Tone::Success, Icon::Link),
            Self::NeedsReauthentication => (Tone::Warning, Icon::Key),
            Self::Removing => (Tone::Neutral, Icon::Working),
            Self::NoConnection => (Tone::Warning, Icon::Unlinked),
        }
    }
}

/// A state with its own word and picture, for what has no function of its own.
#[must_use]
pub fn badge(tone: Tone, picture: Icon, word: &str) -> Markup {
    html! { span.badge.(tone.class()) { (icon(picture)) span { (word) } } }
}

/// The status of a run.
#[must_use]
pub fn run_badge(state: RunState) -> Markup {
    let (tone, picture) = state.look();
    badge(tone, picture, state.word())
}

/// The state of a connection.
#[must_use]
pub fn connection_badge(state: ConnectionState) -> Markup {
    let (tone, picture) = state.look();
    badge(tone, picture, state.word())
}
