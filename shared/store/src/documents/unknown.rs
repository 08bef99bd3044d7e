//! What a document holds and this release does not know: a newer release of the same schema has added it, and finds it
//! again although we have written the document meanwhile.

use serde_json::{Map, Value};

/// Brings into `new` what stands in `raw`, as it was read, and not in `known`, which is all that this release
/// understood of it. What did not change is as it was read; what changed keeps its unknown fields, unless it has become
/// something else, such as another phase of a run.
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
        (Value::Object(raw), Value::Object(known), Value::Object(new)) if is_same_kind(known, new) => {
            carry_fields(raw, known, new);
        }
        (Value::Array(raw), Value::Array(known), Value::Array(new)) if raw.len() == known.len() => {
            carry_elements(raw, known, new);
        }
        _ => {}
    }
}

/// Fields that are empty may be left out; another variant of an enumeration lacks some and has others.
fn is_same_kind(known: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    known.keys().all(|name| new.contains_key(name)) || new.keys().all(|name| known.contains_key(name))
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

/// Elements that stayed or moved are recognised by what is known of them; of a list that is as long as before, also
/// those that changed, by their places.
fn carry_elements(raw: &[Value], known: &[Value], new: &mut [Value]) {
    let as_long = new.len() == known.len();
    for (place, new) in new.iter_mut().enumerate() {
        let stayed = known.get(place).is_some_and(|known| known == new);
        let found = if stayed { Some(place) } else { known.iter().position(|known| known == new) };
        if let Some(raw) = found.and_then(|found| raw.get(found)) {
            new.clone_from(raw);
        } else if as_long && let (Some(raw), Some(known)) = (raw.get(place), known.get(place)) {
            carry_below(raw, known, new);
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
    fn an_element_that_changed_in_its_place_keeps_them() {
        let (raw, known) = (json!({ "l": [{ "n": 1, "z": 9 }] }), json!({ "l": [{ "n": 1 }] }));
        assert_eq!(carried(&raw, &known, json!({ "l": [{ "n": 7 }] })), json!({ "l": [{ "n": 7, "z": 9 }] }));
    }

    #[test]
    fn what_this_release_takes_out_or_replaces_is_gone() {
        let raw = json!({ "a": 1, "m": { "k": 1 }, "p": { "phase": "looking", "checked": true, "x": 1 } });
        let known = json!({ "a": 1, "m": { "k": 1 }, "p": { "phase": "looking", "checked": true } });
        let new = json!({ "m": {}, "p": { "phase": "planning", "snapshots": [] } });
        assert_eq!(carried(&raw, &known, new.clone()), new);
    }
}
