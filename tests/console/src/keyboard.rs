//! Using a page by the keyboard alone.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::Value;

use crate::page::Page;

/// No page has more places to stop at.
const MOST_STOPS: u32 = 150;

impl Page {
    /// Presses a key where the keyboard is at.
    ///
    /// # Panics
    /// When the browser does not take it.
    pub async fn press(&self, key: Key) {
        self.uses(format!("pressed {key:?}"));
        self.send_key(char::from(key)).await;
    }

    /// Types a text where the keyboard is at.
    ///
    /// # Panics
    /// When the browser does not take it.
    pub async fn enter(&self, text: &str) {
        self.uses(format!("typed {text:?}"));
        for letter in text.chars() {
            self.send_key(letter).await;
        }
    }

    /// Presses the tabulator until the keyboard is at the control with this name. Wherever it stops on the way must be
    /// visible.
    ///
    /// # Panics
    /// When the tabulator does not lead there, or stops where nobody sees it.
    pub async fn tab_to(&self, name: &str) {
        self.uses(format!("went to {name:?} by the tabulator"));
        let mut stops = Vec::new();
        for _ in 0..MOST_STOPS {
            self.send_key(char::from(Key::Tab)).await;
            let (stop, visible) = self.stop().await;
            assert!(visible, "nobody sees that the keyboard is at {stop:?} of {}", self.path().await);
            if stop == name {
                return;
            }
            stops.push(stop);
        }
        panic!("the tabulator does not lead to {name:?} but to {stops:?}");
    }

    /// Waits until the keyboard is at the control with this name.
    ///
    /// # Panics
    /// When it is not within a minute.
    pub async fn is_at(&self, name: &str) {
        self.until(&format!("the keyboard is at {name:?}"), async || {
            let (stop, _) = self.stop().await;
            if stop == name { Ok(()) } else { Err(format!("it is at {stop:?}")) }
        })
        .await;
    }

    async fn stop(&self) -> (String, bool) {
        let found: Value = self.run(include_str!("focused.js"), vec![]).await;
        (found["name"].as_str().expect("a name").to_owned(), found["visible"] == true)
    }

    async fn send_key(&self, value: char) {
        let keys = KeyActions::new("keyboard".to_owned());
        let keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.browser.client.perform_actions(keys).await.expect("a key");
    }
}
