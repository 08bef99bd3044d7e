//! Requests that whoever makes them has given a name: each counts once, however often it comes.

use domain::identifier::{ExportId, RunId};
use jiff::{SignedDuration, Timestamp};
use planner::RunKind;
use serde::{Deserialize, Serialize};

use super::{Closing, KnownEvent, Occupant, Occupation};
use crate::start::Admission;

/// For so long a name stands for its request: whoever has got no answer asks again long before.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// And at most for so many requests, so that nobody makes the document grow without end.
const MOST_KEPT: usize = 1000;

/// A request with a name that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownRequest {
    /// What its sender calls it.
    name: String,
    /// What was asked for.
    kind: RunKind,
    /// The run that serves it.
    run: RunId,
    /// When it was accepted.
    at: Timestamp,
}

impl KnownRequest {
    fn is_kept(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) < KEPT_FOR
    }
}

impl Occupation {
    /// Finds the place of a request that has a name, as [`Occupation::admit`] does. `None` when its name stands for
    /// another request.
    pub(crate) fn admit_request(
        &mut self,
        export: &ExportId,
        occupant: &Occupant,
        name: &str,
        closing: Option<&Closing>,
    ) -> Option<Admission> {
        let (ended, now) = (closing.and_then(Closing::ended), occupant.requested_at);
        let kind = occupant.request.kind;
        if let Some(known) = self.requests.iter().find(|known| known.name == name && known.is_kept(now)) {
            let started = self.served_by(export, &known.run, ended);
            return (known.kind == kind).then_some(Admission { started, accepted: false });
        }
        // Earlier releases kept them among the events.
        if let Some(started) = self.known(export, &format!("request/{name}"), ended) {
            return Some(Admission { started, accepted: false });
        }
        let (started, run) = self.place(export, occupant, closing);
        self.requests.retain(|known| known.is_kept(now) && known.name != name);
        self.requests.push(KnownRequest { name: name.to_owned(), kind, run, at: now });
        self.requests.drain(..self.requests.len().saturating_sub(MOST_KEPT));
        Some(Admission { started, accepted: true })
    }
}

/// The runs that serve what is known.
pub(super) fn runs_of<'a>(
    events: &'a mut [KnownEvent],
    requests: &'a mut [KnownRequest],
) -> impl Iterator<Item = &'a mut RunId> {
    let events = events.iter_mut().map(|known| &mut known.run);
    events.chain(requests.iter_mut().map(|known| &mut known.run))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{StartRequest, Trigger};
    use crate::start::Started;

    fn export() -> ExportId {
        ExportId::new("export-1").unwrap()
    }

    fn ask(occupation: &mut Occupation, run: &str, name: &str, kind: RunKind, hour: i64) -> Option<Started> {
        let request =
            StartRequest { trigger: Trigger::OnDemand, requested_by: "ann".to_owned(), kind, approved: None };
        let at = Timestamp::from_second(hour * 3600).unwrap();
        let occupant = Occupant::new(RunId::new(run).unwrap(), request, at);
        let ended = occupation.active.as_ref().map(|active| Closing::Ended(active.run.clone()));
        let admission = occupation.admit_request(&export(), &occupant, name, ended.as_ref())?;
        Some(admission.started)
    }

    fn key(run: &str) -> crate::run::RunKey {
        crate::run::RunKey { export: export(), run: RunId::new(run).unwrap() }
    }

    #[test]
    fn a_name_stands_for_its_request_for_a_day_whatever_else_is_asked_for() {
        let mut occupation = Occupation::default();
        let changes = RunKind::Changes;
        assert_eq!(ask(&mut occupation, "run-1", "a", changes, 0), Some(Started::Created(key("run-1"))));
        for number in 0..200 {
            ask(&mut occupation, &format!("other-{number}"), &format!("other-{number}"), changes, 1);
            let event = format!("upload/{number}");
            occupation.remember(&event, RunId::new("other").unwrap());
        }
        assert_eq!(ask(&mut occupation, "run-2", "a", changes, 23), Some(Started::Known(key("run-1"))));
        assert_eq!(ask(&mut occupation, "run-3", "a", RunKind::Full, 23), None, "that is another request");
        assert_eq!(ask(&mut occupation, "run-4", "a", changes, 24), Some(Started::Created(key("run-4"))));
        assert_eq!(ask(&mut occupation, "run-5", "a", changes, 25), Some(Started::Known(key("run-4"))));
    }

    #[test]
    fn the_document_does_not_grow_without_end() {
        let mut occupation = Occupation::default();
        for number in 0..=MOST_KEPT {
            ask(&mut occupation, "run-1", &number.to_string(), RunKind::Changes, 0);
        }
        assert_eq!(occupation.requests.len(), MOST_KEPT);
        assert_eq!(occupation.requests[0].name, "1");
    }

    #[test]
    fn what_an_earlier_release_has_accepted_is_known() {
        let mut occupation = Occupation::default();
        occupation.remember("request/ann\na", RunId::new("run-1").unwrap());
        let again = ask(&mut occupation, "run-2", "ann\na", RunKind::Changes, 0);
        assert_eq!(again, Some(Started::Known(key("run-1"))));
        assert!(occupation.requests.is_empty());
    }

    #[test]
    fn a_request_whose_run_is_taken_back_does_not_bring_it_back() {
        let mut occupation = Occupation::default();
        ask(&mut occupation, "run-1", "a", RunKind::Changes, 0);
        occupation.active.as_mut().unwrap().pinned = true;
        let follows = Occupant {
            pinned: false,
            run: RunId::new("run-2").unwrap(),
            ..occupation.active.clone().unwrap()
        };
        occupation.admit_request(&export(), &follows, "b", None).unwrap();
        assert_eq!(occupation.withdraw(|_| true), 1);
        let again = occupation.admit_request(&export(), &follows, "b", None).unwrap();
        assert_eq!(again, Admission { started: Started::Joined(key("run-1")), accepted: false });
        assert_eq!(occupation.follow_up, None);
    }
}
