//! The little that facts need of policy documents; the evaluator reads them in full.

use serde_json::Value;

use crate::model::{
    id::EvidenceId,
    observed::{Observed, Reading},
};

/// A policy document as text: IAM answers it percent-encoded (RFC 3986), in which a plain document has no `%` at all.
///
/// # Errors
/// A `%` that two hex digits do not follow, or bytes that are not UTF-8.
pub(super) fn decoded(text: &str) -> Result<String, String> {
    if text.trim_start().starts_with('{') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let plain = match byte {
            b'%' => hex(rest.next(), rest.next()).ok_or("a policy document is not percent-encoded as documented")?,
            other => other,
        };
        bytes.push(plain);
    }
    String::from_utf8(bytes).map_err(|_| "a policy document is not UTF-8".to_owned())
}

fn hex(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Whether a resource policy lets everybody in. A wildcard principal under conditions is not decided here.
pub(super) fn opens_to_all(policy: &Observed<String>) -> Observed<bool> {
    let evidence = policy.evidence.clone();
    match &policy.reading {
        Reading::Absent => Observed::known(false, evidence),
        Reading::Known { value, .. } => decide(value, evidence),
        _ => policy.as_ref().map(|_| false),
    }
}

fn decide(document: &str, evidence: Vec<EvidenceId>) -> Observed<bool> {
    let Ok(document) = serde_json::from_str::<Value>(document) else {
        return Observed::failed("the resource policy is not JSON", evidence);
    };
    let statements = one_or_many(document.get("Statement"));
    let open: Vec<_> = statements.into_iter().filter(|statement| allows_anyone(statement)).collect();
    if open.is_empty() {
        return Observed::known(false, evidence);
    }
    if open.iter().any(|statement| statement.get("Condition").is_none()) {
        return Observed::known(true, evidence);
    }
    let mut undecided = Observed::not_collected("a statement for everybody holds under conditions only");
    undecided.evidence = evidence;
    undecided
}

fn allows_anyone(statement: &Value) -> bool {
    let anyone = |principal: &Value| match principal {
        Value::Object(kinds) => {
            kinds.get("AWS").is_some_and(|names| one_or_many(Some(names)).contains(&&Value::from("*")))
        }
        other => *other == "*",
    };
    statement.get("Effect").is_some_and(|effect| effect == "Allow")
        && (statement.get("Principal").is_some_and(anyone) || statement.get("NotPrincipal").is_some())
}

fn one_or_many(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(values)) => values.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_decoded_once() {
        assert_eq!(decoded("%7B%22a%22%3A%22b%2Bc%20%25%22%7D"), Ok(r#"{"a":"b+c %"}"#.to_owned()));
        assert_eq!(decoded(r#"{"a":"%7B"}"#), Ok(r#"{"a":"%7B"}"#.to_owned()), "plain text is not decoded");
        assert!(decoded("%7").is_err());
        assert!(decoded("%FF%FE").is_err());
    }

    #[test]
    fn only_an_unconditional_wildcard_is_public() {
        let public = |statement: &str| {
            opens_to_all(&Observed::known(format!(r#"{{"Statement":{statement}}}"#), Vec::new())).reading
        };
        let known = |value| Reading::Known { value, complete: true };
        assert_eq!(public(r#"{"Effect":"Allow","Principal":"*"}"#), known(true));
        assert_eq!(public(r#"[{"Effect":"Allow","Principal":{"AWS":["1","*"]}}]"#), known(true));
        assert_eq!(public(r#"[{"Effect":"Deny","Principal":"*"}]"#), known(false));
        assert_eq!(public(r#"[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"}}]"#), known(false));
        assert!(matches!(
            public(r#"[{"Effect":"Allow","Principal":"*","Condition":{}}]"#),
            Reading::NotCollected { .. }
        ));
        assert!(matches!(opens_to_all(&Observed::denied("aws", "x", Vec::new())).reading, Reading::Denied { .. }));
    }
}
