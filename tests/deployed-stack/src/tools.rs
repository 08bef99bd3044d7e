//! Where the programs are that play AWS and deploy to it. Reads the environment.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `required` fails the tests where the programs lack.
const AWS: &str = "SEGMENT_EXPORT_TEST_AWS";
/// A folder with the executables of the functions.
const FUNCTIONS: &str = "SEGMENT_EXPORT_TEST_FUNCTIONS";

/// The programs that `.ci/aws-tools` has fetched.
#[derive(Debug, Clone)]
pub struct Tools {
    programs: PathBuf,
}

impl Tools {
    /// The programs, or none where they lack: then it is said on standard error which tests were left out, past the test
    /// harness, which would keep it to itself.
    ///
    /// # Panics
    /// When they lack and `SEGMENT_EXPORT_TEST_AWS` is `required`.
    #[must_use]
    pub fn find(what_is_left_out: &str) -> Option<Self> {
        let programs = target().join("aws-tools").join("bin");
        let names = ["ministack", "moto_server", "sam"];
        let Some(lacking) = names.iter().find(|name| !programs.join(name).is_file()) else {
            return Some(Self { programs });
        };
        let reason = format!("{lacking} lacks; .ci/aws-tools fetches it");
        match env::var(AWS).as_deref() {
            Err(_) | Ok("") => {}
            Ok("required") => panic!("{what_is_left_out}: {reason}"),
            Ok(other) => panic!("{AWS} is {other:?}; it can only be required"),
        }
        writeln!(std::io::stderr(), "left out: {what_is_left_out}: {reason}").expect("standard error");
        None
    }

    /// One of them, which finds the others and needs nothing else of this machine's Python.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        let path = env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(self.programs.clone()).chain(env::split_paths(&path));
        command.env("PATH", env::join_paths(paths).expect("paths without a separator in them"));
        // What is set for another AWS must not reach this one.
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("AWS_")) {
                command.env_remove(name);
            }
        }
        command
    }
}

/// The target folder, in which this test lies.
pub(crate) fn target() -> PathBuf {
    let profile = own_profile();
    profile.parent().expect("a profile's folder lies in the target folder").to_owned()
}

/// The folder of the profile that this test was built with.
pub(crate) fn own_profile() -> PathBuf {
    let test = env::current_exe().expect("the test's own path");
    test.parent().and_then(Path::parent).expect("a test lies in a target folder").to_owned()
}

/// The repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The folder that `SEGMENT_EXPORT_TEST_FUNCTIONS` names.
pub(crate) fn given_functions() -> Option<PathBuf> {
    let folder = env::var_os(FUNCTIONS).filter(|value| !value.is_empty())?;
    Some(PathBuf::from(folder).canonicalize().expect("SEGMENT_EXPORT_TEST_FUNCTIONS is a folder"))
}

/// The cargo that runs the tests.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo sets for a test, build scripts could take for a change.
    let of_this_test = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| of_this_test.iter().any(|prefix| name.starts_with(prefix))) {
            cargo.env_remove(name);
        }
    }
    cargo
}
