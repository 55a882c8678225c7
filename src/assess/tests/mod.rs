//! Fixtures: a small organisation that was read in full, and the parts that tests put on top.

mod accepted;
mod answered;
mod approving;
mod guarded;
mod judged;
mod property;

use std::{collections::BTreeMap, sync::LazyLock};

use super::*;
use crate::{
    base::foreign::Foreign,
    checks,
    controls::catalogue::Overlay,
    model::{
        access::Access,
        action::ActionClass,
        agent::AgentKind,
        alert::Detection,
        id::{FindingId, PathId},
        logging::Logging,
        observed::{Gap, Needs, Observed},
        recovery::Safeguards,
        tier::TierBasis,
        trail::OrganizationTrail,
        world::{self, CloudAccount, Organization, RunFacts},
    },
    reach::path::{Basis, Humans, Remedy, Verdict},
    report::{AnswerKind, Mode},
};

pub static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load(&Overlay::default()).unwrap());

pub fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, vec!["e-1".into()])
}

/// Everything read, nothing found.
pub fn world() -> World {
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
        accounts: vec![CloudAccount {
            scope: "prod".to_owned(),
            caller: Observed::absent(Vec::new()),
            principals: known(Default::default()),
            oidc_providers: known(Vec::new()),
            membership: Observed::absent(Vec::new()),
            scps: Observed::absent(Vec::new()),
            rcps: Observed::absent(Vec::new()),
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
            stores: known(Vec::new()),
            trails: known(Vec::new()),
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
        }],
        cloud_skipped: None,
        coverage: world::Coverage { planned: 12, answered: 11, ..Default::default() },
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
        trail: OrganizationTrail::unread("not part of this test"),
        repositories: known(Vec::new()),
        caller: Observed::absent(Vec::new()),
    }
}

pub fn agent(name: &str) -> Agent {
    Agent {
        id: AgentId::new(format!("app:{name}")),
        name: name.into(),
        kind: AgentKind::App,
        acts_as: vec![name.into()],
        signals: Vec::new(),
        owner: None,
        steered_by: None,
        first_seen: None,
        last_seen: None,
        pull_requests: 0,
        commits: 0,
    }
}

pub fn path(id: &str, agent: &str, class: ActionClass, tier: Tier, verdict: Verdict) -> ReachPath {
    ReachPath {
        id: PathId::from(id),
        agent: AgentId::new(format!("app:{agent}")),
        agent_name: agent.into(),
        action: "rds:DeleteDBInstance".to_owned(),
        class,
        resource: Foreign::new(format!("arn:{id}")),
        resource_name: "database shop-prod".into(),
        tier,
        tier_basis: TierBasis::Asserted,
        humans: Humans { min: 0, max: Some(0), who: Vec::new(), k: 0, basis: Basis::Enforced },
        verdict,
        hops: Vec::new(),
        closed_by: Vec::new(),
        sentence: format!("{agent} can do {class:?} by {id}."),
        unless: Vec::new(),
    }
}

pub fn remedy(id: &str, minutes: u32) -> Remedy {
    Remedy {
        id: id.to_owned(),
        change: format!("do {id}"),
        who: "cloud admin".to_owned(),
        minutes,
        reversible: true,
        may_break: String::new(),
        plan: String::new(),
    }
}

/// A finding whose id is made of its check and subject.
pub fn finding(check: &str, subject: &str, outcome: Outcome, severity: Severity) -> Finding {
    Finding {
        id: FindingId::new(format!("f-{check}-{subject}")),
        subject: subject.into(),
        statement: format!("{check} on {subject}"),
        evidence: vec!["e-1".into()],
        ..Finding::new(check, "", outcome, severity, Mode::PrivilegeEscalation)
    }
}

pub fn gap(what: &str, grant: &str) -> Gap {
    let needs = Needs { provider: "github".to_owned(), grant: grant.to_owned() };
    Gap { what: what.to_owned(), why: "denied".to_owned(), needs: Some(needs), evidence: Vec::new() }
}

/// Inputs that borrow a world and a configuration; everything else is empty.
pub fn inputs<'a>(world: &'a World, config: &'a Config) -> Inputs<'a> {
    Inputs {
        world,
        config,
        catalogue: &CATALOGUE,
        checks: checks::all().iter().map(checks::CheckDef::entry).collect(),
        findings: Vec::new(),
        agents: Vec::new(),
        paths: Vec::new(),
        recovery: Vec::new(),
        rollback: Vec::new(),
        alerts: Vec::new(),
        tiers: Vec::new(),
        approvals: BTreeMap::new(),
        sign_off: None,
        examined: None,
        drills: Vec::new(),
        reverts: Vec::new(),
        evidence: Vec::new(),
        branding: Branding::default(),
        data_date: "2026-11-01".to_owned(),
        fail_on: Severity::High,
    }
}

pub fn config(text: &str) -> Config {
    Config::parse("ambit.toml", text.as_bytes()).unwrap()
}

pub fn answer(assessment: &Assessment, id: &str) -> (AnswerKind, String) {
    let found = assessment.answers.iter().find(|answer| answer.id.as_str() == id).unwrap();
    (found.answer, found.statement.clone())
}
