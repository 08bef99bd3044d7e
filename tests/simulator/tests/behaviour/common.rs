//! What the tests share: a simulator on a clock that stands still, and a client with a token.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use simulator::{Application, Clock, Control, Limits, Options, Simulator, Throttle};

pub(crate) const REDIRECT: &str = "http://localhost:9/callback";
pub(crate) const SCOPE: &str = "contact_data account_read offline_access";

/// A simulator and a token for it.
pub(crate) struct Service {
    pub(crate) simulator: Simulator,
    pub(crate) control: Control,
    pub(crate) token: String,
    pub(crate) client: reqwest::Client,
}

/// A clock that stands still, no limits on the rate, consent without a page.
pub(crate) fn options() -> Options {
    Options {
        clock: Clock::Settable("2026-11-22T03:33:00Z".parse().unwrap()),
        auto_approve: true,
        application: Application { redirect_uris: vec![REDIRECT.to_owned()], ..Application::default() },
        limits: Limits { throttle: Throttle::Off, ..Limits::default() },
        ..Options::default()
    }
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::with(options()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let simulator = Simulator::start(options).await.unwrap();
        let control = simulator.control();
        let token = control.issue_tokens(SCOPE).await.unwrap().access_token;
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { simulator, control, token, client }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.base_url())
    }

    pub(crate) async fn try_call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Response> {
        let mut request = self.client.request(method, self.url(path)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let response = self.try_call(method, path, body).await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn read(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Starts an import and returns its activity's id.
    pub(crate) async fn import(&self, list: &str, rows: Value) -> String {
        let body = json!({ "import_data": rows, "list_ids": [list] });
        let (status, answer) = self.post("/v3/activities/contacts_json_import", body).await;
        assert_eq!(status, 201, "{answer}");
        answer["activity_id"].as_str().unwrap().to_owned()
    }

    /// Imports and returns the activity at its end.
    pub(crate) async fn imported(&self, list: &str, rows: Value) -> Value {
        let id = self.import(list, rows).await;
        self.read(&format!("/v3/activities/{id}")).await
    }

    pub(crate) async fn advance(&self, seconds: u64) {
        self.control.advance(Duration::from_secs(seconds)).await.unwrap();
    }

    /// Addresses of a list's members.
    pub(crate) async fn members(&self, list: &str) -> Vec<String> {
        let mut members = Vec::new();
        self.control.for_each_member(list, |member| members.push(member.email)).await.unwrap();
        members.sort();
        members
    }

    /// Follows the pages of a listing and returns every element.
    pub(crate) async fn pages(&self, path: &str, name: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.read(&path).await;
            all.extend(page[name].as_array().unwrap().clone());
            next = page["_links"]["next"]["href"].as_str().map(str::to_owned);
        }
        all
    }

    /// Asks the token address.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let request = self.client.post(self.url("/oauth2/default/v1/token"));
        let response =
            request.basic_auth("simulated-client", Some("simulated-secret")).form(form).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

pub(crate) fn rows(range: std::ops::Range<u32>) -> Value {
    range
        .map(|number| json!({ "email": format!("person{number}@example.com"), "first_name": "Pat" }))
        .collect()
}
