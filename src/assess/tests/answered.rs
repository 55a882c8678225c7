use super::*;

const PRODUCTION: [&str; 4] =
    ["agent_destroys_production", "agent_writes_production", "agent_changes_guardrail", "agent_removes_recovery"];

fn passes(checks: &[&str]) -> Vec<Finding> {
    checks.iter().map(|check| finding(check, "app:claude", Outcome::Pass, Severity::Critical)).collect()
}

fn modifiable(change: impl FnOnce(&mut Inputs<'_>)) -> (AnswerKind, String) {
    let (world, config) = (world(), Config::default());
    let mut given = inputs(&world, &config);
    given.agents = vec![agent("claude")];
    given.findings = passes(&PRODUCTION);
    given.paths = vec![path("p-1", "claude", ActionClass::Destroy, Tier::Production, Verdict::Gated)];
    change(&mut given);
    answer(&assemble(given), "production_modifiable_now")
}

#[test]
fn agents_modify_production_only_when_a_path_is_open_and_do_not_only_when_all_was_read() {
    let (kind, said) = modifiable(|_| {});
    assert_eq!((kind, said.as_str()), (AnswerKind::No, "Each of 1 way looked at is closed or needs a person."));
    let (kind, said) = modifiable(|given| given.paths[0].verdict = Verdict::Open);
    assert_eq!(kind, AnswerKind::Yes);
    assert_eq!(said, "claude can do Destroy by p-1. 1 of 1 way looked at needs no human.");
    assert_eq!(modifiable(|given| given.paths[0].verdict = Verdict::Possible).0, AnswerKind::NotDeterminable);
    assert_eq!(modifiable(|given| given.findings[1].outcome = Outcome::Unknown).0, AnswerKind::NotDeterminable);
    assert_eq!(modifiable(|given| given.findings.clear()).0, AnswerKind::NotDeterminable, "nothing was tested");
    let reads = |given: &mut Inputs<'_>| {
        given.paths[0].class = ActionClass::Read;
        given.paths[0].verdict = Verdict::Open;
    };
    assert_eq!(modifiable(reads).0, AnswerKind::No, "reading modifies nothing");
}

#[test]
fn what_was_not_read_keeps_a_no_path_answer_open() {
    let (mut world, config) = (world(), Config::default());
    world.accounts[0].principals = Observed::denied("aws", "iam:GetAccountAuthorizationDetails", Vec::new());
    let mut given = inputs(&world, &config);
    given.findings = passes(&PRODUCTION);
    let judged = assemble(given);
    let found = judged.answers.iter().find(|one| one.id.as_str() == "production_modifiable_now").unwrap();
    assert_eq!(found.answer, AnswerKind::NotDeterminable);
    assert!(
        found.limits.iter().any(|limit| limit.contains("aws iam:GetAccountAuthorizationDetails would settle it")),
        "{:?}",
        found.limits
    );
}

fn rolled_back(drills: &[(DrillSubject, u32)], reverts: &[u32]) -> (AnswerKind, String) {
    let (world, config) = (world(), Config::default());
    let mut given = inputs(&world, &config);
    given.findings = vec![
        finding("backup_missing", "shop", Outcome::Pass, Severity::High),
        finding("deletion_unprotected", "shop", Outcome::Pass, Severity::High),
    ];
    given.drills = drills
        .iter()
        .map(|(subject, minutes)| Drill {
            subject: *subject,
            minutes: *minutes,
            at: "2026-11-20".to_owned(),
            evidence: vec!["e-9".into()],
        })
        .collect();
    given.reverts = reverts.iter().map(|minutes| Revert { minutes: *minutes, evidence: Vec::new() }).collect();
    answer(&assemble(given), "rollback_in_fifteen_minutes")
}

#[test]
fn fifteen_minutes_is_yes_only_from_a_clock_for_code_and_data_apart() {
    use DrillSubject::{RestoreOfData, RollbackOfCode};
    let (kind, said) = rolled_back(&[], &[]);
    assert_eq!(kind, AnswerKind::NotDeterminable, "settings alone never say how long");
    assert!(said.contains("Code: never timed. Data: never timed.") && said.contains("not how long it takes"), "{said}");
    assert_eq!(rolled_back(&[(RollbackOfCode, 9)], &[]).0, AnswerKind::Partial);
    assert_eq!(rolled_back(&[], &[4, 15]).0, AnswerKind::Partial);
    assert_eq!(rolled_back(&[(RestoreOfData, 12)], &[4, 15]).0, AnswerKind::Yes);
    assert_eq!(rolled_back(&[(RestoreOfData, 12)], &[4, 16]).0, AnswerKind::Partial);
    assert_eq!(rolled_back(&[(RestoreOfData, 90)], &[16]).0, AnswerKind::No);
    assert_eq!(rolled_back(&[(DrillSubject::Detection, 2)], &[]).0, AnswerKind::NotDeterminable);
}

#[test]
fn detection_is_a_measured_time() {
    let (world, config) = (world(), Config::default());
    let mut given = inputs(&world, &config);
    assert_eq!(answer(&assemble(inputs(&world, &config)), "rogue_action_detected").0, AnswerKind::NotDeterminable);
    given.drills = vec![Drill {
        subject: DrillSubject::Detection,
        minutes: 7,
        at: "2026-11-20".to_owned(),
        evidence: vec!["e-9".into()],
    }];
    let judged = assemble(given);
    assert_eq!(
        answer(&judged, "rogue_action_detected"),
        (AnswerKind::Yes, "Detected in 7 minutes in the slowest of 1 drill (2026-11-20).".to_owned())
    );
}

fn signed(sign_off: Option<SignOff>) -> (AnswerKind, String) {
    let (world, config) = (world(), config("[people.anna]\nname = \"Anna Ek\"\naccounts = [\"github:anna\"]\n"));
    let mut given = inputs(&world, &config);
    given.sign_off = sign_off;
    answer(&assemble(given), "signoff_on_output")
}

#[test]
fn who_signs_off_names_persons_and_shares() {
    let persons = vec![("anna".to_owned(), 12), ("ben".to_owned(), 5)];
    let base = SignOff { persons, total: 20, approved: 17, complete: true, ..SignOff::default() };
    assert_eq!(
        signed(Some(base.clone())),
        (
            AnswerKind::Partial,
            "Of 20 merged changes with an agent's mark, 17 had the approval of an independent person: Anna Ek 12 of 20, \
             ben (assumed human) 5 of 20; 3 had none."
                .to_owned()
        )
    );
    assert_eq!(signed(Some(SignOff { approved: 20, ..base.clone() })).0, AnswerKind::Yes);
    assert_eq!(signed(Some(SignOff { approved: 20, complete: false, ..base.clone() })).0, AnswerKind::Partial);
    assert_eq!(signed(Some(SignOff { approved: 19, unread: 1, ..base.clone() })).0, AnswerKind::Partial);
    assert_eq!(signed(Some(SignOff { persons: Vec::new(), approved: 0, ..base.clone() })).0, AnswerKind::No);
    assert_eq!(
        signed(Some(SignOff { persons: Vec::new(), approved: 0, unread: 20, ..base })).0,
        AnswerKind::NotDeterminable
    );
    assert_eq!(signed(Some(SignOff { complete: true, ..SignOff::default() })).0, AnswerKind::NotDeterminable);
    assert_eq!(signed(None).0, AnswerKind::NotDeterminable);
}

#[test]
fn a_buyer_gets_numbers_and_no_names() {
    let (world, config) = (world(), Config::default());
    let mut given = inputs(&world, &config);
    given.agents = vec![agent("claude")];
    given.paths = vec![path("p-1", "claude", ActionClass::Destroy, Tier::Production, Verdict::Open)];
    given.findings = vec![finding("agent_without_owner", "acme/secret-repo", Outcome::Fail, Severity::Medium)];
    given.findings[0].needs = vec![gap("rules of acme/secret-repo", "repository administration: read")];
    given.sign_off = Some(SignOff {
        persons: vec![("anna".to_owned(), 2)],
        total: 2,
        approved: 2,
        complete: true,
        ..SignOff::default()
    });
    let mut unknown = finding("trail_missing", "acme/secret-repo", Outcome::Unknown, Severity::Medium);
    unknown.needs = given.findings[0].needs.clone();
    given.findings.push(unknown);
    let judged = assemble(given);
    for answer in judged.answers.iter().filter(|answer| answer.id.as_str().starts_with("buyer_")) {
        let said = format!("{} {}", answer.statement, answer.limits.join(" "));
        for name in ["secret-repo", "claude", "anna", "arn:", "shop-prod"] {
            assert!(!said.contains(name), "{}: {said}", answer.id);
        }
    }
    assert_eq!(answer(&judged, "buyer_07_delete_production_data").0, AnswerKind::Yes);
    let trail = judged.answers.iter().find(|one| one.id.as_str() == "buyer_26_actions_attributable").unwrap();
    assert_eq!(trail.limits, ["1 thing not read", "a grant is missing: github repository administration: read"]);
}

#[test]
fn every_question_has_one_answer_and_what_nothing_reads_says_what_would() {
    let (world, config) = (world(), Config::default());
    let judged = assemble(inputs(&world, &config));
    assert_eq!(judged.answers.len(), 42 + 4 + 3);
    assert!(judged.answers.iter().all(|answer| answer.as_of == "2026-11-25T03:30:00Z" && !answer.statement.is_empty()));
    let (kind, said) = answer(&judged, "buyer_34_kill_switch");
    assert_eq!(kind, AnswerKind::NotDeterminable);
    assert!(said.contains("What would: A drill"), "{said}");
    let (kind, said) = answer(&judged, "buyer_42_not_checked");
    assert_eq!(kind, AnswerKind::Yes);
    assert!(said.starts_with("11 of 12 requests were answered"), "{said}");
}

#[test]
fn some_without_exception_is_partial_and_manual_is_not_determinable() {
    let (world, config) = (world(), Config::default());
    let ask = |outcomes: &[Outcome]| {
        let mut given = inputs(&world, &config);
        given.findings = outcomes
            .iter()
            .enumerate()
            .map(|(n, outcome)| finding("checks_not_required", &n.to_string(), *outcome, Severity::Medium))
            .collect();
        answer(&assemble(given), "buyer_21_checks_required").0
    };
    assert_eq!(ask(&[Outcome::Pass, Outcome::Pass]), AnswerKind::Yes);
    assert_eq!(ask(&[Outcome::Pass, Outcome::Fail]), AnswerKind::Partial);
    assert_eq!(ask(&[Outcome::Fail, Outcome::Unknown]), AnswerKind::No);
    assert_eq!(ask(&[Outcome::Pass, Outcome::Unknown]), AnswerKind::NotDeterminable);
    assert_eq!(ask(&[Outcome::Pass, Outcome::Manual]), AnswerKind::NotDeterminable);
    assert_eq!(ask(&[Outcome::NotApplicable]), AnswerKind::NotDeterminable);
    assert_eq!(ask(&[]), AnswerKind::NotDeterminable);
}

#[test]
fn an_agent_under_a_persons_login_has_no_identity_of_its_own() {
    let (world, config) = (world(), Config::default());
    let ask = |kinds: &[AgentKind], dark: bool| {
        let mut given = inputs(&world, &config);
        given.agents = kinds.iter().map(|kind| Agent { kind: *kind, ..agent("a") }).collect();
        let outcome = if dark { Outcome::Unknown } else { Outcome::Pass };
        given.findings = vec![finding("agent_attribution_missing", "acme/shop", outcome, Severity::Low)];
        answer(&assemble(given), "buyer_03_own_identity")
    };
    let (kind, said) = ask(&[AgentKind::App, AgentKind::Person], false);
    assert_eq!(kind, AnswerKind::Partial);
    assert_eq!(said, "1 of 2 agents acts under an identity of its own, 1 under an employee's.");
    assert_eq!(ask(&[AgentKind::App], false).0, AnswerKind::Yes);
    assert_eq!(ask(&[AgentKind::App], true).0, AnswerKind::NotDeterminable);
    assert_eq!(ask(&[AgentKind::Person], true).0, AnswerKind::No);
    assert_eq!(ask(&[], false).0, AnswerKind::NotDeterminable);
}

#[test]
fn a_question_about_the_branch_looks_at_pushes_alone() {
    let (world, config) = (world(), Config::default());
    let ask = |action: &str| {
        let mut given = inputs(&world, &config);
        given.findings = passes(&["review_required", "agent_may_bypass", "agent_writes_production"]);
        given.paths = vec![path("p-1", "claude", ActionClass::Write, Tier::Production, Verdict::Open)];
        given.paths[0].action = action.to_owned();
        answer(&assemble(given), "buyer_06_write_production_branch").0
    };
    assert_eq!(ask("git:push"), AnswerKind::Yes);
    assert_eq!(ask("dynamodb:PutItem"), AnswerKind::No);
}
