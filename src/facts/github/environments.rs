//! Deployment environments, what holds a job back before them, and what was deployed.

use serde_json::Value;

use super::{
    answer::{Reader, each, hidden, listed},
    paths,
    shape::{account, flag, number, text},
};
use crate::model::{
    change::Deployment,
    id::{EnvironmentName, EvidenceId, RepoName},
    observed::Observed,
    pipeline::{BranchPolicy, Environment, Reviewer},
};

/// Every environment of a repository ("List environments").
pub(super) fn environments(reader: &Reader<'_>, repo: &RepoName) -> Observed<Vec<Environment>> {
    let path = paths::repo(repo, "/environments");
    let items = reader.list(&path).observed();
    let evidence = items.evidence.clone();
    each(items, |item| environment(reader, repo, item, &path, &evidence))
}

fn environment(
    reader: &Reader<'_>,
    repo: &RepoName,
    item: &Value,
    path: &str,
    evidence: &[EvidenceId],
) -> Option<Environment> {
    let name = EnvironmentName::new(text(item, "name")?);
    let rules = item.get("protection_rules").and_then(Value::as_array);
    let rule = |kind: &str| rules.into_iter().flatten().find(|rule| text(rule, "type").as_deref() == Some(kind));
    let review = rule("required_reviewers");
    let told = |value: Option<bool>, field: &str| match value {
        Some(value) => Observed::known(value, evidence.to_vec()),
        None => hidden(path, field, evidence.to_vec()),
    };
    let reviewers = match rules {
        Some(_) => reviewers(review, evidence),
        None => hidden(path, "protection_rules", evidence.to_vec()),
    };
    // Without a review rule there is no review that somebody could give to themselves.
    let self_review = match (rules, review) {
        (None, _) => None,
        (Some(_), None) => Some(false),
        (Some(_), Some(review)) => flag(review, "prevent_self_review"),
    };
    Some(Environment {
        reviewers,
        prevent_self_review: told(self_review, "prevent_self_review"),
        wait_timer: rule("wait_timer").and_then(|rule| number(rule, "wait_timer")).unwrap_or(0),
        branch_policy: branch_policy(reader, repo, &name, item, path, evidence),
        custom_rules: custom_rules(reader, repo, &name),
        admins_can_bypass: told(flag(item, "can_admins_bypass"), "can_admins_bypass"),
        secrets: each(reader.list(&paths::environment(repo, &name, "/secrets")).observed(), |item| text(item, "name")),
        name,
    })
}

/// A reviewer of a shape that we do not know leaves the list open.
fn reviewers(review: Option<&Value>, evidence: &[EvidenceId]) -> Observed<Vec<Reviewer>> {
    let Some(review) = review else { return Observed::known(Vec::new(), evidence.to_vec()) };
    let Some(given) = review.get("reviewers").and_then(Value::as_array) else {
        return Observed::failed("the reviewers were left out", evidence.to_vec());
    };
    let read: Vec<Reviewer> = given.iter().filter_map(reviewer).collect();
    let whole = read.len() == given.len();
    listed(read, whole, evidence.to_vec())
}

fn reviewer(value: &Value) -> Option<Reviewer> {
    let who = value.get("reviewer")?;
    match value.get("type")?.as_str()? {
        "User" => account(who).map(Reviewer::User),
        "Team" => Some(Reviewer::Team { id: number(who, "id")?, slug: text(who, "slug")? }),
        _ => None,
    }
}

/// Which refs may deploy. `null` means all; an answer without the field says nothing.
fn branch_policy(
    reader: &Reader<'_>,
    repo: &RepoName,
    name: &EnvironmentName,
    item: &Value,
    path: &str,
    evidence: &[EvidenceId],
) -> Observed<BranchPolicy> {
    let known = |policy| Observed::known(policy, evidence.to_vec());
    match item.get("deployment_branch_policy") {
        None => hidden(path, "deployment_branch_policy", evidence.to_vec()),
        Some(Value::Null) => known(BranchPolicy::Any),
        Some(policy) if flag(policy, "protected_branches") == Some(true) => known(BranchPolicy::Protected),
        Some(policy) if flag(policy, "custom_branch_policies") == Some(true) => {
            let path = paths::environment(repo, name, "/deployment-branch-policies");
            each(reader.list(&path).observed(), pattern).map(BranchPolicy::Patterns)
        }
        Some(_) => Observed::failed("`deployment_branch_policy` has a shape we do not know", evidence.to_vec()),
    }
}

/// Patterns for tags are told apart by their full ref.
fn pattern(policy: &Value) -> Option<String> {
    let name = text(policy, "name")?;
    Some(if text(policy, "type").as_deref() == Some("tag") { format!("refs/tags/{name}") } else { name })
}

/// Not paged ("Get all deployment protection rules for an environment").
fn custom_rules(reader: &Reader<'_>, repo: &RepoName, name: &EnvironmentName) -> Observed<Vec<String>> {
    let path = paths::environment(repo, name, "/deployment_protection_rules");
    let slug = |rule: &Value| rule.get("app").and_then(|app| text(app, "slug"));
    reader.object(&path).observed().and_then(|answer| {
        match answer.get("custom_deployment_protection_rules").and_then(Value::as_array) {
            Some(rules) => {
                let on = rules.iter().filter(|rule| flag(rule, "enabled") != Some(false));
                Observed::known(on.filter_map(slug).collect(), Vec::new())
            }
            None if number(&answer, "total_count") == Some(0) => Observed::known(Vec::new(), Vec::new()),
            None => Observed::failed("the answer holds no list", Vec::new()),
        }
    })
}

/// The newest deployments, each with who started it ("List deployments").
pub(super) fn deployments(reader: &Reader<'_>, repo: &RepoName) -> Observed<Vec<Deployment>> {
    each(reader.list(&paths::repo(repo, DEPLOYMENTS)).observed(), |item| {
        Some(Deployment {
            id: number(item, "id")?,
            sha: text(item, "sha")?,
            git_ref: text(item, "ref")?,
            environment: text(item, "environment")?,
            creator: item.get("creator").and_then(account),
            created_at: text(item, "created_at")?,
        })
    })
}

/// One page; what is older is not asked for.
pub const DEPLOYMENTS: &str = "/deployments?per_page=100";

/// Names of environments, for the collector that asks about each.
pub fn names(items: &[Value]) -> Vec<(EnvironmentName, bool)> {
    let custom = |item: &Value| {
        item.get("deployment_branch_policy").is_some_and(|policy| flag(policy, "custom_branch_policies") == Some(true))
    };
    items.iter().filter_map(|item| Some((EnvironmentName::new(text(item, "name")?), custom(item)))).collect()
}

/// Whether one of these environments asks for a reviewer, or does not say.
pub fn any_reviewer(items: &[Value]) -> bool {
    items.iter().any(|item| match item.get("protection_rules").and_then(Value::as_array) {
        Some(rules) => rules.iter().any(|rule| text(rule, "type").as_deref() == Some("required_reviewers")),
        None => true,
    })
}

/// The name patterns of a branch policy list, without those for tags.
pub fn branch_patterns(items: &[Value]) -> Vec<String> {
    items.iter().filter_map(pattern).filter(|name| !name.starts_with("refs/tags/")).collect()
}
