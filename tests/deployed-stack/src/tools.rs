//! Where the programs are that play AWS and deploy to it. Reads the environment.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The programs that `.ci/aws-tools` has fetched.
#[derive(Debug, Clone)]
pub struct Tools(template_tests::Tools);

impl Tools {
    /// The programs, or none where they lack: then it is said on standard error which tests were left out.
    ///
    /// # Panics
    /// When they lack and `SEGMENT_EXPORT_TEST_AWS` is `required`.
    #[must_use]
    pub fn find(what_is_left_out: &str) -> Option<Self> {
        template_tests::Tools::with(&["ministack", "moto_server", "sam"], what_is_left_out).map(Self)
    }

    /// One of them, which finds the others and needs nothing else of this machine's Python.
    pub(crate) fn command(&self, name: &str) -> Command {
        let programs = self.0.folder();
        let mut command = Command::new(programs.join(name));
        let path = env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(programs.to_owned()).chain(env::split_paths(&path));
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

/// The folder that `SEGMENT_EXPORT_TEST_FUNCTIONS` names, wherever the test's own folder is.
pub(crate) fn given_functions() -> Option<PathBuf> {
    let folder = template_tests::given_functions()?;
    Some(folder.canonicalize().expect("SEGMENT_EXPORT_TEST_FUNCTIONS is a folder"))
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
