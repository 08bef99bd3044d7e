//! One Chromium with an empty profile.

use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::commands::devtools;
use crate::driver::Driver;
use crate::programs::Programs;

/// A page of several megabytes has to be judged on a busy machine.
const SCRIPT_PATIENCE: std::time::Duration = std::time::Duration::from_secs(120);

/// The value of Chromium's content settings that blocks.
const BLOCK: u8 = 2;

/// Whether pages may run their script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Script {
    /// As in every browser.
    #[default]
    Runs,
    /// As where somebody or a company's policy has switched it off.
    Blocked,
}

/// A browser, its profile and where it puts what is downloaded.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) client: Client,
    pub(crate) downloads: TempDir,
    _profile: TempDir,
}

impl Browser {
    /// # Panics
    /// When it does not start.
    pub(crate) async fn start(programs: &Programs, driver: &Driver, script: Script) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let downloads = tempfile::tempdir().expect("a folder for downloads");
        let capabilities = capabilities(programs, &profile, script);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&driver.address()).await;
        let client = client.unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        let patience = TimeoutConfiguration::new(Some(SCRIPT_PATIENCE), Some(SCRIPT_PATIENCE), None);
        client.update_timeouts(patience).await.expect("time-outs");
        let saved = json!({ "behavior": "allow", "downloadPath": downloads.path() });
        devtools(&client, "Page.setDownloadBehavior", saved).await;
        Self { client, downloads, _profile: profile }
    }
}

fn capabilities(programs: &Programs, profile: &TempDir, script: Script) -> Map<String, Value> {
    let user_data = format!("--user-data-dir={}", profile.path().display());
    let mut preferences = json!({});
    if script == Script::Blocked {
        preferences["profile.default_content_setting_values.javascript"] = json!(BLOCK);
    }
    let arguments = [
        "--headless",
        // Tests may run as root, where Chromium's sandbox does not.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // The shared memory of a container may be too small for it.
        "--disable-dev-shm-usage",
        "--lang=en-US",
        user_data.as_str(),
    ];
    let options = json!({ "binary": programs.chromium, "args": arguments, "prefs": preferences });
    let Value::Object(capabilities) = json!({ "goog:chromeOptions": options }) else { unreachable!() };
    capabilities
}
