//! A person whose token was verified.

use domain::Sensitive;
use jiff::{SignedDuration, Timestamp};

use crate::role::Role;

/// How old a sign-in may be where a person must be present, such as for adding oneself as export user.
pub const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// Who is asking. Exists only for verified tokens; `Debug` shows neither name nor address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The issuer's own, lasting id of this person (`sub`); decide and remember by this.
    pub subject: String,
    /// For people to read, in the console and in the audit log; falls back to the subject.
    pub display_name: Sensitive<String>,
    /// For people to read, and for notifications. It may be unverified or change hands: never decide by it.
    pub email: Option<Sensitive<String>>,
    /// The highest role that the person's groups give.
    pub role: Role,
    /// When the person last proved who they are (`auth_time`), if the issuer says so. A silent renewal keeps it.
    pub authenticated_at: Option<Timestamp>,
    /// When the token ends.
    pub expires_at: Timestamp,
}

impl Person {
    /// Whether the person signed in at most [`FRESH`] ago. Without a time from the issuer, or with one that lies more
    /// than a minute ahead, the answer is no; begin a sign-in with [`Prompt::Fresh`](crate::Prompt::Fresh) then.
    #[must_use]
    pub fn signed_in_recently(&self, now: Timestamp) -> bool {
        self.authenticated_at.is_some_and(|moment| {
            let age = now.duration_since(moment);
            age <= FRESH && age >= -SignedDuration::from_mins(1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_fresh_for_five_minutes() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let person = |authenticated_at| Person {
            subject: "1".to_owned(),
            display_name: Sensitive::new("Ann Archer".to_owned()),
            email: Some(Sensitive::new("ann@example.com".to_owned())),
            role: Role::Viewer,
            authenticated_at,
            expires_at: now,
        };
        let seconds_ago = |seconds| person(Some(now - SignedDuration::from_secs(seconds)));
        assert!(seconds_ago(300).signed_in_recently(now));
        assert!(!seconds_ago(301).signed_in_recently(now));
        assert!(seconds_ago(-60).signed_in_recently(now));
        assert!(!seconds_ago(-61).signed_in_recently(now));
        assert!(!person(None).signed_in_recently(now));
        let shown = format!("{:?}", person(None));
        assert!(!shown.contains("Ann") && !shown.contains("example.com"), "{shown}");
    }
}
