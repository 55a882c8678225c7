//! Recoverability, code rollback and alert coverage of the hand-written report.

use ambit::{
    model::{id::AgentId, tier::Tier, truth::Truth},
    report::*,
};

use super::fixture::evidence_ids;

pub fn stores() -> Vec<StoreRecovery> {
    let database = StoreRecovery {
        store: "arn:aws:rds:eu-west-1:491820013377:db:shop-prod".into(),
        name: "database shop-prod".into(),
        tier: Tier::Production,
        verdict: RecoveryVerdict::Lost,
        agents: vec![agent("claude", RecoveryVerdict::Lost), agent("devin", RecoveryVerdict::Unknown)],
        protected: Truth::True,
        unprotected_by: vec![hand("role/deploy-prod", Truth::True), hand("role/ci", Truth::Unknown)],
        reaches_back: "automated backups of 7 days".to_owned(),
        shortened_by: vec![hand("role/deploy-prod", Truth::True)],
        copies: vec![CopyRow {
            what: "snapshot `nightly` of 2026-11-23T02:00:00Z".into(),
            place: "eu-west-1 of the same account".to_owned(),
            deleted_by: vec![hand("role/deploy-prod", Truth::True)],
            evidence: evidence_ids(&[9]),
        }],
        copies_whole: true,
        restored: Truth::False,
        last_restore: None,
        reasons: vec![
            reason("deletion protection is on", Truth::True),
            reason("they may switch it off (`rds:ModifyDBInstance`)", Truth::True),
            reason("they can delete its snapshot `nightly` of 2026-11-23T02:00:00Z", Truth::True),
        ],
        unless: Vec::new(),
        gaps: Vec::new(),
        remedy: Some(Remedy {
            id: "deny_destructive_actions".to_owned(),
            change: "Deny rds:DeleteDBInstance to every principal that an agent reaches on database shop-prod outright"
                .to_owned(),
            who: "cloud admin".to_owned(),
            minutes: 15,
            reversible: true,
            may_break: "Nobody destroys the resource through this role, not even in a planned migration".to_owned(),
            plan: "Every AWS account".to_owned(),
        }),
    };
    let table = StoreRecovery {
        store: "arn:aws:dynamodb:eu-west-1:491820013377:table/orders-prod".into(),
        name: "table orders-prod".into(),
        verdict: RecoveryVerdict::Unknown,
        agents: vec![agent("devin", RecoveryVerdict::Unknown)],
        protected: Truth::False,
        unprotected_by: Vec::new(),
        reaches_back: "point-in-time recovery".to_owned(),
        shortened_by: Vec::new(),
        copies: Vec::new(),
        copies_whole: false,
        restored: Truth::True,
        last_restore: Some("2026-10-02T04:00:00Z".to_owned()),
        unless: vec!["an SCP that we may not read forbids it".to_owned()],
        ..database.clone()
    };
    let bucket = StoreRecovery {
        store: "arn:aws:s3:::acme-exports".into(),
        name: "bucket acme-exports".into(),
        verdict: RecoveryVerdict::OutOfReach,
        agents: Vec::new(),
        unprotected_by: Vec::new(),
        reaches_back: "versioning".to_owned(),
        shortened_by: Vec::new(),
        copies: Vec::new(),
        remedy: None,
        ..database.clone()
    };
    vec![bucket, table, database]
}

pub fn rollbacks() -> Vec<Rollback> {
    vec![Rollback {
        repository: "acme/shop".into(),
        artifact: Shown { holds: Truth::True, how: "docker/build-push-action in .github/workflows/deploy.yml".into() },
        redeploy: Shown {
            holds: Truth::False,
            how: "only by re-running an earlier run, which GitHub allows for 30 days".into(),
        },
        started_by: "nobody".to_owned(),
        migrations: Migrations::ReversibilityUnknown { by: "prisma migrate deploy".into() },
        rehearsed: Shown { holds: Truth::True, how: "job staging of .github/workflows/deploy.yml".into() },
        gaps: Vec::new(),
        evidence: evidence_ids(&[4]),
    }]
}

pub fn alerts() -> Vec<AlertRow> {
    let row = |action: &str, region: &str, outcome, by: &[&str]| AlertRow {
        account: "prod".to_owned(),
        action: action.to_owned(),
        region: region.into(),
        outcome,
        by: by.iter().map(|name| (*name).to_owned()).collect(),
        evidence: evidence_ids(&[11]),
        gaps: Vec::new(),
    };
    vec![
        row("rds:DeleteDBInstance", "eu-west-1", AlertOutcome::Covered, &["destructive-calls"]),
        row("rds:DeleteDBSnapshot", "eu-west-1", AlertOutcome::GoesNowhere, &["snapshots"]),
        row("kms:ScheduleKeyDeletion", "eu-west-1", AlertOutcome::NotCovered, &[]),
        row("kms:ScheduleKeyDeletion", "us-east-1", AlertOutcome::NotCovered, &[]),
        row("iam:AttachRolePolicy", "us-east-1", AlertOutcome::Unknown, &["to-siem"]),
    ]
}

fn agent(name: &str, verdict: RecoveryVerdict) -> AgentVerdict {
    AgentVerdict { agent: AgentId::new(format!("app:{name}")), name: name.into(), verdict }
}

fn hand(resource: &str, may: Truth) -> Hand {
    Hand { principal: format!("arn:aws:iam::491820013377:{resource}").into(), may }
}

fn reason(statement: &str, holds: Truth) -> Reason {
    Reason { statement: statement.to_owned(), holds, evidence: evidence_ids(&[7]) }
}
