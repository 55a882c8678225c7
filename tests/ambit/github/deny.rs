//! The deny matrix: each operation refused alone, each field left out, fewer repositories shown. Whatever is missing, no
//! fact may claim more than it does with everything readable.

use std::collections::BTreeSet;

use ambit::model::world::Organization;
use serde_json::{Value, json};

use super::{collect, weaker::overclaims};
use crate::github_fake::{Fake, Scenario};

const TOKEN: &str = "ghp_admin";

fn json_of(facts: &ambit::model::observed::Observed<Organization>) -> Value {
    serde_json::to_value(facts).unwrap()
}

fn full() -> (Value, BTreeSet<String>) {
    let fake = Fake::start(Scenario::reach());
    let facts = json_of(&collect(&fake, TOKEN, "acme", &[]).facts());
    (facts, fake.log().into_iter().map(|entry| entry.op).collect())
}

/// What the facts claim too much with something withheld, compared with all facts.
fn check(what: &str, full: &Value, fake: Fake) -> Vec<String> {
    let collected = collect(&fake, TOKEN, "acme", &[]);
    fake.assert_no_violations();
    let claimed = overclaims(full, &json_of(&collected.facts()));
    claimed
        .into_iter()
        .map(|claim| format!("without {what}: {}", claim.chars().take(300).collect::<String>()))
        .collect()
}

fn denied(operations: &[&str], status: u16) -> Fake {
    let fake = Fake::start(Scenario::reach());
    operations.iter().for_each(|operation| fake.deny(TOKEN, operation, status, None));
    fake
}

fn assert_none(claims: Vec<String>) {
    assert!(claims.is_empty(), "{}", claims.join("\n"));
}

#[test]
fn each_operation_refused_alone() {
    let (full, operations) = full();
    let operations: Vec<_> = operations.iter().filter(|operation| operation.starts_with("GET ")).collect();
    let cases = operations.iter().flat_map(|operation| [(*operation, 403), (*operation, 404)]);
    println!("deny matrix: {} cases", 2 * operations.len());
    let case = |(operation, status): (&String, u16)| {
        check(&format!("{operation} ({status})"), &full, denied(&[operation], status))
    };
    assert_none(cases.flat_map(case).collect());
    assert!(operations.len() >= 30, "{operations:?}");
}

/// The facts that decide a gate, two at a time: what one lacks, another must not make up for.
#[test]
fn each_pair_of_gates_refused() {
    const GATES: [&str; 9] = [
        "GET /orgs/{org}/installations",
        "GET /orgs/{org}/rulesets",
        "GET /orgs/{org}/rulesets/{ruleset_id}",
        "GET /repos/{owner}/{repo}/branches/{branch}/protection",
        "GET /repos/{owner}/{repo}/environments",
        "GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies",
        "GET /repos/{owner}/{repo}/rules/branches/{branch}",
        "GET /repos/{owner}/{repo}/rulesets",
        "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}",
    ];
    let (full, _) = full();
    let pairs =
        GATES.iter().enumerate().flat_map(|(at, one)| GATES.iter().skip(at + 1).map(move |other| [*one, *other]));
    let cases: Vec<_> = pairs.flat_map(|pair| [(pair, 403), (pair, 404)]).collect();
    println!("deny matrix: {} pairs", cases.len());
    let case = |(pair, status): &([&str; 2], u16)| check(&pair.join(" and "), &full, denied(pair, *status));
    assert_none(cases.iter().flat_map(case).collect());
}

/// A field of a GraphQL answer, null with an error that says why, and null without a word.
#[test]
fn each_graphql_field_withheld() {
    const FIELDS: [&str; 22] = [
        "Query.repository",
        "Repository.object",
        "Repository.pullRequests",
        "Tree.entries",
        "TreeEntry.object",
        "TreeEntry.oid",
        "Blob.text",
        "Commit.history",
        "PullRequest.author",
        "PullRequest.mergedBy",
        "PullRequest.mergeCommit",
        "PullRequest.mergedAt",
        "PullRequest.labels",
        "PullRequest.reviews",
        "PullRequest.commits",
        "PullRequest.statusCheckRollup",
        "PullRequestReview.author",
        "PullRequestReview.commit",
        "PullRequestReview.submittedAt",
        "PullRequestCommit.commit",
        "Commit.author",
        "GitActor.user",
    ];
    let (full, _) = full();
    let mut claims = Vec::new();
    for field in FIELDS {
        for (way, withhold) in [("refused", Fake::deny_field as fn(&Fake, &str, &str)), ("null", Fake::null_field)] {
            let fake = Fake::start(Scenario::reach());
            withhold(&fake, TOKEN, field);
            claims.extend(check(&format!("{field} ({way})"), &full, fake));
        }
    }
    println!("deny matrix: {} cases of GraphQL", 2 * FIELDS.len());
    assert_none(claims);
}

#[test]
fn each_field_left_out() {
    let (full, _) = full();
    let mut claims = Vec::new();
    for (operation, field) in [
        ("GET /orgs/{org}", "default_repository_permission"),
        ("GET /orgs/{org}", "two_factor_requirement_enabled"),
        ("GET /orgs/{org}", "plan"),
        ("GET /orgs/{org}", "total_private_repos"),
        ("GET /orgs/{org}/rulesets/{ruleset_id}", "bypass_actors"),
        ("GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", "bypass_actors"),
        ("GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", "rules"),
        ("GET /repos/{owner}/{repo}/environments", "protection_rules"),
        ("GET /repos/{owner}/{repo}/environments", "deployment_branch_policy"),
        ("GET /repos/{owner}/{repo}/environments", "can_admins_bypass"),
        ("GET /repos/{owner}/{repo}/collaborators", "permissions"),
        ("GET /repos/{owner}/{repo}/keys", "last_used"),
        ("GET /orgs/{org}/teams/{team_slug}/repos", "permissions"),
    ] {
        let fake = Fake::start(Scenario::reach());
        fake.omit(TOKEN, operation, &[field]);
        claims.extend(check(&format!("{operation} {field}"), &full, fake));
    }
    assert_none(claims);
}

#[test]
fn fewer_repositories_shown() {
    let (full, _) = full();
    for shown in [vec!["acme/shop"], vec![]] {
        let mut scenario = Scenario::reach();
        let identity = scenario.tokens.get_mut(TOKEN).unwrap();
        identity.headers.clear(); // with the scopes of a classic token nothing can be hidden from an owner
        identity.repositories = Some(shown.iter().map(|name| (*name).to_owned()).collect());
        assert_none(check(&format!("all but {shown:?}"), &full, Fake::start(scenario)));
    }
}

#[test]
fn the_least_token_claims_no_more() {
    let (full, _) = full();
    for token in ["ghs_least", "ghp_none"] {
        let fake = Fake::start(Scenario::reach());
        let facts = json_of(&collect(&fake, token, "acme", &[]).facts());
        let claimed = overclaims(&full, &without_caller(facts));
        assert!(claimed.is_empty(), "{token}:\n{}", claimed.join("\n"));
        fake.assert_no_violations();
    }
}

/// Another token is another caller: that fact differs, and rightly.
fn without_caller(mut facts: Value) -> Value {
    if let Some(org) = facts.pointer_mut("/reading/known/value") {
        org["caller"] = json!({"reading": {"not_collected": {"why": "another token"}}, "evidence": []});
    }
    facts
}
