//! YAML with CloudFormation's short names of functions, as the JSON that they stand for.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// The one document in this text.
///
/// # Panics
/// When it is no YAML, or uses what CloudFormation does not know (aliases).
pub(crate) fn parse(text: &str) -> Value {
    let documents = Yaml::load_from_str(text).expect("YAML");
    let [document] = documents.as_slice() else { panic!("one document, not {}", documents.len()) };
    value(document)
}

fn value(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => items.iter().map(value).collect(),
        Yaml::Mapping(entries) => {
            entries.iter().map(|(key, entry)| (name(key), value(entry))).collect::<Map<_, _>>().into()
        }
        Yaml::Tagged(tag, inner) => function(&tag.suffix, value(inner)),
        other => panic!("CloudFormation does not know this: {other:?}"),
    }
}

/// A key, which YAML may take for a number: it is text all the same.
fn name(key: &Yaml<'_>) -> String {
    match value(key) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn function(short: &str, argument: Value) -> Value {
    match (short, &argument) {
        ("Ref" | "Condition", _) => json!({ short: argument }),
        ("GetAtt", Value::String(text)) => {
            let (resource, attribute) = text.split_once('.').expect("a resource and an attribute");
            json!({ "Fn::GetAtt": [resource, attribute] })
        }
        _ => json!({ format!("Fn::{short}"): argument }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_written_out() {
        let text = "a: !Ref B\nb: !GetAtt C.D.E\nc: !If [F, !Sub '${G}/*', !Ref AWS::NoValue]\nd: !Not [!Condition H]\n";
        let expected = json!({
            "a": { "Ref": "B" },
            "b": { "Fn::GetAtt": ["C", "D.E"] },
            "c": { "Fn::If": ["F", { "Fn::Sub": "${G}/*" }, { "Ref": "AWS::NoValue" }] },
            "d": { "Fn::Not": [{ "Condition": "H" }] },
        });
        assert_eq!(parse(text), expected);
    }

    #[test]
    fn quoted_numbers_are_text() {
        assert_eq!(parse("'1': '2'\na: 3\nb: true\n"), json!({ "1": "2", "a": 3, "b": true }));
    }
}
