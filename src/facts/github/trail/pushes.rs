//! Changes of refs, the pushes that passed a rule by bypass, and how rulesets stood before.

use serde_json::Value;

use super::{
    super::{
        answer::{Reader, each},
        changes::since,
        paths,
        rules::enforcement,
        shape::{account, number, text},
    },
    within,
};
use crate::model::{
    id::RepoName,
    observed::Observed,
    trail::{Push, PushKind, RuleEvaluation, RuleSuite, SuiteResult},
};

/// Bypasses of one list whose rules are asked for at most, newest first.
pub const SUITES: usize = 50;

pub(super) fn pushes(reader: &Reader<'_>, repo: &RepoName) -> Observed<Vec<Push>> {
    let since = since(reader);
    let listed = each(reader.list(&paths::activity(repo, since)).observed(), push);
    within(listed, since, |push| &push.at)
}

fn push(item: &Value) -> Option<Push> {
    Some(Push {
        id: number(item, "id")?,
        git_ref: text(item, "ref")?,
        before: text(item, "before").unwrap_or_default(),
        after: text(item, "after").unwrap_or_default(),
        kind: match text(item, "activity_type")?.as_str() {
            "push" => PushKind::Push,
            "force_push" => PushKind::ForcePush,
            "branch_creation" => PushKind::Creation,
            "branch_deletion" => PushKind::Deletion,
            "pr_merge" => PushKind::PullRequestMerge,
            "merge_queue_merge" => PushKind::QueueMerge,
            other => PushKind::Other(other.to_owned()),
        },
        actor: item.get("actor").and_then(account),
        at: text(item, "timestamp")?,
    })
}

/// From the organisation's list where that was read, else from the repository's own. GitHub tells of one month at most.
pub(super) fn bypasses(
    reader: &Reader<'_>,
    repo: &RepoName,
    of_all: &Observed<Vec<Value>>,
) -> Observed<Vec<RuleSuite>> {
    let here = |item: &&Value| {
        let name = text(item, "repository_name").unwrap_or_default();
        suite_repository(repo.owner(), &name).as_str().eq_ignore_ascii_case(repo.as_str())
    };
    let listed = match of_all.is_whole() {
        true => of_all.as_ref().map(|items| items.iter().filter(here).cloned().collect()),
        false => reader.list(&paths::bypasses(repo)).observed(),
    };
    let read = each(listed, |item| suite(reader, repo, item));
    let month = jiff::SignedDuration::from_hours(31 * 24);
    let kept = reader.log.header().started - month;
    let older = since(reader).is_some_and(|since| since < kept.to_string().as_str());
    super::super::answer::unless(within(read, since(reader), |suite| &suite.at), !older)
}

/// GitHub writes the repository of a rule suite with its owner or without.
pub fn suite_repository(owner: &str, name: &str) -> RepoName {
    if name.contains('/') { RepoName::from(name) } else { RepoName::new(format!("{owner}/{name}")) }
}

fn suite(reader: &Reader<'_>, repo: &RepoName, item: &Value) -> Option<RuleSuite> {
    let id = number(item, "id")?;
    let detail = reader.object(&paths::rule_suite(repo, id)).observed();
    Some(RuleSuite {
        id,
        git_ref: text(item, "ref")?,
        before: text(item, "before_sha").unwrap_or_default(),
        after: text(item, "after_sha").unwrap_or_default(),
        actor: text(item, "actor_name"),
        at: text(item, "pushed_at")?,
        result: match text(item, "result")?.as_str() {
            "pass" => SuiteResult::Pass,
            "fail" => SuiteResult::Fail,
            "bypass" => SuiteResult::Bypass,
            other => SuiteResult::Other(other.to_owned()),
        },
        evaluations: detail.and_then(|detail| match detail.get("rule_evaluations").and_then(Value::as_array) {
            Some(lines) => each(Observed::known(lines.clone(), Vec::new()), evaluation),
            None => Observed::failed("the answer lists no evaluated rules", Vec::new()),
        }),
    })
}

fn evaluation(item: &Value) -> Option<RuleEvaluation> {
    let source = item.get("rule_source")?;
    Some(RuleEvaluation {
        ruleset_id: number(source, "id"),
        source: text(source, "name").or_else(|| text(source, "type"))?,
        rule: text(item, "rule_type")?,
        enforcement: enforcement(text(item, "enforcement")),
        passed: text(item, "result")? == "pass",
    })
}
