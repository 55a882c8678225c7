use super::*;

const FINDINGS: [(&str, Outcome); 2] = [("a", Outcome::Fail), ("b", Outcome::Fail)];

fn judged(text: &str) -> Assessment {
    let (world, config) = (world(), config(text));
    let mut given = inputs(&world, &config);
    given.findings =
        FINDINGS.map(|(subject, outcome)| finding("review_required", subject, outcome, Severity::Critical)).to_vec();
    assemble(given)
}

fn accept(finding: &str, rest: &str) -> String {
    format!("[[accept]]\nfinding = \"{finding}\"\nreason = \"migration\"\n{rest}\n")
}

const SOUND: &str = "owner = \"anna\"\napprover = \"ben\"\nuntil = 2026-11-25";

#[test]
fn an_accepted_finding_keeps_its_outcome_and_no_longer_decides_the_code() {
    let one = judged(&format!("{}[people.anna]\nname = \"Anna Ek\"\n", accept("f-review_required-a", SOUND)));
    assert_eq!(one.findings[0].outcome, Outcome::Fail);
    assert_eq!(one.findings[0].accepted.as_ref().map(|accepted| accepted.owner.as_str()), Some("Anna Ek"));
    assert_eq!(exit_code(&one), 3, "the other one still fails");
    let both = accept("f-review_required-a", SOUND) + &accept("f-review_required-b", SOUND);
    assert_eq!(exit_code(&judged(&both)), 0);
    assert_eq!(exit_code(&judged("")), 3);
}

#[test]
fn an_unsound_acceptance_is_a_finding_and_changes_nothing() {
    for (rest, id, why) in [
        ("owner = \"anna\"\napprover = \"ben\"\nuntil = 2026-11-24", "f-review_required-a", "which is past"),
        ("approver = \"ben\"\nuntil = 2027-01-01", "f-review_required-a", "without an owner"),
        ("owner = \"anna\"\nuntil = 2027-01-01", "f-review_required-a", "without an approver"),
        (SOUND, "f-none", "which this run does not have"),
    ] {
        let judged = judged(&accept(id, rest));
        assert!(judged.findings.iter().all(|finding| finding.accepted.is_none()), "{why}");
        let own = judged.findings.iter().find(|finding| finding.check.as_str() == "acceptance_unsound").unwrap();
        assert_eq!(own.outcome, Outcome::Fail);
        assert!(own.statement.starts_with("ambit.toml:1 ") && own.statement.contains(why), "{}", own.statement);
        let row = judged.assertions.iter().find(|assertion| assertion.kind == "accept").unwrap();
        assert!(!row.followed, "{why}");
        assert!(judged.checks.iter().any(|check| check.id == own.check), "its check is in the catalogue");
    }
}

#[test]
fn a_response_names_owner_and_date_and_needs_its_finding() {
    let text = "[[response]]\nfinding = \"f-review_required-b\"\nowner = \"anna\"\ndue = 2026-12-24\nresponse = \"in work\"\n\
                [[response]]\nfinding = \"f-none\"\n";
    let judged = judged(text);
    let answered = &judged.findings[1];
    assert_eq!(
        (answered.owner.as_deref(), answered.due.as_deref(), answered.response.as_deref()),
        (Some("anna"), Some("2026-12-24"), Some("in work"))
    );
    assert!(judged.findings.iter().any(|finding| finding.statement.contains("ambit.toml:6 answers f-none")));
    assert_eq!(exit_code(&judged), 3, "a response closes nothing");
}

#[test]
fn what_could_not_be_told_gives_four_unless_scope_left_it_out() {
    let (world, plain) = (world(), Config::default());
    let mut given = inputs(&world, &plain);
    given.findings = vec![finding("review_required", "acme/legacy@main", Outcome::Unknown, Severity::Critical)];
    let unknown = given.findings.clone();
    assert_eq!(exit_code(&assemble(given)), 4);
    let excluded = config("[[scope.exclude]]\nwhat = \"acme/legacy\"\nreason = \"archived\"\n");
    let mut given = inputs(&world, &excluded);
    given.findings = unknown.clone();
    assert_eq!(exit_code(&assemble(given)), 0);
    let mut given = inputs(&world, &plain);
    given.findings = unknown;
    given.findings.push(finding("review_required", "acme/shop@main", Outcome::Fail, Severity::High));
    let both = assemble(given);
    assert_eq!(both.exit_reasons.iter().map(|reason| reason.code).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(exit_code(&both), 3);
    assert_eq!(both.exit_reasons[0].reason, "1 of 2 findings fails at or above high");
    let mut given = inputs(&world, &plain);
    given.findings = vec![finding("review_required", "acme/shop@main", Outcome::Fail, Severity::Medium)];
    assert_eq!(exit_code(&assemble(given)), 0, "below the threshold");
}

#[test]
fn everything_asserted_stands_in_the_report_with_its_line() {
    let text = "[tiers.production]\nbranches = [\"main\"]\ntags = { env = [\"prod\"] }\n[[agent]]\nname = \"Claude\"\nkind = \"app\"\n\
                [soc2]\ncategories = [\"security\"]\ntype = 1\n[[scope.exclude]]\nwhat = \"acme/old\"\nreason = \"gone\"\n\
                [people.bot]\nname = \"Bo\"\naccounts = [\"github:Builder\"]\n";
    let (mut world, config) = (world(), config(text));
    if let crate::model::observed::Reading::Known { value, .. } = &mut world.forge.reading {
        value.members = known(vec![crate::model::actor::Account {
            id: 7,
            login: "builder".to_owned(),
            kind: crate::model::actor::AccountKind::Bot,
        }]);
    }
    let judged = assemble(inputs(&world, &config));
    let said: Vec<String> = judged
        .assertions
        .iter()
        .map(|row| format!("{} {} {} {}", row.source, row.kind, row.followed, row.statement))
        .collect();
    assert_eq!(
        said,
        [
            "ambit.toml:2 tiers true branches `main` belong to production",
            "ambit.toml:3 tiers true what is tagged `env` `prod` belongs to production",
            "ambit.toml:10 scope true `acme/old` is out of scope: gone",
            "ambit.toml:4 agent true `Claude` is an agent (app), without an owner, approved by nobody",
            "ambit.toml:15 people false `github:Builder` is Bo (bot), but GitHub says that the account is a bot's",
            "ambit.toml:7 soc2 true SOC 2 type 1, categories: security",
        ]
    );
}
