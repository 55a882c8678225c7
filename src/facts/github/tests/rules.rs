//! What protects a branch, from GitHub's documented answers.

use serde_json::{Value, json};

use super::{Recording, told};
use crate::model::{
    observed::Observed,
    rules::{BypassActor, BypassKind, BypassMode, Enforcement, RuleSource, Ruleset},
};

const PROTECTION: &str = "/repos/acme/shop/branches/main/protection";
const RULES: &str = "/repos/acme/shop/rules/branches/main";
const RULESETS: &str = "/repos/acme/shop/rulesets?includes_parents=true";

fn shop() -> Recording {
    Recording::acme().list(RULES, json!([])).list(RULESETS, json!([]))
}

/// "Get branch protection", its example cut to what decides.
fn protection() -> Value {
    json!({
        "url": "https://api.github.com/repos/octocat/Hello-World/branches/master/protection",
        "required_status_checks": {
            "contexts": ["continuous-integration/travis-ci"],
            "checks": [{"context": "continuous-integration/travis-ci", "app_id": null}],
            "enforcement_level": "non_admins",
        },
        "enforce_admins": {"url": "https://api.github.com/x", "enabled": true},
        "required_pull_request_reviews": {
            "dismissal_restrictions": {"users": [], "teams": [], "apps": []},
            "dismiss_stale_reviews": true, "require_code_owner_reviews": true, "required_approving_review_count": 2,
            "require_last_push_approval": true,
            "bypass_pull_request_allowances": {"users": [{"login": "octocat"}], "teams": [{"slug": "justice-league"}], "apps": [{"slug": "octoapp"}]},
        },
        "restrictions": {"users": [{"login": "octocat"}], "teams": [], "apps": [{"slug": "octoapp"}]},
        "required_linear_history": {"enabled": true}, "allow_force_pushes": {"enabled": true},
        "allow_deletions": {"enabled": true}, "lock_branch": {"enabled": true},
    })
}

#[test]
fn classic_protection_as_documented() {
    let branch = shop().get(PROTECTION, protection()).repository().branches.members()[0].clone();
    let classic = branch.classic.seen().unwrap();
    let review = classic.review.as_ref().unwrap();
    assert_eq!(
        (review.approvals, review.dismiss_stale, review.code_owners, review.last_push_approval),
        (2, true, true, true)
    );
    assert_eq!(classic.review_bypass.apps, ["octoapp"]);
    assert_eq!(classic.review_bypass.teams, ["justice-league"]);
    assert_eq!(classic.restrictions.as_ref().unwrap().users, ["octocat"]);
    assert_eq!(classic.required_checks, ["continuous-integration/travis-ci"]);
    assert!(classic.enforce_admins && classic.allow_force_pushes && classic.allow_deletions && classic.lock_branch);
}

#[test]
fn only_githubs_own_word_makes_protection_absent() {
    for (status, message, expected) in [
        (404, "Branch not protected", "absent"),
        (403, "Upgrade to GitHub Pro or make this repository public to enable this feature.", "absent"),
        (404, "Not Found", "denied: repository administration: read"),
        (403, "Resource not accessible by personal access token", "denied: repository administration: read"),
        (404, "Branch not found", "failed: the branch does not exist yet; what would protect it is not told"),
        (451, "Repository access blocked", "failed: HTTP 451: Repository access blocked"),
    ] {
        let branch = shop().refused(PROTECTION, status, message).repository().branches.members()[0].clone();
        assert_eq!(told(&branch.classic), expected, "{status} {message}");
    }
    assert!(told(&shop().repository().branches.members()[0].classic).starts_with("not collected"));
}

#[test]
fn rules_in_force_keep_every_kind_and_its_ruleset() {
    let rules = json!([
        {"type": "commit_message_pattern", "ruleset_source_type": "Repository", "ruleset_source": "acme/shop", "ruleset_id": 42, "parameters": {"operator": "starts_with", "pattern": "github"}},
        {"type": "pull_request", "ruleset_source_type": "Organization", "ruleset_source": "acme", "ruleset_id": 73, "parameters": {"required_approving_review_count": 1, "require_last_push_approval": true}},
        {"type": "a_rule_of_tomorrow", "ruleset_id": 42},
    ]);
    let branch = shop().list(RULES, rules).repository().branches.members()[0].clone();
    let kinds: Vec<_> = branch.rules.members().iter().map(|rule| (rule.kind.as_str(), rule.ruleset_id)).collect();
    assert_eq!(
        kinds,
        [("commit_message_pattern", Some(42)), ("pull_request", Some(73)), ("a_rule_of_tomorrow", Some(42))]
    );
    assert_eq!(branch.rules.members()[1].review().unwrap().approvals, 1);
    let nameless = shop().list(RULES, json!([{"ruleset_id": 1}])).repository().branches.members()[0].clone();
    assert_eq!(told(&nameless.rules), "partial");
}

/// "Get a repository ruleset".
fn ruleset(id: u64, source_type: &str) -> Value {
    json!({
        "id": id, "name": "super cool ruleset", "target": "branch", "source_type": source_type,
        "source": if source_type == "Repository" { "acme/shop" } else { "acme" }, "enforcement": "active",
        "bypass_actors": [
            {"actor_id": 234, "actor_type": "Team", "bypass_mode": "always"},
            {"actor_id": 1236702, "actor_type": "Integration", "bypass_mode": "pull_request"},
            {"actor_id": null, "actor_type": "DeployKey", "bypass_mode": "exempt"},
            {"actor_id": 9, "actor_type": "Robot", "bypass_mode": "sometimes"},
        ],
        "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
        "rules": [{"type": "pull_request", "parameters": {"required_approving_review_count": 1}}],
        "current_user_can_bypass": "never",
    })
}

fn one(listed: &Value, at: &str, content: Option<Value>) -> Observed<Vec<Ruleset>> {
    let mut item = listed.clone();
    for hidden in ["bypass_actors", "conditions", "rules", "current_user_can_bypass"] {
        item.as_object_mut().unwrap().remove(hidden);
    }
    let run = shop().list(RULESETS, json!([item]));
    let run = match content {
        Some(content) => run.get(at, content),
        None => run.refused(at, 404, "Not Found"),
    };
    run.repository().rulesets
}

#[test]
fn bypass_actors_of_every_kind_and_mode() {
    let rulesets = one(&ruleset(42, "Repository"), "/repos/acme/shop/rulesets/42", Some(ruleset(42, "Repository")));
    assert_eq!(told(&rulesets), "known");
    let ruleset = &rulesets.members()[0];
    assert_eq!((&ruleset.source, &ruleset.enforcement), (&RuleSource::Repository, &Enforcement::Active));
    let actor = |kind, id, mode| BypassActor { kind, id, mode };
    assert_eq!(
        ruleset.bypass.members(),
        [
            actor(BypassKind::Team, Some(234), BypassMode::Always),
            actor(BypassKind::Integration, Some(1236702), BypassMode::PullRequest),
            actor(BypassKind::DeployKey, None, BypassMode::Exempt),
            actor(BypassKind::Other("Robot".to_owned()), Some(9), BypassMode::Other("sometimes".to_owned())),
        ]
    );
}

#[test]
fn hidden_bypass_is_denied_and_an_empty_one_is_known() {
    for (source, at, grant) in [
        ("Repository", "/repos/acme/shop/rulesets/42", "denied: repository administration: write"),
        ("Organization", "/orgs/acme/rulesets/42", "denied: organization administration: write"),
    ] {
        let mut content = ruleset(42, source);
        content["bypass_actors"] = json!([]);
        assert_eq!(told(&one(&content, at, Some(content.clone())).members()[0].bypass), "known");
        content["bypass_actors"] = json!(null);
        assert_eq!(told(&one(&content, at, Some(content.clone())).members()[0].bypass), grant);
        content.as_object_mut().unwrap().remove("bypass_actors");
        assert_eq!(told(&one(&content, at, Some(content.clone())).members()[0].bypass), grant);
    }
}

#[test]
fn an_organisations_ruleset_falls_back_to_the_repositorys_view() {
    let mut content = ruleset(42, "Organization");
    content.as_object_mut().unwrap().remove("bypass_actors");
    let rulesets = one(&content, "/repos/acme/shop/rulesets/42", Some(content.clone()));
    assert_eq!(told(&rulesets), "known");
    assert_eq!(told(&rulesets.members()[0].bypass), "denied: repository administration: write");
}

#[test]
fn a_ruleset_whose_content_is_hidden_leaves_the_list_open() {
    let rulesets = one(&ruleset(42, "Repository"), "/repos/acme/shop/rulesets/42", None);
    assert_eq!((told(&rulesets), rulesets.members().len()), ("partial".to_owned(), 1));
    assert!(told(&rulesets.members()[0].bypass).starts_with("denied"));
}

#[test]
fn enforcement_is_kept_as_written() {
    for (written, expected) in [
        ("active", Enforcement::Active),
        ("evaluate", Enforcement::Evaluate),
        ("disabled", Enforcement::Disabled),
        ("tomorrow", Enforcement::Other("tomorrow".to_owned())),
    ] {
        let mut content = ruleset(42, "Repository");
        content["enforcement"] = json!(written);
        let rulesets = one(&content, "/repos/acme/shop/rulesets/42", Some(content.clone()));
        assert_eq!(rulesets.members()[0].enforcement, expected);
    }
}

#[test]
fn a_plan_without_rulesets_has_none_in_force() {
    let upgrade = "Upgrade to GitHub Pro or make this repository public to enable this feature.";
    let shop = shop().refused(RULESETS, 403, upgrade).refused(RULES, 403, upgrade).repository();
    assert_eq!(
        (told(&shop.rulesets), told(&shop.branches.members()[0].rules)),
        ("absent".to_owned(), "absent".to_owned())
    );
}
