//! The findings, criteria and answers of the hand-written report.

use ambit::{model::id::FindingId, report::*};

use super::fixture::{evidence_ids, gap, pid};
use super::fixture_paths::remedies;

type CheckDraft = (&'static str, &'static str, &'static str, Severity, Mode, &'static str);

const CHECKS: &[CheckDraft] = &[
    (
        "agent_bypasses_ruleset",
        "No agent bypasses the rules of a production branch",
        "access",
        Severity::Critical,
        Mode::ApprovalBypass,
        "approval_before_production",
    ),
    (
        "oidc_subject_exact",
        "Deploy roles trust one exact subject",
        "isolation",
        Severity::High,
        Mode::PrivilegeEscalation,
        "least_privilege",
    ),
    (
        "environment_reviewers",
        "Production environments ask for a person",
        "gates",
        Severity::High,
        Mode::ApprovalBypass,
        "approval_before_production",
    ),
    (
        "deletion_protection",
        "Production data stores refuse deletion",
        "recovery",
        Severity::High,
        Mode::PrivilegeEscalation,
        "recoverability",
    ),
    (
        "secret_scope",
        "No secret serves two tiers",
        "isolation",
        Severity::High,
        Mode::EnvironmentConfusion,
        "tier_separation",
    ),
    (
        "shared_runner",
        "Agents and deployments share no runner",
        "isolation",
        Severity::Medium,
        Mode::EnvironmentConfusion,
        "tier_separation",
    ),
    (
        "trail_on",
        "Every account records management events",
        "trail",
        Severity::Medium,
        Mode::ApprovalBypass,
        "audit_trail",
    ),
    ("agent_owner", "Every agent has an owner", "access", Severity::Low, Mode::PrivilegeEscalation, "ownership"),
    (
        "backup_retention",
        "Backups are kept 7 days or longer",
        "recovery",
        Severity::Medium,
        Mode::PrivilegeEscalation,
        "recoverability",
    ),
    (
        "rollback_rehearsed",
        "Rollback was rehearsed and timed",
        "recovery",
        Severity::Medium,
        Mode::ApprovalBypass,
        "recoverability",
    ),
];

pub fn checks() -> Vec<Check> {
    CHECKS
        .iter()
        .map(|(id, title, family, severity, mode, objective)| Check {
            id: (*id).into(),
            title: (*title).to_owned(),
            family: (*family).to_owned(),
            severity: *severity,
            mode: *mode,
            objective: (*objective).into(),
            page: format!("{title}.\n\nFails when what was read shows otherwise."),
        })
        .collect()
}

const SUBJECTS: &[&str] = &[
    "acme/shop@main",
    "role deploy-prod",
    "acme/shop production",
    "database shop-prod",
    "PROD_AWS_KEY",
    "acme/billing@main",
    "acme/legacy@master",
    "table orders-prod",
];

pub fn fid(n: usize) -> FindingId {
    FindingId::new(format!("f-{n:012x}"))
}

pub fn findings(count: usize) -> Vec<Finding> {
    (1..=count).map(finding).collect()
}

fn finding(n: usize) -> Finding {
    let (check, _, _, severity, mode, _) = CHECKS[(n - 1) % CHECKS.len()];
    let subject = SUBJECTS[(n * 3 + n / 8) % SUBJECTS.len()];
    let outcome = match (check, n % 7) {
        ("rollback_rehearsed", _) => Outcome::Manual,
        (_, 0) => Outcome::Unknown,
        (_, 1 | 3) => Outcome::Fail,
        (_, 6) if n == 13 => Outcome::NotApplicable,
        _ => Outcome::Pass,
    };
    let failed = outcome == Outcome::Fail;
    Finding {
        id: fid(n),
        check: check.into(),
        outcome,
        severity,
        mode,
        subject: subject.into(),
        statement: statement(check, outcome, subject),
        evidence: evidence_ids(&[1 + (n as u32 % 12), 2 + (n as u32 % 12)]),
        needs: if outcome == Outcome::Unknown { vec![unknown(n)] } else { Vec::new() },
        paths: if failed { vec![pid(1)] } else { Vec::new() },
        remedies: if failed { vec![remedies()[n % 4].clone()] } else { Vec::new() },
        location: (failed && n % 2 == 1).then(|| Location {
            repository: "acme/shop".to_owned(),
            path: ".github/workflows/deploy.yml".to_owned(),
            line: Some(12 + n % 40),
        }),
        owner: failed.then(|| "Ben Oduya".to_owned()),
        due: failed.then(|| "2026-12-15".to_owned()),
        response: (n == 3).then(|| "Reviewers will be required from 2026-12-01.".to_owned()),
        accepted: (n == 17).then(|| Accepted {
            reason: "acme/legacy is frozen and will be archived".to_owned(),
            owner: "Ola Lund".to_owned(),
            approver: "Anna Berg".to_owned(),
            compensating_control: Some("branch locked".to_owned()),
            until: "2026-12-31".to_owned(),
        }),
    }
}

fn unknown(n: usize) -> ambit::model::observed::Gap {
    match n % 2 {
        0 => gap("service control policies above account 491820013377", "aws", "organizations:DescribePolicy", 19),
        _ => gap("bypass actors of ruleset 77 on acme/billing", "github", "repository administration: write", 21),
    }
}

fn statement(check: &str, outcome: Outcome, subject: &str) -> String {
    match (check, outcome) {
        ("agent_bypasses_ruleset", Outcome::Fail) => format!(
            "claude stands on the bypass list of the ruleset that protects {subject}, so its changes need no review."
        ),
        ("oidc_subject_exact", Outcome::Fail) => {
            format!("The trust policy behind {subject} accepts repo:acme/*: any of 23 repositories can deploy.")
        }
        ("environment_reviewers", Outcome::Fail) => {
            format!("Deployments through {subject} wait for nobody: 0 required reviewers.")
        }
        (_, Outcome::Fail) => format!("{subject} does not meet it: what was read shows the contrary."),
        (_, Outcome::Unknown) => format!("Whether {subject} meets it could not be told from what was read."),
        (_, Outcome::Manual) => {
            format!("When the rollback of {subject} was last rehearsed, and how long it took, only a person can say.")
        }
        (_, Outcome::NotApplicable) => {
            format!("{subject} has nothing that this check looks at; the whole list was read.")
        }
        _ => format!("{subject} meets it in what was read."),
    }
}

pub fn criteria() -> Vec<Criterion> {
    let titles = [
        ("CC1.3", "Who owns and approves what agents do"),
        ("CC6.1", "Logical access is restricted to what each identity needs"),
        ("CC6.3", "Access follows roles and is separated by duty"),
        ("CC6.6", "Boundaries keep out what is outside"),
        ("CC7.2", "Anomalies are monitored"),
        ("CC7.4", "Incidents are answered"),
        ("CC8.1", "Changes are authorised, tested and approved"),
        ("A1.2", "Recovery infrastructure is in place"),
    ];
    titles.iter().enumerate().map(|(n, (id, title))| criterion(n, id, title)).collect()
}

fn criterion(n: usize, id: &str, title: &str) -> Criterion {
    let results = [TestResult::Exception, TestResult::NoException, TestResult::NotDeterminable, TestResult::NotTested];
    let tests = (0..if n == 3 { 0 } else { 1 + n % 3 })
        .map(|t| {
            let (check, check_title, _, _, _, objective) = CHECKS[(n + t * 3) % CHECKS.len()];
            let result = results[(n + t) % 4];
            CriterionTest {
                objective: objective.into(),
                check: check.into(),
                title: check_title.to_owned(),
                result,
                kind: if t == 0 { "config" } else { "population" }.to_owned(),
                as_of: "2026-11-24T06:00:00Z".to_owned(),
                tested: if result == TestResult::NotTested { 0 } else { 23 },
                exceptions: if result == TestResult::Exception { 3 } else { 0 },
                not_determinable: if result == TestResult::NotDeterminable { 2 } else { 0 },
                findings: if result == TestResult::Exception { vec![fid(1), fid(3)] } else { Vec::new() },
            }
        })
        .collect();
    Criterion {
        id: id.into(),
        framework: "SOC 2 (TSC 2017, points of focus 2022)".to_owned(),
        title: title.to_owned(),
        in_scope: id != "A1.2",
        tests,
        points_of_focus: PointsOfFocus {
            touched: vec!["1".to_owned(), "3".to_owned()],
            untouched: vec!["2".to_owned(), "4".to_owned(), "5".to_owned()],
        },
        populations: if n.is_multiple_of(2) {
            vec!["merged pull requests, 2026-07-01 to 2026-11-24: held by this run".to_owned()]
        } else {
            Vec::new()
        },
        attested: vec!["Management reviews the list of agents each quarter.".to_owned()],
        not_tested: if n == 3 { vec!["No check of this version touches it.".to_owned()] } else { Vec::new() },
    }
}

pub fn answers() -> Vec<Answer> {
    let answer = |id: &str, question: &str, kind, statement: &str, limits: &[&str], owner: Option<&str>| Answer {
        id: id.into(),
        question: question.to_owned(),
        answer: kind,
        statement: statement.to_owned(),
        evidence: evidence_ids(&[1, 2, 5]),
        findings: vec![fid(1)],
        as_of: "2026-11-24T06:00:00Z".to_owned(),
        limits: limits.iter().map(|text| (*text).to_owned()).collect(),
        owner: owner.map(str::to_owned),
    };
    vec![
        answer(
            "modify_production",
            "Can agents modify production now?",
            AnswerKind::Yes,
            "Yes: 2 of 6 agents can, with no human in between; claude through role deploy-prod, ai-fix.yml through runner builder-1.",
            &["SCPs were not read."],
            Some("Anna Berg"),
        ),
        answer(
            "boundaries",
            "Can you demonstrate agent boundaries?",
            AnswerKind::Partial,
            "For 4 of 6 agents every production path is gated or closed by an enforced rule.",
            &["1 repository was not readable."],
            Some("Anna Berg"),
        ),
        answer(
            "failure",
            "What happens when an agent fails in production?",
            AnswerKind::Partial,
            "Deletion protection covers 3 of 5 production data stores; backups reach back 7 days on 4 of 5.",
            &[],
            None,
        ),
        answer(
            "rollback",
            "Can you roll back agent changes within 15 minutes?",
            AnswerKind::NotDeterminable,
            "No rollback was timed and no revert was measured in this run; settings alone cannot say.",
            &["Needs a timed drill or measured reverts, code and data apart."],
            None,
        ),
        answer(
            "sign_off",
            "Who signs off AI output?",
            AnswerKind::Partial,
            "Of 84 merged pull requests by claude, ben approved 41, dora 22, and 21 merged with no approval.",
            &["Accounts of type User are taken for persons."],
            Some("Ben Oduya"),
        ),
        answer(
            "trail",
            "Is there a trail for AI changes?",
            AnswerKind::Yes,
            "The organisation trail records management events in every Region with file validation.",
            &[],
            Some("Ola Lund"),
        ),
        answer(
            "detection",
            "How fast is a rogue action detected?",
            AnswerKind::NotDeterminable,
            "No alert rule was read in this run.",
            &["No log was analysed."],
            None,
        ),
    ]
}
