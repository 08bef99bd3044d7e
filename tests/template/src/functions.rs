//! The executables of the functions, as `cargo test --workspace` builds them. Reads the environment.

use std::env;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::template::repository;
use crate::tools::{given_functions, profile};

/// The functions, by the names of their executables.
const FUNCTIONS: [&str; 4] = ["export-config", "export-run", "export-trigger", "oauth-callback"];

/// The executable of this name: that of the folder `SEGMENT_EXPORT_TEST_FUNCTIONS`, else of the present sources.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn executable(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        given_functions().unwrap_or_else(|| {
            build();
            profile()
        })
    });
    let executable = folder.join(name);
    assert!(executable.is_file(), "there is no {}", executable.display());
    executable
}

fn build() {
    let profile = profile();
    // Other tests may build at the same time: one cargo, and only one line that says that it waits.
    let lock = File::create(profile.join("end-to-end.lock")).unwrap();
    lock.lock().unwrap();
    let name = profile.file_name().unwrap().to_str().unwrap().to_owned();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo sets for a test, build scripts could take for a change.
    for (name, _) in env::vars_os() {
        let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if name.to_str().is_some_and(|name| prefixes.iter().any(|prefix| name.starts_with(prefix))) {
            cargo.env_remove(name);
        }
    }
    cargo.arg("build").arg("--target-dir").arg(profile.parent().unwrap());
    cargo.arg("--manifest-path").arg(repository().join("Cargo.toml"));
    // Naming a test makes cargo choose the features of `cargo test`, so that what that has built is not built again.
    cargo.args([
        "--profile",
        if name == "debug" { "dev" } else { &name },
        "--workspace",
        "--test",
        "template",
    ]);
    for function in FUNCTIONS {
        cargo.args(["--bin", function]);
    }
    assert!(cargo.stdin(Stdio::null()).status().unwrap().success(), "the functions could not be built");
}
