//! What the makers of SAM, of CloudFormation's linter and of a validator of state machines say.

use std::fs;
use std::process::Output;

use template_tests::{Tools, repository};

use crate::state_machine::definition;

/// The transform of `AWS::Serverless` as a library, because only AWS itself offers it as a program. Managed policies are
/// not asked for by name, so that nothing has to be known of an account.
const TRANSFORM: &str = "
import json, sys
from samtranslator.yaml_helper import yaml_parse
from samtranslator.translator.transform import transform
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader

class NoPolicies(ManagedPolicyLoader):
    def __init__(self):
        super().__init__(None)
        self._policy_map = {}
    def load(self):
        return {}

template = yaml_parse(open(sys.argv[1]).read())
for resource in template['Resources'].values():
    properties = resource.get('Properties', {})
    # As `sam package` does, which uploads what lies here.
    if 'CodeUri' in properties:
        properties['CodeUri'] = {'Bucket': 'artifacts', 'Key': 'function'}
    if 'DefinitionUri' in properties:
        properties['DefinitionUri'] = {'Bucket': 'artifacts', 'Key': 'definition'}
json.dump(transform(template, {}, NoPolicies()), open(sys.argv[2], 'w'), indent=1, default=str)
";

fn accepted(output: &Output, what: &str) {
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{what}:\n{said}");
}

#[test]
fn sam_and_the_linter_accept_the_template() {
    let Some(tools) = Tools::find("sam validate --lint") else { return };
    let template = repository().join("template.yaml");
    let output = tools.run("sam", |sam| {
        sam.args(["validate", "--lint", "--template"]).arg(&template);
    });
    accepted(&output, "sam validate");
}

#[test]
fn the_linter_accepts_what_becomes_of_the_template() {
    let Some(tools) = Tools::find("cfn-lint on the transformed template") else { return };
    let folder = tempfile::tempdir().unwrap();
    let transformed = folder.path().join("transformed.json");
    let output = tools.run("python", |python| {
        python.args(["-c", TRANSFORM]).arg(repository().join("template.yaml")).arg(&transformed);
    });
    accepted(&output, "the transform");
    let output = tools.run("cfn-lint", |lint| {
        lint.args(["--regions", "us-east-1", "--template"]).arg(&transformed);
    });
    accepted(&output, "cfn-lint");
}

#[test]
fn the_state_machine_is_valid() {
    let Some(tools) = Tools::find("asl-validator") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state-machine.json");
    fs::write(&file, definition().to_string()).unwrap();
    let output = tools.run("asl-validator", |validator| {
        validator.arg("--json-path").arg(&file);
    });
    accepted(&output, "asl-validator");
}
