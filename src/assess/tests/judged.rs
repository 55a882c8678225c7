use std::collections::BTreeSet;

use super::*;
use crate::analysis::{
    changes::{attributes::Judges, persons::Persons},
    tiers::Tiers,
};
use crate::controls::agents::Signatures;
use crate::report::{Capability, MatrixCell, Permitted, TestResult};

fn cell(assessment: &Assessment, tier: Tier, capability: Capability) -> MatrixCell {
    assessment.matrix.iter().find(|cell| cell.tier == tier && cell.capability == capability).unwrap().clone()
}

fn tier_row(tier: Tier) -> TierRow {
    TierRow { tier, kind: "resource".to_owned(), subject: "x".into(), basis: TierBasis::Asserted }
}

#[test]
fn a_cell_is_the_worst_over_its_tier_against_the_profile() {
    let (world, config) = (world(), Config::default());
    let mut given = inputs(&world, &config);
    given.agents = vec![agent("claude")];
    given.tiers = vec![tier_row(Tier::Production), tier_row(Tier::Dev)];
    given.paths = vec![
        path("p-1", "claude", ActionClass::Destroy, Tier::Production, Verdict::Closed),
        path("p-2", "claude", ActionClass::Destroy, Tier::Production, Verdict::Open),
        path("p-3", "claude", ActionClass::Write, Tier::Production, Verdict::Gated),
        path("p-4", "claude", ActionClass::Read, Tier::Production, Verdict::Open),
        path("p-5", "claude", ActionClass::Write, Tier::Dev, Verdict::Open),
        path("p-6", "claude", ActionClass::Destroy, Tier::Dev, Verdict::Possible),
    ];
    let judged = assemble(given);
    for (tier, capability, observed, allowed, outcome) in [
        (Tier::Production, Capability::Delete, Observation::Yes, Permitted::WithApproval, Outcome::Fail),
        (Tier::Production, Capability::Write, Observation::WithApproval, Permitted::WithApproval, Outcome::Pass),
        (Tier::Production, Capability::Read, Observation::Yes, Permitted::Yes, Outcome::Pass),
        (Tier::Production, Capability::Approve, Observation::Unknown, Permitted::No, Outcome::Unknown),
        (Tier::Dev, Capability::Write, Observation::Yes, Permitted::Yes, Outcome::Pass),
        (Tier::Dev, Capability::Delete, Observation::Possible, Permitted::WithApproval, Outcome::Unknown),
        (Tier::Dev, Capability::Read, Observation::No, Permitted::Yes, Outcome::Pass),
        (Tier::Sandbox, Capability::Delete, Observation::No, Permitted::Yes, Outcome::NotApplicable),
    ] {
        let found = cell(&judged, tier, capability);
        assert_eq!(
            (found.observed, found.allowed, found.outcome),
            (observed, allowed, outcome),
            "{tier} {capability:?}"
        );
    }
    assert_eq!(cell(&judged, Tier::Production, Capability::Delete).paths, [PathId::from("p-2")]);
}

#[test]
fn a_cell_about_which_not_enough_was_read_is_unknown_never_no() {
    let (mut dark, config) = (world(), Config::default());
    dark.accounts[0].stores = Observed::denied("aws", "rds:DescribeDBInstances", Vec::new());
    let mut given = inputs(&dark, &config);
    given.agents = vec![agent("claude")];
    let judged = assemble(given);
    assert!(judged.matrix.iter().all(|cell| cell.observed == Observation::Unknown && cell.outcome == Outcome::Unknown));
    assert_eq!(judged.matrix.len(), 16);

    let read = world();
    let mut given = inputs(&read, &config);
    given.agents = vec![agent("claude")];
    given.tiers = vec![tier_row(Tier::Production)];
    given.findings = vec![finding("agent_destroys_production", "app:claude", Outcome::Unknown, Severity::Critical)];
    let judged = assemble(given);
    assert_eq!(cell(&judged, Tier::Production, Capability::Delete).observed, Observation::Unknown);
    assert_eq!(cell(&judged, Tier::Production, Capability::Write).observed, Observation::No);
}

#[test]
fn a_criterion_shows_its_tests_points_and_what_was_not_tested() {
    let (world, config) =
        (world(), config("[soc2]\ncategories = [\"security\"]\ntype = 2\nfrom = 2026-01-01\nto = 2026-12-31\n"));
    let mut given = inputs(&world, &config);
    given.findings = vec![
        finding("review_required", "a", Outcome::Pass, Severity::Critical),
        finding("review_required", "b", Outcome::Fail, Severity::Critical),
        finding("review_required", "c", Outcome::Unknown, Severity::Critical),
        finding("checks_not_required", "a", Outcome::Unknown, Severity::Medium),
        finding("environment_ungated", "a", Outcome::NotApplicable, Severity::Critical),
        finding("signoff_not_named", "acme", Outcome::Pass, Severity::Medium),
    ];
    let judged = assemble(given);
    let criterion = judged.criteria.iter().find(|criterion| criterion.id.as_str() == "CC8.1").unwrap();
    let test = |check: &str| criterion.tests.iter().find(|test| test.check.as_str() == check).unwrap();
    let review = test("review_required");
    assert_eq!((review.tested, review.exceptions, review.not_determinable), (3, 1, 1));
    assert_eq!(review.result, TestResult::Exception);
    assert_eq!((review.kind.as_str(), review.as_of.as_str()), ("config", "2026-11-25T03:30:00Z"));
    assert_eq!(test("checks_not_required").result, TestResult::NotDeterminable);
    assert_eq!(test("environment_ungated").result, TestResult::NotTested);
    let signed = test("signoff_not_named");
    assert_eq!(signed.result, TestResult::NoException);
    assert_eq!((signed.kind.as_str(), signed.as_of.as_str()), ("population", "2026-01-01 to 2026-11-25"));
    assert!(criterion.points_of_focus.touched.contains(&"8: changes are approved".to_owned()));
    assert!(criterion.points_of_focus.untouched.contains(&"9".to_owned()), "releases were not tested");
    assert!(!criterion.points_of_focus.untouched.contains(&"8".to_owned()));
    assert!(criterion.not_tested.contains(&"A person releases to production: nothing was tested.".to_owned()));
    let scope = |id: &str| judged.criteria.iter().find(|one| one.id.as_str() == id).unwrap().in_scope;
    assert!(scope("CC8.1") && !scope("A1.2"), "availability is not in the scope of this examination");
    let bare = judged.criteria.iter().find(|one| one.id.as_str() == "CC2.2").unwrap();
    assert_eq!(bare.not_tested, ["No check touches this criterion."]);
    let sources = judged.criteria.iter().find(|one| one.id.as_str() == "CC2.1").unwrap();
    assert_eq!(sources.points_of_focus.untouched.last().map(String::as_str), Some("7 of 9 others"));
}

#[test]
fn a_population_is_read_where_it_is_drawn_in_full_and_says_why_it_is_not() {
    let world = world();
    let told = |text: &str, world: &World| {
        let config = config(text);
        let (signatures, persons) = (Signatures::built_in().unwrap(), Persons::of(&config));
        let judges = Judges { signatures: &signatures, persons: &persons };
        let mut given = inputs(world, &config);
        given.examined = Examined::of(world, &config, judges, &Tiers::new(&config, &[]));
        let criteria = assemble(given).criteria;
        criteria.into_iter().flat_map(|criterion| criterion.populations).collect::<BTreeSet<String>>()
    };
    let period = "[soc2]\ncategories = [\"security\"]\ntype = 2\nfrom = 2026-10-01\nto = 2026-12-31\n";
    let emergency = "[emergency]\nlabels = [\"emergency\"]\n";
    let read = told(&format!("{period}{emergency}"), &world);
    for row in [
        "P01 Changes to each production branch: read",
        "P02 Deployments to production: read",
        "P03 Direct pushes, bypasses and force pushes: read",
        "P04 Emergency changes: read",
        "P06 Principals that can write or delete production data: read",
        "P07 Access granted and revoked in the period: not read by this version",
        "P09 Approvals of production environments: read",
        "P10 Destructive API calls by roles that agents reach: not read by this version",
        "P11 Alerts and incidents that touch agents: a list that management hands to `ambit changes`",
        "P12 Backups and restore tests: read",
        "P13 Access reviews performed: a list that management hands to `ambit changes`",
        "P14 Agents and apps installed and changes of their permissions: not read in full: audit log shows 0 of 56 days",
    ] {
        assert!(read.contains(row), "{row} is not among {read:#?}");
    }

    let mut dark = world.clone();
    dark.forge = Observed::denied("github", "organisation: read", Vec::new());
    dark.accounts.clear();
    for row in told(&format!("{period}{emergency}"), &dark) {
        assert!(!row.ends_with(": read"), "{row} though nothing was read");
    }
    for row in told("", &world) {
        assert!(!row.ends_with(": read") || row.starts_with("P06") || row.starts_with("P12"), "{row} of no period");
    }
}

#[test]
fn every_criterion_of_the_framework_is_there() {
    let (world, config) = (world(), Config::default());
    let judged = assemble(inputs(&world, &config));
    let ids: Vec<&str> = judged.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "CC1.3", "CC1.5", "CC2.1", "CC2.2", "CC2.3", "CC3.1", "CC3.2", "CC3.3", "CC3.4", "CC4.1", "CC4.2", "CC5.1",
            "CC5.2", "CC5.3", "CC6.1", "CC6.2", "CC6.3", "CC6.6", "CC6.7", "CC6.8", "CC7.1", "CC7.2", "CC7.3", "CC7.4",
            "CC7.5", "CC8.1", "CC9.1", "CC9.2", "A1.2", "A1.3",
        ]
    );
}

#[test]
fn the_headline_leads_with_the_worst_and_says_what_else() {
    let (world, config) = (world(), Config::default());
    let mut given = inputs(&world, &config);
    given.agents = vec![agent("claude"), agent("devin")];
    let mut maybe = path("p-3", "devin", ActionClass::Destroy, Tier::Production, Verdict::Possible);
    maybe.unless = vec!["an SCP that we may not read forbids it".to_owned()];
    maybe.sentence = "devin can delete it, unless an SCP that we may not read forbids it.".to_owned();
    let mut vague = path("p-0", "devin", ActionClass::Destroy, Tier::Production, Verdict::Possible);
    vague.unless = vec!["secret KEY does not allow it".to_owned()];
    given.paths = vec![
        vague,
        path("p-1", "claude", ActionClass::Read, Tier::Production, Verdict::Open),
        path("p-2", "claude", ActionClass::Destroy, Tier::Production, Verdict::Open),
        maybe,
        path("p-4", "claude", ActionClass::Destroy, Tier::Sandbox, Verdict::Open),
        path("p-5", "claude", ActionClass::Write, Tier::Production, Verdict::Closed),
    ];
    let mut unknown = finding("review_required", "a", Outcome::Unknown, Severity::High);
    unknown.needs = vec![gap("branch rules", "repository administration: read")];
    given.findings = vec![unknown];
    let headline = assemble(given).headline;
    assert_eq!(headline.sentence, "claude can do Destroy by p-2.");
    assert_eq!(headline.path, Some("p-2".into()));
    assert_eq!((headline.open, headline.possible, headline.gated, headline.closed), (2, 2, 0, 1));
    assert_eq!(
        headline.lines,
        [
            "1 of 2 agents reaches 2 things of production with no human in between, by 2 of 5 ways looked at.",
            "devin can delete it, unless an SCP that we may not read forbids it. 1 more way hangs on what could not be read.",
            "Grant github repository administration: read to settle 1 of 1 findings that could not be told.",
        ]
    );
}

#[test]
fn nothing_found_is_never_overclaimed() {
    let (mut dark, config) = (world(), Config::default());
    assert_eq!(assemble(inputs(&dark, &config)).headline.sentence, "No coding agent was found in what was read.");
    dark.accounts.clear();
    dark.cloud_skipped = Some("--no-aws".to_owned());
    let mut given = inputs(&dark, &config);
    given.agents = vec![agent("claude")];
    assert_eq!(
        assemble(given).headline.sentence,
        "No way from the one agent to production was found in what was read; not read: AWS accounts."
    );
}

#[test]
fn few_changes_close_most_paths_first() {
    let (world, config) = (world(), Config::default());
    let mut given = inputs(&world, &config);
    let mut paths: Vec<ReachPath> = (1..=4)
        .map(|n| path(&format!("p-{n}"), "claude", ActionClass::Destroy, Tier::Production, Verdict::Open))
        .collect();
    paths[0].closed_by = vec![remedy("narrow", 5), remedy("wide", 30)];
    paths[1].closed_by = vec![remedy("wide", 30)];
    paths[2].closed_by = vec![remedy("wide", 30), remedy("slow", 90), remedy("quick", 10)];
    paths[3].closed_by = vec![remedy("slow", 90), remedy("quick", 10)];
    paths.push(path("p-5", "claude", ActionClass::Destroy, Tier::Production, Verdict::Closed));
    paths[4].closed_by = vec![remedy("done", 1)];
    given.paths = paths;
    let mut on_paths = finding("agent_destroys_production", "app:claude", Outcome::Fail, Severity::Critical);
    on_paths.paths = vec!["p-1".into(), "p-2".into()];
    let mut own = finding("two_factor_not_required", "acme", Outcome::Fail, Severity::High);
    own.remedies = vec![remedy("second_factor", 15)];
    let mut passed = finding("trail_missing", "prod", Outcome::Pass, Severity::High);
    passed.remedies = vec![remedy("never", 1)];
    given.findings = vec![on_paths, own, passed];
    let changes = assemble(given).changes;
    let shown: Vec<(&str, Vec<&str>, Vec<&str>)> = changes
        .iter()
        .map(|change| {
            (
                change.remedy.id.as_str(),
                change.paths.iter().map(PathId::as_str).collect(),
                change.findings.iter().map(FindingId::as_str).collect(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("wide", vec!["p-1", "p-2", "p-3"], vec!["f-agent_destroys_production-app:claude"]),
            ("quick", vec!["p-4"], vec![]),
            ("second_factor", vec![], vec!["f-two_factor_not_required-acme"]),
        ]
    );
}

#[test]
fn never_more_than_five_changes() {
    let (world, config) = (world(), Config::default());
    let mut given = inputs(&world, &config);
    given.paths = (0..9)
        .map(|n| {
            let mut path = path(&format!("p-{n}"), "claude", ActionClass::Destroy, Tier::Production, Verdict::Open);
            path.closed_by = vec![remedy(&format!("r{n}"), 5)];
            path
        })
        .collect();
    assert_eq!(assemble(given).changes.len(), 5);
}
