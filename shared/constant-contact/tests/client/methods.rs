//! Promises: each call is sent as the contract says; pages are followed to the end and never elsewhere; what the
//! service says about people reaches neither an error nor its `Debug`.

use bytes::Bytes;
use constant_contact::{
    ContactExport, ContactQuery, ContactStatus, Cursor, ImportError, MAXIMUM_IMPORT_BODY, MembershipCount,
    NewList, Purpose, RequestKind, ServiceError,
};
use domain::Sensitive;
use domain::identifier::ListId;
use futures_util::TryStreamExt;

use crate::bench::{ACTIVITY, bench};
use crate::script::{Scripted, answer};

#[tokio::test]
async fn a_body_that_would_be_cut_is_not_sent() {
    let bench = bench([answer(201, ACTIVITY)]).await;
    let largest = Bytes::from(vec![b' '; MAXIMUM_IMPORT_BODY - 1]);
    bench.client.import_contacts(largest).await.unwrap();
    let too_large = Bytes::from(vec![b' '; MAXIMUM_IMPORT_BODY]);
    let error = bench.client.import_contacts(too_large).await.unwrap_err();
    assert!(matches!(error, ImportError::NotTaken(ServiceError::TooLarge { .. })));
    assert_eq!(bench.script.received().len(), 1);
}

#[tokio::test]
async fn lists_are_read_to_the_last_page_without_repeats() {
    let first = r#"{"lists":[{"list_id":"a","name":"A","membership_count":5},{"list_id":"b"},{"name":"no id"}],
        "_links":{"next":{"href":"/v3/contact_lists?cursor=eA=="}}}"#;
    let last =
        r#"{"lists":[{"list_id":"b"},{"list_id":"c","created_at":"2016-01-23T13:48:44.108Z"}],"_links":{}}"#;
    let bench = bench([answer(200, first), answer(200, last)]).await;
    let lists = bench.client.for_purpose(Purpose::Interactive).lists(MembershipCount::All).await.unwrap();
    let ids: Vec<_> = lists.iter().map(|list| list.list_id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(lists[0].membership_count, Some(5));
    assert!(lists[2].created_at.is_some());
    let targets: Vec<_> = bench.script.received().into_iter().map(|request| request.target).collect();
    let expected =
        ["/v3/contact_lists?limit=500&include_membership_count=all", "/v3/contact_lists?cursor=eA=="];
    assert_eq!(targets, expected);
    assert_eq!(*bench.gate.passed.lock().unwrap(), [(Purpose::Interactive, RequestKind::Read); 2]);
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_or_elsewhere_end() {
    let circle = r#"{"lists":[],"_links":{"next":{"href":"/v3/contact_lists?cursor=eA=="}}}"#;
    let elsewhere =
        r#"{"lists":[],"_links":{"next":{"href":"https://example.com/v3/contact_lists?cursor=x"}}}"#;
    for (page, requests) in [(circle, 2), (elsewhere, 1)] {
        let bench = bench((0..5).map(|_| answer(200, page))).await;
        let error = bench.client.lists(MembershipCount::None).await.unwrap_err();
        assert!(matches!(error, ServiceError::UnexpectedAnswer { .. }), "{error:?}");
        assert_eq!(bench.script.received().len(), requests);
    }
}

#[tokio::test]
async fn contacts_can_be_read_on_from_a_stored_cursor() {
    let first = r#"{"contacts":[{"contact_id":"af73e650-96f0-11ef-b2a0-fa163eafb85e","email_address":
        {"address":"ann@example.com","permission_to_send":"unsubscribed","opt_out_date":"2024-10-30T18:56:35Z"},
        "list_memberships":["a"]},{"contact_id":"none"}],
        "contacts_count":3,"_links":{"next":{"href":"/v3/contacts?cursor=bGltaXQ9MSZuZXh0PTI="}}}"#;
    let last = r#"{"contacts":[{"contact_id":"bf73e650-96f0-11ef-b2a0-fa163eafb85e","email_address":null}],
        "_links":null}"#;
    let bench = bench([answer(200, first), answer(200, last)]).await;
    let query = ContactQuery {
        status: vec![ContactStatus::All, ContactStatus::Deleted],
        lists: vec![ListId::new("a").unwrap()],
        email: Some(Sensitive::new("ann+x@example.com".to_owned())),
        optout_after: Some("2026-03-01T10:00:00.5Z".parse().unwrap()),
        list_memberships: true,
        limit: Some(1),
        count: true,
        ..ContactQuery::default()
    };
    let page = bench.client.contacts(&query, None).await.unwrap();
    assert_eq!((page.contacts.len(), page.unusable, page.count), (1, 1, Some(3)));
    assert!(page.contacts[0].opt_out_date.is_some());
    assert!(!format!("{page:?} {query:?}").contains("ann"), "an address in Debug");

    let kept = page.next.unwrap().as_str().to_owned();
    let page = bench.client.contacts(&query, Some(&Cursor::new(kept))).await.unwrap();
    assert_eq!((page.contacts.len(), page.count, page.next.is_none()), (1, None, true));
    let targets: Vec<_> = bench.script.received().into_iter().map(|request| request.target).collect();
    assert_eq!(
        targets,
        [
            "/v3/contacts?limit=1&status=all%2Cdeleted&lists=a&email=ann%2Bx%40example.com\
             &optout_after=2026-03-01T10%3A00%3A00Z&include=list_memberships&include_count=true",
            "/v3/contacts?cursor=bGltaXQ9MSZuZXh0PTI=",
        ]
    );
}

#[tokio::test]
async fn what_the_service_says_about_people_stays_out_of_errors() {
    let body =
        r#"[{"error_key":"contacts.api.validation.error","error_message":"ann@example.com is invalid"}]"#;
    let email = Sensitive::new("ann@example.com".to_owned());
    let address = |error: &ServiceError| format!("{error} {error:?}");
    let refused = bench([answer(400, body)]).await.client.contact_by_email(&email).await.unwrap_err();
    assert!(!address(&refused).contains("ann"), "{}", address(&refused));

    let failing = bench((0..9).map(|_| Scripted::HangUp)).await;
    let lost = failing.client.contact_by_email(&email).await.unwrap_err();
    assert!(!address(&lost).contains("ann"), "{}", address(&lost));
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(&lost);
    assert!(source.is_some());
    while let Some(error) = source {
        assert!(!format!("{error} {error:?}").contains("ann"), "{error:?}");
        source = error.source();
    }
}

#[tokio::test]
async fn changes_are_sent_as_the_contract_says() {
    let bench = bench([
        answer(201, r#"{"list_id":"n","name":"New"}"#),
        answer(201, r#"{"custom_field_id":"f","label":"Hobby","name":"hobby","type":"string"}"#),
        answer(201, ACTIVITY),
        answer(409, r#"[{"error_key":"contacts.api.conflict","error_message":"name in use"}]"#),
    ])
    .await;
    let new = NewList { name: "New".to_owned(), description: None, favorite: false };
    assert_eq!(bench.client.create_list(&new).await.unwrap().name, "New");
    assert_eq!(bench.client.create_custom_field("Hobby").await.unwrap().name, "hobby");
    let contact = "af73e650-96f0-11ef-b2a0-fa163eafb85e".parse().unwrap();
    let list = ListId::new("n").unwrap();
    bench.client.remove_list_memberships(&[contact], std::slice::from_ref(&list)).await.unwrap();
    let error = bench.client.create_list(&new).await.unwrap_err();
    assert!(matches!(error, ServiceError::Conflict { existing_contact: None }));
    let too_many = vec![contact; 501];
    let error = bench.client.remove_list_memberships(&too_many, &[list]).await.unwrap_err();
    assert!(matches!(error, ServiceError::TooLarge { given: 501, .. }));

    let sent: Vec<_> =
        bench.script.received().into_iter().map(|request| (request.target, request.body)).collect();
    assert_eq!(sent.len(), 4);
    assert_eq!(sent[0].1, r#"{"name":"New","favorite":false}"#);
    assert_eq!(sent[1].1, r#"{"label":"Hobby","type":"string"}"#);
    assert_eq!(sent[2].0, "/v3/activities/remove_list_memberships");
    assert_eq!(
        sent[2].1,
        r#"{"source":{"contact_ids":["af73e650-96f0-11ef-b2a0-fa163eafb85e"]},"list_ids":["n"]}"#
    );
}

#[tokio::test]
async fn an_export_is_started_and_streamed() {
    let started = r#"{"activity_id":"x","state":"processing",
        "_links":{"results":{"href":"/v3/contact_exports/b18bb9dd-0f8d"}}}"#;
    let bench = bench([answer(201, started), answer(200, "Email address\nann@example.com\n")]).await;
    let export = ContactExport { list_ids: vec![ListId::new("a").unwrap()], ..ContactExport::default() };
    let activity = bench.client.start_contact_export(&export).await.unwrap();
    let stream = bench.client.contact_export(&activity.export.unwrap()).await.unwrap();
    let pieces: Vec<Bytes> = stream.try_collect().await.unwrap();
    assert_eq!(pieces.concat(), b"Email address\nann@example.com\n");
    let received = bench.script.received();
    assert_eq!(received[0].body, r#"{"list_ids":["a"]}"#);
    assert_eq!(
        (received[1].method.as_str(), received[1].target.as_str()),
        ("GET", "/v3/contact_exports/b18bb9dd-0f8d")
    );
}
