//! What the tests need and this repository does not have: Chromium, its driver, axe-core. Reads the environment.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};

const BROWSER: &str = "SEGMENT_EXPORT_TEST_BROWSER";
const SCREENSHOTS: &str = "SEGMENT_EXPORT_TEST_SCREENSHOTS";
const AXE: &str = "SEGMENT_EXPORT_TEST_AXE";

/// Where `.ci/run` unpacks axe-core, in cargo's target folder.
const AXE_IN_TARGET: &str = "axe-core/package/axe.min.js";

/// Where everything is.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
    pub(crate) axe: PathBuf,
    /// Where pictures of pages are wanted.
    pub(crate) screenshots: Option<PathBuf>,
}

impl Programs {
    /// None, and a line on standard error that no test runner swallows, where something lacks.
    ///
    /// # Panics
    /// When something lacks and the browser is required.
    pub(crate) fn find(story: &str) -> Option<Self> {
        let required = match env::var(BROWSER).ok().filter(|value| !value.is_empty()).as_deref() {
            None => false,
            Some("required") => true,
            Some(other) => panic!("{BROWSER} is {other:?}; it can only be required"),
        };
        match Self::look() {
            Ok(programs) => Some(programs),
            Err(lacks) if required => panic!("no {lacks} found, and {BROWSER}=required"),
            Err(lacks) => {
                // Around the capture of `println!`: whoever runs the tests must see what was not tested.
                let line = format!("{story}: skipped: no {lacks} found; .ci/run installs it");
                let _ = writeln!(std::io::stderr(), "{line}");
                None
            }
        }
    }

    fn look() -> Result<Self, &'static str> {
        let chromium = on_path(&["chromium", "chromium-browser", "google-chrome"]).ok_or("Chromium")?;
        let driver = on_path(&["chromedriver"]).ok_or("chromedriver")?;
        let axe = env::var_os(AXE).filter(|value| !value.is_empty()).map(PathBuf::from);
        let axe = axe.or_else(|| Some(target()?.join(AXE_IN_TARGET))).filter(|axe| axe.is_file());
        let screenshots = env::var_os(SCREENSHOTS).filter(|value| !value.is_empty()).map(PathBuf::from);
        Ok(Self { chromium, driver, axe: axe.ok_or("axe-core")?, screenshots })
    }
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let files = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    files.into_iter().find(|file| file.is_file())
}

/// The folder that cargo builds into: tests lie in `PROFILE/deps` of it.
fn target() -> Option<PathBuf> {
    env::current_exe().ok()?.parent().and_then(Path::parent).and_then(Path::parent).map(Path::to_owned)
}
