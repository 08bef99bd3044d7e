//! What to do with one member, given what the ledger says of the address.

use ledger::{Pending, PendingReason};

/// How many runs try a row that the service refuses before it is parked.
pub const MAX_ATTEMPTS: u8 = 5;

/// What a run is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Send what is new, changed, or due for another try.
    #[default]
    Changes,
    /// Send everybody again; who is held is not forgotten.
    Full,
    /// Like `Changes`, and parked rows too.
    RetryFailed,
}

/// What the ledger says of an address, without the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) held: Option<u64>,
    pub(crate) pending: Option<Pending>,
}

impl Known {
    /// Whether an opt-out of this person would be news: held, and not known as one who cannot be added.
    pub(crate) fn lacks_opt_out(self) -> bool {
        self.held.is_some() && self.pending.is_none_or(|pending| pending.reason != PendingReason::CannotAdd)
    }
}

/// What becomes of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    OptedOut,
    Unchanged,
    Parked,
    Send {
        /// How many runs have tried these values.
        attempts: u8,
        /// Whether it could not be told of these values if the service had refused them.
        in_doubt: bool,
    },
}

impl Decision {
    /// To be sent for the first time with these values.
    const NEWS: Self = Self::Send { attempts: 0, in_doubt: false };
}

/// Decides for a member whose row has `fingerprint`. `full_read_day` is that of the opt-outs.
pub(crate) fn decide(
    known: Option<Known>,
    fingerprint: u64,
    opted_out: bool,
    full_read_day: u32,
    kind: RunKind,
) -> Decision {
    if opted_out {
        return Decision::OptedOut;
    }
    let Some(known) = known else {
        return Decision::NEWS;
    };
    let mut in_doubt = false;
    if let Some(pending) = known.pending {
        if pending.reason == PendingReason::CannotAdd {
            // Released by a full read that is newer and no longer has the address.
            let released = full_read_day > pending.day;
            return if released { Decision::NEWS } else { Decision::OptedOut };
        }
        in_doubt = pending.reason == PendingReason::Unconfirmed;
        if pending.fingerprint == fingerprint {
            let attempts = pending.attempts;
            let parked = attempts >= MAX_ATTEMPTS && kind == RunKind::Changes;
            return if parked { Decision::Parked } else { Decision::Send { attempts, in_doubt } };
        }
    }
    // Whoever changed back is not held as before where the service may have taken the values in between.
    if known.held == Some(fingerprint) && !in_doubt && kind != RunKind::Full {
        return Decision::Unchanged;
    }
    Decision::NEWS
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const fn known(held: Option<u64>, pending: Option<(u64, u8, PendingReason)>) -> Option<Known> {
        let pending = match pending {
            Some((fingerprint, attempts, reason)) => {
                Some(Pending { fingerprint, attempts, reason, day: 100 })
            }
            None => None,
        };
        Some(Known { held, pending })
    }

    const fn send(attempts: u8) -> Decision {
        Decision::Send { attempts, in_doubt: false }
    }

    const fn send_in_doubt(attempts: u8) -> Decision {
        Decision::Send { attempts, in_doubt: true }
    }

    use PendingReason::{CannotAdd, Refused, Unconfirmed};
    use RunKind::{Changes, Full, RetryFailed};

    #[rstest]
    #[case::new(None, Changes, send(0))]
    #[case::same(known(Some(1), None), Changes, Decision::Unchanged)]
    #[case::same_but_full(known(Some(1), None), Full, send(0))]
    #[case::changed(known(Some(2), None), Changes, send(0))]
    #[case::refused_before(known(None, Some((1, 4, Refused))), Changes, send(4))]
    #[case::parked(known(None, Some((1, 5, Refused))), Changes, Decision::Parked)]
    #[case::parked_and_asked_for(known(None, Some((1, 5, Refused))), RetryFailed, send(5))]
    #[case::parked_and_changed(known(None, Some((2, 5, Refused))), Changes, send(0))]
    #[case::changed_back(known(Some(1), Some((2, 3, Refused))), Changes, Decision::Unchanged)]
    #[case::unconfirmed(known(Some(2), Some((1, 1, Unconfirmed))), Changes, send_in_doubt(1))]
    #[case::unconfirmed_and_changed(known(Some(3), Some((2, 1, Unconfirmed))), Changes, send(0))]
    #[case::unconfirmed_and_changed_back(known(Some(1), Some((2, 1, Unconfirmed))), Changes, send(0))]
    #[case::cannot_add(known(None, Some((1, 1, CannotAdd))), Changes, Decision::OptedOut)]
    #[case::cannot_add_and_changed(known(None, Some((2, 1, CannotAdd))), Full, Decision::OptedOut)]
    fn follows_the_ledger(#[case] known: Option<Known>, #[case] kind: RunKind, #[case] expected: Decision) {
        assert_eq!(decide(known, 1, false, 100, kind), expected);
        assert_eq!(decide(known, 1, true, 100, kind), Decision::OptedOut);
    }

    #[test]
    fn a_newer_full_read_releases_people_who_subscribed_again() {
        let refused = known(None, Some((1, 1, CannotAdd)));
        assert_eq!(decide(refused, 1, false, 101, Changes), send(0));
        assert_eq!(decide(refused, 1, true, 101, Changes), Decision::OptedOut);
    }

    #[test]
    fn an_opt_out_is_news_only_of_people_who_are_held_and_not_known_to_have_opted_out() {
        let news = |held, pending| known(held, pending).is_some_and(Known::lacks_opt_out);
        assert!(news(Some(1), None) && news(Some(1), Some((1, 1, Refused))));
        assert!(!news(Some(1), Some((1, 0, CannotAdd))) && !news(None, None));
    }
}
