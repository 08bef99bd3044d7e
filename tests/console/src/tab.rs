//! Several tabs of one browser, in which the same person is signed in.

use fantoccini::wd::WindowHandle;

use crate::page::Page;

/// A tab of a page's browser.
#[derive(Debug, Clone)]
pub struct Tab(WindowHandle);

impl Page {
    /// The tab that is in front.
    ///
    /// # Panics
    /// When the browser does not say.
    pub async fn tab(&self) -> Tab {
        Tab(self.browser.client.window().await.expect("the tab in front"))
    }

    /// Opens another tab, which is in front from now on.
    ///
    /// # Panics
    /// When the browser does not.
    pub async fn open_tab(&self) -> Tab {
        let opened = self.browser.client.new_window(true).await.expect("another tab");
        let tab = Tab(opened.handle);
        self.go_to(&tab).await;
        tab
    }

    /// Brings a tab to the front.
    ///
    /// # Panics
    /// When there is no such tab.
    pub async fn go_to(&self, tab: &Tab) {
        self.browser.client.switch_to_window(tab.0.clone()).await.expect("a tab");
    }
}
