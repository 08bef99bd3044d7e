//! Why something that a person asked for was not done.

use std::error::Error;

use constant_contact::ServiceError;
use domain::identifier::ExportId;
use domain::{Classified, FailureClass, until_minute};
use jiff::Timestamp;
use serde::Serialize;
use store::{DocumentError, StoreError, UpdateError};
use tokens::{GrantError, VaultError};

use crate::connection_state::ConnectionState;
use crate::problems::FieldProblem;
use crate::unreadable;

/// The cause below an error of this crate.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// An export by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportName {
    /// Its id.
    pub id: ExportId,
    /// What people call it.
    pub name: String,
}

/// Why something was not done. The text tells the person what to do next; [`ConfigurationError::code`] is for programs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// The person may not do this.
    #[error("this needs {needs}; ask an administrator")]
    Forbidden {
        /// What would be needed.
        needs: &'static str,
    },
    /// There is no such thing, or the person may not know of it.
    #[error("there is no such {what}; it may have been removed")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// The change was based on an older version.
    #[error("somebody else has changed this meanwhile; load it again, then repeat your change")]
    Stale,
    /// The change did not say on which version it was based.
    #[error("say which version the change is based on (If-Match)")]
    VersionRequired,
    /// What was entered breaks rules.
    #[error("{} to be corrected", count(.0.len()))]
    Invalid(Vec<FieldProblem>),
    /// Exports use the connection.
    #[error("{} this connection; detach or remove them first: {}", used_by(.exports.len()), names(.exports))]
    InUse {
        /// Which ones.
        exports: Vec<ExportName>,
    },
    /// The connection cannot be used as it stands.
    #[error("the connection {connection:?} cannot be used ({state}); an administrator can complete it")]
    NotConnected {
        /// Its display name.
        connection: String,
        /// How it stands.
        state: ConnectionState,
    },
    /// The export was detached.
    #[error("the export has no connection; edit it and choose one")]
    NoConnection,
    /// What was asked for makes no difference, and was therefore not done.
    #[error("{what}")]
    NothingToDo {
        /// Why, and what to do instead.
        what: &'static str,
    },
    /// Another account was signed in to than the connection is bound to.
    #[error(
        "this connection belongs to the Constant Contact account {bound:?}, but you signed in to {found:?}; sign in to \
         {bound:?}, or add another connection for {found:?}"
    )]
    OtherAccount {
        /// The organisation that the connection is bound to.
        bound: String,
        /// The organisation that was signed in to.
        found: String,
    },
    /// The person signed in too long ago for this.
    #[error("sign in again to confirm that it is you, then repeat this within five minutes")]
    FreshSignInNeeded,
    /// Nobody has entered the application's credentials.
    #[error(
        "the application's client id and secret are not set up yet; an administrator enters them under Set up"
    )]
    SetUpNeeded,
    /// Constant Contact refuses the application's credentials.
    #[error(
        "Constant Contact refuses the application's client id or secret; enter the current ones under Set up"
    )]
    ApplicationRefused,
    /// Constant Contact does not accept the connection's authorization any more.
    #[error(
        "Constant Contact no longer accepts this connection; an administrator must authenticate it again"
    )]
    NeedsReauthentication,
    /// The answer to an authorization that was never begun, was answered already, began over ten minutes ago, or was
    /// begun by somebody else.
    #[error(
        "this authorization is over; open the connection and choose Authenticate with Constant Contact again"
    )]
    AuthorizationOver,
    /// The person at Constant Contact, or Constant Contact itself, said no.
    #[error("Constant Contact gave no permission ({reason}); authenticate again and choose Allow")]
    AuthorizationRefused {
        /// A word of OAuth 2, such as `access_denied`.
        reason: String,
    },
    /// The authorization would end after a day.
    #[error(
        "Constant Contact gave no refresh token, so that the connection would end after a day; in Constant Contact's \
         developer portal, check that the application uses the authorization code flow with refresh tokens, then \
         authenticate again"
    )]
    NoRefreshToken,
    /// Whoever authorised the connection may not work with contacts there.
    #[error(
        "the Constant Contact user who gave the permission may not manage contacts; authenticate again as the account \
         owner or an account manager"
    )]
    ContactsNotAllowed,
    /// Constant Contact, or our share of its requests, asks for patience.
    #[error("Constant Contact takes no further requests before {}; try again then", until_minute(*until))]
    Throttled {
        /// Not before.
        until: Timestamp,
        /// What happened.
        #[source]
        source: BoxError,
    },
    /// Constant Contact is out of reach for the moment.
    #[error("Constant Contact did not answer as it should; try again")]
    Service(#[source] BoxError),
    /// Constant Contact refused what it should not have.
    #[error("Constant Contact refused the request; the cause says why")]
    ServiceRefused(#[source] BoxError),
    /// Our own state was out of reach when Constant Contact was to be asked: it was not asked.
    #[error(
        "the product's own storage did not answer as it should, so that Constant Contact could not be asked; try again, \
         and tell the operator if that does not help"
    )]
    NotAsked(#[source] BoxError),
    /// Our own state is out of reach, damaged, or written by a newer release.
    #[error("{}", unreadable::explanation(.0.as_ref()))]
    Unavailable(#[source] BoxError),
}

fn count(problems: usize) -> String {
    if problems == 1 { "one field has".to_owned() } else { format!("{problems} fields have") }
}

fn used_by(exports: usize) -> String {
    if exports == 1 { "one export uses".to_owned() } else { format!("{exports} exports use") }
}

fn names(exports: &[ExportName]) -> String {
    exports.iter().map(|export| export.name.as_str()).collect::<Vec<_>>().join(", ")
}

impl ConfigurationError {
    /// A stable word for programs; never changed once it was released.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not_found",
            Self::Stale => "stale",
            Self::VersionRequired => "version_required",
            Self::Invalid(_) => "invalid",
            Self::InUse { .. } => "connection_in_use",
            Self::NotConnected { .. } => "not_connected",
            Self::NoConnection => "no_connection",
            Self::NothingToDo { .. } => "nothing_to_do",
            Self::OtherAccount { .. } => "other_account",
            Self::FreshSignInNeeded => "fresh_sign_in_needed",
            Self::SetUpNeeded => "set_up_needed",
            Self::ApplicationRefused => "application_refused",
            Self::NeedsReauthentication => "needs_reauthentication",
            Self::AuthorizationOver => "authorization_over",
            Self::AuthorizationRefused { .. } => "authorization_refused",
            Self::NoRefreshToken => "no_refresh_token",
            Self::ContactsNotAllowed => "contacts_not_allowed",
            Self::Throttled { .. } => "throttled",
            Self::Service(_) => "constant_contact_unavailable",
            Self::ServiceRefused(_) => "constant_contact_refused",
            Self::NotAsked(_) => "constant_contact_not_asked",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Whether it is certain that nothing was changed.
    pub(crate) const fn changed_nothing(&self) -> bool {
        !matches!(self, Self::Service(_) | Self::NotAsked(_) | Self::Unavailable(_))
    }
}

impl From<DocumentError> for ConfigurationError {
    fn from(error: DocumentError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<StoreError> for ConfigurationError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<UpdateError<Self>> for ConfigurationError {
    fn from(error: UpdateError<Self>) -> Self {
        match error {
            UpdateError::Refused(error) => error,
            UpdateError::Document(error) => error.into(),
        }
    }
}

impl From<VaultError> for ConfigurationError {
    fn from(error: VaultError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<GrantError> for ConfigurationError {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::MissingRefreshToken => Self::NoRefreshToken,
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

impl From<ServiceError> for ConfigurationError {
    fn from(error: ServiceError) -> Self {
        use constant_contact::{AccessTokenError, ForbiddenCause, GateRefusal, RefusalCause};
        match error {
            ServiceError::Token(AccessTokenError::Unreadable(cause)) => Self::Unavailable(cause),
            ServiceError::Token(AccessTokenError::Unavailable(cause))
                if unreadable::is_of_storage(cause.as_ref()) =>
            {
                Self::NotAsked(cause)
            }
            ServiceError::HeldBack(GateRefusal { cause: RefusalCause::Unavailable, .. }) => {
                Self::NotAsked(Box::new(error))
            }
            ServiceError::Unauthorized | ServiceError::Token(AccessTokenError::NeedsReauthentication) => {
                Self::NeedsReauthentication
            }
            ServiceError::Token(AccessTokenError::ApplicationRefused) => Self::ApplicationRefused,
            ServiceError::Token(AccessTokenError::ConnectionRemoved) => Self::NotFound { what: "connection" },
            ServiceError::Forbidden { needs: ForbiddenCause::Privileges } => Self::ContactsNotAllowed,
            other => match other.class() {
                FailureClass::ThrottledUntil(until) => Self::Throttled { until, source: Box::new(other) },
                FailureClass::Retry => Self::Service(Box::new(other)),
                _ => Self::ServiceRefused(Box::new(other)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_in_use_names_its_exports() {
        let export =
            |id: &str, name: &str| ExportName { id: ExportId::new(id).unwrap(), name: name.to_owned() };
        let one = ConfigurationError::InUse { exports: vec![export("e-1", "News")] };
        assert_eq!(one.to_string(), "one export uses this connection; detach or remove them first: News");
        let two = ConfigurationError::InUse { exports: vec![export("e-1", "News"), export("e-2", "Offers")] };
        assert!(
            two.to_string().starts_with("2 exports use this connection")
                && two.to_string().ends_with("News, Offers")
        );
    }

    #[test]
    fn only_what_may_have_happened_is_not_certain() {
        assert!(ConfigurationError::Stale.changed_nothing());
        assert!(ConfigurationError::ContactsNotAllowed.changed_nothing());
        assert!(!ConfigurationError::Unavailable("lost".into()).changed_nothing());
        assert!(!ConfigurationError::from(ServiceError::Unclear(None)).changed_nothing());
    }

    #[test]
    fn what_a_newer_release_wrote_is_told_from_what_is_out_of_reach() {
        let newer = || DocumentError::NewerSchema {
            kind: "run",
            key: "runs/export-1/run-1.json".to_owned(),
            found: 2,
            supported: 1,
        };
        let expected = "a newer release wrote what is needed here (run, schema version 2; this release knows 1 at most) \
                        and nothing was changed; tell the operator to install the newer release again";
        assert_eq!(ConfigurationError::from(newer()).to_string(), expected);
        let below = engine::StartError::State(newer());
        assert_eq!(ConfigurationError::from(below).to_string(), expected);
        let unreadable = constant_contact::AccessTokenError::Unreadable(Box::new(newer()));
        assert_eq!(ConfigurationError::from(ServiceError::Token(unreadable)).to_string(), expected);
        let lost = ConfigurationError::Unavailable("no answer".into());
        assert!(lost.to_string().starts_with("the product's own storage did not answer"));
    }

    #[test]
    fn what_is_damaged_is_not_an_authorization_that_has_ended() {
        let unreadable = |cause: BoxError| {
            ConfigurationError::from(ServiceError::Token(constant_contact::AccessTokenError::Unreadable(
                cause,
            )))
        };
        let secret = unreadable(Box::new(VaultError::Malformed { name: "connections/c-1".to_owned() }));
        assert_eq!(secret.code(), "unavailable");
        assert!(secret.to_string().contains("authenticate the connection again, or enter the credentials"));
        let document = unreadable(Box::new(DocumentError::OtherKind {
            key: "token-leases/c-1.json".to_owned(),
            expected: "token lease",
            found: "run".to_owned(),
        }));
        assert_eq!(document.code(), "unavailable");
        assert!(document.to_string().contains("restores it from a backup"));
    }

    #[test]
    fn a_failure_of_the_service_says_who_can_help() {
        use constant_contact::{AccessTokenError, GateRefusal, RefusalCause};
        let until = Timestamp::UNIX_EPOCH;
        let cases: [(ServiceError, &str); 7] = [
            (ServiceError::Unauthorized, "needs_reauthentication"),
            (
                ServiceError::Forbidden { needs: constant_contact::ForbiddenCause::Privileges },
                "contacts_not_allowed",
            ),
            (ServiceError::QuotaExceeded { until }, "throttled"),
            (GateRefusal { until, cause: RefusalCause::DayQuota }.into(), "throttled"),
            (ServiceError::Unavailable(None), "constant_contact_unavailable"),
            (
                AccessTokenError::Unavailable("the authorization server".into()).into(),
                "constant_contact_unavailable",
            ),
            (ServiceError::Invalid { status: 400, key: None }, "constant_contact_refused"),
        ];
        for (error, code) in cases {
            assert_eq!(ConfigurationError::from(error).code(), code);
        }
    }

    #[test]
    fn what_our_own_storage_keeps_from_happening_is_not_laid_to_constant_contact() {
        use constant_contact::{AccessTokenError, GateRefusal, RefusalCause};
        let out_of_reach = || StoreError::unavailable("no answer");
        let refusal = GateRefusal { until: Timestamp::UNIX_EPOCH, cause: RefusalCause::Unavailable };
        let document = AccessTokenError::Unavailable(Box::new(DocumentError::from(out_of_reach())));
        let secret = AccessTokenError::Unavailable(Box::new(VaultError::Secret(
            tokens::SecretError::Unavailable("no answer".into()),
        )));
        for error in [ServiceError::from(refusal), document.into(), secret.into()] {
            let error = ConfigurationError::from(error);
            assert_eq!(error.code(), "constant_contact_not_asked");
            let expected = "the product's own storage did not answer as it should, so that Constant Contact could not be \
                            asked; try again, and tell the operator if that does not help";
            assert_eq!(error.to_string(), expected);
        }
    }
}
