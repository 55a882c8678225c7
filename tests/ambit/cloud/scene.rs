//! An account of which everything was read, with one role of an agent's own, and the words to change it.

use ambit::{
    assess,
    controls::config::Config,
    model::{
        access::Access,
        alert::{Detection, EventRule, Subscription, Topic},
        cloud::{Caller, DataStore, PolicyLayer, Recovery, StoreKind},
        iam::{AuthorizationDetails, Document, InlinePolicy, RoleDetail},
        id::{Arn, Region},
        logging::{Logging, Trail},
        observed::Observed,
        recovery::{Copy, CopyKind, Safeguards},
        trail::OrganizationTrail,
        world::{CloudAccount, Coverage, Organization, RunFacts, World},
    },
    report::{Assessment, Branding, Finding, Outcome, Severity},
};
use serde_json::json;

pub const ACCOUNT: &str = "123456789012";
pub const AGENT: &str = "arn:aws:iam::123456789012:role/claude-agent";
pub const DATABASE: &str = "arn:aws:rds:eu-west-1:123456789012:db:shop-prod";
pub const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarm";

pub fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, vec!["e-1".into()])
}

pub fn denied<T>() -> Observed<T> {
    Observed::denied("aws", "some:Grant", vec!["e-2".into()])
}

/// The role `claude-agent` may do these actions on everything; a database `shop-prod` stands without protection.
pub fn world(may: &[&str]) -> World {
    World {
        run: RunFacts {
            id: "20261125T033000Z-1".into(),
            started: "2026-11-25T03:30:00Z".to_owned(),
            tool_version: "0.1.0".to_owned(),
            scope: vec!["acme".to_owned()],
            config_digest: None,
            complete: true,
        },
        forge: known(organization()),
        accounts: vec![account(may)],
        cloud_skipped: None,
        coverage: Coverage::default(),
    }
}

fn organization() -> Organization {
    Organization {
        login: "acme".to_owned(),
        id: 1,
        is_organization: true,
        plan: known("enterprise".to_owned()),
        base_permission: Observed::absent(Vec::new()),
        members: known(Vec::new()),
        owners: known(Vec::new()),
        teams: known(Vec::new()),
        installations: known(Vec::new()),
        secrets: known(Vec::new()),
        runners: known(Vec::new()),
        subject_template: Observed::absent(Vec::new()),
        workflow_defaults: Observed::absent(Vec::new()),
        two_factor_required: known(true),
        trail: OrganizationTrail::unread("the scene has no audit log"),
        repositories: known(Vec::new()),
        caller: Observed::absent(Vec::new()),
    }
}

fn account(may: &[&str]) -> CloudAccount {
    CloudAccount {
        scope: "prod".to_owned(),
        caller: known(Caller { account: ACCOUNT.into(), arn: Arn::new("arn:aws:iam::123456789012:user/auditor") }),
        principals: known(AuthorizationDetails { roles: vec![role("claude-agent", may)], ..Default::default() }),
        oidc_providers: known(Vec::new()),
        membership: Observed::absent(Vec::new()),
        scps: known(PolicyLayer::NotApplicable),
        rcps: known(PolicyLayer::NotApplicable),
        access: Access {
            center: Observed::absent(Vec::new()),
            credentials: known(Vec::new()),
            access_keys: known(Vec::new()),
            uses: known(Vec::new()),
        },
        keys: known(Vec::new()),
        logging: Logging {
            event_data_stores: known(Vec::new()),
            invocations: known(Vec::new()),
            log_groups: known(Vec::new()),
            streams: known(Vec::new()),
            lakes: known(Vec::new()),
        },
        stores: known(vec![database()]),
        trails: known(vec![trail()]),
        safeguards: Safeguards {
            copies: known(Vec::new()),
            vaults: known(Vec::new()),
            restores: known(Vec::new()),
            plans: known(Vec::new()),
            restore_tests: known(Vec::new()),
        },
        detection: Detection {
            rules: known(Vec::new()),
            filters: known(Vec::new()),
            alarms: known(Vec::new()),
            topics: known(Vec::new()),
            trail_log_groups: known(Vec::new()),
            detectors: known(Vec::new()),
            hubs: known(Vec::new()),
        },
    }
}

/// A role that a service assumes, with one inline policy.
pub fn role(name: &str, may: &[&str]) -> RoleDetail {
    let statement = json!({ "Effect": "Allow", "Action": may, "Resource": "*" });
    let policy =
        json!({ "Version": "2012-10-17", "Statement": if may.is_empty() { json!([]) } else { json!([statement]) } });
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }],
    });
    RoleDetail {
        arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
        role_name: name.to_owned(),
        role_id: "AROAEXAMPLE".to_owned(),
        path: "/".to_owned(),
        assume_role_policy_document: Document::new(trust.to_string()),
        role_policy_list: vec![InlinePolicy {
            policy_name: "own".to_owned(),
            policy_document: Document::new(policy.to_string()),
        }],
        ..Default::default()
    }
}

fn database() -> DataStore {
    DataStore {
        arn: Arn::new(DATABASE),
        kind: StoreKind::RdsInstance,
        engine: None,
        region: Region::new("eu-west-1"),
        name: "shop-prod".to_owned(),
        tags: known(Default::default()),
        deletion_protection: known(false),
        recovery: Recovery {
            backup_days: known(7),
            point_in_time: Observed::absent(Vec::new()),
            versioning: Observed::absent(Vec::new()),
            object_lock: Observed::absent(Vec::new()),
            expires_days: Observed::absent(Vec::new()),
            replicas: Observed::absent(Vec::new()),
        },
        resource_policy: Observed::absent(Vec::new()),
        encrypted: known(true),
        key: Observed::absent(Vec::new()),
        public: known(false),
        evidence: vec!["e-3".into()],
    }
}

pub fn trail() -> Trail {
    Trail {
        arn: Arn::new("arn:aws:cloudtrail:eu-west-1:123456789012:trail/main"),
        name: "main".to_owned(),
        home_region: Region::new("eu-west-1"),
        bucket: Some("acme-trail".to_owned()),
        log_group: None,
        key: None,
        multi_region: true,
        organization: false,
        log_file_validation: true,
        global_events: true,
        logging: known(true),
        delivery_error: Observed::absent(Vec::new()),
        management_writes: known(true),
        data_events: known(Vec::new()),
        evidence: vec!["e-6".into()],
    }
}

/// A snapshot of the database.
pub fn snapshot() -> Copy {
    Copy {
        arn: Arn::new("arn:aws:rds:eu-west-1:123456789012:snapshot:nightly"),
        kind: CopyKind::InstanceSnapshot,
        of: Arn::new(DATABASE),
        region: Region::new("eu-west-1"),
        vault: None,
        made: Some("2026-11-24T02:00:00Z".to_owned()),
        public: Observed::absent(Vec::new()),
        evidence: vec!["e-4".into()],
    }
}

/// A rule in a Region that takes every call, with a topic that one person reads.
pub fn watched(detection: &mut Detection, regions: &[&str]) {
    let rule = |region: &&str| EventRule {
        arn: Arn::new(format!("arn:aws:events:{region}:123456789012:rule/calls")),
        name: "calls".to_owned(),
        region: Region::new(*region),
        enabled: true,
        pattern: Some(r#"{"detail-type":["AWS API Call via CloudTrail"]}"#.to_owned()),
        targets: known(vec![Arn::new(TOPIC)]),
        evidence: vec!["e-5".into()],
    };
    detection.rules = known(regions.iter().map(rule).collect());
    let subscription = Subscription { protocol: "email".to_owned(), confirmed: true };
    detection.topics = known(vec![Topic { arn: Arn::new(TOPIC), subscriptions: known(vec![subscription]) }]);
}

/// The one account, to change.
pub fn with(mut world: World, change: impl FnOnce(&mut CloudAccount)) -> World {
    change(&mut world.accounts[0]);
    world
}

pub fn judge(world: &World) -> Assessment {
    assess::of_world(world, &Config::default(), Branding::default(), Severity::High, &|_| Vec::new()).unwrap()
}

/// The rows of a check.
pub fn rows(world: &World, check: &str) -> Vec<Finding> {
    judge(world).findings.into_iter().filter(|row| row.check.as_str() == check).collect()
}

/// The worst outcome of a check.
pub fn outcome(world: &World, check: &str) -> Outcome {
    rows(world, check).iter().map(|row| row.outcome).min().unwrap_or_else(|| panic!("{check} says nothing"))
}
