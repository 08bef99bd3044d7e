//! Finds the executable under test: built once per process, by the cargo that runs the tests. Reads the environment.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

const PROFILE: &str = "SEGMENT_EXPORT_TEST_PROFILE";
const PROGRAM: &str = "SEGMENT_EXPORT_TEST_PROGRAM";
const SEED: &str = "SEGMENT_EXPORT_TEST_SEED";

/// What cargo sets for a test and build scripts could take for a change.
const OF_THIS_TEST: [&str; 5] =
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];

/// Any integration test of this package. Naming it makes cargo choose the features of `cargo test`, so that what that
/// has built is not built a second time.
const ONE_OF_THESE_TESTS: &str = "own_segments";

/// How the program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Like the tests themselves.
    AsTheTests,
    /// As a person runs it.
    Release,
}

/// The profile that was asked for with `SEGMENT_EXPORT_TEST_PROFILE`.
///
/// # Panics
/// On anything but `release`.
#[must_use]
pub fn asked_profile() -> Profile {
    match env::var(PROFILE).ok().filter(|value| !value.is_empty()).as_deref() {
        None => Profile::AsTheTests,
        Some("release") => Profile::Release,
        Some(other) => panic!("{PROFILE} is {other:?}; it can only be release"),
    }
}

/// What `SEGMENT_EXPORT_TEST_SEED` says, for tests that choose moments.
///
/// # Panics
/// On anything but a number.
#[must_use]
pub fn seed() -> u64 {
    env::var(SEED).map_or(1, |text| text.parse().unwrap_or_else(|_| panic!("{SEED} must be a number")))
}

/// The executable under test.
///
/// # Panics
/// When it cannot be built.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| match env::var_os(PROGRAM).filter(|value| !value.is_empty()) {
        Some(program) => {
            PathBuf::from(program).canonicalize().expect("SEGMENT_EXPORT_TEST_PROGRAM is a file")
        }
        None => build(),
    })
}

/// Where cargo puts what it builds with the profile of this test: the executable lies in `deps` of it.
fn own_directory() -> PathBuf {
    let test = env::current_exe().expect("the test's own path");
    test.parent().and_then(Path::parent).expect("a test lies in a target directory").to_owned()
}

fn build() -> PathBuf {
    let directory = own_directory();
    let target = directory.parent().expect("a profile's directory lies in the target directory");
    // Other tests may build at the same time: one cargo, and only one line that says that it waits.
    let lock = File::create(directory.join("end-to-end.lock")).expect("a lock file in the target directory");
    lock.lock().expect("the lock on building");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    cargo.arg("build").arg("--target-dir").arg(target);
    cargo.arg("--manifest-path").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"));
    cargo.args(["--message-format", "json-render-diagnostics", "--bin", "segment-export"]);
    let own_profile = directory.file_name().and_then(|name| name.to_str()).expect("a profile's name");
    if asked_profile() == Profile::Release && own_profile != "release" {
        cargo.args(["--release", "--package", "local"]);
    } else {
        let profile = if own_profile == "debug" { "dev" } else { own_profile };
        cargo.args(["--profile", profile, "--workspace", "--test", ONE_OF_THESE_TESTS]);
    }
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| OF_THIS_TEST.iter().any(|prefix| name.starts_with(prefix))) {
            cargo.env_remove(name);
        }
    }
    let built = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output().expect("cargo can be started");
    assert!(built.status.success(), "the program under test could not be built");
    executable(&built.stdout).expect("cargo names the executable")
}

/// The executable that cargo's messages name.
fn executable(messages: &[u8]) -> Option<PathBuf> {
    let messages = messages.split(|byte| *byte == b'\n');
    let artifacts = messages.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let ours = artifacts.filter(|artifact| artifact["target"]["name"] == "segment-export");
    ours.filter_map(|artifact| artifact["executable"].as_str().map(PathBuf::from)).next_back()
}
