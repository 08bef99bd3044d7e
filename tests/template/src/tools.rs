//! Where the programs are that judge the deployment or play AWS, and what tests are handed. Reads the environment.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
    /// The programs that judge templates and state machines; see [`Tools::with`].
    #[must_use]
    pub fn find(what_is_left_out: &str) -> Option<Self> {
        Self::with(&["sam", "cfn-lint", "python", "asl-validator"], what_is_left_out)
    }

    /// The programs, or none where one of `needed` lacks: then it is said on standard error which test was left out, past
    /// the test harness, which would keep it to itself.
    ///
    /// # Panics
    /// When one lacks and `SEGMENT_EXPORT_TEST_AWS` is `required`.
    #[must_use]
    pub fn with(needed: &[&str], what_is_left_out: &str) -> Option<Self> {
        let programs = target().join("aws-tools").join("bin");
        let Some(lacking) = needed.iter().find(|name| !programs.join(name).is_file()) else {
            return Some(Self { programs });
        };
        let reason = format!("{lacking} lacks; .ci/aws-tools fetches it");
        match env::var(AWS).as_deref() {
            Err(_) | Ok("") => {}
            Ok("required") => panic!("{what_is_left_out}: {reason}"),
            Ok(other) => panic!("{AWS} is {other:?}; it can only be required"),
        }
        let mut past_the_harness = std::io::stderr();
        writeln!(past_the_harness, "left out: {what_is_left_out}: {reason}").unwrap();
        None
    }

    /// The folder in which they are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.programs
    }

    /// Runs one of them to its end, in a region and without reports to its maker.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn run(&self, name: &str, prepare: impl FnOnce(&mut Command)) -> Output {
        let mut command = Command::new(self.programs.join(name));
        command.env("AWS_DEFAULT_REGION", "us-east-1").env("SAM_CLI_TELEMETRY", "0");
        prepare(&mut command);
        command.output().unwrap()
    }
}

/// The folder that `SEGMENT_EXPORT_TEST_FUNCTIONS` names.
#[must_use]
pub fn given_functions() -> Option<PathBuf> {
    env::var_os(FUNCTIONS).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The target folder: tests lie in `PROFILE/deps` of it.
///
/// # Panics
/// When the test lies elsewhere.
#[must_use]
pub fn target() -> PathBuf {
    profile().parent().unwrap().to_owned()
}

/// The folder of the profile that this test was built with.
///
/// # Panics
/// When the test lies elsewhere.
#[must_use]
pub fn profile() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().to_owned()
}
