//! How a run ends: its status, a machine code, and a sentence that a person can act on.

mod grouped;

use std::fmt;

use domain::identifier::SegmentName;
use planner::Brake;
use serde::{Deserialize, Serialize};

use self::grouped::grouped;

/// The status that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Waiting for its turn.
    Queued,
    /// Under way.
    Processing,
    /// Every row was accepted or reported as rejected.
    Successful,
    /// Deliberately nothing was sent.
    Skipped,
    /// Rows stay unsent after all tries, or the input is broken, or an error is permanent.
    Failure,
    /// A person stopped it.
    Canceled,
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum End {
    /// Everything is settled.
    Completed,
    /// Nothing was new or changed.
    NothingToSend,
    /// A segment has no complete snapshot.
    SegmentMissing {
        /// Which one.
        segment: SegmentName,
    },
    /// More profiles than one export may have.
    TooManyProfiles {
        /// The limit.
        limit: u64,
    },
    /// The safety brake.
    Braked {
        /// Why.
        brake: Brake,
    },
    /// The account would have more contacts than the connection allows.
    ContactCeiling {
        /// Contacts that may be new to the account.
        additions: u64,
        /// Its active contacts before.
        contacts: u64,
        /// The most that the connection allows.
        ceiling: u64,
    },
    /// The approved plan cannot be made any more.
    ApprovalOutdated,
    /// A snapshot's file is broken.
    BrokenFile {
        /// What is wrong and what to do.
        problem: String,
    },
    /// Too many rows cannot be read.
    TooManyUnreadableRows {
        /// Unreadable rows.
        unreadable: u64,
        /// All rows.
        read: u64,
        /// Of a run that had sent a part before: how many rows stay unsent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unsent: Option<u64>,
    },
    /// The list is not there any more.
    ListMissing,
    /// A custom field of the mapping does not exist.
    CustomFieldMissing {
        /// Its name.
        name: String,
    },
    /// The export has no connection, or the connection is gone.
    NoConnection,
    /// The segments cannot be read.
    SegmentsUnreadable {
        /// What their bucket said.
        problem: String,
    },
    /// Callers kept dying in a step.
    StepKeepsFailing {
        /// Which one.
        step: String,
    },
    /// Rows stay unsent.
    RowsUnsent {
        /// How many.
        rows: u64,
        /// Of a run that had sent a part before and planned the rest anew: why that stopped it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Box<End>>,
    },
    /// Something that trying again cannot help.
    PermanentError {
        /// What happened and what to do.
        problem: String,
    },
    /// A person stopped it.
    Canceled {
        /// Who.
        by: String,
    },
}

impl End {
    /// The status that goes with it.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self {
            Self::Completed | Self::NothingToSend => Status::Successful,
            Self::SegmentMissing { .. }
            | Self::TooManyProfiles { .. }
            | Self::Braked { .. }
            | Self::ContactCeiling { .. }
            | Self::ApprovalOutdated
            | Self::NoConnection => Status::Skipped,
            Self::BrokenFile { .. }
            | Self::TooManyUnreadableRows { .. }
            | Self::ListMissing
            | Self::CustomFieldMissing { .. }
            | Self::SegmentsUnreadable { .. }
            | Self::StepKeepsFailing { .. }
            | Self::RowsUnsent { .. }
            | Self::PermanentError { .. } => Status::Failure,
            Self::Canceled { .. } => Status::Canceled,
        }
    }

    /// The machine code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::NothingToSend => "nothing_to_send",
            Self::SegmentMissing { .. } => "segment_missing",
            Self::TooManyProfiles { .. } => "too_many_profiles",
            Self::Braked { brake: Brake::ManyAdditions { .. } } => "brake_additions",
            Self::Braked { brake: Brake::SegmentEmptied { .. } } => "brake_segment_emptied",
            Self::ContactCeiling { .. } => "contact_ceiling",
            Self::ApprovalOutdated => "approval_outdated",
            Self::BrokenFile { .. } => snapshots::BROKEN_FILE,
            Self::TooManyUnreadableRows { .. } => "too_many_unreadable_rows",
            Self::ListMissing => "list_missing",
            Self::CustomFieldMissing { .. } => "custom_field_missing",
            Self::NoConnection => "no_connection",
            Self::SegmentsUnreadable { .. } => "segments_unreadable",
            Self::StepKeepsFailing { .. } => "step_keeps_failing",
            Self::RowsUnsent { .. } => "rows_unsent",
            Self::PermanentError { .. } => "permanent_error",
            Self::Canceled { .. } => "canceled",
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed => {
                write!(formatter, "Every row was accepted or is in the report of rejected rows.")
            }
            Self::NothingToSend => write!(formatter, "Nothing is new or changed since the last export."),
            Self::SegmentMissing { segment } => write!(
                formatter,
                "Segment {segment:?} has no complete snapshot; nothing was sent. Upload one, then run again."
            ),
            Self::TooManyProfiles { limit } => write!(
                formatter,
                "The segments hold more than {} profiles, the most that one export may have; nothing was sent. \
                 Choose smaller segments, split them over several exports, or have the limit raised.",
                grouped(*limit)
            ),
            Self::Braked { brake: Brake::ManyAdditions { additions, held } } => write!(
                formatter,
                "The run would add {} people to the {} that this export holds on the list; nothing was sent. If that is \
                 right, approve and run.",
                grouped(*additions),
                grouped(*held)
            ),
            Self::Braked { brake: Brake::SegmentEmptied { segment, before } } => write!(
                formatter,
                "Segment {segment:?} had {} rows and is now empty; nothing was sent. If that is right, approve and run.",
                grouped(*before)
            ),
            // Everybody reads this: what the account holds and may hold is for administrators.
            Self::ContactCeiling { additions, .. } => write!(
                formatter,
                "The run would add up to {} people and bring the account above the number of contacts that the \
                 connection allows; nothing was sent. Have the connection's limit raised by an administrator, or export \
                 fewer people.",
                grouped(*additions)
            ),
            Self::ApprovalOutdated => write!(
                formatter,
                "What was approved has changed since; nothing was sent. Run again and look at the new plan."
            ),
            Self::BrokenFile { problem } | Self::PermanentError { problem } => {
                write!(formatter, "{problem}")
            }
            Self::TooManyUnreadableRows { unreadable, read, unsent: None } => write!(
                formatter,
                "{} of {} rows cannot be read; nothing was sent. The report of rejected rows says which and why; correct \
                 how the segment is written and upload it again.",
                grouped(*unreadable),
                grouped(*read)
            ),
            Self::TooManyUnreadableRows { unreadable, read, unsent: Some(unsent) } => write!(
                formatter,
                "The run had waited for more than a day, and of the {read} rows that the segments hold by now \
                 {unreadable} cannot be read: {unsent} rows were not sent any more; the counts say what became of \
                 the others. Run again, and the report of rejected rows says which cannot be read and why; or correct \
                 how the segment is written and upload it again: then only what is missing is sent."
            ),
            Self::ListMissing => write!(
                formatter,
                "The list does not exist in the connected Constant Contact account (any more). Choose another list, then \
                 run again."
            ),
            Self::CustomFieldMissing { name } => write!(
                formatter,
                "The account has no custom field named {name:?}; nothing was sent. Create it or change the mapping."
            ),
            Self::NoConnection => {
                write!(
                    formatter,
                    "The export has no connection; nothing was sent. Give it one, then run again."
                )
            }
            Self::SegmentsUnreadable { problem } => write!(
                formatter,
                "The segments cannot be read: {problem}. Let the export's role read them (s3:GetObject and \
                 s3:ListBucket, and kms:Decrypt if they are encrypted with a key of yours), then run again."
            ),
            Self::StepKeepsFailing { step } => write!(
                formatter,
                "The step {step:?} was begun again and again and never came to its end; what had been sent by then was \
                 settled. Give the function that runs exports more memory or a longer time-out, then run again: only \
                 what is missing is sent."
            ),
            Self::RowsUnsent { rows, cause: None } => write!(
                formatter,
                "{} rows could not be sent after all tries; the counts say what became of the others. Run again: only \
                 what is missing is sent.",
                grouped(*rows)
            ),
            Self::RowsUnsent { rows, cause: Some(cause) } => write!(
                formatter,
                "The run had waited for more than a day, and what it found when it planned the rest anew stopped it: {} \
                 rows stay unsent; the counts say what became of the others. What it found: {cause}",
                grouped(*rows)
            ),
            Self::Canceled { by } => write!(
                formatter,
                "{by} canceled the run; what had been sent by then was settled. Run again: only what is missing is \
                 sent."
            ),
        }
    }
}

/// Why a run waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ParkReason {
    /// The connection must be authorised again.
    NeedsReauthentication,
    /// Something else that only a person can change.
    NeedsPerson {
        /// What to do.
        problem: String,
    },
}

impl fmt::Display for ParkReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedsReauthentication => write!(
                formatter,
                "The connection must be authorised again; the run goes on afterwards, nothing is lost."
            ),
            Self::NeedsPerson { problem } => write!(formatter, "{problem}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_were_not_sent_say_nothing_of_the_others() {
        let end = End::RowsUnsent { rows: 1_894, cause: None };
        assert_eq!(
            end.to_string(),
            "1,894 rows could not be sent after all tries; the counts say what became of the others. Run again: only \
             what is missing is sent."
        );
    }

    #[test]
    fn a_later_part_that_was_stopped_says_why() {
        let brake = Brake::ManyAdditions { additions: 500, held: 200 };
        let end = End::RowsUnsent { rows: 40, cause: Some(Box::new(End::Braked { brake })) };
        let text = end.to_string();
        assert!(text.contains("40 rows stay unsent") && text.contains("would add 500 people"), "{text}");
        let stored = serde_json::to_string(&end).unwrap();
        assert_eq!(serde_json::from_str::<End>(&stored).unwrap(), end);
        let earlier = r#"{"code":"rows_unsent","rows":40}"#;
        assert_eq!(serde_json::from_str::<End>(earlier).unwrap(), End::RowsUnsent { rows: 40, cause: None });
    }
}
