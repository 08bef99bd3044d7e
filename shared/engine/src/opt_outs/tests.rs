//! Opt-outs: its rules as unit tests.

use super::state::{AllDeleted, DELETED_PAGES};
use super::*;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(hours * 3600).unwrap()
}

#[test]
fn all_deleted_contacts_are_read_as_long_as_they_are_few_and_else_once_a_day() {
    let after = |pages| OptOutState {
        all_deleted: Some(AllDeleted { at: at(0), pages, count: Some(7) }),
        ..OptOutState::default()
    };
    assert_eq!(OptOutState::default().which_deleted(at(0)), Subject::AllDeleted);
    assert_eq!(after(DELETED_PAGES).which_deleted(at(1)), Subject::AllDeleted);
    assert_eq!(after(DELETED_PAGES + 1).which_deleted(at(1)), Subject::NewlyDeleted);
    assert_eq!(after(DELETED_PAGES + 1).which_deleted(at(25)), Subject::AllDeleted);
    assert!(after(DELETED_PAGES + 1).has_as_many_deleted(Some(7)));
    assert!(!after(DELETED_PAGES + 1).has_as_many_deleted(Some(8)));
    // Whether a deletion moves `updated_at` is not known.
    assert_eq!(Subject::AllDeleted.query(Some(at(5))).updated_after, None);
}

#[test]
fn what_the_state_refers_to_is_kept() {
    let of = Subject::EverybodyAgain { first_at: at(0), missing: "missing".into(), pass: 0 };
    let reading = Reading { parts: vec!["part".into()], ..Reading::new(of, at(0)) };
    let state = OptOutState {
        hashes: Some("hashes".into()),
        previous: Some("previous".into()),
        reading: Some(reading),
        ..OptOutState::default()
    };
    assert!(["hashes", "previous", "part", "missing"].into_iter().all(|name| state.refers_to(name)));
    assert!(!state.refers_to("other"));
}
