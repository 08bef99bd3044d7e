//! Promises: an observer is told of each request that was sent, and of nothing that names a person.

use std::sync::{Arc, Mutex};

use constant_contact::{
    Call, CallFailure, CallObserver, GateRefusal, MembershipCount, Purpose, RefusalCause,
};
use domain::identifier::{ActivityId, ListId};
use domain::{Clock, Sensitive};

use crate::bench::{ACTIVITY, BODY, THROTTLED, UNAUTHORIZED, bench};
use crate::script::{Scripted, answer};

#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<Call>>);

impl CallObserver for Recorder {
    fn observe(&self, call: Call) {
        self.0.lock().unwrap().push(call);
    }
}

/// Method, path, attempt, status and failure of a call.
type Told = (String, String, u32, Option<u16>, Option<CallFailure>);

impl Recorder {
    fn seen(&self) -> Vec<Told> {
        let told = |call: &Call| {
            (call.method.to_string(), call.path.to_string(), call.attempt, call.status, call.failure)
        };
        self.0.lock().unwrap().iter().map(told).collect()
    }
}

fn read(
    path: &str,
    attempt: u32,
    status: impl Into<Option<u16>>,
    failure: impl Into<Option<CallFailure>>,
) -> Told {
    ("GET".to_owned(), path.to_owned(), attempt, status.into(), failure.into())
}

#[tokio::test]
async fn every_attempt_is_told_of_with_what_came_of_it() {
    let bench = bench([
        answer(503, ""),
        Scripted::HangUp,
        answer(429, THROTTLED),
        answer(401, UNAUTHORIZED),
        answer(200, "{}"),
        answer(500, ""),
    ])
    .await;
    let recorder = Arc::new(Recorder::default());
    let client = bench.client.with_observer(recorder.clone());
    let before = bench.clock.now();
    client.for_purpose(Purpose::Interactive).contact_counts().await.unwrap();
    client.import_contacts(BODY).await.unwrap_err();
    let counts = "/contacts/counts";
    let import = "/activities/contacts_json_import".to_owned();
    let expected = [
        read(counts, 1, 503, CallFailure::Unavailable),
        read(counts, 2, None, CallFailure::Unavailable),
        read(counts, 3, 429, CallFailure::Throttled),
        read(counts, 4, 401, CallFailure::Unauthorized),
        read(counts, 5, 200, None),
        ("POST".to_owned(), import, 1, Some(500), Some(CallFailure::Unclear)),
    ];
    assert_eq!(recorder.seen(), expected);
    let calls = recorder.0.lock().unwrap();
    assert_eq!(calls[0].sent_at, before);
    assert!(calls.is_sorted_by_key(|call| call.sent_at));
}

#[tokio::test]
async fn what_is_told_names_nobody_and_can_be_stored() {
    let contacts = r#"{"contacts":[],"_links":{"next":{"href":"/v3/contacts?cursor=bGltaXQ9MSZuZXh0PTI="}}}"#;
    let bench = bench([
        answer(200, contacts),
        answer(200, r#"{"list_id":"a-list","name":"Buyers"}"#),
        answer(200, ACTIVITY),
        answer(400, r#"[{"error_key":"x","error_message":"ann@example.com is invalid"}]"#),
    ])
    .await;
    let recorder = Arc::new(Recorder::default());
    let client = bench.client.with_observer(recorder.clone());
    let _ = client.contact_by_email(&Sensitive::new("ann@example.com".to_owned())).await;
    client.list(&ListId::new("a-list").unwrap(), MembershipCount::None).await.unwrap();
    client.activity(&ActivityId::new("an-activity").unwrap()).await.unwrap();
    client.import_contacts(BODY).await.unwrap_err();

    let calls = recorder.0.lock().unwrap().clone();
    assert_eq!(calls.len(), 4);
    assert_eq!(calls[1].path, "/contact_lists/{list_id}");
    assert_eq!(calls[2].path, "/activities/{activity_id}");
    let stored = serde_json::to_string(&calls).unwrap();
    for hidden in ["ann", "example", "?", "cursor", "token-0", "Buyers", "a-list", "an-activity"] {
        assert!(!stored.contains(hidden), "{hidden}: {stored}");
    }
    assert_eq!(serde_json::from_str::<Vec<Call>>(&stored).unwrap(), calls);
}

#[tokio::test]
async fn what_was_never_sent_is_not_told_of() {
    let bench = bench([]).await;
    let recorder = Arc::new(Recorder::default());
    let client = bench.client.with_observer(recorder.clone());
    let refusal = GateRefusal { until: bench.clock.now(), cause: RefusalCause::DayQuota };
    *bench.gate.closed.lock().unwrap() = Some(refusal);
    client.contact_counts().await.unwrap_err();
    assert_eq!(recorder.seen(), []);
}
