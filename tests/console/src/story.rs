//! A test in the browser: begins with a console that is up, and keeps the pages when it fails.

use std::cell::RefCell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::rc::Rc;

use futures_util::FutureExt;

use crate::browser::{Browser, Script};
use crate::driver::Driver;
use crate::page::Page;
use crate::product::{Before, Product};
use crate::programs::Programs;

/// Where a story takes place.
#[derive(Debug)]
pub struct Stage {
    product: Product,
    address: String,
    programs: Programs,
    driver: Driver,
    pages: RefCell<Vec<Rc<Page>>>,
    name: &'static str,
}

/// Tells a story, unless there is no browser. `arguments` are further options of the program under test.
///
/// # Panics
/// When the story does, or when the program under test breaks one of its promises.
pub fn story(name: &'static str, before: Before, arguments: &[&str], tell: impl AsyncFnOnce(&Stage)) {
    let Some(programs) = Programs::find(name) else { return };
    let product = Product::start(before, arguments);
    let address = product.address().to_owned();
    let driver = Driver::start(&programs);
    let stage = Stage { product, address, programs, driver, pages: RefCell::default(), name };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let told = AssertUnwindSafe(tell(&stage)).catch_unwind().await;
        if let Err(panic) = told {
            stage.keep_pages().await;
            resume_unwind(panic);
        }
    });
    // Its browsers first: the program waits for whoever is still connected.
    let Stage { driver, product, .. } = stage;
    drop(driver);
    product.end();
}

impl Stage {
    /// Another browser, in which nobody is signed in.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn browser(&self, script: Script) -> Rc<Page> {
        let browser = Browser::start(&self.programs, &self.driver, script).await;
        let page = Rc::new(Page::new(browser, self.address.clone(), self.programs.clone()));
        self.pages.borrow_mut().push(Rc::clone(&page));
        page
    }

    /// The program under test, for what only a machine asks.
    pub const fn product(&self) -> &Product {
        &self.product
    }

    /// Writes what the pages show into a folder that stays, and says which.
    async fn keep_pages(&self) {
        let folder = tempfile::Builder::new().prefix(&format!("console-{}-", self.name)).tempdir();
        let folder: PathBuf = folder.expect("a temporary folder").keep();
        let pages = self.pages.borrow().clone();
        for (index, page) in pages.iter().enumerate() {
            page.keep(&folder, index).await;
        }
        let line = format!("{}: pictures and sources of the pages are in {}", self.name, folder.display());
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}
