//! Promises: every request passes the gate, and is sent with a token that lives when it is sent.

use std::sync::Arc;

use async_trait::async_trait;
use constant_contact::{
    AccessTokenError, AccessTokens, GateRefusal, ImportError, RefusalCause, ServiceError,
};
use domain::{Clock, ManualClock, Sensitive};
use jiff::SignedDuration;

use crate::bench::{BODY, UNAUTHORIZED, bench, bench_with};
use crate::script::{Script, answer};

#[tokio::test]
async fn a_closed_gate_lets_nothing_through() {
    let bench = bench([]).await;
    let refusal = GateRefusal { until: bench.clock.now(), cause: RefusalCause::DayQuota };
    *bench.gate.closed.lock().unwrap() = Some(refusal);
    let error = bench.client.import_contacts(BODY).await.unwrap_err();
    assert!(matches!(error, ImportError::NotTaken(ServiceError::HeldBack(held)) if held == refusal));
    assert!(bench.script.received().is_empty());
}

/// Each token lives for five minutes, and is named for when it began.
#[derive(Debug)]
struct ShortTokens(Arc<ManualClock>);

#[async_trait]
impl AccessTokens for ShortTokens {
    async fn access_token(&self) -> Result<Sensitive<String>, AccessTokenError> {
        Ok(Sensitive::new((self.0.now().as_second() / 300 * 300).to_string()))
    }

    async fn renew(&self, _refused: &Sensitive<String>) -> Result<Sensitive<String>, AccessTokenError> {
        self.access_token().await
    }
}

#[tokio::test]
async fn a_token_that_ends_while_the_gate_keeps_the_request_is_never_sent() {
    let (script, origin) = Script::start([answer(200, "{}"), answer(200, "{}")]).await;
    let clock = Arc::new(ManualClock::new("2026-03-05T12:00:00Z".parse().unwrap()));
    let tokens = Arc::new(ShortTokens(clock.clone()));
    let bench = bench_with(script, &origin, clock.clone(), tokens.clone());
    bench.gate.waits.lock().unwrap().push_back(SignedDuration::from_mins(20));
    bench.client.contact_counts().await.unwrap();
    let living = tokens.access_token().await.unwrap();
    assert_eq!(bench.sent_tokens(), [format!("Bearer {}", living.expose())]);
    assert_eq!(bench.gate.passed.lock().unwrap().len(), 2, "the gate's leave went by during the renewal");

    bench.client.contact_counts().await.unwrap();
    assert_eq!(bench.gate.passed.lock().unwrap().len(), 3, "once is enough while the token lives");
}

#[tokio::test]
async fn a_repetition_passes_the_gate_with_the_renewed_token() {
    let bench = bench([answer(401, UNAUTHORIZED), answer(200, "{}")]).await;
    bench.client.contact_counts().await.unwrap();
    assert_eq!(bench.sent_tokens(), ["Bearer token-0", "Bearer token-1"]);
    assert_eq!(bench.gate.passed.lock().unwrap().len(), 2);
}
