//! `sam build` and `sam deploy`, as a person calls them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use template_tests::repository;

use crate::emulator::{Emulator, REGION};
use crate::executables;
use crate::tools::Tools;

/// The architecture of this machine, as the template names it.
const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

const NAME: &str = "segment-export";

/// What `sam build` has made of the template.
#[derive(Debug)]
pub struct Deployment {
    tools: Tools,
    folder: TempDir,
}

impl Deployment {
    /// Builds it.
    ///
    /// # Panics
    /// When that fails.
    #[must_use]
    pub fn build(tools: &Tools) -> Self {
        let deployment =
            Self { tools: tools.clone(), folder: tempfile::tempdir().expect("a temporary folder") };
        let mut sam = tools.command("sam");
        sam.arg("build").arg("--template-file").arg(repository().join("template.yaml"));
        sam.arg("--build-dir").arg(deployment.folder.path().join("build"));
        sam.env("SEGMENT_EXPORT_BINARIES", executables::folder()).env("ARCHITECTURE", ARCHITECTURE);
        deployment.run(sam);
        deployment
    }

    fn template(&self) -> PathBuf {
        self.folder.path().join("build/template.yaml")
    }

    /// Takes resources of these types out of what was built: AWS has them, the emulator refuses the stack for them.
    ///
    /// # Panics
    /// When one of the types does not occur.
    pub fn take_out(&self, types: &[&str]) {
        let text = std::fs::read_to_string(self.template()).expect("the built template");
        let (head, rest) = text.split_once("\nResources:\n").expect("resources");
        let mut blocks: Vec<String> = Vec::new();
        for line in rest.lines() {
            let is_within = line.starts_with("   ") && !blocks.is_empty();
            if !is_within {
                blocks.push(String::new());
            }
            blocks.last_mut().expect("a block").extend([line, "\n"]);
        }
        let before = blocks.len();
        let is_of = |block: &String, kind: &&str| block.contains(&format!("\n    Type: {kind}\n"));
        assert!(types.iter().all(|kind| blocks.iter().any(|block| is_of(block, kind))), "{types:?}");
        blocks.retain(|block| !types.iter().any(|kind| is_of(block, kind)));
        assert_eq!(blocks.len() + types.len(), before, "one resource of each type");
        std::fs::write(self.template(), format!("{head}\nResources:\n{}", blocks.concat()))
            .expect("the built template");
    }

    /// Deploys it, and answers the outputs. Once more it changes the stack.
    ///
    /// # Panics
    /// When that fails.
    #[must_use]
    pub fn deploy(&self, emulator: &Emulator, parameters: &[(&str, String)]) -> BTreeMap<String, String> {
        let mut sam = self.tools.command("sam");
        sam.arg("deploy").arg("--template-file").arg(self.template());
        sam.args(["--stack-name", NAME, "--resolve-s3", "--no-confirm-changeset", "--no-progressbar"]);
        sam.args(["--capabilities", "CAPABILITY_IAM", "--parameter-overrides"]);
        sam.arg(format!("Architecture={ARCHITECTURE}"));
        sam.args(parameters.iter().map(|(name, value)| format!("{name}={value}")));
        sam.envs(emulator.environment());
        // Looks every second whether it is done, in place of every five.
        sam.env("SAM_CLI_POLL_DELAY", "1");
        self.run(sam);
        outputs(emulator)
    }

    fn run(&self, mut command: Command) {
        command.env("SAM_CLI_TELEMETRY", "0").env("AWS_DEFAULT_REGION", REGION);
        // Another deployment's settings must not be found.
        command.env("HOME", self.folder.path()).current_dir(repository()).stdin(Stdio::null());
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&said));
    }
}

/// What CloudFormation says of the stack, in its XML.
fn outputs(emulator: &Emulator) -> BTreeMap<String, String> {
    let question = format!("Action=DescribeStacks&Version=2010-05-15&StackName={NAME}");
    let headers = ["Content-Type: application/x-www-form-urlencoded"];
    let answer = emulator.ask("cloudformation", "POST", "/", &headers, &question);
    let element = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once('<')?.0.to_owned())
    };
    let members = answer.body.split("<member>");
    members
        .filter_map(|member| Some((element(member, "OutputKey")?, element(member, "OutputValue")?)))
        .collect()
}
