//! How each gate worked in the period: how many changes passed it, and how it was passed. Behaviour, which raises no verdict.

use std::collections::BTreeMap;

use super::{Inputs, Populations, change::Change};
use crate::{
    analysis::period::minutes_between,
    model::{observed::Observed, tier::Tier, truth::Truth, world::Repository},
};

/// Lines that a careful reader takes in a minute at most: 500 an hour is a common ceiling for code review, and this leaves
/// room above it.
pub const LINES_A_MINUTE: u64 = 15;

/// The use of one gate.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GateUse {
    /// As a path names it: `acme/shop@main`, `acme/shop/environments/production`.
    pub gate: String,
    /// Went through it with an independent person's approval.
    pub passed: usize,
    pub of: usize,
    pub untold: usize,
    /// Of those that passed: approved sooner after the opening than their lines can be read. `None`: times are not kept.
    pub hurried: Option<usize>,
    /// Of those that passed: the approval had no words. `None`: not kept.
    pub silent: Option<usize>,
    /// Who approved most, and how often.
    pub most: Option<(String, usize)>,
}

/// Every review gate of a production branch and every production environment, in order.
pub fn uses(inputs: &Inputs<'_>, populations: &Populations) -> Vec<GateUse> {
    let mut by_branch: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for change in &populations.changes {
        by_branch.entry(format!("{}@{}", change.repository, change.branch)).or_default().push(change);
    }
    let mut uses: Vec<GateUse> = by_branch.into_iter().map(|(gate, changes)| review(gate, &changes)).collect();
    for repository in inputs.world.repositories() {
        uses.extend(environments(inputs, repository));
    }
    uses.sort();
    uses
}

fn review(gate: String, changes: &[&Change]) -> GateUse {
    let passed: Vec<&&Change> = changes.iter().filter(|change| change.approved() == Truth::True).collect();
    let hurried = |change: &&&&Change| {
        let after = change.approved_at.as_ref().and_then(|at| minutes_between(&change.created_at, at));
        let needed = change.lines.map(|lines| lines / LINES_A_MINUTE);
        after.zip(needed).is_some_and(|(after, needed)| u64::try_from(after).is_ok_and(|after| after < needed))
    };
    let people = changes.iter().flat_map(|change| &change.signed).map(|who| who.split(" (").next().unwrap_or_default());
    GateUse {
        gate,
        passed: passed.len(),
        of: changes.len(),
        untold: changes.iter().filter(|change| change.approved() == Truth::Unknown).count(),
        hurried: passed.iter().all(|change| change.lines.is_some()).then(|| passed.iter().filter(hurried).count()),
        silent: passed
            .iter()
            .all(|change| change.worded.is_some())
            .then(|| passed.iter().filter(|change| change.worded == Some(false)).count()),
        most: most(people),
    }
}

fn environments(inputs: &Inputs<'_>, repository: &Repository) -> Vec<GateUse> {
    let judges = inputs.judges;
    let mut uses: BTreeMap<&str, GateUse> = BTreeMap::new();
    let mut approvers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for deployment in Observed::members(&repository.deployments) {
        let name = deployment.environment.as_str();
        let production = inputs.tiers.environment(repository, name).tier == Tier::Production;
        if !production || !inputs.period.holds(&deployment.created_at) {
            continue;
        }
        let gate = format!("{}/environments/{name}", repository.name);
        let one = uses.entry(name).or_insert_with(|| GateUse { gate, ..GateUse::default() });
        let runs = Observed::members(&repository.trail.runs).iter().filter(|run| run.sha == deployment.sha);
        let approvals = runs.flat_map(|run| run.approvals.members().iter().map(move |approval| (run, approval)));
        let by_person = approvals.filter(|(run, approval)| {
            let starter = run.triggered_by.as_ref().or(run.actor.as_ref()).map(|who| judges.persons.key(&who.login));
            approval.state == "approved"
                && approval.environments.iter().any(|environment| environment.as_str() == name)
                && judges.persons.no_person(judges.signatures, &approval.by).is_none()
                && Some(judges.persons.key(&approval.by.login)) != starter
        });
        let people: Vec<&str> = by_person.map(|(_, approval)| approval.by.login.as_str()).collect();
        one.of += 1;
        match (people.is_empty(), repository.trail.runs.is_whole()) {
            (false, _) => one.passed += 1,
            (true, false) => one.untold += 1,
            (true, true) => {}
        }
        approvers.entry(name).or_default().extend(people);
    }
    for (name, one) in &mut uses {
        one.most = approvers.get(name).and_then(|people| most(people.iter().copied()));
    }
    uses.into_values().collect()
}

/// Who stands most often in a list; of equals the first by name.
fn most<'a>(people: impl Iterator<Item = &'a str>) -> Option<(String, usize)> {
    let mut by_login: BTreeMap<&str, usize> = BTreeMap::new();
    people.for_each(|login| *by_login.entry(login).or_default() += 1);
    let (login, count) = by_login.into_iter().rev().max_by_key(|(_, count)| *count)?;
    Some((login.to_owned(), count))
}
