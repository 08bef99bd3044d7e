//! Small pictures beside words; never instead of them.

use maud::{Markup, html};

/// A picture of 16 by 16 units, drawn in the colour of the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// Waiting.
    Clock,
    /// Under way; it turns, unless the person asked for less movement.
    Working,
    /// Done.
    Check,
    /// Passed over.
    Skip,
    /// Attention.
    Alert,
    /// Failed.
    Cross,
    /// Stopped by a person.
    Stopped,
    /// Not yet.
    NotYet,
    /// Connected.
    Link,
    /// Disconnected.
    Unlinked,
    /// Sign in again.
    Key,
    /// Good to know.
    Information,
    /// Add.
    Plus,
    /// Find.
    Search,
    /// Copy.
    Copy,
    /// Download.
    Download,
    /// More actions.
    More,
    /// Segments.
    Segments,
    /// Exports.
    Exports,
    /// A schedule.
    Schedule,
    /// The audit log.
    AuditLog,
    /// Sorted upwards.
    Up,
    /// Sorted downwards.
    Down,
    /// Back.
    Left,
    /// Forward.
    Right,
}

impl Icon {
    /// Whether a circle is drawn around it.
    const fn has_circle(self) -> bool {
        matches!(
            self,
            Self::Clock
                | Self::Check
                | Self::Cross
                | Self::Stopped
                | Self::NotYet
                | Self::Information
                | Self::Segments
        )
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Clock => "M8 4.6V8l2.4 1.5",
            Self::Working => "M14 8a6 6 0 1 1-6-6",
            Self::Check => "M5.2 8.2l2 2 3.6-4.1",
            Self::Skip => "M3.5 4.5L7 8l-3.5 3.5M8.5 4.5L12 8l-3.5 3.5",
            Self::Alert => "M8 2.2l6.2 11H1.8zM8 6.4v3M8 11.3v.1",
            Self::Cross => "M5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
            Self::Stopped => "M3.7 3.7l8.6 8.6",
            Self::NotYet => "",
            Self::Link => {
                "M6.5 9.5l3-3M7 4.8l1.3-1.3a2.8 2.8 0 0 1 4 4L11 8.8M9 11.2l-1.3 1.3a2.8 2.8 0 0 1-4-4L5 7.2"
            }
            Self::Unlinked => {
                "M7 4.8l1.3-1.3a2.8 2.8 0 0 1 4 4L11 8.8M9 11.2l-1.3 1.3a2.8 2.8 0 0 1-4-4L5 7.2M2.5 2.5l11 11"
            }
            Self::Key => "M8 10.5a2.75 2.75 0 1 1-5.5 0 2.75 2.75 0 0 1 5.5 0M7.3 8.6L13 3M10.8 5.2l2 2",
            Self::Information => "M8 7.3v3.7M8 4.9v.1",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Search => "M11.3 7a4.3 4.3 0 1 1-8.6 0 4.3 4.3 0 0 1 8.6 0M10.2 10.2l3.3 3.3",
            Self::Copy => "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
            Self::Download => "M8 2.5V10M4.8 7L8 10.2 11.2 7M2.5 13.5h11",
            Self::More => "M3.5 8v.01M8 8v.01M12.5 8v.01",
            Self::Segments => "M8 1.9V8l4.4 4.3",
            Self::Exports => "M2 8h8.5M7.2 4.5L10.7 8l-3.5 3.5M13.75 2.5v11",
            Self::Schedule => "M2.5 3.75h11v9.75h-11zM2.5 6.9h11M5.25 2v3M10.75 2v3",
            Self::AuditLog => "M3 3.5h10M3 8h10M3 12.5h6",
            Self::Up => "M4 10l4-4 4 4",
            Self::Down => "M4 6l4 4 4-4",
            Self::Left => "M10 4L6 8l4 4",
            Self::Right => "M6 4l4 4-4 4",
        }
    }
}

/// The picture, hidden from screen readers: the words beside it say the same.
#[must_use]
pub fn icon(icon: Icon) -> Markup {
    html! {
        svg.icon.working[icon == Icon::Working] viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" {
            @if icon.has_circle() {
                circle cx="8" cy="8" r="6.2" stroke-dasharray=[(icon == Icon::NotYet).then_some("2.4 2.4")] {}
            }
            @if !icon.path().is_empty() { path d=(icon.path()) {} }
        }
    }
}
