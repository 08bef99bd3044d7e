//! The JSON API of the deployment, as a script uses it.

use end_to_end::{Answer, Browser, Counts};
use serde_json::{Value, json};

use crate::waiting::until;

/// One person's use of the API.
#[derive(Debug, Clone)]
pub struct Api {
    browser: Browser,
    token: String,
}

impl Api {
    /// At the console's address.
    #[must_use]
    pub fn new(address: &str, token: String) -> Self {
        let authority = address.split_once("://").map_or(address, |(_, authority)| authority);
        Self { browser: Browser::new(authority), token }
    }

    /// What it answers, whatever that is; `path` begins below `/api/v1`.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let bearer = format!("Authorization: Bearer {}", self.token);
        let headers = [headers, &[&bearer, "Content-Type: application/json"]].concat();
        self.browser.send(method, &format!("/api/v1{path}"), &headers, body)
    }

    /// A request that succeeds.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn ask(&self, method: &str, path: &str, headers: &[&str], body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, path, headers, &body);
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        answer
    }

    /// What is there.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn get(&self, path: &str) -> Value {
        self.ask("GET", path, &[], &Value::Null).json()
    }

    /// Saves a new export of one segment to a new list, and answers its id.
    ///
    /// # Panics
    /// When that is not possible.
    #[must_use]
    pub fn create_export(&self, connection: &str, segment: &str, list: &str) -> String {
        let draft = json!({
            "name": format!("{segment} to {list}"), "connection": connection, "list": { "new": list },
            "segments": [segment], "email_column": "EMail",
            "attributes": [
                { "field": "first_name", "column": "FirstName" }, { "field": "last_name", "column": "LastName" },
            ],
            "schedule": { "kind": "with_system_refresh" },
        });
        let answer = self.ask("POST", "/exports", &[], &draft);
        last_part(answer.header("location").expect("the address of the export"))
    }

    /// Starts a run and answers its id.
    ///
    /// # Panics
    /// When that is not possible.
    #[must_use]
    pub fn start_run(&self, export: &str) -> String {
        let answer = self.ask("POST", &format!("/exports/{export}/runs"), &[], &json!({}));
        answer.json()["run"].as_str().expect("a run's id").to_owned()
    }

    /// One run, as its page shows it.
    #[must_use]
    pub fn run(&self, export: &str, run: &str) -> Value {
        self.get(&format!("/exports/{export}/runs/{run}"))
    }

    /// How the run ended, once it has.
    ///
    /// # Panics
    /// When it does not end within so many seconds.
    #[must_use]
    pub fn end_of_run(&self, seconds: u64, export: &str, run: &str) -> Value {
        until(seconds, "the end of a run", || {
            let shown = self.run(export, run);
            assert!(shown["parked"].is_null(), "it waits for a person: {shown}");
            (!shown["ended"].is_null()).then(|| shown["ended"].clone())
        })
    }

    /// The ids of the export's runs that have ended, the newest first.
    ///
    /// # Panics
    /// When they cannot be read.
    #[must_use]
    pub fn ended_runs(&self, export: &str) -> Vec<Value> {
        self.get(&format!("/exports/{export}/runs"))["items"].as_array().expect("runs").clone()
    }
}

/// What came of every row of a run that has ended.
///
/// # Panics
/// When it is not as documented.
#[must_use]
pub fn counts(ended: &Value) -> Counts {
    let count = |name: &str| {
        let count = &ended["counts"][name];
        count.as_u64().unwrap_or_else(|| panic!("{name} must be a count: {ended}"))
    };
    Counts {
        read: count("read"),
        members: count("members"),
        duplicates: count("duplicates"),
        rejected: count("rejected"),
        opted_out: count("opted_out"),
        added: count("added"),
        updated: count("updated"),
        unchanged: count("unchanged"),
        unsent: count("unsent"),
        removed: count("removed"),
    }
}

fn last_part(path: &str) -> String {
    path.rsplit_once('/').expect("a path").1.to_owned()
}
