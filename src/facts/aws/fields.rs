//! Tolerant access to answers: one way to read a field, whether JSON typed it or XML wrote it as text.

use serde_json::Value;

/// A text that is not empty.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// A Boolean; XML writes it as `true` or `false`.
pub(super) fn truth(value: &Value, name: &str) -> Option<bool> {
    match value.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// A whole number that is not negative; XML writes it as digits.
pub(super) fn number(value: &Value, name: &str) -> Option<u64> {
    match value.get(name)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A moment, RFC 3339: as XML writes it, or from JSON's seconds since 1970.
pub(super) fn moment(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(seconds) => {
            let time = jiff::SignedDuration::try_from_secs_f64(seconds.as_f64()?).ok()?;
            Some(jiff::Timestamp::from_duration(time).ok()?.to_string())
        }
        _ => None,
    }
}

/// The members of a list: a JSON array, or an XML element whose children all have one name (`member`, `DBInstance`).
pub(super) fn items<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    match value.get(name) {
        Some(Value::Object(wrapper)) => wrapper.values().flat_map(siblings).collect(),
        Some(Value::Array(items)) => items.iter().collect(),
        _ => Vec::new(),
    }
}

/// The members of a list that XML does not wrap: the element itself is repeated.
pub(super) fn repeated<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    value.get(name).map(siblings).unwrap_or_default()
}

fn siblings(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// Tags as a list of key and value; AWS writes `Key`/`Value`, some services `key`/`value`.
pub(super) fn tags(value: &Value, name: &str) -> std::collections::BTreeMap<String, String> {
    let pair = |tag: &Value| {
        let key = text(tag, "Key").or_else(|| text(tag, "key"))?;
        Some((key.to_owned(), text(tag, "Value").or_else(|| text(tag, "value")).unwrap_or_default().to_owned()))
    };
    items(value, name).into_iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_protocols_read_alike() {
        let json = json!({ "L": ["a", "b"], "On": true, "N": 7, "T": [{ "Key": "env", "Value": "prod" }] });
        let xml = json!({ "L": { "member": ["a", "b"] }, "On": "true", "N": "7", "T": { "Tag": { "Key": "env", "Value": "prod" } } });
        for value in [&json, &xml] {
            assert_eq!(items(value, "L"), vec!["a", "b"]);
            assert_eq!((truth(value, "On"), number(value, "N")), (Some(true), Some(7)));
            assert_eq!(tags(value, "T").get("env").map(String::as_str), Some("prod"));
        }
        assert!(items(&json!({ "L": "" }), "L").is_empty(), "an empty XML list");
        assert_eq!(truth(&json!({ "On": "maybe" }), "On"), None);
    }
}
