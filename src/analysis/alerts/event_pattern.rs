//! EventBridge event patterns.
//!
//! Source: Amazon EventBridge User Guide, "Creating Amazon EventBridge event patterns" and "Comparison operators for use in
//! event patterns". An operator that this does not know makes the match Unknown, never a miss.

use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::model::truth::Truth;

/// Whether an event matches a pattern, both as JSON objects.
pub fn matches(pattern: &Value, event: &Value) -> Truth {
    match pattern {
        Value::Object(fields) if !fields.is_empty() => object(fields, Some(event)),
        _ => Truth::Unknown, // EventBridge takes no empty pattern
    }
}

/// All fields must match; of `$or` one of its patterns.
fn object(fields: &Map<String, Value>, event: Option<&Value>) -> Truth {
    // Of an array of objects one element must match as a whole.
    if let Some(Value::Array(elements)) = event {
        return Truth::any(elements.iter().map(|element| object(fields, Some(element))));
    }
    Truth::all(fields.iter().map(|(name, pattern)| match (name.as_str(), pattern) {
        ("$or", Value::Array(choices)) => Truth::any(choices.iter().map(|choice| match choice {
            Value::Object(fields) => object(fields, event),
            _ => Truth::Unknown,
        })),
        (name, pattern) => field(pattern, event.and_then(|event| event.get(name))),
    }))
}

fn field(pattern: &Value, value: Option<&Value>) -> Truth {
    match pattern {
        Value::Object(fields) => object(fields, value),
        Value::Array(matchers) => Truth::any(matchers.iter().map(|matcher| leaf(matcher, value))),
        _ => Truth::Unknown,
    }
}

/// One matcher of a field's list. Of an array in the event one element must match; an empty one counts as missing.
fn leaf(matcher: &Value, value: Option<&Value>) -> Truth {
    let values: Vec<&Value> = match value {
        Some(Value::Array(elements)) => elements.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    };
    if let Some(wanted) = matcher.get("exists") {
        // "exists" looks at leaves: an object is none.
        let there = values.iter().any(|value| !value.is_object());
        return wanted.as_bool().map_or(Truth::Unknown, |wanted| (wanted == there).into());
    }
    Truth::any(values.into_iter().map(|value| scalar(matcher, value)))
}

fn scalar(matcher: &Value, value: &Value) -> Truth {
    let Value::Object(operator) = matcher else { return (matcher == value).into() };
    let (Some((name, operand)), 1) = (operator.iter().next(), operator.len()) else { return Truth::Unknown };
    match name.as_str() {
        "prefix" => text_or_folded(operand, value, |text, with| text.starts_with(with)),
        "suffix" => text_or_folded(operand, value, |text, with| text.ends_with(with)),
        "equals-ignore-case" => on_text(operand, value, |text, with| folded(text) == folded(with)),
        "wildcard" => on_text(operand, value, |text, with| wildcard(with, text)),
        "anything-but" => anything_but(operand, value),
        "numeric" => numeric(operand, value),
        "cidr" => on_text(operand, value, |text, with| cidr(with, text).unwrap_or(false)),
        _ => Truth::Unknown,
    }
}

fn on_text(operand: &Value, value: &Value, test: impl Fn(&str, &str) -> bool) -> Truth {
    match (operand, value) {
        (Value::String(operand), Value::String(value)) => test(value, operand).into(),
        (Value::String(_), _) => Truth::False,
        _ => Truth::Unknown,
    }
}

/// `{"prefix": "x"}` or `{"prefix": {"equals-ignore-case": "x"}}`.
fn text_or_folded(operand: &Value, value: &Value, test: impl Fn(&str, &str) -> bool) -> Truth {
    match operand.get("equals-ignore-case") {
        Some(operand) => on_text(operand, value, |text, with| test(&folded(text), &folded(with))),
        None => on_text(operand, value, test),
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// None of the operands may match: a value, a list of values, or one operator over one or more texts.
fn anything_but(operand: &Value, value: &Value) -> Truth {
    let one_or_many = |operand: &Value| match operand {
        Value::Array(many) => many.clone(),
        one => vec![one.clone()],
    };
    let hit = match operand {
        Value::Object(operator) => Truth::any(operator.iter().flat_map(|(name, operands)| {
            let single = |operand| scalar(&Value::Object(Map::from_iter([(name.clone(), operand)])), value);
            one_or_many(operands).into_iter().map(single).collect::<Vec<_>>()
        })),
        values => Truth::any(one_or_many(values).iter().map(|unwanted| (unwanted == value).into())),
    };
    hit.not()
}

/// `["=", 5]`, `[">", 0, "<=", 5]`.
fn numeric(operand: &Value, value: &Value) -> Truth {
    let (Value::Array(parts), Some(number)) = (operand, value.as_f64()) else {
        return if operand.is_array() { Truth::False } else { Truth::Unknown };
    };
    if parts.is_empty() || parts.len() % 2 != 0 {
        return Truth::Unknown;
    }
    Truth::all(parts.chunks(2).map(|pair| match pair {
        [Value::String(sign), limit] => limit.as_f64().map_or(Truth::Unknown, |limit| match sign.as_str() {
            "=" => (number == limit).into(),
            "<" => (number < limit).into(),
            "<=" => (number <= limit).into(),
            ">" => (number > limit).into(),
            ">=" => (number >= limit).into(),
            _ => Truth::Unknown,
        }),
        _ => Truth::Unknown,
    }))
}

/// `*` stands for any run of characters; `\*` and `\\` are literal.
fn wildcard(pattern: &str, text: &str) -> bool {
    let mut pieces = vec![String::new()];
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => pieces.push(String::new()),
            '\\' => pieces.last_mut().into_iter().for_each(|piece| piece.extend(characters.next())),
            other => pieces.last_mut().into_iter().for_each(|piece| piece.push(other)),
        }
    }
    let Some((first, rest)) = pieces.split_first() else { return false };
    let Some((last, middle)) = rest.split_last() else { return first == text };
    let Some(mut text) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        let Some((_, after)) = text.split_once(piece.as_str()) else { return false };
        text = after;
    }
    text.ends_with(last.as_str())
}

/// Whether an address lies in a block, `10.0.0.0/8` or IPv6 alike.
fn cidr(block: &str, address: &str) -> Option<bool> {
    let (network, length) = block.split_once('/')?;
    let (network, address): (IpAddr, IpAddr) = (network.parse().ok()?, address.parse().ok()?);
    let length: u32 = length.parse().ok()?;
    let same = |a: u128, b: u128, width: u32| {
        let drop = width.checked_sub(length)?;
        Some(a.checked_shr(drop).unwrap_or(0) == b.checked_shr(drop).unwrap_or(0))
    };
    match (network, address) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(u32::from(a).into(), u32::from(b).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.into(), b.into(), 128),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// One line an operator of the documentation, with an event that matches and one that does not.
    #[test]
    fn operators_do_what_the_documentation_says() {
        for (matcher, hit, miss) in [
            (json!("aws.rds"), json!("aws.rds"), json!("aws.rdsx")),
            (json!(300), json!(300), json!(300.0)),
            (json!(null), json!(null), json!("")),
            (json!(""), json!(""), json!(null)),
            (json!({ "prefix": "us-" }), json!("us-east-1"), json!("eu-us-1")),
            (json!({ "prefix": { "equals-ignore-case": "EventB" } }), json!("eventbridge"), json!("event")),
            (json!({ "suffix": ".png" }), json!("a.png"), json!("png")),
            (json!({ "suffix": { "equals-ignore-case": ".PNG" } }), json!("a.png"), json!("a.gif")),
            (json!({ "equals-ignore-case": "alice" }), json!("ALICE"), json!("alic")),
            (json!({ "wildcard": "dir/*.png" }), json!("dir/a/b.png"), json!("dir/a.gif")),
            (json!({ "wildcard": "a*b*c" }), json!("axbybc"), json!("axc")),
            (json!({ "wildcard": "a\\*c" }), json!("a*c"), json!("abc")),
            (json!({ "wildcard": "a*a" }), json!("aa"), json!("a")),
            (json!({ "anything-but": "running" }), json!("stopped"), json!("running")),
            (json!({ "anything-but": ["a", "b"] }), json!("c"), json!("b")),
            (json!({ "anything-but": 5 }), json!(6), json!(5)),
            (json!({ "anything-but": { "prefix": "init" } }), json!("run"), json!("initial")),
            (json!({ "anything-but": { "suffix": [".a", ".b"] } }), json!("x.c"), json!("x.b")),
            (json!({ "anything-but": { "wildcard": "*/lib/*" } }), json!("a/b"), json!("a/lib/b")),
            (json!({ "anything-but": { "equals-ignore-case": ["Init"] } }), json!("run"), json!("INIT")),
            (json!({ "numeric": [">", 0, "<=", 5] }), json!(5), json!(5.1)),
            (json!({ "numeric": ["=", 3.018e2] }), json!(301.8), json!("301.8")),
            (json!({ "cidr": "10.0.0.0/24" }), json!("10.0.0.255"), json!("10.0.1.0")),
            (json!({ "cidr": "2001:db8::/32" }), json!("2001:db8:1::1"), json!("10.0.0.1")),
            (json!({ "cidr": "0.0.0.0/0" }), json!("1.2.3.4"), json!("nonsense")),
            (json!({ "exists": true }), json!("x"), json!({})),
        ] {
            let pattern = json!({ "detail": { "field": [matcher] } });
            let test = |value: &Value| matches(&pattern, &json!({ "detail": { "field": value } }));
            assert_eq!((test(&hit), test(&miss)), (Truth::True, Truth::False), "{pattern}");
            assert_eq!(
                (test(&json!([hit])), test(&json!([miss]))),
                (Truth::True, Truth::False),
                "{pattern} in an array"
            );
        }
    }

    #[test]
    fn fields_are_joined_by_and_lists_by_or() {
        let event = json!({ "source": "aws.s3", "detail": { "a": ["x", "y"], "n": { "m": 1 } } });
        for (pattern, expected) in [
            (json!({ "source": ["aws.ec2", "aws.s3"] }), Truth::True),
            (json!({ "source": ["aws.s3"], "account": ["1"] }), Truth::False),
            (json!({ "detail": { "a": ["y"], "n": { "m": [1] } } }), Truth::True),
            (json!({ "detail": { "missing": [{ "exists": false }] } }), Truth::True),
            (json!({ "detail": { "missing": { "deep": [{ "exists": false }] } } }), Truth::True),
            (json!({ "detail": { "missing": [{ "anything-but": "x" }] } }), Truth::False),
            (json!({ "$or": [{ "source": ["aws.ec2"] }, { "detail": { "a": ["x"] } }] }), Truth::True),
            (json!({ "$or": [{ "source": ["aws.ec2"] }, { "detail": { "a": ["z"] } }] }), Truth::False),
            (json!({ "source": [{ "sounds-like": "s3" }] }), Truth::Unknown),
            (json!({ "source": [{ "sounds-like": "s3" }, "aws.s3"] }), Truth::True),
            (json!({ "source": "aws.s3" }), Truth::Unknown),
            (json!({}), Truth::Unknown),
        ] {
            assert_eq!(matches(&pattern, &event), expected, "{pattern}");
        }
    }

    #[test]
    fn an_array_of_objects_matches_by_one_whole_element() {
        let pattern = json!({ "detail": { "tags": { "key": ["env"], "value": ["prod"] } } });
        let event = |tags: Value| json!({ "detail": { "tags": tags } });
        let whole = event(json!([{ "key": "a", "value": "b" }, { "key": "env", "value": "prod" }]));
        let split = event(json!([{ "key": "env", "value": "b" }, { "key": "a", "value": "prod" }]));
        assert_eq!((matches(&pattern, &whole), matches(&pattern, &split)), (Truth::True, Truth::False));
    }
}
