//! An agent's settings file against the rules of `controls/guardrails/`.

use jsonc_parser::{ParseOptions, parse_to_serde_value};
use serde_json::Value;

use super::{Concern, Weakness, line_of};
use crate::controls::guardrails::{Format, Guardrail, Rule, Test};

/// What the file weakens of one concern, in the order of its rules; an error when it cannot be understood.
pub fn weaknesses(guardrail: &Guardrail, text: &str, concern: Concern) -> Result<Vec<Weakness>, String> {
    let settings = parse(guardrail.format, text)?;
    let broken = guardrail.rules.iter().filter(|rule| is_broken(rule, &settings));
    Ok(broken.map(|rule| weakness(rule, text)).filter(|weakness| weakness.concern == concern).collect())
}

/// The file as one value; an empty file says nothing.
pub fn parse(format: Format, text: &str) -> Result<Value, String> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    match format {
        Format::Json => parse_to_serde_value(text, &ParseOptions::default()).map_err(|e| format!("not JSON: {e}")),
        Format::Toml => toml::from_str(text).map_err(|e| format!("not TOML: {}", e.message())),
        Format::Yaml => yaml_serde::from_str(text).map_err(|e| format!("not YAML: {e}")),
    }
}

fn is_broken(rule: &Rule, settings: &Value) -> bool {
    rule.when.iter().chain([&rule.test]).all(|test| holds(test, settings))
}

fn holds(test: &Test, settings: &Value) -> bool {
    let found = at(settings, &keys(&test.at));
    if let Some(wanted) = &test.is {
        return found.contains(&wanted);
    }
    if let Some(other) = &test.not {
        return !found.contains(&other);
    }
    if let Some(pattern) = &test.matches {
        return found.iter().flat_map(|value| texts(value)).any(|text| pattern.is_match(text));
    }
    let empty = |value: &&Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    test.empty.is_some_and(|wanted| found.iter().all(empty) == wanted)
}

/// `a.b\.c.*` as its keys.
fn keys(path: &str) -> Vec<String> {
    const DOT: char = '\u{0}';
    path.replace("\\.", "\u{0}").split('.').map(|key| key.replace(DOT, ".")).collect()
}

/// Every value at a place; `*` is each member of a mapping.
fn at<'a>(value: &'a Value, keys: &[String]) -> Vec<&'a Value> {
    let Some((first, rest)) = keys.split_first() else { return vec![value] };
    match value {
        Value::Object(members) if first == "*" => members.values().flat_map(|member| at(member, rest)).collect(),
        Value::Object(members) => members.get(first).map(|member| at(member, rest)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn weakness(rule: &Rule, text: &str) -> Weakness {
    let key = keys(&rule.test.at).pop().unwrap_or_default();
    Weakness {
        concern: if rule.marks { Concern::Marks } else { Concern::Questions },
        rule: rule.id.clone(),
        severity: rule.severity,
        says: rule.says.clone(),
        mend: rule.mend.clone(),
        line: line_of(text, &key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::guardrails::Guardrails;

    #[test]
    fn every_example_breaks_the_rules_that_it_names() {
        for guardrail in Guardrails::built_in().unwrap().settings {
            for example in &guardrail.examples {
                let of = |concern| weaknesses(&guardrail, &example.text, concern).unwrap();
                let all = of(Concern::Questions).into_iter().chain(of(Concern::Marks));
                let mut found: Vec<String> = all.map(|weakness| weakness.rule).collect();
                found.sort();
                assert_eq!(found, example.found, "{}: {}", guardrail.id, example.text);
            }
        }
    }

    #[test]
    fn what_cannot_be_understood_is_said_and_an_empty_file_says_nothing() {
        let known = Guardrails::built_in().unwrap();
        for (path, text) in
            [(".claude/settings.json", "{\"a\": "), (".codex/config.toml", "a = "), (".aider.conf.yml", "a: [")]
        {
            let guardrail = known.of_file(path).unwrap();
            assert!(weaknesses(guardrail, text, Concern::Questions).unwrap_err().starts_with("not "), "{path}");
            assert_eq!(weaknesses(guardrail, " \n", Concern::Questions).map(|all| all.len()), Ok(0), "{path}");
        }
    }

    #[test]
    fn a_weakness_names_its_line() {
        let known = Guardrails::built_in().unwrap();
        let text = "{\n  \"permissions\": {\n    \"defaultMode\": \"bypassPermissions\"\n  }\n}\n";
        let guardrail = known.of_file(".claude/settings.json").unwrap();
        assert_eq!(weaknesses(guardrail, text, Concern::Questions).unwrap()[0].line, Some(3));
    }

    #[test]
    fn a_dot_in_a_key_is_no_step() {
        assert_eq!(keys("a.b\\.c.*"), ["a", "b.c", "*"]);
    }
}
