//! The template with parameters: what CloudFormation makes of conditions and references.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::policy::Policy;
use crate::template::Template;

const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";

/// A deployment of the template.
#[derive(Debug, Clone)]
pub struct Stack {
    template: Template,
    name: String,
    parameters: BTreeMap<String, String>,
    /// What resources are called, where a test has a name for them; else it is their logical name.
    names: BTreeMap<String, String>,
}

impl Stack {
    /// The template of this repository in a stack of this name, with these parameters.
    ///
    /// # Panics
    /// When the template has no such parameter.
    #[must_use]
    pub fn new(name: &str, parameters: &[(&str, &str)]) -> Self {
        let template = Template::read();
        let declared = template.section("Parameters");
        let mut values = BTreeMap::new();
        for (name, parameter) in &declared {
            if let Some(default) = parameter.get("Default") {
                values.insert(name.clone(), text(default));
            }
        }
        for (name, value) in parameters {
            assert!(declared.contains_key(*name), "the template has no parameter {name}");
            values.insert((*name).to_owned(), (*value).to_owned());
        }
        Self { template, name: name.to_owned(), parameters: values, names: BTreeMap::new() }
    }

    /// Calls a resource by this name, as AWS would by one of its own making.
    #[must_use]
    pub fn called(mut self, resource: &str, name: &str) -> Self {
        self.names.insert(self.template.resource(resource).name.to_owned(), name.to_owned());
        self
    }

    /// The template.
    #[must_use]
    pub const fn template(&self) -> &Template {
        &self.template
    }

    /// What a function of the template is given as its environment.
    #[must_use]
    pub fn environment(&self, function: &str) -> BTreeMap<String, String> {
        let globals = &self.template.document()["Globals"]["Function"]["Environment"]["Variables"];
        let own = &self.template.resource(function).body["Properties"]["Environment"]["Variables"];
        let variables = [globals, own].into_iter().filter_map(Value::as_object).flatten();
        variables.map(|(name, value)| (name.clone(), text(&self.resolve(value)))).collect()
    }

    /// What a role of the template may do.
    #[must_use]
    pub fn policy(&self, role: &str) -> Policy {
        let mut statements = Vec::new();
        let own = self.resolve(self.template.resource(role).property("Policies"));
        for policy in own.as_array().into_iter().flatten() {
            statements.extend(policy["PolicyDocument"]["Statement"].as_array().unwrap().clone());
        }
        for attached in self.template.resources("AWS::IAM::Policy") {
            if attached.property("Roles").as_array().unwrap().contains(&json!({ "Ref": role })) {
                let document = self.resolve(attached.property("PolicyDocument"));
                statements.extend(document["Statement"].as_array().unwrap().clone());
            }
        }
        Policy::new(&statements)
    }

    /// Whether a condition holds.
    #[must_use]
    pub fn condition(&self, name: &str) -> bool {
        self.holds(&self.template.document()["Conditions"][name])
    }

    /// A value with its functions carried out. What is of no value is left out.
    #[must_use]
    pub fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Object(entries) => match entries.iter().next() {
                Some((name, argument)) if entries.len() == 1 && is_function(name) => {
                    self.call(name, argument)
                }
                _ => {
                    let resolved = entries.iter().map(|(name, value)| (name.clone(), self.resolve(value)));
                    resolved.filter(|(_, value)| !is_nothing(value)).collect::<Map<_, _>>().into()
                }
            },
            Value::Array(items) => {
                items.iter().map(|item| self.resolve(item)).filter(|item| !is_nothing(item)).collect()
            }
            other => other.clone(),
        }
    }

    fn call(&self, function: &str, argument: &Value) -> Value {
        let part = |index: usize| self.resolve(&argument[index]);
        match function {
            "Ref" => self.reference(argument.as_str().unwrap()),
            "Fn::GetAtt" => self.attribute(argument[0].as_str().unwrap(), argument[1].as_str().unwrap()),
            "Fn::Sub" => json!(self.substitute(argument.as_str().expect("the short form of Sub"))),
            "Fn::If" => part(if self.condition(argument[0].as_str().unwrap()) { 1 } else { 2 }),
            "Fn::Join" => {
                let parts: Vec<String> = part(1).as_array().unwrap().iter().map(text).collect();
                json!(parts.join(argument[0].as_str().unwrap()))
            }
            "Fn::Split" => text(&part(1)).split(argument[0].as_str().unwrap()).collect(),
            "Fn::Select" => part(1)[usize::try_from(argument[0].as_u64().unwrap()).unwrap()].clone(),
            "Fn::FindInMap" => {
                let [map, first, second] = [part(0), part(1), part(2)].map(|name| text(&name));
                self.template.document()["Mappings"][map][first][second].clone()
            }
            other => panic!("{other} is not known here"),
        }
    }

    fn holds(&self, condition: &Value) -> bool {
        let (function, argument) = condition.as_object().unwrap().iter().next().unwrap();
        let all = || argument.as_array().unwrap().iter();
        match function.as_str() {
            "Condition" => self.condition(argument.as_str().unwrap()),
            "Fn::Not" => !self.holds(&argument[0]),
            "Fn::And" => all().all(|part| self.holds(part)),
            "Fn::Or" => all().any(|part| self.holds(part)),
            "Fn::Equals" => self.resolve(&argument[0]) == self.resolve(&argument[1]),
            other => panic!("{other} is no condition"),
        }
    }

    fn reference(&self, name: &str) -> Value {
        if let Some(value) = self.parameters.get(name) {
            return json!(value);
        }
        match name {
            "AWS::NoValue" => nothing(),
            "AWS::Region" => json!(REGION),
            "AWS::AccountId" => json!(ACCOUNT),
            "AWS::Partition" => json!("aws"),
            "AWS::URLSuffix" => json!("amazonaws.com"),
            "AWS::StackName" => json!(self.name),
            "AWS::StackId" => {
                json!(self.arn(
                    "cloudformation",
                    &format!("stack/{}/0192f0c1-7d3e-7cc3-98c4-dc0c0c07398f", self.name)
                ))
            }
            _ => {
                // Of these a reference is the ARN, of others the name.
                match self.template.resource(name).kind() {
                    "AWS::Serverless::StateMachine" | "AWS::SNS::Topic" => self.attribute(name, "Arn"),
                    _ => json!(self.called_name(name)),
                }
            }
        }
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Value {
        let name = self.called_name(resource);
        let kind = self.template.resource(resource).kind();
        let arn = |service: &str, path: &str| json!(self.arn(service, &format!("{path}{name}")));
        match (kind, attribute) {
            ("AWS::S3::Bucket", "Arn") => json!(format!("arn:aws:s3:::{name}")),
            ("AWS::Serverless::Function", "Arn") => arn("lambda", "function:"),
            ("AWS::Serverless::StateMachine", "Arn") => arn("states", "stateMachine:"),
            ("AWS::Events::EventBus", "Arn") => arn("events", "event-bus/"),
            ("AWS::Events::Rule", "Arn") => arn("events", "rule/"),
            ("AWS::SQS::Queue", "Arn") => arn("sqs", ""),
            ("AWS::SNS::Topic", "Arn") => arn("sns", ""),
            ("AWS::Logs::LogGroup", "Arn") => arn("logs", "log-group:"),
            ("AWS::IAM::Role", "Arn") => arn("iam", "role/"),
            _ => json!(format!("{name}.{attribute}")),
        }
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
    }

    fn called_name<'a>(&'a self, resource: &'a str) -> &'a str {
        self.names.get(resource).map_or(resource, String::as_str)
    }

    fn substitute(&self, template: &str) -> String {
        let mut parts = template.split("${");
        let mut substituted = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').expect("a name in braces");
            let value = match name.split_once('.') {
                Some((resource, attribute)) => self.attribute(resource, attribute),
                None => self.reference(name),
            };
            substituted += &text(&value);
            substituted += rest;
        }
        substituted
    }
}

fn is_function(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

/// Stands for `AWS::NoValue` until whatever holds it is put together.
fn nothing() -> Value {
    json!({ "Ref": "AWS::NoValue" })
}

fn is_nothing(value: &Value) -> bool {
    *value == nothing()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
