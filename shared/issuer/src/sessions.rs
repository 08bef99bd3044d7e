//! Who is signed in here, and which codes wait to be exchanged; in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Random;
use identity::Role;
use jiff::{SignedDuration, Timestamp};

/// How long a code can be exchanged.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// Far more than one person needs; a program that forgets its cookies must not fill the memory.
const MOST: usize = 1_000;

/// Somebody's presence in a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) role: Role,
    pub(crate) authenticated_at: Timestamp,
}

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) session: Session,
    pub(crate) nonce: Option<String>,
    /// The S256 challenge (PKCE).
    pub(crate) challenge: String,
}

#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    sessions: HashMap<String, Session>,
    codes: HashMap<String, (Grant, Timestamp)>,
}

impl Sessions {
    /// Signs somebody in; the answer is the cookie's value.
    pub(crate) fn begin(&self, random: &dyn Random, session: Session) -> String {
        let id = secret(random);
        let mut memory = self.memory();
        if memory.sessions.len() >= MOST {
            let oldest = memory.sessions.iter().min_by_key(|(_, session)| session.authenticated_at);
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                memory.sessions.remove(&id);
            }
        }
        memory.sessions.insert(id.clone(), session);
        id
    }

    pub(crate) fn find(&self, id: &str) -> Option<Session> {
        self.memory().sessions.get(id).copied()
    }

    pub(crate) fn end(&self, id: &str) {
        self.memory().sessions.remove(id);
    }

    /// A code for `grant`.
    pub(crate) fn give_code(&self, random: &dyn Random, grant: Grant, now: Timestamp) -> String {
        let code = secret(random);
        let mut memory = self.memory();
        memory.codes.retain(|_, (_, given_at)| usable(*given_at, now));
        if memory.codes.len() >= MOST {
            memory.codes.clear();
        }
        memory.codes.insert(code.clone(), (grant, now));
        code
    }

    /// What a code stands for, once: it is used up whatever comes of it.
    pub(crate) fn take_code(&self, code: &str, now: Timestamp) -> Option<Grant> {
        let (grant, given_at) = self.memory().codes.remove(code)?;
        usable(given_at, now).then_some(grant)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn usable(given_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(given_at) <= CODE_LIFETIME
}

/// 256 random bits as text.
pub(crate) fn secret(random: &dyn Random) -> String {
    URL_SAFE_NO_PAD.encode([random.next_u128().to_be_bytes(), random.next_u128().to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use domain::ManualRandom;

    use super::*;

    fn session() -> Session {
        Session { role: Role::Viewer, authenticated_at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_code_works_once_and_for_a_minute() {
        let (sessions, random) = (Sessions::default(), ManualRandom::new(1));
        let grant = Grant { session: session(), nonce: None, challenge: String::new() };
        let at = |seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        let code = sessions.give_code(&random, grant.clone(), at(0));
        assert_eq!(sessions.take_code(&code, at(60)), Some(grant.clone()));
        assert_eq!(sessions.take_code(&code, at(60)), None);
        let late = sessions.give_code(&random, grant, at(0));
        assert_eq!(sessions.take_code(&late, at(61)), None);
    }

    #[test]
    fn memory_is_bounded() {
        let (sessions, random) = (Sessions::default(), ManualRandom::new(1));
        for _ in 0..=MOST {
            let id = sessions.begin(&random, session());
            assert_eq!(sessions.find(&id), Some(session()));
        }
        assert_eq!(sessions.memory().sessions.len(), MOST);
    }
}
