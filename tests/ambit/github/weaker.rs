//! Whether one set of facts claims no more than another: every reading the same, or not known; every list the same, or
//! shorter and marked incomplete. Nothing may be absent, empty or different that was known otherwise.

use serde_json::{Map, Value};

/// What the facts of `less` claim that those of `full` do not, by path.
pub fn overclaims(full: &Value, less: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", full, less, &mut found);
    found
}

fn compare(at: &str, full: &Value, less: &Value, found: &mut Vec<String>) {
    match (reading(full), reading(less)) {
        (Some(full), Some(less)) => readings(at, full, less, found),
        _ => match (full, less) {
            // A file whose text was withheld is named, with the reason.
            (Value::Object(full), Value::Object(less))
                if full.contains_key("parsed") && less.contains_key("unreadable") => {}
            (Value::Object(full), Value::Object(less)) => {
                for (name, value) in full.iter().filter(|(name, _)| *name != "evidence") {
                    compare(&format!("{at}.{name}"), value, less.get(name).unwrap_or(&Value::Null), found);
                }
            }
            (Value::Array(all), Value::Array(some)) if all.len() == some.len() => {
                all.iter()
                    .zip(some)
                    .for_each(|(full, less)| compare(&format!("{at}[{}]", name(full)), full, less, found));
            }
            _ if full == less => {}
            // A ruleset whose content was withheld stands in a list that is marked incomplete.
            (_, Value::Null) if at.ends_with(".conditions") || at.ends_with(".current_user_can_bypass") => {}
            // GitHub shows a deleted account as nobody, so nobody is no claim of who it was.
            (_, Value::Null) if at.ends_with(".author") || at.ends_with(".merged_by") => {}
            // A workflow's state is null where only its file was seen; it then counts as active.
            (Value::String(state), Value::Null) if at.ends_with(".state") && state == "active" => {}
            _ => found.push(format!("{at}: {less} instead of {full}")),
        },
    }
}

fn readings(at: &str, full: &Value, less: &Value, found: &mut Vec<String>) {
    match (known(full), known(less)) {
        // Not known: promised nothing.
        (_, None) if less != "absent" => {}
        (_, None) if full == less => {}
        (Some((full, true)), Some((less, true))) => compare(at, full, less, found),
        // Fewer members than in full, each claiming no more.
        (Some((Value::Array(full), _)), Some((Value::Array(less), false))) => {
            for member in less {
                match full.iter().find(|other| name(other) == name(member)) {
                    Some(other) => compare(&format!("{at}[{}]", name(member)), other, member, found),
                    None => found.push(format!("{at}: {member} is new")),
                }
            }
        }
        (Some((full, _)), Some((less, false))) => compare(at, full, less, found),
        _ => found.push(format!("{at}: {less} instead of {full}")),
    }
}

/// The inner value of an `Observed`.
fn reading(value: &Value) -> Option<&Value> {
    let object = value.as_object()?;
    (object.len() == 2 && object.contains_key("evidence")).then(|| object.get("reading")).flatten()
}

fn known(reading: &Value) -> Option<(&Value, bool)> {
    let known = reading.get("known")?;
    Some((known.get("value")?, known.get("complete")?.as_bool()?))
}

/// What tells the members of a list apart.
fn name(member: &Value) -> String {
    let of = |object: &Map<String, Value>| {
        ["path", "name", "login", "slug", "id", "number"].iter().find_map(|key| object.get(*key)).map(Value::to_string)
    };
    let inner = |object: &Map<String, Value>| object.values().next().and_then(Value::as_object).and_then(of);
    member.as_object().and_then(|object| of(object).or_else(|| inner(object))).unwrap_or_else(|| member.to_string())
}

#[test]
fn a_false_absence_is_found() {
    use serde_json::json;
    let known = |value: Value, complete: bool| json!({"reading": {"known": {"value": value, "complete": complete}}, "evidence": []});
    let full = known(json!([{"id": 1}, {"id": 2}]), true);
    let denied = json!({"reading": {"denied": {"needs": {"provider": "github", "grant": "x"}}}, "evidence": []});
    assert!(overclaims(&full, &denied).is_empty());
    assert!(overclaims(&full, &known(json!([{"id": 1}]), false)).is_empty());
    for worse in [
        json!({"reading": "absent", "evidence": []}),
        known(json!([]), true),
        known(json!([{"id": 1}]), true),
        known(json!([{"id": 3}]), false),
        known(json!([{"id": 1}, {"id": 2, "more": 1}]), true),
    ] {
        let claimed = overclaims(&full, &worse).len();
        assert!(claimed == 1 || worse.to_string().contains("more"), "{worse}");
    }
    assert_eq!(overclaims(&known(json!(true), true), &known(json!(false), true)).len(), 1);
}
