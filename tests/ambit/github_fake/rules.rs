//! Facts that GitHub derives from rulesets are derived here too, so that a scenario cannot contradict itself.
//!
//! Deliberately not `ambit`'s own matcher: a fake that shares code with what it tests agrees with its mistakes.
//! Source: GitHub docs, "About rulesets" (fnmatch patterns, layering) and REST "Rules".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub type Rest = BTreeMap<String, Value>;

/// Every ruleset that stands over a repository: its own, then its organisation's, then the enterprise's.
pub fn rulesets_over<'a>(rest: &'a Rest, full: &str, with_parents: bool) -> Vec<&'a Value> {
    let Some(repository) = rest.get(&format!("/repos/{full}")) else { return Vec::new() };
    let organisation = full.split('/').next().unwrap_or_default();
    let mut out = under(rest, &format!("/repos/{full}"));
    if with_parents {
        let enterprises = rest.keys().filter_map(|path| path.strip_prefix("/enterprises/")?.split_once("/rulesets/"));
        let enterprises: BTreeSet<String> = enterprises.map(|(slug, _)| format!("/enterprises/{slug}")).collect();
        let above = std::iter::once(format!("/orgs/{organisation}")).chain(enterprises);
        let above = above.flat_map(|prefix| under(rest, &prefix));
        out.extend(above.filter(|r| covers_repository(r, repository)));
    }
    out
}

pub fn under<'a>(rest: &'a Rest, prefix: &str) -> Vec<&'a Value> {
    numbered(rest, &format!("{prefix}/rulesets/")).map(|(_, ruleset)| ruleset).collect()
}

/// Entries whose path is the prefix and a number.
pub fn numbered<'a>(rest: &'a Rest, prefix: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    let prefix = prefix.to_owned();
    rest.iter().filter(move |(path, _)| path.strip_prefix(&prefix).is_some_and(|id| id.parse::<u64>().is_ok()))
}

/// Active rules of all layers on one branch, flattened; "evaluate" and "disabled" never appear.
pub fn effective(rest: &Rest, full: &str, branch: &str) -> Option<Value> {
    let default_branch = rest.get(&format!("/repos/{full}"))?["default_branch"].as_str()?;
    let mut out = Vec::new();
    for ruleset in rulesets_over(rest, full, true) {
        let target = ruleset.get("target").and_then(Value::as_str).unwrap_or("branch");
        if ruleset["enforcement"] != "active" || target != "branch" || !covers_ref(ruleset, branch, default_branch) {
            continue;
        }
        for rule in ruleset["rules"].as_array().into_iter().flatten() {
            let mut rule = rule.clone();
            // GitHub's description of this answer knows no enterprise.
            if ruleset["source_type"] != "Enterprise" {
                rule["ruleset_source_type"] = ruleset["source_type"].clone();
            }
            rule["ruleset_source"] = ruleset["source"].clone();
            rule["ruleset_id"] = ruleset["id"].clone();
            out.push(rule);
        }
    }
    Some(out.into())
}

/// A ruleset as the list shows it: without rules, conditions and bypass actors.
pub fn listed(ruleset: &Value) -> Value {
    let mut out = ruleset.clone();
    for field in ["rules", "conditions", "bypass_actors", "current_user_can_bypass"] {
        out.as_object_mut().unwrap().remove(field);
    }
    out
}

fn selected(condition: &Value, test: impl Fn(&str) -> bool) -> bool {
    let any = |key: &str| condition[key].as_array().into_iter().flatten().filter_map(Value::as_str).any(&test);
    any("include") && !any("exclude")
}

fn covers_ref(ruleset: &Value, branch: &str, default_branch: &str) -> bool {
    selected(&ruleset["conditions"]["ref_name"], |pattern| match pattern {
        "~ALL" => true,
        "~DEFAULT_BRANCH" => branch == default_branch,
        other => fnmatch(other.strip_prefix("refs/heads/").unwrap_or(other), branch),
    })
}

fn covers_repository(ruleset: &Value, repository: &Value) -> bool {
    let conditions = &ruleset["conditions"];
    if let Some(ids) = conditions["repository_id"]["repository_ids"].as_array() {
        return ids.contains(&repository["id"]);
    }
    let name = repository["name"].as_str().unwrap_or_default();
    conditions["repository_name"].is_null()
        || selected(&conditions["repository_name"], |p| p == "~ALL" || fnmatch(p, name))
}

/// `*` stays inside a segment, `**` and `**/` do not.
fn fnmatch(pattern: &str, text: &str) -> bool {
    let source = regex::escape(pattern)
        .replace(r"\*\*/", ".*")
        .replace(r"\*\*", ".*")
        .replace(r"\*", "[^/]*")
        .replace(r"\?", "[^/]");
    regex::Regex::new(&format!("^{source}$")).unwrap().is_match(text)
}

#[test]
fn patterns_match_as_rulesets_do() {
    assert!(fnmatch("release/**/*", "release/1.0"));
    assert!(fnmatch("release/*", "release/1.0") && !fnmatch("release/*", "release/1/0"));
    assert!(!fnmatch("ma?n", "maain") && fnmatch("ma?n", "main"));
}
