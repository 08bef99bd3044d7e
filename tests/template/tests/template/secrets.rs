//! Nothing that CloudFormation shows holds a secret.

use template_tests::{Stack, Template};

/// Words of names that only a secret has.
const TELLING: [&str; 5] = ["secret", "password", "token", "credential", "passphrase"];

fn tells(name: &str) -> bool {
    let name = name.to_lowercase();
    TELLING.iter().any(|word| name.contains(word))
}

#[test]
fn no_parameter_takes_a_secret() {
    for (name, parameter) in Template::read().section("Parameters") {
        assert!(!tells(&name), "{name}");
        // Hides a value from those who look, and stands for one that should not be there at all.
        assert!(parameter.get("NoEcho").is_none(), "{name}");
        assert!(parameter.get("Description").is_some(), "{name}");
    }
}

#[test]
fn no_output_holds_one() {
    let template = Template::read();
    for (name, output) in template.section("Outputs") {
        assert!(!tells(&name), "{name}");
        let value = output["Value"].to_string().to_lowercase();
        assert!(!value.contains("secret") && !value.contains("resolve:"), "{name}: {value}");
    }
}

#[test]
fn no_function_is_given_one() {
    let stack = Stack::new("test", &[("AdministratorEmail", "ann@example.com")]);
    for function in stack.template().resources("AWS::Serverless::Function") {
        for (name, value) in stack.environment(function.name) {
            let names_secrets = name == "SECRETS_PREFIX";
            assert!(names_secrets || !tells(&name), "{}: {name}", function.name);
            assert!(!value.contains("resolve:"), "{}: {name}", function.name);
        }
    }
}

#[test]
fn the_console_needs_no_secret_of_its_own() {
    let template = Template::read();
    let client = template.resource("UserPoolClient");
    assert_eq!(client.property("GenerateSecret"), false);
    assert_eq!(client.property("AllowedOAuthFlows"), &serde_json::json!(["code"]));
}
