//! A report by hand: an organisation of six agents with open, possible, gated and closed paths, and a hostile twin.

use ambit::{
    base::foreign::Foreign,
    model::{
        id::{EvidenceId, PathId},
        observed::{Gap, Needs},
        tier::{Tier, TierBasis},
        world::CoverageRow,
    },
    report::*,
};

use super::fixture_paths;
use super::fixture_recovery;
use super::fixture_rows;

const AS_OF: &str = "2026-11-24T06:00:00Z";

/// The realistic report: 40 findings.
pub fn acme() -> Assessment {
    scaled(40)
}

/// The same report with `findings` findings, for sizes and times.
pub fn scaled(findings: usize) -> Assessment {
    let paths = fixture_paths::all();
    Assessment {
        schema_version: 1,
        run: RunInfo {
            id: "20261124T060000Z-7f3a".into(),
            started: AS_OF.to_owned(),
            tool_version: "0.1.0".to_owned(),
            scope: vec!["github organisation acme (23 repositories)".to_owned(), "aws account 491820013377".to_owned()],
            config_digest: Some("9f2c7b6a0d1e44c58a37f1be2d90c7a6b3f8512e6d7c4098ab15e3720c9de41a".to_owned()),
            complete: true,
            data_date: "2026-11-01".to_owned(),
        },
        headline: headline(&paths),
        coverage: coverage(),
        tiers: tiers(),
        assertions: assertions(),
        agents: agents(),
        recovery: fixture_recovery::stores(),
        rollback: fixture_recovery::rollbacks(),
        alerts: fixture_recovery::alerts(),
        matrix: fixture_paths::matrix(),
        findings: fixture_rows::findings(findings),
        checks: fixture_rows::checks(),
        criteria: fixture_rows::criteria(),
        answers: fixture_rows::answers(),
        changes: changes(),
        evidence: evidence(),
        branding: branding(),
        exit_reasons: vec![ExitReason {
            code: 3,
            reason: "9 findings fail at or above high".to_owned(),
            findings: vec!["f-000000000001".into()],
        }],
        paths,
    }
}

fn headline(paths: &[ReachPath]) -> Headline {
    let count = |verdict| paths.iter().filter(|path| path.tier == Tier::Production && path.verdict == verdict).count();
    Headline {
        sentence: "An agent (claude) can delete the production database shop-prod with no human in between.".to_owned(),
        lines: vec![
            "2 of 6 agents reach a production resource alone; 1 more may, unless a policy that we may not read forbids it.".to_owned(),
            "devin can delete the production table orders-prod, unless an SCP that we may not read forbids it; organizations:DescribePolicy settles it.".to_owned(),
            "4 of 214 planned requests were denied; what they hide is named under “Not checked”.".to_owned(),
        ],
        path: Some("p-000000000001".into()),
        open: count(Verdict::Open),
        possible: count(Verdict::Possible),
        gated: count(Verdict::Gated),
        closed: count(Verdict::Closed),
    }
}

fn coverage() -> Coverage {
    let row = |what: &str, why: &str, needs: Option<&str>, evidence: &str| CoverageRow {
        what: what.to_owned(),
        why: why.to_owned(),
        needs: needs.map(str::to_owned),
        evidence: vec![evidence.into()],
    };
    Coverage {
        planned: 214,
        answered: 207,
        denied: vec![
            row(
                "organizations:DescribePolicy eu-west-1",
                "denied: AccessDeniedException",
                Some("aws organizations:DescribePolicy"),
                &eid(19),
            ),
            row("GET /orgs/acme/actions/secrets", "denied: 403", Some("github organization secrets: read"), &eid(20)),
            row(
                "GET /repos/acme/billing/rulesets/77",
                "bypass actors are hidden from this token",
                Some("github repository administration: write"),
                &eid(21),
            ),
            row(
                "GET /repos/acme/legacy/environments",
                "denied: 404 without a witness",
                Some("github repository actions: read"),
                &eid(22),
            ),
        ],
        failed: vec![row("rds:DescribeDBClusters us-east-1", "failed: no answer after 4 attempts", None, &eid(23))],
        skipped: vec![
            CoverageRow {
                what: "cloudtrail:LookupEvents".to_owned(),
                why: "left out by `scope.logs = false`".to_owned(),
                needs: None,
                evidence: Vec::new(),
            },
            CoverageRow {
                what: "GET /repos/acme/archive-2019/branches".to_owned(),
                why: "archived repository".to_owned(),
                needs: None,
                evidence: Vec::new(),
            },
        ],
    }
}

fn tiers() -> Vec<TierRow> {
    let row = |tier, kind: &str, subject: &str, basis| TierRow {
        tier,
        kind: kind.to_owned(),
        subject: subject.into(),
        basis,
    };
    vec![
        row(Tier::Production, "branch", "acme/shop@main", TierBasis::Asserted),
        row(Tier::Production, "environment", "acme/shop production", TierBasis::Name),
        row(Tier::Production, "account", "491820013377", TierBasis::Unmapped),
        row(Tier::Production, "resource", "arn:aws:rds:eu-west-1:491820013377:db:shop-prod", TierBasis::Tag),
        row(Tier::Staging, "resource", "arn:aws:rds:eu-west-1:491820013377:db:shop-staging", TierBasis::Name),
        row(Tier::Dev, "branch", "acme/shop@develop", TierBasis::Name),
        row(Tier::Sandbox, "account", "200000000002", TierBasis::Asserted),
    ]
}

fn assertions() -> Vec<Assertion> {
    let row = |kind: &str, statement: &str, source: &str, followed| Assertion {
        kind: kind.to_owned(),
        statement: statement.to_owned(),
        source: source.to_owned(),
        followed,
    };
    vec![
        row("tiers", "branch main of acme/shop is production", "ambit.toml:4", true),
        row("tiers", "account 491820013377 is staging", "ambit.toml:9", false),
        row("people", "accounts anna and anna-admin are one person, Anna Berg", "ambit.toml:14", true),
        row("people", "59 accounts of type User are taken for persons", "assumed", true),
        row("agent", "nightly-triage runs as the IAM role triage-bot", "ambit.toml:22", true),
        row(
            "soc2",
            "Security and Availability, Type II, 2026-07-01 to 2026-12-31; AWS is a subservice organisation",
            "ambit.toml:31",
            true,
        ),
        row("accept", "finding on acme/legacy accepted until 2026-12-31 by Ola Lund", "ambit.toml:40", true),
    ]
}

fn agents() -> Vec<AgentRow> {
    let agent =
        |id: &str, name: &str, kind, acts: &[&str], signal: (&str, &str), owner: Option<&str>, pulls, commits| {
            AgentRow {
                id: id.into(),
                name: name.into(),
                kind,
                acts_as: acts.iter().map(|text| Foreign::from(*text)).collect(),
                signals: vec![Signal {
                    kind: signal.0.to_owned(),
                    detail: signal.1.into(),
                    evidence: vec![eid(1).as_str().into()],
                }],
                owner: owner.map(|person| Owner {
                    person: person.to_owned(),
                    since: Some("2026-03-01".to_owned()),
                    approved_by: Some("Ola Lund".to_owned()),
                    last_review: None,
                }),
                steered_by: None,
                first_seen: Some("2026-03-02".to_owned()),
                last_seen: Some("2026-11-23".to_owned()),
                pull_requests: pulls,
                commits,
            }
        };
    vec![
        agent(
            "app:claude",
            "claude",
            AgentKind::App,
            &["claude[bot]"],
            ("installation", "contents: write, workflows: write on 23 of 23 repositories"),
            Some("Anna Berg"),
            84,
            311,
        ),
        agent(
            "bot:devin-ai-integration[bot]",
            "devin",
            AgentKind::BotUser,
            &["devin-ai-integration[bot]"],
            ("login", "devin-ai-integration[bot]"),
            None,
            19,
            61,
        ),
        agent(
            "app:copilot",
            "copilot",
            AgentKind::App,
            &["copilot-swe-agent[bot]"],
            ("branch", "copilot/fix-211"),
            Some("Ben Oduya"),
            37,
            102,
        ),
        agent(
            "workflow:acme/shop/ai-fix.yml#fix",
            "ai-fix.yml / fix",
            AgentKind::Workflow,
            &["github-actions[bot]"],
            ("workflow_step", "uses: anthropics/claude-code-action@v1"),
            None,
            12,
            12,
        ),
        agent(
            "person:anna",
            "anna (Cursor)",
            AgentKind::Person,
            &["anna"],
            ("trailer", "Co-authored-by: Cursor"),
            Some("Anna Berg"),
            41,
            140,
        ),
        agent(
            "stated:nightly-triage",
            "nightly-triage",
            AgentKind::Stated,
            &["arn:aws:iam::491820013377:role/triage-bot"],
            ("stated", "ambit.toml:22"),
            Some("Ola Lund"),
            0,
            0,
        ),
    ]
}

fn changes() -> Vec<Change> {
    let paths = |ids: &[u32]| ids.iter().map(|id| pid(*id)).collect::<Vec<PathId>>();
    let remedies = fixture_paths::remedies();
    vec![
        Change {
            remedy: remedies[0].clone(),
            paths: paths(&[1, 2, 4]),
            findings: vec!["f-000000000001".into(), "f-000000000002".into()],
        },
        Change { remedy: remedies[1].clone(), paths: paths(&[1, 2, 3]), findings: vec!["f-000000000003".into()] },
        Change { remedy: remedies[2].clone(), paths: paths(&[1, 2]), findings: vec!["f-000000000004".into()] },
        Change { remedy: remedies[3].clone(), paths: paths(&[3]), findings: Vec::new() },
    ]
}

fn evidence() -> Vec<EvidenceRow> {
    let requests = [
        ("GET /orgs/acme/installations", Some(200)),
        ("GET /repos/acme/shop/rules/branches/main", Some(200)),
        ("GET /repos/acme/shop/rulesets/9120", Some(200)),
        ("GET /repos/acme/shop/contents/.github/workflows/deploy.yml", Some(200)),
        ("GET /repos/acme/shop/environments/production", Some(200)),
        ("GET /repos/acme/shop/actions/oidc/customization/sub", Some(200)),
        ("iam:GetAccountAuthorizationDetails", Some(200)),
        ("iam:ListOpenIDConnectProviders", Some(200)),
        ("rds:DescribeDBInstances eu-west-1", Some(200)),
        ("dynamodb:DescribeTable eu-west-1 orders-prod", Some(200)),
        ("s3:GetBucketVersioning acme-backups", Some(200)),
        ("cloudtrail:GetTrailStatus org-trail", Some(200)),
    ];
    (1..=24u32)
        .map(|n| {
            let (request, status) = match n {
                19..=22 => (
                    [
                        "organizations:DescribePolicy eu-west-1",
                        "GET /orgs/acme/actions/secrets",
                        "GET /repos/acme/billing/rulesets/77",
                        "GET /repos/acme/legacy/environments",
                    ][n as usize - 19],
                    Some(403),
                ),
                23 => ("rds:DescribeDBClusters us-east-1", None),
                _ => requests[(n as usize - 1) % requests.len()],
            };
            EvidenceRow {
                id: eid(n).as_str().into(),
                request: request.into(),
                status,
                at: format!("2026-11-24T06:01:{n:02}Z"),
                caller: if request.contains(':') && !request.starts_with("GET") {
                    "arn:aws:sts::491820013377:assumed-role/ambit-read/ci".into()
                } else {
                    "app ambit-reader".into()
                },
                digest: status
                    .map(|_| format!("{n:02x}9f2c7b6a0d1e44c58a37f1be2d90c7a6b3f8512e6d7c4098ab15e3720c9de4")),
            }
        })
        .collect()
}

fn branding() -> Branding {
    Branding {
        organisation: Some("Acme Robotics, Inc.".to_owned()),
        prepared_for: Some("Board of Acme Robotics, Inc.".to_owned()),
        prepared_by: Some("Harbour & Pike Assurance LLP".to_owned()),
        accent: None,
        logo: None,
        confidentiality: Some("Confidential".to_owned()),
    }
}

pub fn eid(n: u32) -> String {
    format!("e-{n:012x}")
}

pub fn pid(n: u32) -> PathId {
    PathId::new(format!("p-{n:012x}"))
}

pub fn evidence_ids(ids: &[u32]) -> Vec<EvidenceId> {
    ids.iter().map(|n| EvidenceId::new(eid(*n))).collect()
}

pub fn gap(what: &str, provider: &str, grant: &str, evidence: u32) -> Gap {
    Gap {
        what: what.to_owned(),
        why: "denied".to_owned(),
        needs: Some(Needs { provider: provider.to_owned(), grant: grant.to_owned() }),
        evidence: evidence_ids(&[evidence]),
    }
}
