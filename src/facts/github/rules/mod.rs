//! What protects a branch: classic protection, the rules in force, and the rulesets they come from with their bypass.

pub mod history;

use serde_json::Value;

use super::{
    answer::{Got, Reader, each, hidden, listed},
    paths,
    shape::{flag, list, number, strings, text, texts},
};
use crate::model::{
    id::{BranchName, RepoName},
    observed::Observed,
    rules::{
        Allowances, Branch, BypassActor, BypassKind, BypassMode, ClassicProtection, Enforcement, ReviewRule, Rule,
        RuleSource, Ruleset,
    },
};

/// A branch with all that protects it.
pub(super) fn branch(reader: &Reader<'_>, repo: &RepoName, name: BranchName, head: Option<String>) -> Branch {
    let classic = reader.object(&paths::protection(repo, &name));
    let rules = reader.list(&paths::branch_rules(repo, &name)).absent_when(|refusal| refusal.is_plan());
    Branch { head, classic: classic_protection(classic), rules: each(rules, rule), name }
}

/// "Branch not protected" is GitHub's own word for it; so is a plan that has no protection. A branch that does not exist yet
/// may still match a protection pattern, which no REST call shows.
fn classic_protection(got: Got<'_, Value>) -> Observed<ClassicProtection> {
    match got {
        Got::Refused(refusal) if refusal.status == 404 && refusal.message == "Branch not found" => {
            Observed::failed("the branch does not exist yet; what would protect it is not told", refusal.evidence())
        }
        got => got
            .absent_when(|refusal| {
                refusal.is_plan() || refusal.status == 404 && refusal.message == "Branch not protected"
            })
            .map(|value| classic(&value)),
    }
}

fn classic(value: &Value) -> ClassicProtection {
    let enabled = |name: &str| value.get(name).and_then(|setting| flag(setting, "enabled")).unwrap_or(false);
    let review = value.get("required_pull_request_reviews").filter(|review| !review.is_null());
    let checks = value.get("required_status_checks").cloned().unwrap_or_default();
    let mut required_checks = strings(&checks, "contexts");
    required_checks.extend(texts(list(&checks, "checks"), "context"));
    required_checks.sort_unstable();
    required_checks.dedup();
    ClassicProtection {
        review: review.map(|review| ReviewRule {
            // An omitted count is GitHub's default, one ("Update branch protection").
            approvals: number(review, "required_approving_review_count").unwrap_or(1),
            dismiss_stale: flag(review, "dismiss_stale_reviews").unwrap_or(false),
            code_owners: flag(review, "require_code_owner_reviews").unwrap_or(false),
            last_push_approval: flag(review, "require_last_push_approval").unwrap_or(false),
        }),
        review_bypass: review
            .and_then(|review| review.get("bypass_pull_request_allowances"))
            .map(allowances)
            .unwrap_or_default(),
        restrictions: value.get("restrictions").filter(|value| !value.is_null()).map(allowances),
        required_checks,
        enforce_admins: enabled("enforce_admins"),
        allow_force_pushes: enabled("allow_force_pushes"),
        allow_deletions: enabled("allow_deletions"),
        lock_branch: enabled("lock_branch"),
    }
}

fn allowances(value: &Value) -> Allowances {
    Allowances {
        users: texts(list(value, "users"), "login"),
        teams: texts(list(value, "teams"), "slug"),
        apps: texts(list(value, "apps"), "slug"),
    }
}

fn rule(value: &Value) -> Option<Rule> {
    Some(Rule {
        kind: text(value, "type")?,
        parameters: value.get("parameters").cloned().unwrap_or_default(),
        ruleset_id: number(value, "ruleset_id"),
    })
}

/// The rulesets over a repository, of all layers. One whose content could not be read makes the list incomplete: the rules
/// that it holds are missing from it.
pub(super) fn rulesets(reader: &Reader<'_>, repo: &RepoName) -> Observed<Vec<Ruleset>> {
    let items = reader.list(&paths::rulesets(repo)).absent_when(|refusal| refusal.is_plan());
    items.and_then(|items| {
        let read: Vec<(Ruleset, bool, _)> = items.iter().filter_map(|item| ruleset(reader, repo, item)).collect();
        let whole = read.len() == items.len() && read.iter().all(|(_, whole, _)| *whole);
        let evidence = read.iter().flat_map(|(.., evidence)| evidence.clone()).collect();
        let rulesets = read.into_iter().map(|(ruleset, ..)| ruleset).collect();
        listed(rulesets, whole, evidence)
    })
}

/// A listed ruleset with its content, and whether that could be read.
fn ruleset(
    reader: &Reader<'_>,
    repo: &RepoName,
    item: &Value,
) -> Option<(Ruleset, bool, Vec<crate::model::id::EvidenceId>)> {
    let id = number(item, "id")?;
    let source = source(item);
    let own = paths::ruleset(repo, id);
    let (path, content) = match source {
        // Asked once for the organisation, where its bypass is shown to whoever may change it.
        RuleSource::Organization => {
            let path = paths::org_ruleset(&text(item, "source").unwrap_or_default(), id);
            match reader.object(&path).observed() {
                known if known.is_whole() => (path, known),
                _ => (own.clone(), reader.object(&own).observed()),
            }
        }
        _ => (own.clone(), reader.object(&own).observed()),
    };
    let whole = content.seen().is_some();
    let value = content.seen().unwrap_or(item).clone();
    let ruleset = Ruleset {
        id,
        name: text(item, "name").unwrap_or_default(),
        source,
        enforcement: enforcement(text(&value, "enforcement").or_else(|| text(item, "enforcement"))),
        target: text(&value, "target").or_else(|| text(item, "target")).unwrap_or_else(|| "branch".to_owned()),
        conditions: value.get("conditions").cloned().unwrap_or_default(),
        bypass: content.as_ref().and_then(|value| bypass(value, &path)),
        current_user_can_bypass: text(&value, "current_user_can_bypass"),
        rules: content.as_ref().and_then(|value| rules_of(value, &path)),
        history: history::history(reader, &path),
    };
    Some((ruleset, whole, content.evidence))
}

/// The lines of a ruleset; an answer that leaves them out withholds them, and a line without a type leaves the list open.
fn rules_of(value: &Value, path: &str) -> Observed<Vec<Rule>> {
    let Some(lines) = value.get("rules").and_then(Value::as_array) else { return hidden(path, "rules", Vec::new()) };
    let rules: Vec<Rule> = lines.iter().filter_map(rule).collect();
    let whole = rules.len() == lines.len();
    listed(rules, whole, Vec::new())
}

/// GitHub shows `bypass_actors` only to callers that may write the ruleset ("Get a repository ruleset"): left out means
/// withheld.
fn bypass(value: &Value, path: &str) -> Observed<Vec<BypassActor>> {
    match value.get("bypass_actors").and_then(Value::as_array) {
        Some(actors) => Observed::known(actors.iter().map(bypass_actor).collect(), Vec::new()),
        None => hidden(path, "bypass_actors", Vec::new()),
    }
}

fn bypass_actor(value: &Value) -> BypassActor {
    let kind = match text(value, "actor_type").unwrap_or_default().as_str() {
        "Integration" => BypassKind::Integration,
        "OrganizationAdmin" => BypassKind::OrganizationAdmin,
        "RepositoryRole" => BypassKind::RepositoryRole,
        "Team" => BypassKind::Team,
        "DeployKey" => BypassKind::DeployKey,
        "User" => BypassKind::User,
        "EnterpriseOwner" => BypassKind::EnterpriseOwner,
        "EnterpriseRole" => BypassKind::EnterpriseRole,
        other => BypassKind::Other(other.to_owned()),
    };
    // `always` is the documented default.
    let mode = match text(value, "bypass_mode").as_deref() {
        None | Some("always") => BypassMode::Always,
        Some("pull_request") => BypassMode::PullRequest,
        Some("exempt") => BypassMode::Exempt,
        Some(other) => BypassMode::Other(other.to_owned()),
    };
    BypassActor { kind, id: number(value, "actor_id"), mode }
}

fn source(item: &Value) -> RuleSource {
    match text(item, "source_type").as_deref() {
        None | Some("Repository") => RuleSource::Repository,
        Some("Organization") => RuleSource::Organization,
        Some("Enterprise") => RuleSource::Enterprise,
        Some(other) => RuleSource::Other(other.to_owned()),
    }
}

pub(super) fn enforcement(text: Option<String>) -> Enforcement {
    match text.as_deref() {
        Some("active") => Enforcement::Active,
        Some("evaluate") => Enforcement::Evaluate,
        Some("disabled") => Enforcement::Disabled,
        other => Enforcement::Other(other.unwrap_or_default().to_owned()),
    }
}
