//! The audit log: every change, the newest first, nothing that was refused, nothing secret.

use catalog::ConnectionAccess;
use configuration::{ConnectionChange, SubjectKind};
use serde_json::json;
use store::{Condition, ObjectStore};

use crate::bench;

#[tokio::test]
async fn every_change_is_on_record_with_who_and_what() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    bench.time_passes(jiff::SignedDuration::from_secs(1));
    let (ann, configuration) = (bench.administrator(), &bench.configuration);
    let tag = configuration.connection(&ann, &id).await.unwrap().tag;
    let change = ConnectionChange {
        display_name: "Shop".to_owned(),
        access: ConnectionAccess::Contributors,
        agreed: true,
        contact_ceiling: None,
    };
    configuration.update_connection(&ann, &id, &tag, change.clone()).await.unwrap();
    configuration.update_connection(&ann, &id, &tag, change).await.unwrap_err();
    let actions = bench.actions().await;
    assert_eq!(
        actions,
        ["connection.changed", "connection.export_user_added", "connection.authorized", "connection.created"],
        "what was refused is not among them"
    );
    let page = configuration.audit(&ann, None).await.unwrap();
    let changed = &page.items[0];
    assert_eq!((changed.by.name.as_str(), changed.role), ("Ann", Some(identity::Role::Administrator)));
    assert_eq!((changed.subject.kind, changed.subject.id.as_str()), (SubjectKind::Connection, id.as_str()));
    assert_eq!(changed.before, Some(json!({ "display_name": "Newsletter", "access": "administrators" })));
    assert_eq!(changed.after, Some(json!({ "display_name": "Shop", "access": "contributors" })));
    let record = serde_json::to_string(&page).unwrap();
    assert!(!record.contains("owner@example.com"), "{record}");
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page() {
    let bench = bench().await;
    let ann = bench.administrator();
    let mut times = Vec::new();
    for number in 0..120 {
        bench.time_passes(jiff::SignedDuration::from_secs(1));
        times.push(domain::Clock::now(&*bench.clock));
        bench.configuration.pause_everything(&ann, number % 2 == 0).await.unwrap();
        // Nothing happens the second time, and nothing is on record.
        bench.configuration.pause_everything(&ann, number % 2 == 0).await.unwrap();
    }
    let (mut after, mut seen): (Option<String>, Vec<_>) = (None, Vec::new());
    loop {
        let page = bench.configuration.audit(&ann, after.as_deref()).await.unwrap();
        seen.extend(page.items.into_iter().map(|entry| entry.at));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    times.reverse();
    assert_eq!(seen, times);
    let outcome = bench.configuration.audit(&bench.administrator(), Some("../connections/x")).await;
    assert_eq!(outcome.unwrap_err().code(), "invalid");
}

#[tokio::test]
async fn nothing_is_done_that_cannot_be_put_on_record() {
    let bench = bench().await;
    bench.store.stop_after(0);
    let new = configuration::NewConnection {
        display_name: "Shop".to_owned(),
        access: ConnectionAccess::Administrators,
        agreed: true,
    };
    let outcome = bench.configuration.create_connection(&bench.administrator(), new).await;
    assert_eq!(outcome.unwrap_err().code(), "unavailable");
    assert!(bench.store.go_on());
    assert!(bench.memory.keys().is_empty());
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_hides_no_other() {
    let bench = bench().await;
    let ann = bench.administrator();
    for number in 0..60 {
        bench.time_passes(jiff::SignedDuration::from_secs(1));
        bench.configuration.pause_everything(&ann, number % 2 == 0).await.unwrap();
    }
    let entries: Vec<String> =
        bench.memory.keys().into_iter().filter(|key| key.starts_with("audit/")).collect();
    assert_eq!(entries.len(), 60);
    // The newest, and the last of the first page, after which the second begins.
    for key in [&entries[0], &entries[49]] {
        bench.memory.put(key, b"{".as_slice().into(), Condition::None).await.unwrap();
    }
    let first = bench.configuration.audit(&ann, None).await.unwrap();
    assert_eq!((first.items.len(), first.unreadable), (48, 2));
    let second = bench.configuration.audit(&ann, first.next.as_deref()).await.unwrap();
    assert_eq!((second.items.len(), second.unreadable, second.next), (10, 0, None));
}
