//! A client with everything around it replaced: tokens, gate, clock, chance and the service.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use constant_contact::{
    AccessTokenError, AccessTokens, Client, ClientSettings, GateRefusal, Observation, Purpose, RequestGate,
    RequestKind,
};
use domain::{Clock, ManualClock, ManualRandom, Sensitive};
use jiff::SignedDuration;

use crate::script::{Script, Scripted};

pub(crate) const THROTTLED: &str = r#"{"error_key":"throttled","error_message":"Too Many Requests"}"#;
pub(crate) const UNAUTHORIZED: &str = r#"{"error_key":"unauthorized","error_message":"Unauthorized"}"#;
pub(crate) const ACTIVITY: &str = r#"{"activity_id":"86b90820-cc52-11ea-9dad-fa163e3d9194","state":"initialized",
    "activity_errors":[],"status":{"items_total_count":0},"_links":{"self":{"href":"/v3/activities/86b9"}}}"#;
pub(crate) const BODY: Bytes =
    Bytes::from_static(br#"{"import_data":[{"email":"ann@example.com"}],"list_ids":["l"]}"#);

/// Token after token, each good until it is refused.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<u32>);

#[async_trait]
impl AccessTokens for Tokens {
    async fn access_token(&self) -> Result<Sensitive<String>, AccessTokenError> {
        Ok(Sensitive::new(format!("token-{}", self.0.lock().unwrap())))
    }

    async fn renew(&self, _refused: &Sensitive<String>) -> Result<Sensitive<String>, AccessTokenError> {
        *self.0.lock().unwrap() += 1;
        self.access_token().await
    }
}

/// Lets everything through at once, unless told otherwise.
#[derive(Debug)]
pub(crate) struct CountingGate {
    clock: Arc<ManualClock>,
    /// How long the next requests wait.
    pub(crate) waits: Mutex<VecDeque<SignedDuration>>,
    pub(crate) passed: Mutex<Vec<(Purpose, RequestKind)>>,
    pub(crate) observed: Mutex<Vec<Observation>>,
    pub(crate) closed: Mutex<Option<GateRefusal>>,
}

#[async_trait]
impl RequestGate for CountingGate {
    async fn acquire(&self, purpose: Purpose, kind: RequestKind) -> Result<(), GateRefusal> {
        if let Some(refusal) = *self.closed.lock().unwrap() {
            return Err(refusal);
        }
        if let Some(wait) = self.waits.lock().unwrap().pop_front() {
            self.clock.advance_to(self.clock.now() + wait);
        }
        self.passed.lock().unwrap().push((purpose, kind));
        Ok(())
    }

    async fn observe(&self, observation: Observation) {
        self.observed.lock().unwrap().push(observation);
    }
}

pub(crate) struct Bench {
    pub(crate) script: Script,
    pub(crate) gate: Arc<CountingGate>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) client: Client,
}

pub(crate) async fn bench(answers: impl IntoIterator<Item = Scripted>) -> Bench {
    let (script, origin) = Script::start(answers).await;
    bench_at(script, &format!("{origin}/v3"))
}

pub(crate) fn bench_at(script: Script, base: &str) -> Bench {
    let clock = Arc::new(ManualClock::new("2026-03-05T12:00:00Z".parse().unwrap()));
    bench_with(script, base, clock, Arc::new(Tokens::default()))
}

pub(crate) fn bench_with(
    script: Script,
    base: &str,
    clock: Arc<ManualClock>,
    tokens: Arc<dyn AccessTokens>,
) -> Bench {
    let mut settings = ClientSettings::at(base, base).unwrap();
    settings.timeouts.request = Duration::from_millis(500);
    settings.timeouts.import = Duration::from_millis(500);
    let gate = Arc::new(CountingGate {
        clock: clock.clone(),
        waits: Mutex::default(),
        passed: Mutex::default(),
        observed: Mutex::default(),
        closed: Mutex::default(),
    });
    let random = Arc::new(ManualRandom::new(7));
    let client = Client::new(settings, tokens, gate.clone(), clock.clone(), random).unwrap();
    Bench { script, gate, clock, client }
}

impl Bench {
    /// The tokens that were sent, in order.
    pub(crate) fn sent_tokens(&self) -> Vec<String> {
        self.script.received().into_iter().map(|request| request.authorization).collect()
    }
}
