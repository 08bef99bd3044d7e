//! What a document holds and this release does not know: a newer release of the same schema has added it, and finds it
//! again although we have written the document meanwhile.

use serde_json::{Map, Value};

/// Fields that say what an object is or is about, such as the tag of an enumeration's variant: where one of them differs,
/// it is about something else.
const IDENTIFYING: [&str; 13] = [
    "cause", "code", "event", "holder", "id", "number", "phase", "reason", "run", "state", "subject",
    "trouble", "warning",
];

/// Brings into `new` what stands in `raw`, as it was read, and not in `known`, which is all that this release
/// understood of it. What did not change is as it was read; of what changed, an object that is certainly still about the
/// same keeps its unknown fields.
pub(super) fn carry(raw: &Value, known: &Value, new: &mut Value) {
    match (raw, known, new) {
        // Whatever the document is about, it is still about that.
        (Value::Object(raw), Value::Object(known), Value::Object(new)) => carry_fields(raw, known, new),
        (raw, known, new) => carry_below(raw, known, new),
    }
}

fn carry_below(raw: &Value, known: &Value, new: &mut Value) {
    if new == known {
        new.clone_from(raw);
        return;
    }
    match (raw, known, new) {
        (Value::Object(raw), Value::Object(known), Value::Object(new)) if is_same(known, new) => {
            carry_fields(raw, known, new);
        }
        (Value::Array(raw), Value::Array(known), Value::Array(new)) => carry_elements(raw, known, new),
        _ => {}
    }
}

/// Fields that are empty may be left out; another variant of an enumeration lacks some and has others, or differs in its
/// tag alone.
fn is_same(known: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let alike = |name: &&str| match (known.get(*name), new.get(*name)) {
        // What is nested is compared where it stands.
        (Some(Value::Object(_)), Some(Value::Object(_))) => true,
        (known, new) => known == new,
    };
    let has_fields_of = |one: &Map<String, Value>, other: &Map<String, Value>| {
        other.keys().all(|name| one.contains_key(name))
    };
    IDENTIFYING.iter().all(alike) && (has_fields_of(known, new) || has_fields_of(new, known))
}

fn carry_fields(raw: &Map<String, Value>, known: &Map<String, Value>, new: &mut Map<String, Value>) {
    for (name, raw) in raw {
        match (known.get(name), new.get_mut(name)) {
            (Some(known), Some(new)) => carry_below(raw, known, new),
            (None, None) => {
                new.insert(name.clone(), raw.clone());
            }
            // Removed by this release, or made by it.
            (Some(_), None) | (None, Some(_)) => {}
        }
    }
}

/// Elements that stayed or moved are recognised by what is known of them. A place says nothing: in a list that is
/// always as long, all elements move on.
fn carry_elements(raw: &[Value], known: &[Value], new: &mut [Value]) {
    if raw.len() != known.len() {
        return;
    }
    for (place, new) in new.iter_mut().enumerate() {
        let stayed = known.get(place).is_some_and(|known| known == new);
        let found = if stayed { Some(place) } else { known.iter().position(|known| known == new) };
        if let Some(raw) = found.and_then(|found| raw.get(found)) {
            new.clone_from(raw);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn carried(raw: &Value, known: &Value, mut new: Value) -> Value {
        carry(raw, known, &mut new);
        new
    }

    #[test]
    fn unknown_fields_stay_wherever_they_stand() {
        let raw =
            json!({ "a": 1, "x": [1], "b": { "c": 2, "y": true }, "l": [{ "n": 1, "z": 9 }, { "n": 2 }] });
        let known = json!({ "a": 1, "b": { "c": 2 }, "l": [{ "n": 1 }, { "n": 2 }] });
        let new = json!({ "a": 5, "b": { "c": 3 }, "l": [{ "n": 0 }, { "n": 1 }, { "n": 2 }] });
        let expected = json!({
            "a": 5, "x": [1], "b": { "c": 3, "y": true }, "l": [{ "n": 0 }, { "n": 1, "z": 9 }, { "n": 2 }]
        });
        assert_eq!(carried(&raw, &known, new), expected);
    }

    #[test]
    fn a_variant_that_is_a_tag_alone_hands_nothing_on() {
        let queued = json!({ "phase": "queued" });
        let looking = json!({ "phase": "looking", "checked": true });
        for (known, new) in [(&queued, &looking), (&looking, &queued)] {
            let mut raw = known.clone();
            raw["x"] = json!(1);
            let inside = |value: &Value| json!({ "a": 1, "p": value });
            assert_eq!(carried(&inside(&raw), &inside(known), inside(new)), inside(new));
        }
    }

    #[test]
    fn a_variant_that_stays_keeps_them_whatever_else_changes() {
        let known = json!({ "p": { "phase": "looking", "checked": false } });
        let raw = json!({ "p": { "phase": "looking", "checked": false, "x": 1 } });
        let new = json!({ "p": { "phase": "looking", "checked": true, "at": 5 } });
        let expected = json!({ "p": { "phase": "looking", "checked": true, "at": 5, "x": 1 } });
        assert_eq!(carried(&raw, &known, new), expected);
    }

    #[test]
    fn a_list_that_is_always_as_long_hands_nothing_on_by_place() {
        let raw = json!({ "l": [{ "event": "a", "z": 1 }, { "event": "b", "z": 2 }] });
        let known = json!({ "l": [{ "event": "a" }, { "event": "b" }] });
        let new = json!({ "l": [{ "event": "b" }, { "event": "c" }] });
        let expected = json!({ "l": [{ "event": "b", "z": 2 }, { "event": "c" }] });
        assert_eq!(carried(&raw, &known, new), expected);
        // Not even where only one has changed.
        let (raw, known) = (json!({ "l": [{ "n": 1, "z": 9 }] }), json!({ "l": [{ "n": 1 }] }));
        assert_eq!(carried(&raw, &known, json!({ "l": [{ "n": 7 }] })), json!({ "l": [{ "n": 7 }] }));
    }

    #[test]
    fn what_is_about_something_else_does_not_inherit() {
        let raw = json!({ "active": { "run": "run-1", "pinned": true, "z": 1 } });
        let known = json!({ "active": { "run": "run-1", "pinned": true } });
        let new = json!({ "active": { "run": "run-2", "pinned": false } });
        assert_eq!(carried(&raw, &known, new.clone()), new);
    }

    #[test]
    fn what_this_release_takes_out_or_replaces_is_gone() {
        let raw = json!({ "a": 1, "m": { "k": 1 }, "p": { "phase": "looking", "checked": true, "x": 1 } });
        let known = json!({ "a": 1, "m": { "k": 1 }, "p": { "phase": "looking", "checked": true } });
        let new = json!({ "m": {}, "p": { "phase": "planning", "snapshots": [] } });
        assert_eq!(carried(&raw, &known, new.clone()), new);
    }
}
