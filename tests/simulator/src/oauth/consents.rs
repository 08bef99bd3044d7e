//! Consents and the codes and tokens that hang on them, in the database.

use rusqlite::{OptionalExtension as _, params};

use super::secrets;
use crate::world::World;
use crate::{RefreshTokens, times};

/// An authorization code lives five minutes (Constant Contact's staff).
const CODE_LIFE: i64 = 300 * times::SECOND;
/// A refresh token that is not used for 180 days dies (Constant Contact's documentation).
const REFRESH_LIFE: i64 = 180 * times::DAY;

/// What a token request gets.
#[derive(Debug)]
pub(crate) struct TokenPair {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) scope: String,
    pub(crate) expires_in: u32,
}

/// A consent, as the code or token that led to it knows it.
#[derive(Debug)]
pub(super) struct Consent {
    pub(super) id: i64,
    pub(super) scope: String,
    /// Made with PKCE: the application need not show its secret.
    pub(super) pkce: bool,
}

/// An unused, unexpired code.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) consent: Consent,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
}

impl World {
    /// Records that the account's owner allowed the scopes.
    pub(crate) fn consent(&self, scope: &str, pkce: bool) -> Result<i64, rusqlite::Error> {
        self.database.execute(
            "INSERT INTO consents(scope, pkce, created) VALUES(?1, ?2, ?3)",
            params![scope, pkce, self.now()],
        )?;
        Ok(self.database.last_insert_rowid())
    }

    pub(super) fn new_code(
        &self,
        consent: i64,
        redirect_uri: &str,
        challenge: Option<&str>,
    ) -> Result<String, rusqlite::Error> {
        let code = secrets::short();
        self.database.execute(
            "INSERT INTO codes(code, consent, redirect_uri, challenge, expires) VALUES(?1, ?2, ?3, ?4, ?5)",
            params![code, consent, redirect_uri, challenge, self.now() + CODE_LIFE],
        )?;
        Ok(code)
    }

    pub(super) fn code(&self, code: &str) -> Result<Option<Code>, rusqlite::Error> {
        self.database
            .query_row(
                "SELECT consents.id, scope, pkce, redirect_uri, challenge FROM codes
                 JOIN consents ON consents.id = consent
                 WHERE code = ?1 AND used = 0 AND expires > ?2 AND revoked IS NULL",
                params![code, self.now()],
                |row| {
                    Ok(Code {
                        consent: Consent { id: row.get(0)?, scope: row.get(1)?, pkce: row.get(2)? },
                        redirect_uri: row.get(3)?,
                        challenge: row.get(4)?,
                    })
                },
            )
            .optional()
    }

    pub(super) fn use_code(&self, code: &str) -> Result<(), rusqlite::Error> {
        self.database.execute("UPDATE codes SET used = 1 WHERE code = ?1", [code])?;
        Ok(())
    }

    /// First tokens of a consent; a refresh token only with `offline_access`.
    pub(crate) fn first_tokens(&self, consent: i64, scope: &str) -> Result<TokenPair, rusqlite::Error> {
        let refresh = if scope.split(' ').any(|one| one == "offline_access") {
            Some(self.new_refresh_token(consent)?)
        } else {
            None
        };
        self.new_pair(consent, scope, refresh)
    }

    /// The consent behind a refresh token that may still be used.
    pub(super) fn refreshable(&self, token: &str) -> Result<Option<Consent>, rusqlite::Error> {
        let now = self.now();
        let grace = i64::from(self.switches.refresh_grace_seconds) * times::SECOND;
        self.database
            .query_row(
                "SELECT consents.id, scope, pkce FROM refresh_tokens JOIN consents ON consents.id = consent
                 WHERE token = ?1 AND revoked IS NULL AND used > ?2 AND (retired IS NULL OR retired > ?3)",
                params![token, now - REFRESH_LIFE, now - grace],
                |row| Ok(Consent { id: row.get(0)?, scope: row.get(1)?, pkce: row.get(2)? }),
            )
            .optional()
    }

    /// A new pair for a refresh token; a rotating one retires all earlier ones of its consent.
    pub(super) fn refresh(&self, consent: &Consent, token: &str) -> Result<TokenPair, rusqlite::Error> {
        let refresh = match self.switches.refresh_tokens {
            RefreshTokens::Rotating => {
                self.database.execute(
                    "UPDATE refresh_tokens SET retired = ?2 WHERE consent = ?1 AND retired IS NULL",
                    params![consent.id, self.now()],
                )?;
                self.new_refresh_token(consent.id)?
            }
            RefreshTokens::LongLived => {
                self.database.execute(
                    "UPDATE refresh_tokens SET used = ?2 WHERE token = ?1",
                    params![token, self.now()],
                )?;
                token.to_owned()
            }
        };
        self.new_pair(consent.id, &consent.scope, Some(refresh))
    }

    /// The consent of a refresh token that was rotated away.
    pub(super) fn retired(&self, token: &str) -> Result<Option<i64>, rusqlite::Error> {
        self.database
            .query_row(
                "SELECT consent FROM refresh_tokens WHERE token = ?1 AND retired IS NOT NULL",
                [token],
                |row| row.get(0),
            )
            .optional()
    }

    /// Ends a consent, or all of them: every token that hangs on it is dead from now on.
    pub(crate) fn revoke(&self, consent: Option<i64>) -> Result<(), rusqlite::Error> {
        self.database.execute(
            "UPDATE consents SET revoked = ?2 WHERE revoked IS NULL AND (?1 IS NULL OR id = ?1)",
            params![consent, self.now()],
        )?;
        Ok(())
    }

    /// The consent of any token, for revocation.
    pub(super) fn consent_of(&self, token: &str) -> Result<Option<i64>, rusqlite::Error> {
        self.database
            .query_row(
                "SELECT consent FROM refresh_tokens WHERE token = ?1
                 UNION ALL SELECT consent FROM access_tokens WHERE token = ?1",
                [token],
                |row| row.get(0),
            )
            .optional()
    }

    fn new_refresh_token(&self, consent: i64) -> Result<String, rusqlite::Error> {
        let token = secrets::short();
        self.database.execute(
            "INSERT INTO refresh_tokens(token, consent, used) VALUES(?1, ?2, ?3)",
            params![token, consent, self.now()],
        )?;
        Ok(token)
    }

    fn new_pair(
        &self,
        consent: i64,
        scope: &str,
        refresh: Option<String>,
    ) -> Result<TokenPair, rusqlite::Error> {
        let now = self.now();
        let expires = now + i64::from(self.limits.access_token_seconds) * times::SECOND;
        self.database.execute("DELETE FROM access_tokens WHERE expires < ?1", [now])?;
        let access = secrets::access_token(&self.application.client_id, now, expires);
        self.database.execute(
            "INSERT INTO access_tokens(token, consent, expires) VALUES(?1, ?2, ?3)",
            params![access, consent, expires],
        )?;
        Ok(TokenPair {
            access,
            refresh,
            scope: scope.to_owned(),
            expires_in: self.limits.access_token_seconds,
        })
    }
}
