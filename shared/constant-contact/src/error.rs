//! What can go wrong at the service, by meaning.

use domain::{Classified, FailureClass, Sensitive, until_minute};
use jiff::Timestamp;
use uuid::Uuid;

use crate::access_tokens::AccessTokenError;
use crate::gate::GateRefusal;
use crate::redaction::ErrorKey;

/// What is missing when the service forbids a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForbiddenCause {
    /// The user who authorised the connection lacks a privilege (documented body `access_denied`).
    Privileges,
    /// The gateway refused before the service was asked: a wrong address, or an application that is not enabled.
    Gateway,
    /// Not said: a missing scope, a deactivated application, or (reported for trial accounts) a full account.
    Unknown,
}

/// A call failed. Which texts, addresses and ids the service mentioned is not kept.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The token was refused, and so was the renewed one.
    #[error("Constant Contact refuses the connection's access token; authorise the connection again")]
    Unauthorized,
    /// The connection may not do this.
    #[error("Constant Contact forbids this call; {}", advice(*.needs))]
    Forbidden {
        /// What is missing.
        needs: ForbiddenCause,
    },
    /// There is no such thing, or not any more.
    #[error("Constant Contact does not know what was asked for; it may have been deleted there")]
    NotFound,
    /// There already is one: an address, a list's or a custom field's name.
    #[error("this already exists in the Constant Contact account; use another name")]
    Conflict {
        /// The contact that holds the address, where the answer names it.
        existing_contact: Option<Sensitive<Uuid>>,
    },
    /// The service calls the request faulty.
    #[error(
        "Constant Contact refuses the request as invalid (status {status}, key {}); report this as a defect",
        shown(key.as_ref())
    )]
    Invalid {
        /// HTTP status.
        status: u16,
        /// The service's name of the error.
        key: Option<ErrorKey>,
    },
    /// Too many requests in a second; certainly not taken.
    #[error("Constant Contact asks for fewer requests per second; try again after {}", until_minute(*until))]
    Throttled {
        /// Ask nothing before.
        until: Timestamp,
    },
    /// The day's requests of the application are used up; certainly not taken.
    #[error("the application's daily requests are used up; Constant Contact opens again at {}", until_minute(*until))]
    QuotaExceeded {
        /// The next 00:00 UTC, when the count starts again (documented). Shortly after it, when the service's clock
        /// seems to be behind ours, one minute later.
        until: Timestamp,
    },
    /// 1,000 activities wait in the account (documented limit); certainly not taken.
    #[error("the Constant Contact account has 1,000 activities waiting; try again after {}", until_minute(*until))]
    QueueFull {
        /// When to look again: our choice, since the service names no moment.
        until: Timestamp,
    },
    /// The service is down or too slow. Nothing was changed.
    #[error("Constant Contact is not available for the moment; try again later")]
    Unavailable(#[source] Option<reqwest::Error>),
    /// More than the service takes; nothing was sent, or it said so.
    #[error("the request is larger than Constant Contact accepts ({given} {unit}); send smaller parts")]
    TooLarge {
        /// How much it was.
        given: usize,
        /// Of what.
        unit: &'static str,
    },
    /// A change that may or may not have arrived. Find out before it is sent again.
    #[error("it is unclear whether Constant Contact took the request; look there before repeating it")]
    Unclear(#[source] Option<reqwest::Error>),
    /// The service was not reached; the request has certainly not arrived.
    #[error("Constant Contact cannot be reached; check the network and try again")]
    NotSent(#[source] reqwest::Error),
    /// The gate refused; nothing was sent.
    #[error("the request was held back")]
    HeldBack(#[from] GateRefusal),
    /// There is no access token; nothing was sent.
    #[error("there is no access token for Constant Contact")]
    Token(#[from] AccessTokenError),
    /// The answer is not what the contract says.
    #[error("Constant Contact answered {what} (status {status}); report this as a defect")]
    UnexpectedAnswer {
        /// HTTP status.
        status: u16,
        /// What is wrong with it, in our words.
        what: &'static str,
    },
}

const fn advice(cause: ForbiddenCause) -> &'static str {
    match cause {
        ForbiddenCause::Privileges => "connect with the account owner's or an account manager's sign-in",
        ForbiddenCause::Gateway => "check the service's address and that the application is enabled",
        ForbiddenCause::Unknown => {
            "authorise the connection again with all permissions, and check that the application is active"
        }
    }
}

fn shown(key: Option<&ErrorKey>) -> &str {
    key.map_or("none", ErrorKey::as_str)
}

impl Classified for ServiceError {
    fn class(&self) -> FailureClass {
        match self {
            Self::Unauthorized | Self::Forbidden { .. } => FailureClass::NeedsPerson,
            Self::Throttled { until } | Self::QuotaExceeded { until } | Self::QueueFull { until } => {
                FailureClass::ThrottledUntil(*until)
            }
            Self::HeldBack(refusal) => FailureClass::ThrottledUntil(refusal.until),
            Self::Unavailable(_) | Self::Unclear(_) | Self::NotSent(_) => FailureClass::Retry,
            Self::Token(error) => error.class(),
            Self::NotFound
            | Self::Conflict { .. }
            | Self::Invalid { .. }
            | Self::TooLarge { .. }
            | Self::UnexpectedAnswer { .. } => FailureClass::Permanent,
        }
    }
}

/// An import failed: what matters is whether it may have been taken all the same.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Certainly not taken: it may be sent again when the reason has passed.
    #[error("Constant Contact did not take the import")]
    NotTaken(#[source] ServiceError),
    /// Perhaps taken: look into the recent activities, after [`crate::IMPORT_TIMEOUT`], before sending it again.
    #[error("it is unclear whether Constant Contact took the import")]
    Unclear(#[source] ServiceError),
}

impl From<ServiceError> for ImportError {
    fn from(error: ServiceError) -> Self {
        match error {
            // A success whose body is unreadable: there is an activity, but which is not known.
            ServiceError::Unclear(_) | ServiceError::UnexpectedAnswer { .. } => Self::Unclear(error),
            refused => Self::NotTaken(refused),
        }
    }
}

impl Classified for ImportError {
    fn class(&self) -> FailureClass {
        match self {
            Self::NotTaken(error) => error.class(),
            Self::Unclear(_) => FailureClass::Retry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::RefusalCause;

    #[test]
    fn moments_are_told_as_people_read_them() {
        let until: Timestamp = "2026-11-22T14:04:30.123456789Z".parse().unwrap();
        let texts = [
            ServiceError::Throttled { until }.to_string(),
            ServiceError::QuotaExceeded { until }.to_string(),
            ServiceError::QueueFull { until }.to_string(),
            GateRefusal { until, cause: RefusalCause::DayQuota }.to_string(),
            AccessTokenError::Busy { until }.to_string(),
        ];
        for text in texts {
            assert!(text.contains("2026-11-22 14:05 UTC") && !text.contains("14:04"), "{text}");
        }
    }
}
