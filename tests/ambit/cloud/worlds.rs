//! Three worlds a check: pass, fail, unknown.

use ambit::{
    model::{iam::Document, id::Arn, recovery::Restore, world::World},
    report::{Outcome, Severity},
};

use serde_json::{Value, json};

use super::scene::{denied, known, outcome, rows, snapshot, watched, with, world};

type Worlds = [World; 3];

const DELETE: &[&str] = &["rds:DeleteDBInstance"];

fn agent_removes_recovery() -> Worlds {
    [
        with(world(DELETE), |account| account.safeguards.copies = known(vec![snapshot()])),
        world(DELETE),
        with(world(DELETE), |account| account.safeguards.copies = denied()),
    ]
}

fn restore_untested() -> Worlds {
    let copied = || with(world(&[]), |account| account.safeguards.copies = known(vec![snapshot()]));
    let restore = Restore {
        recovery_point: Some(snapshot().arn),
        resource_type: "RDS".to_owned(),
        status: "COMPLETED".to_owned(),
        at: Some("2026-10-01T04:00:00Z".to_owned()),
    };
    [
        with(copied(), |account| account.safeguards.restores = known(vec![restore])),
        copied(),
        with(copied(), |account| account.safeguards.restores = denied()),
    ]
}

fn destruction_unalerted() -> Worlds {
    [
        with(world(&[]), |account| watched(&mut account.detection, &["eu-west-1", "us-east-1"])),
        with(world(&[]), |account| watched(&mut account.detection, &["eu-west-1"])),
        with(world(&[]), |account| account.detection.rules = denied()),
    ]
}

/// The agent's role with another trust policy.
fn trusting(statement: Value) -> World {
    with(world(&[]), |account| {
        let mut details = account.principals.seen().unwrap().clone();
        let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
        details.roles[0].assume_role_policy_document = Document::new(policy.to_string());
        account.principals = known(details);
    })
}

fn session_untraceable() -> Worlds {
    let user = json!({ "AWS": "arn:aws:iam::123456789012:user/ci" });
    let allow = |condition: Value| json!({ "Effect": "Allow", "Principal": user, "Action": "sts:AssumeRole", "Condition": condition });
    [
        trusting(allow(json!({ "StringLike": { "sts:RoleSessionName": "run-*" } }))),
        trusting(allow(json!({}))),
        with(world(&[]), |account| account.principals = denied()),
    ]
}

/// The agent's role with one statement of its own.
fn stating(statement: Value) -> World {
    with(world(&["s3:GetObject"]), |account| {
        let mut details = account.principals.seen().unwrap().clone();
        let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
        details.roles[0].role_policy_list[0].policy_document = Document::new(policy.to_string());
        account.principals = known(details);
    })
}

fn guardrail_idle() -> Worlds {
    let mcp = json!({ "Bool": { "aws:ViaAWSMCPService": "true" } });
    [
        stating(json!({ "Effect": "Deny", "Action": "rds:Delete*", "Resource": "*" })),
        stating(json!({ "Effect": "Deny", "Action": "rds:Delete*", "Resource": "*", "Condition": mcp })),
        with(world(&[]), |account| account.principals = denied()),
    ]
}

fn account_serves_two_tiers() -> Worlds {
    let beside = |name: &str| {
        with(world(&[]), |account| {
            let mut stores = account.stores.members().to_vec();
            let mut other = stores[0].clone();
            other.name = name.to_owned();
            other.arn = Arn::new(format!("arn:aws:rds:eu-west-1:123456789012:db:{name}"));
            stores.push(other);
            account.stores = known(stores);
        })
    };
    [beside("orders-prod"), beside("orders-dev"), with(world(&[]), |account| account.stores = denied())]
}

#[test]
fn an_ignored_action_of_mcp_is_idle_in_allow_and_deny() {
    for effect in ["Allow", "Deny"] {
        let idle = stating(json!({ "Effect": effect, "Action": "aws-mcp:*", "Resource": "*" }));
        assert_eq!(outcome(&idle, "guardrail_idle"), Outcome::Fail, "{effect}");
    }
}

#[test]
fn each_check_passes_fails_and_stays_open_on_its_three_worlds() {
    for (check, worlds) in [
        ("agent_removes_recovery", agent_removes_recovery()),
        ("restore_untested", restore_untested()),
        ("destruction_unalerted", destruction_unalerted()),
        ("session_untraceable", session_untraceable()),
        ("guardrail_idle", guardrail_idle()),
        ("account_serves_two_tiers", account_serves_two_tiers()),
    ] {
        for (world, expected) in worlds.iter().zip([Outcome::Pass, Outcome::Fail, Outcome::Unknown]) {
            assert_eq!(outcome(world, check), expected, "{check}: {:#?}", rows(world, check));
        }
    }
}

#[test]
fn without_the_list_of_stores_nothing_passes() {
    for check in ["agent_removes_recovery", "restore_untested", "destruction_unalerted", "agent_destroys_production"] {
        let unread = with(agent_removes_recovery()[0].clone(), |account| account.stores = denied());
        assert!(outcome(&unread, check) <= Outcome::Unknown, "{check}");
    }
}

#[test]
fn a_lesser_tier_is_watched_too_at_a_lower_severity() {
    let dev = with(world(&[]), |account| {
        let mut stores = account.stores.members().to_vec();
        stores[0].name = "shop-dev".to_owned();
        stores[0].arn = Arn::new("arn:aws:rds:eu-west-1:123456789012:db:shop-dev");
        account.stores = known(stores);
    });
    let found = rows(&dev, "destruction_unalerted");
    assert_eq!((found[0].outcome, found[0].severity), (Outcome::Fail, Severity::Low));
}
