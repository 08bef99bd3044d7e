//! The executables of the functions: given, built for Lambda before, or built like the tests.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use template_tests::{profile, repository, target};

use crate::tools::{cargo, given_functions};

/// The functions, by the names of their executables.
const FUNCTIONS: [&str; 4] = ["export-config", "export-run", "export-trigger", "oauth-callback"];

/// A folder with the executables of the functions: that of `SEGMENT_EXPORT_TEST_FUNCTIONS`, else what was built with the
/// profile that is deployed, else what cargo builds with the profile of the tests.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = given_functions().or_else(built_for_lambda).unwrap_or_else(build);
        // What was built for Lambda may be old.
        writeln!(std::io::stderr(), "the functions are those in {}", folder.display())
            .expect("standard error");
        folder
    })
}

/// Whether the functions need not be built like the tests, which makes them ten times slower.
#[must_use]
pub fn functions_are_optimised() -> bool {
    given_functions().is_some() || built_for_lambda().is_some()
}

fn built_for_lambda() -> Option<PathBuf> {
    let folder = target().join("lambda");
    FUNCTIONS.iter().all(|name| folder.join(name).is_file()).then_some(folder)
}

fn build() -> PathBuf {
    let profile = profile();
    // Other tests may build at the same time: one cargo, and only one line that says that it waits.
    let lock = File::create(profile.join("end-to-end.lock")).expect("a lock file in the target folder");
    lock.lock().expect("the lock on building");
    let name = profile.file_name().and_then(|name| name.to_str()).expect("a profile's name");
    let mut cargo = cargo();
    cargo.arg("build").arg("--target-dir").arg(target()).arg("--manifest-path");
    cargo.arg(repository().join("Cargo.toml"));
    // Naming a test makes cargo choose the features of `cargo test`, so that what that has built is not built again.
    cargo.args([
        "--profile",
        if name == "debug" { "dev" } else { name },
        "--workspace",
        "--test",
        "deployment",
    ]);
    for function in FUNCTIONS {
        cargo.args(["--bin", function]);
    }
    let built = cargo.stdin(Stdio::null()).status().expect("cargo can be started");
    assert!(built.success(), "the functions could not be built");
    stripped(&profile)
}

/// Without what only a debugger reads, which is three quarters of an executable of a test.
fn stripped(profile: &Path) -> PathBuf {
    let folder = profile.join("deployed-stack");
    fs::create_dir_all(&folder).expect("a folder in the target folder");
    for function in FUNCTIONS {
        let (from, to) = (profile.join(function), folder.join(function));
        let strip = Command::new("strip").arg("-o").arg(&to).arg(&from).status();
        if !strip.is_ok_and(|status| status.success()) {
            fs::copy(&from, &to).expect("a copy of an executable");
        }
    }
    folder
}
