//! Occupation: its rules as unit tests.

use super::*;
use crate::end::End;
use crate::finishing::Ended;
use crate::run::Run;

fn export() -> ExportId {
    ExportId::new("export-1").unwrap()
}

fn request(trigger: Trigger, kind: RunKind) -> StartRequest {
    StartRequest { trigger, requested_by: "administrator".into(), kind, approved: None }
}

fn occupant(run: &str, trigger: Trigger, kind: RunKind) -> Occupant {
    Occupant::new(RunId::new(run).unwrap(), request(trigger, kind), Timestamp::UNIX_EPOCH)
}

fn key(run: &str) -> RunKey {
    RunKey { export: export(), run: RunId::new(run).unwrap() }
}

fn summary(run: &str, second: i64) -> RunSummary {
    let run = Run::new(key(run), request(Trigger::Upload, RunKind::Changes), Timestamp::UNIX_EPOCH);
    let at = Timestamp::from_second(second).unwrap();
    RunSummary::new(&run, &Ended::new(at, End::Completed))
}

fn upload(occupation: &mut Occupation, run: &str, event: &str, ended: Option<&str>) -> Started {
    let occupant = occupant(run, Trigger::Upload, RunKind::Changes);
    let ended = ended.map(|ended| Closing::Ended(RunId::new(ended).unwrap()));
    occupation.admit(&export(), &occupant, Some(event), ended.as_ref()).started
}

#[test]
fn an_event_that_is_delivered_again_makes_no_further_run() {
    let mut occupation = Occupation::default();
    assert_eq!(upload(&mut occupation, "run-1", "a", None), Started::Created(key("run-1")));
    assert_eq!(upload(&mut occupation, "run-2", "a", None), Started::Joined(key("run-1")));
    occupation.active.as_mut().unwrap().pinned = true;
    assert_eq!(upload(&mut occupation, "run-3", "a", None), Started::Joined(key("run-1")));
    let follows = Started::Follows { active: key("run-1") };
    assert_eq!(upload(&mut occupation, "run-4", "b", None), follows);
    assert_eq!(upload(&mut occupation, "run-5", "b", None), follows);
    assert_eq!(occupation.follow_up.as_ref().unwrap().joined, 0);
    // It has ended, but was not cleaned up after.
    assert_eq!(upload(&mut occupation, "run-6", "a", Some("run-1")), Started::Known(key("run-1")));
    assert_eq!(upload(&mut occupation, "run-7", "b", Some("run-1")), follows);
    occupation.vacate(summary("run-1", 1), None);
    assert_eq!(upload(&mut occupation, "run-8", "a", None), Started::Known(key("run-1")));
    assert_eq!(upload(&mut occupation, "run-9", "b", None), Started::Joined(key("run-4")));
}

#[test]
fn only_so_many_events_are_remembered() {
    let mut occupation = Occupation::default();
    for number in 0..=EVENTS_KEPT {
        upload(&mut occupation, "run-1", &number.to_string(), None);
    }
    assert_eq!(occupation.events.len(), EVENTS_KEPT);
    assert_eq!(occupation.events[0].event, "1");
}

#[test]
fn what_is_moot_is_dropped_unless_somebody_else_joined_it_meanwhile() {
    for joined in [false, true] {
        let mut occupation = Occupation::default();
        upload(&mut occupation, "run-1", "a", None);
        occupation.active.as_mut().unwrap().pinned = true;
        upload(&mut occupation, "run-2", "b", None);
        let moot = occupation.follow_up.clone();
        if joined {
            upload(&mut occupation, "run-3", "c", None);
        }
        occupation.vacate(summary("run-1", 1), moot.as_ref());
        assert_eq!(occupation.active.is_some(), joined);
        let again = upload(&mut occupation, "run-4", "b", None);
        let served = if joined { Started::Joined(key("run-2")) } else { Started::Known(key("run-1")) };
        assert_eq!(again, served);
    }
}

#[test]
fn an_end_is_remembered_although_the_next_run_has_begun_but_never_over_a_later_one() {
    let mut occupation = Occupation::default();
    upload(&mut occupation, "run-1", "a", None);
    assert_eq!(upload(&mut occupation, "run-2", "b", Some("run-1")), Started::Created(key("run-2")));
    occupation.vacate(summary("run-1", 1), None);
    assert_eq!(occupation.latest, Some(summary("run-1", 1)));
    assert_eq!(occupation.active.as_ref().unwrap().run.as_str(), "run-2");
    occupation.vacate(summary("run-2", 2), None);
    occupation.vacate(summary("run-1", 1), None);
    assert_eq!((occupation.latest, occupation.active), (Some(summary("run-2", 2)), None));
}

#[test]
fn a_follow_up_is_no_less_than_any_request_that_it_serves() {
    use RunKind::{Changes, Full, RetryFailed};
    use Trigger::{OnDemand, Scheduled};
    for (queued, new, joined) in [
        ((OnDemand, Full), (OnDemand, Changes), (OnDemand, Full)),
        ((Scheduled, Changes), (OnDemand, RetryFailed), (OnDemand, RetryFailed)),
        ((OnDemand, RetryFailed), (Scheduled, Full), (OnDemand, Full)),
        ((Scheduled, Full), (OnDemand, Changes), (OnDemand, Full)),
    ] {
        let made = both(&request(queued.0, queued.1), &request(new.0, new.1));
        assert_eq!((made.trigger, made.kind), joined);
    }
}

#[test]
fn an_approved_plan_follows_by_itself_and_first() {
    let approved = |run: &str, of: &str| {
        let mut occupant = occupant(run, Trigger::OnDemand, RunKind::Changes);
        occupant.request.approved = Some(RunId::new(of).unwrap());
        occupant
    };
    let mut occupation = Occupation::default();
    upload(&mut occupation, "run-1", "a", None);
    occupation.active.as_mut().unwrap().pinned = true;
    upload(&mut occupation, "run-2", "b", None);
    let follows = Started::Follows { active: key("run-1") };
    for (run, of) in [("run-3", "run-0"), ("run-4", "run-0")] {
        assert_eq!(occupation.admit(&export(), &approved(run, of), None, None).started, follows);
    }
    let first = occupation.admit(&export(), &approved("run-5", "run-0"), Some("c"), None);
    assert_eq!(first, Admission { started: follows.clone(), accepted: true });
    let again = occupation.admit(&export(), &approved("run-6", "run-0"), Some("c"), None);
    assert_eq!(again, Admission { started: follows, accepted: false });
    assert_eq!(occupation.follow_up.as_ref().unwrap().request.approved, None);
    let moot = occupation.follow_up.clone();
    occupation.vacate(summary("run-1", 1), moot.as_ref());
    assert_eq!(occupation.active.as_ref().unwrap().run.as_str(), "run-3");
    occupation.vacate(summary("run-3", 2), None);
    assert_eq!(occupation.active.as_ref().unwrap().run.as_str(), "run-2");
    assert_eq!(occupation.approved_follow_up, None);
}

#[test]
fn what_is_taken_back_does_not_begin_and_its_events_do_not_bring_it_back() {
    let mut occupation = Occupation::default();
    upload(&mut occupation, "run-1", "a", None);
    occupation.active.as_mut().unwrap().pinned = true;
    upload(&mut occupation, "run-2", "b", None);
    let mut approved = occupant("run-3", Trigger::OnDemand, RunKind::Changes);
    approved.request.approved = Some(RunId::new("run-0").unwrap());
    occupation.admit(&export(), &approved, None, None);
    assert_eq!(occupation.withdraw(|run| run.as_str() == "run-1"), 0, "it has begun");
    assert_eq!(occupation.withdraw(|run| run.as_str() == "run-2"), 1);
    assert_eq!(occupation.follow_up, None);
    assert_eq!(upload(&mut occupation, "run-4", "b", None), Started::Joined(key("run-1")));
    assert_eq!(occupation.follow_up, None, "the event was seen to");
    assert_eq!(occupation.withdraw(|_| true), 1);
    occupation.vacate(summary("run-1", 1), None);
    assert_eq!(occupation.active, None);
}

#[test]
fn an_event_for_what_the_latest_run_has_done_makes_no_run() {
    let export = export();
    let served = RunId::new("run-1").unwrap();
    let known = Admission { started: Started::Known(key("run-1")), accepted: false };
    let mut occupation = Occupation::default();
    upload(&mut occupation, "run-1", "a", None);
    assert_eq!(occupation.admit_served(&export, "b", &served, None), None, "it has not ended");
    assert_eq!(occupation.admit_served(&export, "b", &served, Some(&served)), Some(known));
    occupation.vacate(summary("run-1", 1), None);
    assert_eq!(upload(&mut occupation, "run-2", "b", None), Started::Known(key("run-1")));
    assert_eq!(occupation.admit_served(&export, "b", &served, None), None, "known already");
    assert_eq!(upload(&mut occupation, "run-2", "c", None), Started::Created(key("run-2")));
    occupation.vacate(summary("run-2", 2), None);
    assert_eq!(occupation.admit_served(&export, "d", &served, None), None, "another run was the last one");
}

#[test]
fn who_comes_after_a_run_was_canceled_gets_another_one() {
    let mut occupation = Occupation::default();
    upload(&mut occupation, "run-1", "a", None);
    let canceling = Closing::Canceling(RunId::new("run-1").unwrap());
    let person = |run| occupant(run, Trigger::OnDemand, RunKind::Changes);
    let before = occupation.admit(&export(), &person("run-2"), Some("b"), None);
    assert_eq!(before.started, Started::Joined(key("run-1")));
    let again = occupation.admit(&export(), &person("run-3"), Some("b"), Some(&canceling));
    assert_eq!(again, Admission { started: Started::Joined(key("run-1")), accepted: false });
    let after = occupation.admit(&export(), &person("run-4"), Some("c"), Some(&canceling));
    assert_eq!(after.started, Started::Follows { active: key("run-1") });
    // One that has taken its place since is not canceled.
    occupation.vacate(summary("run-1", 1), None);
    let late = occupation.admit(&export(), &person("run-5"), Some("d"), Some(&canceling));
    assert_eq!(late.started, Started::Joined(key("run-4")));
}
