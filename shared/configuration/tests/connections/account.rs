//! What is asked of the account while an export is configured.

use catalog::ConnectionAccess;
use company::Company;
use configuration::{ConfigurationError, ConnectionState, TestOutcome};
use simulator::NewContact;

use crate::bench;

fn problem(error: ConfigurationError) -> (String, &'static str) {
    let ConfigurationError::Invalid(mut problems) = error else { panic!("{error:?}") };
    let problem = problems.pop().unwrap();
    (problem.field, problem.code)
}

#[tokio::test]
async fn whoever_may_use_a_connection_sees_its_lists() {
    let bench = bench().await;
    let shared = bench.connected(ConnectionAccess::Contributors).await;
    let ours = bench.connected(ConnectionAccess::Administrators).await;
    let unfinished = bench.created(ConnectionAccess::Contributors).await;
    let list = bench.control.create_list("news").await.unwrap();
    bench.control.create_list("Offers").await.unwrap();
    let gone = bench.control.create_list("Gone").await.unwrap();
    bench.control.delete_list(&gone).await.unwrap();
    add(&bench, "ann@example.com", &list).await;
    let configuration = &bench.configuration;

    for person in [bench.administrator(), bench.contributor()] {
        let lists = configuration.lists(&person, &shared).await.unwrap();
        let seen: Vec<_> = lists.iter().map(|list| (list.name.as_str(), list.members)).collect();
        assert_eq!(seen, [("news", Some(1)), ("Offers", Some(0))]);
        let counts = configuration.contact_counts(&person, &shared).await.unwrap();
        assert_eq!(counts.total, Some(1));
        configuration.custom_fields(&person, &shared).await.unwrap();
    }
    for (person, connection) in
        [(bench.contributor(), &ours), (bench.viewer(), &shared), (bench.viewer(), &ours)]
    {
        let refused = [
            configuration.lists(&person, connection).await.map(|_| ()),
            configuration.find_list(&person, connection, &list).await.map(|_| ()),
            configuration.create_list(&person, connection, "New").await.map(|_| ()),
            configuration.custom_fields(&person, connection).await.map(|_| ()),
            configuration.create_custom_field(&person, connection, "New").await.map(|_| ()),
            configuration.contact_counts(&person, connection).await.map(|_| ()),
        ];
        for outcome in refused {
            assert_eq!(outcome.unwrap_err().code(), "not_found", "not even that it exists is told");
        }
    }
    let error = configuration.lists(&bench.contributor(), &unfinished).await.unwrap_err();
    let ConfigurationError::NotConnected { state, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*state, ConnectionState::SettingUp);
    let nobody = domain::identifier::ConnectionId::new("nobody").unwrap();
    assert_eq!(configuration.lists(&bench.contributor(), &nobody).await.unwrap_err().code(), "not_found");
}

async fn add(bench: &Company, email: &str, list: &str) {
    let contact = NewContact {
        email: email.to_owned(),
        first_name: String::new(),
        last_name: String::new(),
        list_ids: vec![list.to_owned()],
        unsubscribed: false,
    };
    bench.control.add_contacts(vec![contact]).await.unwrap();
}

#[tokio::test]
async fn a_list_is_found_by_id_or_address_in_this_account() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Contributors).await;
    let list = bench.control.create_list("News").await.unwrap();
    let gone = bench.control.create_list("Gone").await.unwrap();
    bench.control.delete_list(&gone).await.unwrap();
    let find = |text: String| {
        let (person, configuration, id) = (bench.contributor(), bench.configuration.clone(), id.clone());
        async move { configuration.find_list(&person, &id, &text).await }
    };
    let address = format!("https://app.constantcontact.com/pages/contacts/ui#contacts/{list}");
    for text in [list.clone(), address] {
        let found = find(text).await.unwrap();
        assert_eq!((found.id.as_str(), found.name.as_str()), (list.as_str(), "News"));
    }
    assert_eq!(problem(find("News".to_owned()).await.unwrap_err()), ("list".to_owned(), "invalid"));
    for unknown in [gone, "5a7d0d2e-96f0-11ef-b2a0-fa163eafb85e".to_owned()] {
        assert_eq!(problem(find(unknown).await.unwrap_err()), ("list".to_owned(), "not_found"));
    }
}

#[tokio::test]
async fn lists_and_fields_are_created_once_and_on_record() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Contributors).await;
    let (carl, configuration) = (bench.contributor(), &bench.configuration);
    let list = configuration.create_list(&carl, &id, " Buyers ").await.unwrap();
    assert_eq!(list.name, "Buyers");
    let taken = configuration.create_list(&carl, &id, "Buyers").await.unwrap_err();
    assert_eq!(problem(taken), ("name".to_owned(), "taken"));
    let long = configuration.create_list(&carl, &id, &"a".repeat(256)).await.unwrap_err();
    assert_eq!(problem(long), ("name".to_owned(), "too_long"));

    let field = configuration.create_custom_field(&carl, &id, "Shoe size").await.unwrap();
    assert_eq!(configuration.custom_fields(&carl, &id).await.unwrap(), [field]);
    let taken = configuration.create_custom_field(&carl, &id, "Shoe size").await.unwrap_err();
    assert_eq!(problem(taken), ("label".to_owned(), "taken"));
    let long = configuration.create_custom_field(&carl, &id, &"a".repeat(51)).await.unwrap_err();
    assert_eq!(problem(long), ("label".to_owned(), "too_long"));

    let page = configuration.audit(&bench.administrator(), None).await.unwrap();
    let by_carl: Vec<_> = page.items.iter().filter(|entry| entry.by.name == "Carl").collect();
    let seen: Vec<_> =
        by_carl.iter().map(|entry| (entry.action.as_str(), entry.subject.name.as_str())).collect();
    assert_eq!(seen, [("custom_field.created", "Shoe size"), ("list.created", "Buyers")]);
}

#[tokio::test]
async fn a_test_tells_what_the_service_answered() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let (ann, configuration) = (bench.administrator(), &bench.configuration);
    assert_eq!(configuration.test_connection(&ann, &id).await.unwrap_err().code(), "not_connected");
    bench.authenticate(&id).await;
    let before = bench.control.statistics().await.total;
    let test = configuration.test_connection(&ann, &id).await.unwrap();
    assert!(matches!(test.outcome, TestOutcome::Answered(counts) if counts.total == Some(0)), "{test:?}");
    assert_eq!(bench.control.statistics().await.total, before + 1, "one call");
    bench.control.change_faults(|faults| faults.error_next = 9).await;
    let test = configuration.test_connection(&ann, &id).await.unwrap();
    let TestOutcome::Failed { code, message } = test.outcome else { panic!("an answer") };
    assert_eq!(code, "constant_contact_unavailable");
    assert!(message.contains("try again"), "{message}");
}

#[tokio::test]
async fn the_latest_calls_are_shown_without_anybody_in_them() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let ann = bench.administrator();
    let list = bench.control.create_list("News").await.unwrap();
    bench.configuration.find_list(&ann, &id, &list).await.unwrap();
    for _ in 0..101 {
        bench.configuration.contact_counts(&ann, &id).await.unwrap();
    }
    let calls = bench.configuration.calls(&ann, &id).await.unwrap();
    assert_eq!(calls.len(), 100);
    assert!(calls.is_sorted_by(|newer, older| newer.sent_at >= older.sent_at));
    assert!(calls.iter().all(|call| call.path == "/contacts/counts" && call.status == Some(200)));
}

#[tokio::test]
async fn every_request_counts_toward_the_day() {
    let bench = bench().await;
    let before = bench.configuration.quota(&bench.viewer()).await.unwrap();
    assert_eq!((before.used_today, before.left_today), (0, 10_000));
    bench.connected(ConnectionAccess::Administrators).await;
    let after = bench.configuration.quota(&bench.viewer()).await.unwrap();
    assert!(after.used_today >= 4, "{after:?}");
    assert_eq!(after.left_today, 10_000 - after.used_today);
    assert!(after.left_for_runs < after.left_today);
    assert_eq!(after.closed_until, None);
}

#[tokio::test]
async fn a_busy_service_is_told_apart_from_a_broken_one() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let ann = bench.administrator();
    bench.control.change_switches(|switches| switches.user_without_contacts = true).await;
    let error = bench.configuration.lists(&ann, &id).await.unwrap_err();
    assert_eq!(error.code(), "contacts_not_allowed");
    bench.control.change_switches(|switches| switches.user_without_contacts = false).await;
    bench
        .control
        .change_limits(|limits| {
            limits.throttle = simulator::Throttle::On;
            limits.requests_per_day = 1;
        })
        .await;
    let error = bench.configuration.lists(&ann, &id).await.unwrap_err();
    let ConfigurationError::Throttled { until, .. } = &error else { panic!("{error:?}") };
    assert_eq!(until.to_string(), "2026-11-23T00:00:00Z");
}
