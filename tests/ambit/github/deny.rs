//! The deny matrix: each operation refused alone, each field left out, fewer repositories shown. Whatever is missing, no
//! fact may claim more than it does with everything readable.

use std::collections::BTreeSet;

use ambit::model::world::Organization;
use serde_json::{Value, json};

use super::{assert_legal, collect, weaker::overclaims};
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

/// The facts with something withheld, compared with all facts.
fn check(what: &str, full: &Value, fake: Fake) {
    let collected = collect(&fake, TOKEN, "acme", &[]);
    let claimed = overclaims(full, &json_of(&collected.facts()));
    assert!(claimed.is_empty(), "without {what}:\n{}", claimed.join("\n"));
    assert_legal(&fake);
}

#[test]
fn each_operation_refused_alone() {
    let (full, operations) = full();
    let mut cases = 0;
    for operation in operations.iter().filter(|operation| operation.starts_with("GET ")) {
        for status in [403, 404] {
            let fake = Fake::start(Scenario::reach());
            fake.deny(TOKEN, operation, status, None);
            check(&format!("{operation} ({status})"), &full, fake);
            cases += 1;
        }
    }
    println!("deny matrix: {cases} cases over {} operations", operations.len());
    assert!(cases >= 60, "{cases}");
}

#[test]
fn each_field_left_out() {
    let (full, _) = full();
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
    ] {
        let fake = Fake::start(Scenario::reach());
        fake.omit(TOKEN, operation, &[field]);
        check(&format!("{operation} {field}"), &full, fake);
    }
}

#[test]
fn fewer_repositories_shown() {
    let (full, _) = full();
    for shown in [vec!["acme/shop"], vec![]] {
        let mut scenario = Scenario::reach();
        let identity = scenario.tokens.get_mut(TOKEN).unwrap();
        identity.headers.clear(); // with the scopes of a classic token nothing can be hidden from an owner
        identity.repositories = Some(shown.iter().map(|name| (*name).to_owned()).collect());
        check(&format!("all but {shown:?}"), &full, Fake::start(scenario));
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
        assert_legal(&fake);
    }
}

/// Another token is another caller: that fact differs, and rightly.
fn without_caller(mut facts: Value) -> Value {
    if let Some(org) = facts.pointer_mut("/reading/known/value") {
        org["caller"] = json!({"reading": {"not_collected": {"why": "another token"}}, "evidence": []});
    }
    facts
}
