//! Commands of Chromium's own that WebDriver does not have: what a page is told about its screen, and pictures of whole
//! pages.

use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// A command of the DevTools protocol, in chromedriver's extension of WebDriver.
#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        let session = session_id.expect("a session");
        base_url.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _request_url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

/// Sends a command and gives its answer.
///
/// # Panics
/// When Chromium refuses it.
pub(crate) async fn devtools(client: &Client, command: &'static str, parameters: Value) -> Value {
    let sent = client.issue_cmd(DevTools { command, parameters }).await;
    sent.unwrap_or_else(|error| panic!("{command}: {error}"))
}
