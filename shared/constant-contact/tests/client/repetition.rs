//! Promises: a read survives passing failures; a change is repeated only when it was certainly not taken; a refused
//! token is renewed once; the service's own pause is kept.

use std::net::{Ipv4Addr, SocketAddr};

use constant_contact::{
    ActivityState, ImportError, Observation, Outcome, Purpose, RequestKind, ServiceError,
};
use domain::Clock;
use jiff::SignedDuration;

use crate::bench::{ACTIVITY, BODY, THROTTLED, UNAUTHORIZED, bench, bench_at};
use crate::script::{Script, Scripted, answer};

#[tokio::test]
async fn a_read_survives_passing_failures() {
    let bench = bench([
        answer(503, ""),
        Scripted::HangUp,
        answer(429, THROTTLED),
        answer(500, "<html>"),
        answer(200, r#"{"total":12,"explicit":"3","odd":{}}"#),
    ])
    .await;
    let counts = bench.client.contact_counts().await.unwrap();
    assert_eq!((counts.total, counts.explicit, counts.pending), (Some(12), Some(3), None));
    assert_eq!(bench.gate.passed.lock().unwrap().len(), 5, "every repetition passes the gate");
    let observed = bench.gate.observed.lock().unwrap().clone();
    assert_eq!(observed.len(), 4, "a connection without an answer shows nothing: {observed:?}");
    assert!(matches!(observed[1].outcome, Outcome::Throttled { .. }));
}

#[tokio::test]
async fn a_read_gives_up_after_its_attempts() {
    let bench = bench((0..20).map(|_| answer(503, ""))).await;
    let error = bench.client.contact_counts().await.unwrap_err();
    assert!(matches!(error, ServiceError::Unavailable(None)), "{error:?}");
    assert_eq!(bench.script.unused(), 14);
}

#[tokio::test]
async fn a_read_without_an_answer_in_time_is_repeated() {
    let bench = bench([Scripted::Silence, answer(200, "{}")]).await;
    bench.client.contact_counts().await.unwrap();
    assert_eq!(bench.script.received().len(), 2);
}

#[tokio::test]
async fn an_import_is_repeated_only_when_it_was_not_taken() {
    let bench = bench([answer(429, THROTTLED), answer(401, UNAUTHORIZED), answer(201, ACTIVITY)]).await;
    let activity = bench.client.import_contacts(BODY).await.unwrap();
    assert_eq!(activity.state, ActivityState::Initialized);
    let received = bench.script.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|request| request.body.as_bytes() == &BODY[..]));
    assert_eq!(received[2].authorization, "Bearer token-1");
    assert_eq!(*bench.gate.passed.lock().unwrap(), [(Purpose::Bulk, RequestKind::Import); 3]);
}

#[tokio::test]
async fn an_unclear_import_is_never_repeated() {
    let unclear = [
        answer(500, ""),
        answer(503, "<html>"),
        answer(504, r#"{"message":"Endpoint request timed out"}"#),
        Scripted::HangUp,
        Scripted::Silence,
        answer(201, "{}"),
        answer(201, "<html>"),
    ];
    for scripted in unclear {
        let bench = bench([scripted.clone()]).await;
        let error = bench.client.import_contacts(BODY).await.unwrap_err();
        assert!(matches!(error, ImportError::Unclear(_)), "{scripted:?}: {error:?}");
        assert_eq!(bench.script.received().len(), 1, "{scripted:?}");
    }
}

#[tokio::test]
async fn a_refused_import_is_certainly_not_taken() {
    let full = r#"[{"error_key":"a","error_message":"You exceeded 1,000 queued activities for this user account."}]"#;
    for (status, body) in [(400, "[]"), (404, ""), (403, ""), (429, full), (415, "")] {
        let bench = bench([answer(status, body)]).await;
        let error = bench.client.import_contacts(BODY).await.unwrap_err();
        assert!(matches!(error, ImportError::NotTaken(_)), "{status}: {error:?}");
        assert_eq!(bench.script.received().len(), 1);
    }
}

#[tokio::test]
async fn an_unreachable_service_got_nothing() {
    // Held, so that nobody else gets it, but nobody listens on it.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let port = held.local_addr().unwrap().port();
    let bench = bench_at(Script::default(), &format!("http://127.0.0.1:{port}/v3"));
    let started = bench.clock.now();
    let error = bench.client.import_contacts(BODY).await.unwrap_err();
    assert!(matches!(error, ImportError::NotTaken(ServiceError::NotSent(_))), "{error:?}");
    assert_eq!(bench.gate.passed.lock().unwrap().len(), 6);
    assert!(bench.gate.observed.lock().unwrap().is_empty());
    assert!(bench.clock.now() > started, "it paused in between");
}

#[tokio::test]
async fn the_day_s_end_is_reported_at_once() {
    let bench =
        bench([answer(429, r#"{"error_key":"quota_exceeded","error_message":"Limit Exceeded"}"#)]).await;
    let error = bench.client.contact_counts().await.unwrap_err();
    let midnight: jiff::Timestamp = "2026-03-06T00:00:00Z".parse().unwrap();
    assert!(matches!(error, ServiceError::QuotaExceeded { until } if until == midnight));
    let observed = bench.gate.observed.lock().unwrap().clone();
    let [Observation { outcome, .. }] = observed[..] else { panic!("{observed:?}") };
    assert_eq!(outcome, Outcome::QuotaExceeded { until: midnight });
}

#[tokio::test]
async fn a_token_is_renewed_once() {
    let bench = bench([answer(401, UNAUTHORIZED), answer(401, UNAUTHORIZED), answer(200, "{}")]).await;
    let error = bench.client.contact_counts().await.unwrap_err();
    assert!(matches!(error, ServiceError::Unauthorized));
    assert_eq!(bench.sent_tokens(), ["Bearer token-0", "Bearer token-1"]);
}

#[tokio::test]
async fn a_pause_that_the_service_asks_for_is_kept() {
    let bench = bench([Scripted::AskForPause(7), answer(200, "{}")]).await;
    let started = bench.clock.now();
    bench.client.contact_counts().await.unwrap();
    let until = started + SignedDuration::from_secs(7);
    assert!(bench.clock.now() >= until);
    let observed = bench.gate.observed.lock().unwrap().clone();
    assert_eq!(observed[0], Observation { sent_at: started, outcome: Outcome::Throttled { until } });
    assert_eq!(observed[1], Observation { sent_at: bench.clock.now(), outcome: Outcome::Answered });
}

#[tokio::test]
async fn a_pause_beyond_all_patience_is_reported() {
    let bench = bench([Scripted::AskForPause(600)]).await;
    let error = bench.client.contact_counts().await.unwrap_err();
    let until = bench.clock.now() + SignedDuration::from_mins(10);
    assert!(matches!(error, ServiceError::Throttled { until: asked } if asked == until), "{error:?}");
}
