//! Tokens that nobody has used for long are renewed before they end by themselves.

use catalog::{CONNECTIONS, Connection};
use constant_contact::AccessTokens;
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use store::list_all;
use tokens::TokenStatus;

use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// A refresh token ends after 180 days without use (documented by Constant Contact); a month is left for failures.
const RENEWED_AFTER: SignedDuration = SignedDuration::from_hours(150 * 24);

/// So many connections are looked at side by side.
const AT_ONCE: usize = 8;

/// Whether the refresh token comes near its end. When it was never renewed, the access token that came with it, which
/// lives for a day at most, tells when it was given.
fn is_due(status: &TokenStatus, now: Timestamp) -> bool {
    let used = status.renewed_at.unwrap_or(status.expires_at);
    status.needs_reauthentication_since.is_none() && now.duration_since(used) > RENEWED_AFTER
}

impl Configuration {
    /// Renews the tokens of connections that were not used for long; answers how many, and how many failed.
    pub(super) async fn keep_tokens_alive(
        &self,
        now: Timestamp,
    ) -> Result<(usize, usize), ConfigurationError> {
        let connections = list_all(self.parts.documents.store().as_ref(), CONNECTIONS).await?;
        let renewals = stream::iter(connections).map(|object| async move {
            // One that cannot be read must not hold up the others: their tokens would end.
            let connection = match self.parts.documents.load::<Connection>(&object.key).await {
                Ok(Some(connection)) => connection,
                Ok(None) => return (0, 0),
                Err(error) => {
                    tracing::warn!(key = object.key, error = &error as &dyn std::error::Error, "a connection could not be looked at");
                    return (0, 1);
                }
            };
            let id = connection.content.id;
            let status = match self.parts.grants.status(&id).await {
                Ok(status) => status,
                Err(error) => {
                    tracing::warn!(connection = %id, error = &error as &dyn std::error::Error, "tokens could not be looked at");
                    return (0, 1);
                }
            };
            if connection.content.removing || !status.is_some_and(|status| is_due(&status, now)) {
                return (0, 0);
            }
            // An access token that has ended is renewed by being asked for.
            match self.parts.connector.token_source(&id).access_token().await {
                Ok(_) => (1, 0),
                Err(error) => {
                    tracing::warn!(connection = %id, error = &error as &dyn std::error::Error, "tokens could not be renewed");
                    (0, 1)
                }
            }
        });
        let counts: Vec<(usize, usize)> = renewals.buffered(AT_ONCE).collect().await;
        Ok(counts.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_renewed_a_month_before_they_end() {
        let day = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        let fresh = TokenStatus {
            expires_at: day(1),
            granted_at: None,
            renewed_at: None,
            needs_reauthentication_since: None,
        };
        let used = TokenStatus { expires_at: day(101), renewed_at: Some(day(100)), ..fresh };
        let lost = TokenStatus { needs_reauthentication_since: Some(day(2)), ..fresh };
        assert!(!is_due(&fresh, day(151)) && is_due(&fresh, day(152)));
        assert!(!is_due(&used, day(250)) && is_due(&used, day(251)));
        assert!(!is_due(&lost, day(400)), "a person is needed");
    }
}
