//! A page as a person sees and uses it: by words, one interaction after the other.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::commands::devtools;
use crate::programs::Programs;

/// Nothing that a person waits for takes longer, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// The made-up people of the local sign-in page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are the product's own words for them")]
pub enum Role {
    Administrator,
    Contributor,
    Viewer,
}

/// What a browser shows: its only tab, or the one in front.
#[derive(Debug)]
pub struct Page {
    pub(crate) browser: Browser,
    pub(crate) programs: Programs,
    address: String,
    interactions: Cell<u32>,
    /// What was done last, for whoever reads a failure.
    last: RefCell<String>,
}

impl Page {
    pub(crate) fn new(browser: Browser, address: String, programs: Programs) -> Self {
        Self {
            browser,
            programs,
            address,
            interactions: Cell::new(0),
            last: RefCell::new("opened".to_owned()),
        }
    }

    /// Types an address of the console, which is no interaction.
    ///
    /// # Panics
    /// When it does not load.
    pub async fn open(&self, path: &str) {
        let address = if path.starts_with('/') { format!("{}{path}", self.address) } else { path.to_owned() };
        *self.last.borrow_mut() = format!("opened {path}");
        self.browser.client.goto(&address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// Opens the console and signs in by the local sign-in page.
    ///
    /// # Panics
    /// When that does not lead to the console.
    pub async fn sign_in(&self, role: Role) {
        self.open("/").await;
        self.click(&format!("Sign in as {role:?}")).await;
        self.sees("Sign out").await;
    }

    /// Signs out and in as somebody else.
    ///
    /// # Panics
    /// When that does not lead to the console.
    pub async fn sign_in_instead(&self, role: Role) {
        self.click("Sign out").await;
        self.sees("You have signed out of this product.").await;
        self.sign_in(role).await;
    }

    /// How often a control was used.
    #[must_use]
    pub fn interactions(&self) -> u32 {
        self.interactions.get()
    }

    /// Counts from 0 again.
    pub fn count_anew(&self) {
        self.interactions.set(0);
    }

    /// Waits until the page shows `text` somewhere.
    ///
    /// # Panics
    /// When it does not within a minute.
    pub async fn sees(&self, text: &str) {
        self.until(&format!("{text:?} is shown"), async || {
            let shown = self.text().await;
            if shown.contains(text) { Ok(()) } else { Err(shown) }
        })
        .await;
    }

    /// Waits until the page's heading is `text`.
    ///
    /// # Panics
    /// When it is not within a minute.
    pub async fn arrives(&self, text: &str) {
        self.until(&format!("the heading is {text:?}"), async || {
            let heading =
                self.run("return document.querySelector('h1')?.textContent.trim() ?? ''", vec![]).await;
            if heading == text { Ok(()) } else { Err(format!("heading {heading}\n{}", self.text().await)) }
        })
        .await;
    }

    /// All visible text.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body?.innerText ?? ''", vec![]).await;
        let lines = text.as_str().expect("a text").split('\n').map(|line| line.trim().replace('\u{a0}', " "));
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// The visible text of each element that a CSS selector finds.
    ///
    /// # Panics
    /// On a selector that is none.
    pub async fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility())\
                      .map(e => e.innerText.replace(/\\s+/g, ' ').trim())";
        serde_json::from_value(self.run(script, vec![json!(selector)]).await).expect("texts")
    }

    /// The addresses of the links whose path contains `part`, in the order of the page.
    ///
    /// # Panics
    /// When the browser does not say.
    pub async fn addresses(&self, part: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll('a[href]')].filter(link => link.checkVisibility())\
                      .map(link => link.getAttribute('href')).filter(path => path.includes(arguments[0]))";
        serde_json::from_value(self.run(script, vec![json!(part)]).await).expect("addresses")
    }

    /// The moments that the page shows, each as the server wrote it (RFC 3339) and as it is shown.
    ///
    /// # Panics
    /// When the browser does not say.
    pub async fn moments(&self) -> Vec<(String, String)> {
        let script = "return [...document.querySelectorAll('time')].filter(time => time.checkVisibility())\
                      .map(time => [time.dateTime, time.innerText.trim()])";
        serde_json::from_value(self.run(script, vec![]).await).expect("moments")
    }

    /// From now on the reader's machine is in this time zone.
    pub async fn travels_to(&self, zone: &str) {
        devtools(&self.browser.client, "Emulation.setTimezoneOverride", json!({ "timezoneId": zone })).await;
    }

    /// Loads the page again until it shows `text`: for pages that do not renew themselves.
    ///
    /// # Panics
    /// When it does not within a minute.
    pub async fn sees_in_time(&self, text: &str) {
        self.until(&format!("{text:?} is shown after loading again"), async || {
            self.browser.client.refresh().await.map_err(|error| error.to_string())?;
            let shown = self.text().await;
            if shown.contains(text) { Ok(()) } else { Err(shown) }
        })
        .await;
    }

    /// Path and query of the page's address.
    ///
    /// # Panics
    /// When the browser has none.
    pub async fn path(&self) -> String {
        let address = self.browser.client.current_url().await.expect("an address");
        address[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
    }

    /// When the page was loaded, as the browser counts it: another number after each load.
    pub async fn loaded_at(&self) -> String {
        self.run("return performance.timeOrigin", vec![]).await.to_string()
    }

    /// Waits for a file in the folder of downloads, and gives its content.
    ///
    /// # Panics
    /// When there is none within a minute.
    pub async fn downloaded(&self, ending: &str) -> String {
        self.until(&format!("a file {ending} is downloaded"), async || {
            let files = std::fs::read_dir(self.browser.downloads.path()).expect("the folder").flatten();
            let paths: Vec<_> = files.map(|file| file.path()).collect();
            let found = paths.iter().find(|path| path.to_string_lossy().ends_with(ending));
            found.map(|path| std::fs::read_to_string(path).expect("a file")).ok_or(format!("{paths:?}"))
        })
        .await
    }

    /// Waits for something: asks until it is `Ok`. The error says what there is instead.
    ///
    /// # Panics
    /// When it is not within a minute.
    pub async fn until<T>(&self, what: &str, ask: impl AsyncFn() -> Result<T, String>) -> T {
        let start = Instant::now();
        loop {
            match ask().await {
                Ok(found) => return found,
                Err(instead) if start.elapsed() > PATIENCE => {
                    let last = self.last.borrow().clone();
                    let path = self.path().await;
                    panic!(
                        "not within a minute: {what}. Last: {last}. At {path} there is instead:\n{instead}"
                    );
                }
                Err(_) => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    /// Runs a script that no page sees. Where pages' own scripts are blocked, this one runs all the same.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let start = Instant::now();
        loop {
            match self.browser.client.execute(script, arguments.clone()).await {
                Ok(value) => return value,
                // The page it was begun in may be gone.
                Err(error) if start.elapsed() > PATIENCE => panic!("{script}: {error}"),
                Err(_) => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    /// Counts an interaction.
    pub(crate) fn uses(&self, what: String) {
        self.interactions.set(self.interactions.get() + 1);
        *self.last.borrow_mut() = what;
    }

    /// Writes picture and source of the page into a folder.
    pub(crate) async fn keep(&self, folder: &Path, index: usize) {
        let picture = within(self.browser.client.screenshot()).await;
        let source = within(self.browser.client.source()).await;
        for (ending, content) in [("png", picture), ("html", source.map(String::into_bytes))] {
            if let Some(content) = content {
                let _ = std::fs::write(folder.join(format!("page-{index}.{ending}")), content);
            }
        }
    }
}

/// A browser that does not answer any more must not hide why a story failed.
async fn within<T, E>(asked: impl Future<Output = Result<T, E>>) -> Option<T> {
    tokio::time::timeout(Duration::from_secs(20), asked).await.ok()?.ok()
}
