//! The words of the API for states and choices: its own, so that a new name inside is not one for every client.

use ::configuration::access::Permission as InnerPermission;
use ::configuration::{
    ConnectionState as InnerConnectionState, ExportSort as InnerSort, StatusFilter as InnerFilter,
    SubjectKind as InnerSubject,
};
use catalog::ConnectionAccess as InnerAccess;
use constant_contact::{CallFailure as InnerFailure, RequestKind as InnerRequestKind};
use engine::{Stage as InnerStage, Status as InnerStatus, Trigger as InnerTrigger, Waiting as InnerWaiting};
use identity::Role as InnerRole;
use planner::RunKind as InnerKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An enumeration of the API that has a word for each of another one's, whatever they are called there.
macro_rules! words {
    ($($(#[$documentation:meta])* $name:ident of $inner:ident { $($(#[$variant_documentation:meta])* $word:ident),+ $(,)? })+) => {$(
        $(#[$documentation])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $name {
            $($(#[$variant_documentation])* $word),+
        }

        impl From<$inner> for $name {
            fn from(word: $inner) -> Self {
                match word {
                    $($inner::$word => Self::$word),+
                }
            }
        }

        impl From<$name> for $inner {
            fn from(word: $name) -> Self {
                match word {
                    $($name::$word => Self::$word),+
                }
            }
        }
    )+};
}

words! {
    /// What a person may do: the later ones may do all that the earlier ones may.
    Role of InnerRole { Viewer, Contributor, Administrator }

    /// What the person who asks may do with an export.
    Permission of InnerPermission { Edit, View }

    /// Who besides administrators may use a connection.
    Access of InnerAccess { Administrators, Contributors }

    /// How a connection stands. `setting_up`: one of the two steps of connecting is still to be done.
    /// `needs_reauthentication`: runs wait until an administrator has authorised it again.
    ConnectionState of InnerConnectionState { SettingUp, Connected, NeedsReauthentication, Removing }

    /// How a run stands or ended.
    Status of InnerStatus { Queued, Processing, Successful, Skipped, Failure, Canceled }

    /// A status of exports to filter by.
    StatusFilter of InnerFilter { NeverRun, Queued, Processing, Successful, Skipped, Failure, Canceled }

    /// A column to sort exports by.
    Sort of InnerSort {
        Name, Kind, Connection, Status, Refreshed, Schedule, NextDue, YourPermissions, UpdatedAt, UpdatedBy,
    }

    /// What started a run.
    Trigger of InnerTrigger { OnDemand, Scheduled, Upload }

    /// What a run is to send: what is new, changed or due for another try; everybody; or what is missing, rows that
    /// are no longer tried by themselves included.
    RunKind of InnerKind { Changes, Full, RetryFailed }

    /// What a run is doing.
    Stage of InnerStage { Queued, Looking, Planning, Sending, Settling, Finishing, Ended }

    /// Why a run waits although no person is needed.
    Waiting of InnerWaiting { List, Account, Snapshot, Activities, LostAnswer, Quota, Retry }

    /// What requests were made for.
    RequestKind of InnerRequestKind { Read, Import, Removal, Export, Change }

    /// What went wrong with a request to Constant Contact.
    CallFailure of InnerFailure {
        NotSent, Unauthorized, Forbidden, NotFound, Conflict, Invalid, TooLarge, Throttled, QuotaExceeded, QueueFull,
        Unavailable, Unclear, UnexpectedAnswer,
    }

    /// What an entry of the audit log is about.
    SubjectKind of InnerSubject { Connection, Export, Run, Segment, List, CustomField, Refresh, Application }
}
