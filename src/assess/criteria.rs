//! Criteria of frameworks with the tests that touch them. Results are per test; the conclusion is the auditor's.

use crate::{
    controls::{
        catalogue::{Catalogue, CriterionRow, Framework, Population},
        config::{Category, Config, Soc2},
    },
    model::{
        id::{CheckId, CriterionId, ObjectiveId},
        world::World,
    },
    report::{Check, Criterion, CriterionTest, PointsOfFocus, TestResult},
};

use super::{
    Ledger, Tally, day,
    populations::{self, Examined},
};

pub(super) fn all(
    catalogue: &Catalogue,
    config: &Config,
    world: &World,
    examined: Option<&Examined>,
    checks: &[Check],
    ledger: Ledger<'_>,
) -> Vec<Criterion> {
    let bench = Bench { catalogue, soc2: config.soc2.as_ref(), world, examined, checks, ledger };
    let rows = |framework: &'_ Framework| -> Vec<Criterion> {
        framework.criteria.iter().map(|row| bench.criterion(framework, row)).collect()
    };
    catalogue.frameworks.iter().flat_map(rows).collect()
}

struct Bench<'a> {
    catalogue: &'a Catalogue,
    soc2: Option<&'a Soc2>,
    world: &'a World,
    examined: Option<&'a Examined>,
    checks: &'a [Check],
    ledger: Ledger<'a>,
}

impl Bench<'_> {
    fn criterion(&self, framework: &Framework, row: &CriterionRow) -> Criterion {
        let tests: Vec<CriterionTest> = row.objectives.iter().flat_map(|objective| self.tests(objective)).collect();
        Criterion {
            id: CriterionId::from(row.id.as_str()),
            framework: framework.id.clone(),
            title: row.title.clone(),
            in_scope: self.in_scope(row.category),
            points_of_focus: points(row, &tests),
            populations: row.populations.iter().map(|id| self.population(id)).collect(),
            attested: row.attested.clone(),
            not_tested: self.not_tested(row, &tests),
            tests,
        }
    }

    /// Security always; another category only when `[soc2]` names it.
    fn in_scope(&self, category: Category) -> bool {
        category == Category::Security || self.soc2.is_some_and(|soc2| soc2.categories.contains(&category))
    }

    fn tests(&self, objective: &str) -> Vec<CriterionTest> {
        let serving = self.checks.iter().filter(|check| check.objective.as_str() == objective);
        serving.map(|check| self.test(check)).collect()
    }

    fn test(&self, check: &Check) -> CriterionTest {
        let tally = Tally::of(self.ledger.of_check(check.id.as_str()));
        let operates = self.catalogue.populations.iter().any(|population| tests_over(population, &check.id));
        CriterionTest {
            objective: ObjectiveId::new(check.objective.as_str()),
            check: check.id.clone(),
            title: check.title.clone(),
            result: result(tally),
            kind: if operates { "population" } else { "config" }.to_owned(),
            as_of: self.as_of(operates),
            tested: tally.total(),
            exceptions: tally.fail,
            not_determinable: tally.open,
            findings: self.ledger.of_check(check.id.as_str()).map(|finding| finding.id.clone()).collect(),
        }
    }

    /// Design is as of the run; operation is over the period that `[soc2]` states.
    fn as_of(&self, operates: bool) -> String {
        let started = &self.world.run.started;
        let period = self.soc2.and_then(|soc2| soc2.from.as_deref().zip(soc2.to.as_deref()));
        match period {
            Some((from, to)) if operates => format!("{from} to {}", to.min(day(started))),
            _ => started.clone(),
        }
    }

    fn population(&self, id: &str) -> String {
        match self.catalogue.population(id) {
            Some(population) => populations::told(population, self.world, self.examined),
            None => id.to_owned(),
        }
    }

    fn not_tested(&self, row: &CriterionRow, tests: &[CriterionTest]) -> Vec<String> {
        if row.objectives.is_empty() {
            return vec!["No check touches this criterion.".to_owned()];
        }
        let untouched = |id: &&String| {
            !tests.iter().any(|test| test.objective.as_str() == id.as_str() && test.result != TestResult::NotTested)
        };
        let title = |id: &String| {
            let objective = self.catalogue.objectives.iter().find(|objective| objective.id == *id);
            objective.map_or_else(|| id.clone(), |objective| format!("{}: nothing was tested.", objective.title))
        };
        row.objectives.iter().filter(untouched).map(title).collect()
    }
}

fn tests_over(population: &Population, check: &CheckId) -> bool {
    population.checks.iter().any(|id| id == check.as_str())
}

fn result(tally: Tally) -> TestResult {
    match tally {
        Tally { fail: 1.., .. } => TestResult::Exception,
        Tally { open: 1.., .. } => TestResult::NotDeterminable,
        Tally { pass: 1.., .. } => TestResult::NoException,
        _ => TestResult::NotTested,
    }
}

/// Points that a test touched; guidance, not requirements.
fn points(row: &CriterionRow, tests: &[CriterionTest]) -> PointsOfFocus {
    let ran = |objective: &String| {
        tests.iter().any(|test| test.objective.as_str() == objective && test.result != TestResult::NotTested)
    };
    let mut focus = PointsOfFocus::default();
    let mut numbers: Vec<u32> = (1..=row.count).collect();
    for point in &row.points {
        let name = point.number.map_or_else(|| point.name.clone(), |number| format!("{number}: {}", point.name));
        if point.objectives.iter().any(ran) {
            focus.touched.push(name);
            numbers.retain(|number| Some(*number) != point.number);
        } else if point.number.is_none() {
            focus.untouched.push(name);
        }
    }
    let unnumbered = row.points.iter().filter(|point| point.number.is_none()).count();
    if unnumbered == 0 {
        focus.untouched.extend(numbers.iter().map(ToString::to_string));
    } else {
        // The standard's numbers of these points are not ours to guess: the rest is counted.
        let others = numbers.len().saturating_sub(unnumbered);
        focus.untouched.push(format!("{others} of {} others", row.count));
    }
    focus
}
