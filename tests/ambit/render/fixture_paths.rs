//! The paths, the matrix and the remedies of the hand-written report.

use ambit::{
    base::foreign::Foreign,
    model::tier::{Tier, TierBasis},
    report::*,
};

use super::fixture::{evidence_ids, pid};

const DB: &str = "arn:aws:rds:eu-west-1:491820013377:db:shop-prod";
const ROLE: &str = "arn:aws:iam::491820013377:role/deploy-prod";

fn node(kind: HopKind, id: &str, name: &str) -> HopNode {
    HopNode { kind, id: id.to_owned(), name: name.into() }
}

struct Step(HopNode, Capability, Verdict, &'static str, &'static [u32]);

/// Hops from `start` through every step.
fn hops(start: HopNode, steps: Vec<Step>) -> Vec<Hop> {
    let mut from = start;
    steps
        .into_iter()
        .map(|Step(to, capability, verdict, because, evidence)| {
            let hop = Hop {
                from: from.clone(),
                to: to.clone(),
                capability,
                verdict,
                because: because.to_owned(),
                evidence: evidence_ids(evidence),
            };
            from = to;
            hop
        })
        .collect()
}

/// From the branch through the deploy workflow into the role.
fn deploy(verdict: Verdict) -> Vec<Step> {
    let gate = match verdict {
        Verdict::Gated => {
            "environment production asks 1 of 2 reviewers (ben, chidi) before the job starts; self-review is off"
        }
        _ => "job deploy names environment production, which has no required reviewer and lets every branch deploy",
    };
    vec![
        Step(
            node(HopKind::Workflow, "workflow:acme/shop/deploy.yml", "deploy.yml"),
            Capability::Trigger,
            Verdict::Open,
            "a push to main starts deploy.yml; nothing else is needed",
            &[4],
        ),
        Step(
            node(HopKind::Environment, "environment:acme/shop/production", "production"),
            Capability::Trigger,
            verdict,
            gate,
            &[5],
        ),
        Step(
            node(
                HopKind::Subject,
                "subject:repo:acme/shop:environment:production",
                "repo:acme/shop:environment:production",
            ),
            Capability::Assume,
            Verdict::Open,
            "the job has id-token: write and GitHub mints this subject for it",
            &[6],
        ),
        Step(
            node(HopKind::Principal, ROLE, "role deploy-prod"),
            Capability::Assume,
            Verdict::Open,
            "the trust policy of deploy-prod accepts repo:acme/* from GitHub's provider",
            &[7, 8],
        ),
    ]
}

fn push_main(verdict: Verdict) -> Step {
    let because = match verdict {
        Verdict::Open => {
            "the app holds contents: write and stands on the bypass list of ruleset prod-branches, so it pushes without a review"
        }
        Verdict::Closed => "ruleset prod-branches asks for a pull request and the app is no bypass actor",
        _ => "a pull request to main needs 1 approving review of a code owner",
    };
    Step(node(HopKind::Ref, "ref:acme/shop@main", "acme/shop@main"), Capability::Write, verdict, because, &[1, 2, 3])
}

fn humans(min: u32, max: Option<u32>, who: &[&str], basis: Basis) -> Humans {
    Humans { min, max, who: who.iter().map(|text| Foreign::from(*text)).collect(), k: min, basis }
}

struct Draft {
    n: u32,
    agent: (&'static str, &'static str),
    action: (&'static str, ActionClass),
    resource: (&'static str, &'static str),
    tier: Tier,
    humans: Humans,
    verdict: Verdict,
    hops: Vec<Hop>,
    closed_by: Vec<Remedy>,
    sentence: &'static str,
    unless: &'static [&'static str],
}

fn path(draft: Draft) -> ReachPath {
    ReachPath {
        id: pid(draft.n),
        agent: draft.agent.0.into(),
        agent_name: draft.agent.1.into(),
        action: draft.action.0.to_owned(),
        class: draft.action.1,
        resource: draft.resource.0.into(),
        resource_name: draft.resource.1.into(),
        tier: draft.tier,
        tier_basis: if draft.tier == Tier::Production { TierBasis::Tag } else { TierBasis::Name },
        humans: draft.humans,
        verdict: draft.verdict,
        hops: draft.hops,
        closed_by: draft.closed_by,
        sentence: draft.sentence.to_owned(),
        unless: draft.unless.iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn database(name: &str) -> HopNode {
    node(HopKind::Resource, &format!("arn:aws:rds:eu-west-1:491820013377:db:{name}"), &format!("database {name}"))
}

pub fn all() -> Vec<ReachPath> {
    let claude = || node(HopKind::Agent, "app:claude", "claude");
    let delete = |verdict, because| Step(database("shop-prod"), Capability::Delete, verdict, because, &[7, 9]);
    let may_delete = "an inline policy of deploy-prod allows rds:* on every resource, deletion protection is off, and no boundary or SCP denies it";
    let through = |gate| {
        let mut steps = vec![push_main(Verdict::Open)];
        steps.extend(deploy(gate));
        steps
    };
    let mut open = through(Verdict::Open);
    open.push(delete(Verdict::Open, may_delete));
    let mut recovery = through(Verdict::Open);
    recovery.push(Step(
        database("shop-prod"),
        Capability::ChangeGuardrail,
        Verdict::Open,
        "rds:ModifyDBInstance may set the backup retention to 0",
        &[7, 9],
    ));
    let mut gated = vec![push_main(Verdict::Gated)];
    gated.extend(deploy(Verdict::Gated));
    gated.push(delete(Verdict::Open, may_delete));
    let all = vec![
        path(Draft {
            n: 1,
            agent: ("app:claude", "claude"),
            action: ("rds:DeleteDBInstance", ActionClass::Destroy),
            resource: (DB, "database shop-prod"),
            tier: Tier::Production,
            humans: humans(0, Some(0), &[], Basis::Enforced),
            verdict: Verdict::Open,
            hops: hops(claude(), open),
            closed_by: remedies()[..3].to_vec(),
            sentence: "claude can push to acme/shop@main, deploy as role deploy-prod and delete database shop-prod with no human in between.",
            unless: &[],
        }),
        path(Draft {
            n: 2,
            agent: ("app:claude", "claude"),
            action: ("rds:ModifyDBInstance", ActionClass::RemovesRecovery),
            resource: (DB, "database shop-prod"),
            tier: Tier::Production,
            humans: humans(0, Some(0), &[], Basis::Enforced),
            verdict: Verdict::Open,
            hops: hops(claude(), recovery),
            closed_by: remedies()[..3].to_vec(),
            sentence: "claude can take the backups of database shop-prod away with no human in between.",
            unless: &[],
        }),
        path(Draft {
            n: 3,
            agent: ("bot:devin-ai-integration[bot]", "devin"),
            action: ("dynamodb:DeleteTable", ActionClass::Destroy),
            resource: ("arn:aws:dynamodb:eu-west-1:491820013377:table/orders-prod", "table orders-prod"),
            tier: Tier::Production,
            humans: humans(0, None, &[], Basis::Enforced),
            verdict: Verdict::Possible,
            hops: secret_hops(),
            closed_by: vec![remedies()[3].clone()],
            sentence: "devin can delete table orders-prod, unless an SCP that we may not read forbids it.",
            unless: &[
                "an SCP that we may not read forbids it",
                "the access key behind PROD_AWS_KEY is no longer valid",
            ],
        }),
        path(Draft {
            n: 4,
            agent: ("workflow:acme/shop/ai-fix.yml#fix", "ai-fix.yml / fix"),
            action: ("s3:DeleteObject", ActionClass::Destroy),
            resource: ("arn:aws:s3:::acme-backups", "bucket acme-backups"),
            tier: Tier::Production,
            humans: humans(0, Some(1), &["ben", "chidi"], Basis::Incidental),
            verdict: Verdict::Open,
            hops: runner_hops(),
            closed_by: vec![remedies()[0].clone()],
            sentence: "The workflow ai-fix.yml can empty bucket acme-backups from the runner it shares with deploy jobs.",
            unless: &[],
        }),
        path(Draft {
            n: 5,
            agent: ("app:copilot", "copilot"),
            action: ("rds:DeleteDBInstance", ActionClass::Destroy),
            resource: (DB, "database shop-prod"),
            tier: Tier::Production,
            humans: humans(1, Some(2), &["ben", "chidi", "dora"], Basis::Enforced),
            verdict: Verdict::Gated,
            hops: hops(node(HopKind::Agent, "app:copilot", "copilot"), gated),
            closed_by: Vec::new(),
            sentence: "copilot can delete database shop-prod only after 1 of 3 persons approves its pull request.",
            unless: &[],
        }),
        path(Draft {
            n: 6,
            agent: ("person:anna", "anna (Cursor)"),
            action: ("contents: write", ActionClass::Write),
            resource: ("acme/shop@main", "branch main of acme/shop"),
            tier: Tier::Production,
            humans: humans(1, Some(1), &["ben", "dora"], Basis::Assumed),
            verdict: Verdict::Gated,
            hops: hops(
                node(HopKind::Agent, "person:anna", "anna (Cursor)"),
                vec![
                    Step(
                        node(HopKind::Person, "person:anna", "anna"),
                        Capability::Assume,
                        Verdict::Open,
                        "Cursor runs under anna's own login and rights",
                        &[1],
                    ),
                    push_main(Verdict::Gated),
                ],
            ),
            closed_by: Vec::new(),
            sentence: "anna's agent can change main of acme/shop only with 1 approving review.",
            unless: &[],
        }),
        path(Draft {
            n: 7,
            agent: ("stated:nightly-triage", "nightly-triage"),
            action: ("rds:DeleteDBInstance", ActionClass::Destroy),
            resource: (DB, "database shop-prod"),
            tier: Tier::Production,
            humans: humans(0, None, &[], Basis::Enforced),
            verdict: Verdict::Closed,
            hops: hops(
                node(HopKind::Agent, "stated:nightly-triage", "nightly-triage"),
                vec![
                    Step(
                        node(HopKind::Principal, "role/triage-bot", "role triage-bot"),
                        Capability::Assume,
                        Verdict::Open,
                        "ambit.toml states that it runs as this role",
                        &[7],
                    ),
                    delete(Verdict::Closed, "the permission boundary of triage-bot denies rds:Delete*"),
                ],
            ),
            closed_by: vec![remedies()[4].clone()],
            sentence: "nightly-triage cannot delete database shop-prod: its permission boundary denies it.",
            unless: &[],
        }),
        path(Draft {
            n: 8,
            agent: ("bot:devin-ai-integration[bot]", "devin"),
            action: ("rds:DeleteDBInstance", ActionClass::Destroy),
            resource: (DB, "database shop-prod"),
            tier: Tier::Production,
            humans: humans(0, None, &[], Basis::Enforced),
            verdict: Verdict::Closed,
            hops: hops(
                node(HopKind::Agent, "bot:devin-ai-integration[bot]", "devin"),
                vec![push_main(Verdict::Closed)],
            ),
            closed_by: vec![remedies()[4].clone()],
            sentence: "devin cannot reach database shop-prod: it cannot change main without a review.",
            unless: &[],
        }),
        path(Draft {
            n: 9,
            agent: ("app:claude", "claude"),
            action: ("rds:DeleteDBInstance", ActionClass::Destroy),
            resource: ("arn:aws:rds:eu-west-1:491820013377:db:shop-staging", "database shop-staging"),
            tier: Tier::Staging,
            humans: humans(0, Some(0), &[], Basis::Enforced),
            verdict: Verdict::Open,
            hops: hops(
                claude(),
                vec![
                    push_main(Verdict::Open),
                    Step(
                        database("shop-staging"),
                        Capability::Delete,
                        Verdict::Open,
                        "deploy-staging may delete it",
                        &[7, 9],
                    ),
                ],
            ),
            closed_by: vec![remedies()[1].clone()],
            sentence: "claude can delete database shop-staging with no human in between.",
            unless: &[],
        }),
        path(Draft {
            n: 10,
            agent: ("app:copilot", "copilot"),
            action: ("contents: write", ActionClass::Write),
            resource: ("acme/shop@develop", "branch develop of acme/shop"),
            tier: Tier::Dev,
            humans: humans(0, Some(0), &[], Basis::Enforced),
            verdict: Verdict::Open,
            hops: hops(
                node(HopKind::Agent, "app:copilot", "copilot"),
                vec![Step(
                    node(HopKind::Ref, "ref:acme/shop@develop", "acme/shop@develop"),
                    Capability::Write,
                    Verdict::Open,
                    "nothing protects develop",
                    &[2],
                )],
            ),
            closed_by: Vec::new(),
            sentence: "copilot can write develop of acme/shop.",
            unless: &[],
        }),
    ];
    all
}

fn secret_hops() -> Vec<Hop> {
    hops(
        node(HopKind::Agent, "bot:devin-ai-integration[bot]", "devin"),
        vec![
            Step(
                node(HopKind::Ref, "ref:acme/billing@devin/*", "acme/billing@devin/*"),
                Capability::Write,
                Verdict::Open,
                "nobody protects branches named devin/*",
                &[2],
            ),
            Step(
                node(HopKind::Workflow, "workflow:acme/billing/ci.yml", "ci.yml"),
                Capability::Trigger,
                Verdict::Open,
                "a push to any branch starts ci.yml, which devin may edit there",
                &[4],
            ),
            Step(
                node(HopKind::Secret, "secret:acme/PROD_AWS_KEY", "secret PROD_AWS_KEY"),
                Capability::Read,
                Verdict::Open,
                "the organisation shares PROD_AWS_KEY with every repository",
                &[20],
            ),
            Step(
                node(HopKind::Principal, "user/legacy-deploy", "user legacy-deploy"),
                Capability::Assume,
                Verdict::Possible,
                "the key was last used by legacy-deploy; whether it is still the one in the secret cannot be read",
                &[7],
            ),
            Step(
                node(HopKind::Resource, "table/orders-prod", "table orders-prod"),
                Capability::Delete,
                Verdict::Possible,
                "legacy-deploy may delete every table, unless an SCP that we may not read forbids it",
                &[10, 19],
            ),
        ],
    )
}

fn runner_hops() -> Vec<Hop> {
    hops(
        node(HopKind::Agent, "workflow:acme/shop/ai-fix.yml#fix", "ai-fix.yml / fix"),
        vec![
            Step(
                node(HopKind::Runner, "runner:acme/builder-1", "runner builder-1"),
                Capability::Trigger,
                Verdict::Open,
                "the job runs on the self-hosted runner that deploy jobs use too",
                &[4],
            ),
            Step(
                node(HopKind::Principal, "role/builder", "role builder"),
                Capability::Assume,
                Verdict::Open,
                "the runner's instance profile is open to every job on it",
                &[7],
            ),
            Step(
                node(HopKind::Resource, "arn:aws:s3:::acme-backups", "bucket acme-backups"),
                Capability::Delete,
                Verdict::Open,
                "builder may s3:DeleteObject*; versioning is suspended",
                &[7, 11],
            ),
        ],
    )
}

pub fn remedies() -> Vec<Remedy> {
    let remedy = |id: &str, change: &str, who: &str, minutes, reversible, may_break: &str, plan: &str| Remedy {
        id: id.to_owned(),
        change: change.to_owned(),
        who: who.to_owned(),
        minutes,
        reversible,
        may_break: may_break.to_owned(),
        plan: plan.to_owned(),
    };
    vec![
        remedy(
            "require_environment_reviewers",
            "Require 1 reviewer, not the one who triggered, on environment production of acme/shop.",
            "repository admin",
            5,
            true,
            "Deployments wait for a person; schedule the nightly one.",
            "Team and Enterprise; Free on public repositories",
        ),
        remedy(
            "exact_subject",
            "Trust only repo:acme/shop:environment:production in role deploy-prod, not repo:acme/*.",
            "cloud admin",
            15,
            true,
            "Other repositories that deploy through this role stop.",
            "every AWS account",
        ),
        remedy(
            "deny_destroy",
            "Deny rds:Delete* and rds:ModifyDBInstance to deploy-prod and turn deletion protection on.",
            "cloud admin",
            20,
            true,
            "Tear-down jobs that use this role.",
            "every AWS account",
        ),
        remedy(
            "scope_secret",
            "Share PROD_AWS_KEY with acme/deploy alone, then replace it by OIDC and delete the key.",
            "organisation owner",
            60,
            false,
            "Jobs elsewhere that still use the key.",
            "every plan",
        ),
        remedy(
            "in_place",
            "Keep the boundary agent-boundary on role triage-bot.",
            "cloud admin",
            0,
            true,
            "Nothing.",
            "every AWS account",
        ),
    ]
}

pub fn matrix() -> Vec<MatrixCell> {
    let mut cells = Vec::new();
    for (a, agent) in [
        "app:claude",
        "bot:devin-ai-integration[bot]",
        "app:copilot",
        "workflow:acme/shop/ai-fix.yml#fix",
        "person:anna",
        "stated:nightly-triage",
    ]
    .into_iter()
    .enumerate()
    {
        for tier in Tier::ALL {
            for capability in [Capability::Read, Capability::Write, Capability::Delete, Capability::Approve] {
                cells.push(cell(a, agent, tier, capability));
            }
        }
    }
    cells
}

fn cell(a: usize, agent: &str, tier: Tier, capability: Capability) -> MatrixCell {
    use Capability::{Approve, Delete, Read, Write};
    let allowed = match (tier, capability) {
        (_, Read) | (Tier::Sandbox, Write | Delete) | (Tier::Dev | Tier::Staging, Write) => Permitted::Yes,
        (Tier::Production, Write) => Permitted::WithApproval,
        _ => Permitted::No,
    };
    let (observed, paths) = match (a, tier, capability) {
        (_, _, Read) => (Observation::Yes, Vec::new()),
        (0, Tier::Production, Delete) => (Observation::Yes, vec![pid(1), pid(2)]),
        (0, Tier::Production, Write) => (Observation::Yes, vec![pid(1)]),
        (0, Tier::Staging, Delete) => (Observation::Yes, vec![pid(9)]),
        (1, Tier::Production, Delete) => (Observation::Possible, vec![pid(3)]),
        (2, Tier::Production, Delete) => (Observation::WithApproval, vec![pid(5)]),
        (3, Tier::Production, Delete) => (Observation::Yes, vec![pid(4)]),
        (2 | 4, Tier::Production, Write) => (Observation::WithApproval, vec![pid(6)]),
        (5, Tier::Production, _) | (_, Tier::Production, _) => (Observation::No, Vec::new()),
        (1, Tier::Staging, _) => (Observation::Unknown, Vec::new()),
        (_, _, Approve) => (Observation::No, Vec::new()),
        (_, Tier::Sandbox | Tier::Dev, Write) => (Observation::Yes, Vec::new()),
        _ => (Observation::No, Vec::new()),
    };
    let outcome = match (observed, allowed) {
        (Observation::No, _) | (_, Permitted::Yes) => Outcome::Pass,
        (Observation::WithApproval, Permitted::WithApproval) => Outcome::Pass,
        (Observation::Unknown | Observation::Possible, _) => Outcome::Unknown,
        (Observation::WithApproval, Permitted::No) => Outcome::Pass,
        _ => Outcome::Fail,
    };
    MatrixCell { agent: agent.into(), tier, capability, observed, allowed, outcome, paths }
}
