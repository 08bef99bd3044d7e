//! The four functions as the template deploys them: with its environments, and with a recorder before each one's AWS.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::identifier::ExportId;
use domain::{Sensitive, SystemRandom};
use function_stage::{
    Function, HttpAnswer, HttpRequest, Outcome, PUBLIC_ADDRESS, Session, Visitor, WebStage,
};
use identity::Role;
use issuer::TokenOptions;
use oauth_callback::START_PATH;
use serde_json::{Value, json};
use store::{AwsServer, Condition, StaticCredentials};
use template_tests::{Call, Recorder, Stack, executable};
use tokens::{AwsSecretStore, SecretStore};

/// The stack's name, which the names of secrets begin with.
const STACK: &str = "test";

const TIME: Duration = Duration::from_secs(60);

/// No run of these tests needs so many turns.
const TURNS: usize = 200;

/// Logical name and executable of each function.
pub(crate) const FUNCTIONS: [(&str, &str); 4] = [
    ("ExportConfig", "export-config"),
    ("OauthCallback", "oauth-callback"),
    ("ExportTrigger", "export-trigger"),
    ("ExportRun", "export-run"),
];

pub(crate) struct Scene {
    pub(crate) web: WebStage,
    pub(crate) stack: Stack,
    session: Session,
    functions: BTreeMap<&'static str, (Function, Recorder)>,
    /// What went wrong: everything is told at once.
    problems: Mutex<Vec<String>>,
}

impl Scene {
    pub(crate) async fn open() -> Self {
        let web = WebStage::new().await;
        let settings: BTreeMap<&str, String> = web.settings_without("").into_iter().collect();
        let stack = Stack::new(
            STACK,
            &[
                ("IdentityIssuer", &settings["IDENTITY_ISSUER"]),
                ("IdentityClientId", &settings["IDENTITY_CLIENT_ID"]),
                ("PublicAddress", PUBLIC_ADDRESS),
                ("ConstantContactApiBase", &settings["CONSTANT_CONTACT_API_BASE"]),
                ("ConstantContactAuthorizationBase", &settings["CONSTANT_CONTACT_AUTHORIZATION_BASE"]),
            ],
        );
        let stack = stack
            .called("StateBucket", &settings["STATE_BUCKET"])
            .called("SegmentsBucket", &settings["SEGMENTS_BUCKET"]);
        let mut functions = BTreeMap::new();
        for (name, binary) in FUNCTIONS {
            let recorder = Recorder::start(&settings["AWS_ENDPOINT_URL"], &web.calls.url).await;
            let mut environment = stack.environment(name);
            for own in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
                environment.insert(own.to_owned(), settings[own].clone());
            }
            environment.insert("AWS_ENDPOINT_URL".to_owned(), recorder.url.clone());
            let environment: Vec<(&str, String)> =
                environment.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            let function = Function::start(executable(binary).to_str().unwrap(), &environment).await;
            functions.insert(name, (function, recorder));
        }
        let session = web.session(Role::Administrator, &TokenOptions::default()).await;
        Self { web, stack, session, functions, problems: Mutex::default() }
    }

    fn function(&self, name: &str) -> &Function {
        &self.functions[name].0
    }

    /// What a function has needed so far.
    pub(crate) fn calls(&self, function: &str) -> Vec<Call> {
        self.functions[function].1.calls()
    }

    /// The secrets, past every function.
    pub(crate) async fn secrets(&self) -> AwsSecretStore {
        let settings: BTreeMap<&str, String> = self.web.settings_without("").into_iter().collect();
        let credentials = StaticCredentials {
            access_key_id: settings["AWS_ACCESS_KEY_ID"].clone(),
            secret_access_key: Sensitive::new(settings["AWS_SECRET_ACCESS_KEY"].clone()),
        };
        let server = AwsServer {
            endpoint_url: Some(settings["AWS_ENDPOINT_URL"].parse().unwrap()),
            region: Some(settings["AWS_REGION"].clone()),
            credentials: Some(credentials),
        };
        tokens::connect(&server, Arc::new(SystemRandom)).await
    }

    /// As on the first day, before anybody has entered the application's credentials.
    pub(crate) async fn forget_the_application(&self) {
        self.secrets().await.delete(&format!("{STACK}/application")).await.unwrap();
    }

    /// An administrator's request of the API; `path` begins below `/api/v1`.
    pub(crate) async fn api(&self, method: &'static str, path: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, path, body.as_ref(), None).await;
        let answer = if answer.status == 428 {
            // Whatever is changed is changed as it was seen.
            let seen = path.split('/').take(3).collect::<Vec<_>>().join("/");
            let seen = self.send("GET", &seen, None, None).await;
            self.send(method, path, body.as_ref(), Some(seen.header("etag"))).await
        } else {
            answer
        };
        if answer.status >= 400 {
            self.problem(format!("{method} {path}: {} {}", answer.status, answer.text()));
        }
        if answer.header("content-type").contains("json") { answer.json() } else { Value::Null }
    }

    /// The version that a change is based on.
    pub(crate) async fn version(&self, path: &str) -> String {
        self.send("GET", path, None, None).await.header("etag").to_owned()
    }

    /// Nobody has used the connection's tokens for half a year.
    pub(crate) async fn long_unused(&self, connection: &str) {
        let long_ago = "2026-01-01T00:00:00Z";
        let secrets = self.secrets().await;
        let name = format!("{STACK}/connections/{connection}");
        let secret = secrets.current(&name).await.unwrap();
        let mut tokens: Value = serde_json::from_str(secret.value.expose()).unwrap();
        for field in ["obtained_at", "expires_at"] {
            tokens[field] = json!(long_ago);
        }
        secrets.put(&name, &secret.version, &Sensitive::new(tokens.to_string())).await.unwrap();
        let state = self.web.stage.documents.store();
        let key = format!("tokens/{connection}.json");
        let mut record: Value = serde_json::from_slice(&state.get(&key).await.unwrap().bytes).unwrap();
        for field in ["last_renewed_at", "expires_at"] {
            if !record["content"][field].is_null() {
                record["content"][field] = json!(long_ago);
            }
        }
        // The version is what the record is about.
        record["content"]["version"] = json!(secrets.current(&name).await.unwrap().version.as_str());
        state.put(&key, record.to_string().into(), Condition::None).await.unwrap();
    }

    /// A file of a run; the link to it is followed, as a browser would.
    pub(crate) async fn download(&self, path: &str) {
        let answer = self.send("GET", path, None, None).await;
        if answer.status < 300 {
            return;
        }
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let file = client.get(answer.header("location")).send().await;
        match file {
            Ok(file) if file.status().is_success() => {}
            other => self.problem(format!("{path}: {} {other:?}", answer.status)),
        }
    }

    fn problem(&self, problem: String) {
        self.problems.lock().unwrap().push(problem);
    }

    /// Everything that went wrong.
    pub(crate) fn problems(&self) -> Vec<String> {
        self.problems.lock().unwrap().clone()
    }

    async fn send(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
        version: Option<&str>,
    ) -> HttpAnswer {
        let mut request = HttpRequest::new(method, &format!("/api/v1{path}")).bearer(&self.session.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(version) = version {
            request = request.header("if-match", version);
        }
        HttpAnswer::of(self.function("ExportConfig").invoke(request.event(), TIME).await)
    }

    /// An administrator's browser goes to Constant Contact and comes back.
    pub(crate) async fn authenticate(&self, connection: &str) {
        let mut visitor = Visitor::signed_in(self.function("OauthCallback"), &self.session);
        let fields = [("csrf", self.session.csrf.as_str()), ("connection", connection)];
        let form = HttpRequest::post(START_PATH).form(&fields).header("origin", PUBLIC_ADDRESS);
        let answer = visitor.send(form).await;
        let address =
            answer.header("refresh").strip_prefix("0; url=").unwrap_or_else(|| panic!("{}", answer.text()));
        let back = visitor.through_the_service(address).await;
        let answer = visitor.send(HttpRequest::get(&back)).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }

    /// An event of a rule.
    pub(crate) async fn event(&self, event: Value) -> Value {
        self.answered(self.function("ExportTrigger").invoke(event, TIME).await)
    }

    /// The event of S3 about one object of the segments.
    pub(crate) async fn uploaded(&self, key: &str) -> Value {
        let detail = json!({
            "bucket": { "name": self.stack.environment("ExportTrigger")["SEGMENTS_BUCKET"] },
            "object": { "key": key, "size": 100, "etag": "1" },
        });
        let event =
            json!({ "source": "aws.s3", "detail-type": "Object Created", "resources": [], "detail": detail });
        self.event(event).await
    }

    /// One turn of the state machine.
    pub(crate) async fn turn(&self, export: &str, run: &str) {
        let input = json!({ "export": export, "run": run, "generation": 1 });
        self.answered(self.function("ExportRun").invoke(input, TIME).await);
    }

    /// What the state machine does with a run; answers how it ended.
    pub(crate) async fn drive(&self, export: &str, run: &str) -> Value {
        let mut input = json!({ "export": export, "run": run, "generation": 1 });
        for _ in 0..TURNS {
            let answer = self.answered(self.function("ExportRun").invoke(input, TIME).await);
            if answer["state"] != "wait" {
                return answer;
            }
            tokio::time::sleep(Duration::from_secs(answer["seconds"].as_u64().unwrap())).await;
            input = answer;
        }
        panic!("the run does not come to an end");
    }

    /// The run that is active for an export; of none there is none to be driven.
    pub(crate) async fn active_run(&self, export: &str) -> Option<String> {
        let export = ExportId::new(export).unwrap();
        Some(self.web.stage.engine.occupation(&export).await.unwrap().active?.run.to_string())
    }

    fn answered(&self, outcome: Outcome) -> Value {
        match outcome {
            Outcome::Result(answer) => answer,
            Outcome::Error(error) => {
                self.problem(error.to_string());
                Value::Null
            }
        }
    }
}
