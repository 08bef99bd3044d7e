//! Moments are shown in the zone that the reader's machine is in, and that zone is proposed for schedules.

use console_tests::{Before, Page, Role, Script, story};
use jiff::Timestamp;

use crate::steps::{SAMPLE_EXPORT, open_export};

#[test]
fn moments_are_those_of_the_readers_zone() {
    story("times", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        for zone in ["Asia/Tokyo", "America/St_Johns"] {
            page.travels_to(zone).await;
            open_export(&page, SAMPLE_EXPORT).await;
            page.sees(&format!("Times are in your time zone, {}.", zone.replace('_', " "))).await;
            all_are_in(&page, zone).await;
            let run = page.addresses("/runs/").await.remove(0);
            page.open(&run).await;
            page.sees("This run was successful").await;
            all_are_in(&page, zone).await;
            page.open("/exports/new?segment=newsletter-readers").await;
            page.choose("When it runs", "On its own schedule").await;
            assert_eq!(page.value("Time zone").await, zone, "proposed");
        }
    });
}

/// At least one moment is not a mere distance such as *2 minutes ago*, and each of those is right.
async fn all_are_in(page: &Page, zone: &str) {
    let moments = page.moments().await;
    let exact: Vec<_> = moments.iter().filter(|(_, shown)| shown.contains(':')).collect();
    assert!(!exact.is_empty(), "{moments:?}");
    for (moment, shown) in exact {
        let moment: Timestamp = moment.parse().expect("a moment");
        let there = moment.in_tz(zone).expect("a zone").strftime("%-d %b %Y, %H:%M").to_string();
        // British English shortens this month to four letters.
        assert_eq!(shown.replace("Sept ", "Sep "), there);
    }
}
