//! Sending: its rules as unit tests.

use constant_contact::{ActivityCounts, ActivityState, Cursor};
use domain::identifier::ActivityId;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn page(created: &[Option<i64>], more: bool) -> ActivityPage {
    let activity = |created: &Option<i64>| Activity {
        activity_id: ActivityId::new("af73e650-96f0-11ef-b2a0-fa163eafb85e").unwrap(),
        state: ActivityState::Completed,
        created_at: created.map(at),
        started_at: None,
        completed_at: None,
        updated_at: None,
        percent_done: None,
        errors: Vec::new(),
        counts: ActivityCounts::default(),
        source_file_name: None,
        export: None,
    };
    ActivityPage {
        activities: created.iter().map(activity).collect(),
        next: more.then(|| Cursor::new("next")),
    }
}

fn seen(pages: &[ActivityPage]) -> bool {
    let mut seen = Seen::default();
    pages.iter().for_each(|page| seen.page(page, at(100)));
    seen.all
}

#[test]
fn without_the_last_page_only_the_newest_first_tell_that_all_have_been_seen() {
    assert!(seen(&[page(&[], false)]));
    assert!(seen(&[page(&[Some(5), None, Some(300)], false)]));
    assert!(seen(&[page(&[Some(300), Some(200)], true), page(&[Some(120), Some(99)], true)]));
    // Later pages show that the order was no order.
    assert!(!seen(&[page(&[Some(300), Some(50)], true), page(&[Some(60), Some(10)], true)]));
    assert!(!seen(&[page(&[Some(5), Some(50)], true)]));
    assert!(!seen(&[page(&[Some(300), None, Some(50)], true)]));
    assert!(!seen(&[page(&[Some(300), Some(200)], true), page(&[Some(120), Some(100)], true)]));
}
