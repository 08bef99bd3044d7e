//! Making, seeing and changing connections.

use catalog::{Connection, ConnectionAccess, Consent, connection_key};
use configuration::{CONSENT_VERSION, ConfigurationError, ConnectionChange, ConnectionState, NewConnection};
use jiff::SignedDuration;
use store::Tag;

use crate::{bare_bench, bench};

fn new(name: &str, agreed: bool) -> NewConnection {
    NewConnection { display_name: name.to_owned(), access: ConnectionAccess::Administrators, agreed }
}

fn change(name: &str) -> ConnectionChange {
    ConnectionChange {
        display_name: name.to_owned(),
        access: ConnectionAccess::Contributors,
        agreed: false,
        contact_ceiling: Some(50_000),
    }
}

fn fields(error: ConfigurationError) -> Vec<String> {
    let ConfigurationError::Invalid(problems) = error else { panic!("{error:?}") };
    problems.into_iter().map(|problem| problem.field).collect()
}

#[tokio::test]
async fn without_agreement_there_is_no_connection() {
    let bench = bare_bench().await;
    let outcome = bench.configuration.create_connection(&bench.administrator(), new("", false)).await;
    assert_eq!(fields(outcome.unwrap_err()), ["display_name", "agreed"]);
    assert!(bench.configuration.connections(&bench.administrator()).await.unwrap().items.is_empty());

    let made =
        bench.configuration.create_connection(&bench.administrator(), new(" Shop ", true)).await.unwrap();
    assert_eq!((made.value.display_name.as_str(), made.value.status), ("Shop", ConnectionState::SettingUp));
    let consent = made.value.consent.unwrap();
    assert_eq!((consent.text_version, consent.by.name.as_str()), (CONSENT_VERSION, "Ann"));
    assert_eq!(consent.at, made.value.created_at);
    let text = bench.configuration.consent_text();
    assert_eq!(text.privacy_notice.as_deref(), Some("https://example.com/privacy"));
}

#[tokio::test]
async fn only_administrators_work_on_connections() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Contributors).await;
    let export = bench.export("News", Some(&id)).await;
    let tag = bench.configuration.connection(&bench.administrator(), &id).await.unwrap().tag;
    let configuration = &bench.configuration;
    for person in [bench.contributor(), bench.viewer()] {
        let refused = [
            configuration.create_connection(&person, new("Shop", true)).await.map(|_| ()),
            configuration.connection(&person, &id).await.map(|_| ()),
            configuration.update_connection(&person, &id, &tag, change("Shop")).await.map(|_| ()),
            configuration.begin_authorization(&person, &id).await.map(|_| ()),
            configuration.add_export_user(&person, &id, &tag).await.map(|_| ()),
            configuration.test_connection(&person, &id).await.map(|_| ()),
            configuration.calls(&person, &id).await.map(|_| ()),
            configuration.remove_connection(&person, &id, &tag).await.map(|_| ()),
            configuration.detach_all_and_remove(&person, &id).await.map(|_| ()),
            configuration.detach_exports(&person, &[(export.clone(), tag.clone())]).await.map(|_| ()),
            configuration.application(&person).await.map(|_| ()),
            configuration
                .store_application(&person, "id", &domain::Sensitive::new("secret".to_owned()))
                .await
                .map(|_| ()),
            configuration.audit(&person, None).await.map(|_| ()),
        ];
        for (number, outcome) in refused.into_iter().enumerate() {
            assert_eq!(outcome.unwrap_err().code(), "forbidden", "action {number} as {:?}", person.role);
        }
    }
    let now = configuration.connection(&bench.administrator(), &id).await.unwrap();
    assert_eq!(now.tag, tag, "nothing was changed");
    assert_eq!(bench.stored_export(&export).await.connection, Some(id));
}

#[tokio::test]
async fn a_contributor_sees_name_and_type_of_what_is_shared() {
    let bench = bench().await;
    let shared = bench.connected(ConnectionAccess::Contributors).await;
    let unfinished = bench.created(ConnectionAccess::Contributors).await;
    let ours = bench.connected(ConnectionAccess::Administrators).await;
    bench.export("News", Some(&shared)).await;
    let configuration = &bench.configuration;

    let seen = configuration.connections(&bench.contributor()).await.unwrap().items;
    assert!(seen.iter().all(|item| item.administration.is_none() && item.name.id != ours));
    assert_eq!(seen.len(), 2);
    let shown = serde_json::to_value(&seen[0]).unwrap();
    let names: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["display_name", "id", "kind"]);
    let choice = configuration.connections_to_choose(&bench.contributor()).await.unwrap();
    assert_eq!(
        choice.iter().map(|name| &name.id).collect::<Vec<_>>(),
        [&shared],
        "{unfinished} is not usable"
    );

    assert!(configuration.connections(&bench.viewer()).await.unwrap().items.is_empty());
    assert!(configuration.connections_to_choose(&bench.viewer()).await.unwrap().is_empty());

    let all = configuration.connections(&bench.administrator()).await.unwrap().items;
    let of = |id| all.iter().find(|item| item.name.id == id).unwrap().administration.clone().unwrap();
    assert_eq!((of(shared.clone()).exports_using, of(shared).status), (1, ConnectionState::Connected));
    assert_eq!(
        (of(unfinished.clone()).exports_using, of(unfinished).status),
        (0, ConnectionState::SettingUp)
    );
    assert_eq!(of(ours).access, ConnectionAccess::Administrators);
}

#[tokio::test]
async fn a_change_is_based_on_the_newest_version() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let administrator = bench.administrator();
    let seen = bench.configuration.connection(&administrator, &id).await.unwrap();
    let changed =
        bench.configuration.update_connection(&administrator, &id, &seen.tag, change("Shop")).await.unwrap();
    assert_eq!(changed.value.display_name, "Shop");
    assert_eq!(
        (changed.value.access, changed.value.contact_ceiling),
        (ConnectionAccess::Contributors, Some(50_000))
    );
    assert_eq!(changed.value.status, ConnectionState::Connected, "a change of name touches nothing else");
    for stale in [seen.tag, Tag::new("\"other\"")] {
        let outcome =
            bench.configuration.update_connection(&administrator, &id, &stale, change("Late")).await;
        assert_eq!(outcome.unwrap_err().code(), "stale");
        let outcome = bench.configuration.add_export_user(&administrator, &id, &stale).await;
        assert_eq!(outcome.unwrap_err().code(), "stale");
    }
    let zero = ConnectionChange { contact_ceiling: Some(0), ..change(" ") };
    let outcome = bench.configuration.update_connection(&administrator, &id, &changed.tag, zero).await;
    assert_eq!(fields(outcome.unwrap_err()), ["display_name", "contact_ceiling"]);
    assert_eq!(bench.stored_connection(&id).await.unwrap().display_name, "Shop");
}

#[tokio::test]
async fn a_changed_text_is_agreed_to_again_at_the_next_edit() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let key = connection_key(&id);
    let stored = bench.documents.load::<Connection>(&key).await.unwrap().unwrap();
    let older = stored
        .content
        .consent
        .clone()
        .map(|consent| Consent { text_version: CONSENT_VERSION - 1, ..consent });
    bench.documents.replace(&stored, Connection { consent: older, ..stored.content.clone() }).await.unwrap();

    let other = bench.person(identity::Role::Administrator, "Otto");
    let seen = bench.configuration.connection(&other, &id).await.unwrap();
    assert!(seen.value.consent_outdated);
    let outcome = bench.configuration.update_connection(&other, &id, &seen.tag, change("Shop")).await;
    assert_eq!(fields(outcome.unwrap_err()), ["agreed"]);
    let agreed = ConnectionChange { agreed: true, ..change("Shop") };
    let changed = bench.configuration.update_connection(&other, &id, &seen.tag, agreed).await.unwrap();
    assert!(!changed.value.consent_outdated);
    let consent = changed.value.consent.unwrap();
    assert_eq!((consent.by.name.as_str(), consent.text_version), ("Otto", CONSENT_VERSION));

    // Nobody agrees a second time to the same text.
    let again = bench
        .configuration
        .update_connection(&bench.administrator(), &id, &changed.tag, change("Store"))
        .await;
    assert_eq!(again.unwrap().value.consent.unwrap().by.name, "Otto");
}

#[tokio::test]
async fn who_answers_for_runs_has_just_signed_in() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    bench.authenticate(&id).await;
    let mut ann = bench.administrator();
    let seen = bench.configuration.connection(&ann, &id).await.unwrap();
    assert_eq!(seen.value.status, ConnectionState::SettingUp, "one step is done");
    bench.time_passes(SignedDuration::from_secs(301));
    let outcome = bench.configuration.add_export_user(&ann, &id, &seen.tag).await;
    assert_eq!(outcome.unwrap_err().code(), "fresh_sign_in_needed");
    ann.authenticated_at = None;
    let outcome = bench.configuration.add_export_user(&ann, &id, &seen.tag).await;
    assert_eq!(outcome.unwrap_err().code(), "fresh_sign_in_needed");

    let ann = bench.administrator();
    let added = bench.configuration.add_export_user(&ann, &id, &seen.tag).await.unwrap();
    assert_eq!(added.value.status, ConnectionState::Connected);
    assert_eq!(added.value.export_user.unwrap().who.name, "Ann");
    let otto = bench.person(identity::Role::Administrator, "Otto");
    let taken_over = bench.configuration.add_export_user(&otto, &id, &added.tag).await.unwrap();
    assert_eq!(taken_over.value.export_user.unwrap().who.name, "Otto");
}
