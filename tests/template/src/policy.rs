//! Whether a role may make a call, by the rules of IAM as far as the template uses them.

use serde_json::Value;

use crate::calls::Call;

/// What a role may do.
#[derive(Debug, Clone)]
pub struct Policy {
    statements: Vec<Statement>,
}

/// One statement that allows something.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its name.
    pub sid: String,
    /// Actions, perhaps with wildcards.
    pub actions: Vec<String>,
    /// ARNs, perhaps with wildcards.
    pub resources: Vec<String>,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
struct Condition {
    operator: String,
    key: String,
    values: Vec<String>,
}

impl Policy {
    /// These statements, with every function of CloudFormation carried out.
    ///
    /// # Panics
    /// When a statement has what this evaluator does not know.
    pub(crate) fn new(statements: &[Value]) -> Self {
        Self { statements: statements.iter().map(Statement::read).collect() }
    }

    /// The statements.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Whether the call is allowed. What no statement allows is denied.
    #[must_use]
    pub fn allows(&self, call: &Call) -> bool {
        self.statements.iter().any(|statement| statement.allows(call))
    }

    /// Each single permission: an action on a resource, as they are written.
    pub fn permissions(&self) -> impl Iterator<Item = (&Statement, &str, &str)> {
        self.statements.iter().flat_map(|statement| {
            statement.actions.iter().flat_map(move |action| {
                statement
                    .resources
                    .iter()
                    .map(move |resource| (statement, action.as_str(), resource.as_str()))
            })
        })
    }
}

impl Statement {
    fn read(statement: &Value) -> Self {
        let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
        for name in statement.as_object().unwrap().keys() {
            assert!(known.contains(&name.as_str()), "{name} is not known here: {statement}");
        }
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        let mut conditions = Vec::new();
        for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
            for (key, values) in keys.as_object().unwrap() {
                let (operator, key) = (operator.clone(), key.clone());
                conditions.push(Condition { operator, key, values: list(values) });
            }
        }
        Self {
            sid: statement["Sid"].as_str().expect("every statement has a name").to_owned(),
            actions: list(&statement["Action"]),
            resources: list(&statement["Resource"]),
            conditions,
        }
    }

    /// A statement of this one permission, under the same conditions.
    #[must_use]
    pub fn only(&self, action: &str, resource: &str) -> Self {
        Self { actions: vec![action.to_owned()], resources: vec![resource.to_owned()], ..self.clone() }
    }

    /// Whether this statement allows the call.
    #[must_use]
    pub fn allows(&self, call: &Call) -> bool {
        self.actions.iter().any(|action| matches(action, &call.action))
            && self.resources.iter().any(|resource| matches(resource, &call.resource))
            && self.conditions.iter().all(|condition| condition.holds(call))
    }
}

impl Condition {
    fn holds(&self, call: &Call) -> bool {
        let value = call.context.get(&self.key);
        let like = |value: &String| self.values.iter().any(|pattern| matches(pattern, value));
        match self.operator.as_str() {
            "StringEquals" => value.is_some_and(|value| self.values.contains(value)),
            "StringLike" => value.is_some_and(like),
            "StringLikeIfExists" => value.is_none_or(like),
            other => panic!("the operator {other} is not known here"),
        }
    }
}

fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(|value| value.as_str().unwrap().to_owned()).collect(),
        value => vec![value.as_str().unwrap_or_else(|| panic!("text, not {value}")).to_owned()],
    }
}

/// IAM's wildcards: `*` stands for any text, `?` for one character.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut characters = pattern.chars();
    match characters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = characters.as_str();
            text.char_indices().any(|(start, _)| matches(rest, &text[start..])) || matches(rest, "")
        }
        Some('?') => {
            let mut rest = text.chars();
            rest.next().is_some() && matches(characters.as_str(), rest.as_str())
        }
        Some(same) => text.strip_prefix(same).is_some_and(|rest| matches(characters.as_str(), rest)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(action: &str, resource: &str, context: &[(&str, &str)]) -> Call {
        let context = context.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Call { action: action.to_owned(), resource: resource.to_owned(), context }
    }

    #[test]
    fn wildcards_are_those_of_iam() {
        for (pattern, text, expected) in [
            ("arn:aws:s3:::state/runs/*", "arn:aws:s3:::state/runs/a/b.json", true),
            ("arn:aws:s3:::state/runs/*", "arn:aws:s3:::state/runs/", true),
            ("arn:aws:s3:::state/runs/*", "arn:aws:s3:::state/active-runs/a", false),
            ("s3:Get*", "s3:GetObject", true),
            ("s3:Get*", "s3:PutObject", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("a", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_no_statement_allows_is_denied() {
        let policy = Policy::new(&[json!({
            "Sid": "A", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::a/b/*",
        })]);
        assert!(policy.allows(&call("s3:GetObject", "arn:aws:s3:::a/b/c", &[])));
        assert!(!policy.allows(&call("s3:PutObject", "arn:aws:s3:::a/b/c", &[])));
        assert!(!policy.allows(&call("s3:GetObject", "arn:aws:s3:::a/c/c", &[])));
    }

    #[test]
    fn conditions_narrow_what_is_allowed() {
        let policy = |operator: &str| {
            let condition = json!({ operator: { "s3:prefix": ["segments/*"] } });
            Policy::new(&[json!({
                "Sid": "A", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::a", "Condition": condition,
            })])
        };
        let list = |context: &[(&str, &str)]| call("s3:ListBucket", "arn:aws:s3:::a", context);
        for (operator, without) in [("StringLike", false), ("StringLikeIfExists", true)] {
            let policy = policy(operator);
            assert!(policy.allows(&list(&[("s3:prefix", "segments/vip/")])), "{operator}");
            assert!(!policy.allows(&list(&[("s3:prefix", "other/")])), "{operator}");
            assert_eq!(policy.allows(&list(&[])), without, "{operator}");
        }
    }
}
