//! Whether a value is as a schema of the description says: the part of JSON Schema that the description uses.

use serde_json::Value;

/// What is wrong with `value`. An object may have only the properties that are described, unless the schema says
/// otherwise: an answer that says more than its description is a mistake here.
pub(crate) fn problems(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "$", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return check(document, target, value, at, found);
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let fitting = choices.iter().filter(|choice| problems(document, choice, value).is_empty()).count();
        if fitting != 1 {
            found.push(format!("{at} fits {fitting} of {} choices", choices.len()));
        }
        return;
    }
    assert!(schema.get("anyOf").is_none() && schema.get("allOf").is_none(), "{schema} is beyond this test");
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        found.push(format!("{at} is none of {words:?}"));
    }
    let types = match schema.get("type") {
        None => return,
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        Some(one) => vec![one.as_str().unwrap()],
    };
    if !types.iter().any(|name| is(name, value)) {
        found.push(format!("{at} is not {types:?}"));
    }
    if let (Some(least), Some(number)) = (schema.get("minimum").and_then(Value::as_i64), value.as_i64())
        && number < least
    {
        found.push(format!("{at} is below {least}"));
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (place, item) in list.iter().enumerate() {
            check(document, items, item, &format!("{at}[{place}]"), found);
        }
    }
    if let Some(object) = value.as_object() {
        check_object(document, schema, object, at, found);
    }
}

fn check_object(
    document: &Value,
    schema: &Value,
    object: &serde_json::Map<String, Value>,
    at: &str,
    found: &mut Vec<String>,
) {
    let properties = schema.get("properties").and_then(Value::as_object);
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if !object.contains_key(name.as_str().unwrap()) {
            found.push(format!("{at} lacks {name}"));
        }
    }
    for (name, value) in object {
        let at = format!("{at}.{name}");
        match (properties.and_then(|properties| properties.get(name)), schema.get("additionalProperties")) {
            (Some(schema), _) => check(document, schema, value, &at, found),
            (None, Some(schema @ Value::Object(_))) => check(document, schema, value, &at, found),
            // Whatever an object without any description holds is its own matter.
            (None, _) if properties.is_none() => {}
            (None, _) => found.push(format!("{at} is not described")),
        }
    }
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    }
}

#[test]
fn the_check_finds_what_is_wrong() {
    let document =
        serde_json::json!({ "components": { "schemas": { "Word": { "type": "string", "enum": ["a"] } } } });
    let schema = serde_json::json!({
        "type": "object", "required": ["word"], "properties": {
            "word": { "$ref": "#/components/schemas/Word" },
            "size": { "type": ["integer", "null"], "minimum": 1 },
            "list": { "type": "array", "items": { "oneOf": [{ "type": "null" }, { "type": "string" }] } },
        },
    });
    let wrong = |value: Value| problems(&document, &schema, &value).len();
    assert_eq!(wrong(serde_json::json!({ "word": "a", "size": null, "list": ["b", null] })), 0);
    assert_eq!(wrong(serde_json::json!({})), 1);
    assert_eq!(wrong(serde_json::json!({ "word": "b", "size": 0, "list": [1], "more": 1 })), 4);
    assert_eq!(wrong(serde_json::json!({ "word": "a", "size": "large" })), 1);
    assert_eq!(wrong(Value::Null), 1);
}
