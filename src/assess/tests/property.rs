//! With less known, nothing gets better: the promise that the report rests on.

use proptest::prelude::*;

use super::*;
use crate::{
    controls::questions::Favourable,
    report::{Answer, TestResult},
};

const OUTCOMES: [Outcome; 6] =
    [Outcome::Fail, Outcome::Unknown, Outcome::Broken, Outcome::Manual, Outcome::Pass, Outcome::NotApplicable];
const VERDICTS: [Verdict; 4] = [Verdict::Open, Verdict::Possible, Verdict::Gated, Verdict::Closed];
const CLASSES: [ActionClass; 5] = [
    ActionClass::Read,
    ActionClass::Write,
    ActionClass::Destroy,
    ActionClass::Permissions,
    ActionClass::RemovesRecovery,
];

/// A row and whether the second run could not tell it.
type Row = (usize, usize, bool);

fn findings(rows: &[Row], lose: bool) -> Vec<Finding> {
    let checks = checks::all();
    let row = |(index, (check, outcome, lost)): (usize, &Row)| {
        let def = &checks[check % checks.len()];
        let mut outcome = OUTCOMES[outcome % OUTCOMES.len()];
        if lose && *lost && matches!(outcome, Outcome::Pass | Outcome::Fail) {
            outcome = Outcome::Unknown;
        }
        // Half of the rows are about the agent, as those of the checks over paths are.
        let subject = if index % 2 == 0 { "app:claude".to_owned() } else { format!("s{index}") };
        finding(def.id, &subject, outcome, def.severity)
    };
    rows.iter().enumerate().map(row).collect()
}

fn paths(rows: &[Row], lose: bool) -> Vec<ReachPath> {
    let row = |(index, (class, verdict, lost)): (usize, &Row)| {
        let verdict = if lose && *lost { Verdict::Possible } else { VERDICTS[verdict % VERDICTS.len()] };
        let tier = if index % 3 == 0 { Tier::Dev } else { Tier::Production };
        path(&format!("p-{index}"), "claude", CLASSES[class % CLASSES.len()], tier, verdict)
    };
    rows.iter().enumerate().map(row).collect()
}

fn judged(found: Vec<Finding>, reached: Vec<ReachPath>, lost_world: bool) -> Assessment {
    let (mut world, config) = (world(), Config::default());
    if lost_world {
        world.accounts[0].stores = Observed::denied("aws", "rds:DescribeDBInstances", Vec::new());
    }
    let mut given = inputs(&world, &config);
    given.findings = found;
    given.paths = reached;
    given.agents = vec![agent("claude")];
    given.tiers = vec![TierRow {
        tier: Tier::Production,
        kind: "resource".to_owned(),
        subject: "x".into(),
        basis: TierBasis::Asserted,
    }];
    assemble(given)
}

/// The good answer above a partial one, a partial one above everything else.
fn rank(answer: &Answer) -> u8 {
    let questions = CATALOGUE.questions.iter().flat_map(|set| &set.questions);
    let question = questions.into_iter().find(|question| question.id == answer.id.as_str()).unwrap();
    match (answer.answer, question.favourable) {
        (AnswerKind::Yes, Favourable::Yes) | (AnswerKind::No, Favourable::No) => 2,
        (AnswerKind::Partial, _) => 1,
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn less_known_is_never_better(
        rows in prop::collection::vec((0_usize..64, 0_usize..6, any::<bool>()), 0..24),
        ways in prop::collection::vec((0_usize..5, 0_usize..4, any::<bool>()), 0..8),
        lost_world in any::<bool>(),
    ) {
        let before = judged(findings(&rows, false), paths(&ways, false), false);
        let after = judged(findings(&rows, true), paths(&ways, true), lost_world);
        for (old, new) in before.answers.iter().zip(&after.answers) {
            prop_assert!(rank(new) <= rank(old), "{}: {:?} became {:?}", old.id, old.answer, new.answer);
        }
        for (old, new) in before.criteria.iter().zip(&after.criteria) {
            for (old, new) in old.tests.iter().zip(&new.tests) {
                let better = new.result == TestResult::NoException && old.result != TestResult::NoException;
                prop_assert!(!better, "{} of {}", new.check, old.objective);
            }
        }
        for (old, new) in before.matrix.iter().zip(&after.matrix) {
            let good = |cell: &crate::report::MatrixCell| matches!(cell.outcome, Outcome::Pass | Outcome::NotApplicable);
            prop_assert!(!good(new) || good(old), "{} {:?}", new.tier, new.capability);
        }
        prop_assert!(exit_code(&after) != 0 || exit_code(&before) == 0);
    }
}
