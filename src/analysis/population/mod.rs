//! Populations: the complete lists that an auditor samples from, each with its query, its completeness and its calendar.
//!
//! `change` merged changes one by one; `tables` P01 to P04, which follow from them; `others` identities, settings, approvals,
//! agents, incidents, reviews and the repository list; `emergency` the organisation's own rule.

pub mod change;
pub mod emergency;
pub mod gates;
mod others;
pub mod results;
mod tables;

use serde::Serialize;

use self::{
    change::{Change, Ground, Stratum},
    emergency::Emergency,
};
use crate::{
    analysis::{
        changes::{
            attributes::Judges,
            history::{History, Sources},
            incidents::{AccessReview, Incidents},
            reverts::Reverts,
        },
        period::{Covered, Period},
        reconcile::{Ledger, Origin, Reconciliation},
        tiers::Tiers,
    },
    controls::config::Config,
    model::{
        change::Line,
        observed::Observed,
        tier::Tier,
        truth::Truth,
        world::{Organization, Repository, World},
    },
};

/// One population as a table. Columns stay; new ones go to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// `P01`; `repositories` for the list of repositories.
    pub id: &'static str,
    /// Of the file, after the id: `merged-changes`.
    pub name: &'static str,
    pub title: &'static str,
    pub columns: &'static [&'static str],
    /// In the order of their first columns.
    pub rows: Vec<Vec<String>>,
    pub about: About,
}

/// How a population was made, and whether it is all there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// What was asked, exactly.
    pub query: Vec<String>,
    /// What was left out of the answers, in words.
    pub filter: String,
    /// Days of the period that each source shows.
    pub calendar: Vec<Covered>,
    /// True: shown to be all. False: shown not to be. Unknown: not determinable.
    pub complete: Truth,
    /// Why it is not shown to be all.
    pub gaps: Vec<String>,
}

impl Table {
    fn new(
        (id, name, title): (&'static str, &'static str, &'static str),
        columns: &'static [&'static str],
        mut rows: Vec<Vec<String>>,
        about: About,
    ) -> Table {
        rows.sort();
        rows.dedup();
        Table { id, name, title, columns, rows, about }
    }

    /// `P01-merged-changes`.
    pub fn stem(&self) -> String {
        match self.id.starts_with('P') {
            true => format!("{}-{}", self.id, self.name),
            false => self.name.to_owned(),
        }
    }
}

impl About {
    fn new(query: Vec<String>, filter: &str, calendar: Vec<Covered>, gaps: Vec<String>) -> About {
        let whole = gaps.is_empty() && calendar.iter().all(Covered::whole);
        let complete = if whole { Truth::True } else { Truth::Unknown };
        About { query, filter: filter.to_owned(), calendar, complete, gaps }
    }

    /// Why it is not shown to be all: the first of the reasons.
    pub fn why(&self) -> Option<String> {
        let days = self.calendar.iter().find(|covered| !covered.whole());
        let of_days = |short: &Covered| format!("{} shows {} of {} days", short.source, short.days, short.of);
        self.gaps.first().cloned().or_else(|| days.map(of_days))
    }
}

/// What the populations are drawn from.
pub struct Inputs<'a> {
    pub world: &'a World,
    pub config: &'a Config,
    pub judges: Judges<'a>,
    pub tiers: &'a Tiers,
    pub period: Period,
    pub incidents: &'a Observed<Incidents>,
    pub reviews: &'a Observed<Vec<AccessReview>>,
}

/// All that was drawn.
pub struct Populations {
    pub period: Period,
    pub changes: Vec<Change>,
    pub accounts: Vec<Reconciliation>,
    pub tables: Vec<Table>,
}

impl Populations {
    /// Ids of everything that a sample is drawn from, by stratum: merged changes and direct pushes.
    pub fn frame(&self) -> Vec<(Stratum, String)> {
        let changes = self.changes.iter().map(|change| (change.stratum(), change.id.clone()));
        let direct = self.accounts.iter().flat_map(|account| {
            let pushed = account.entries.iter().filter(|entry| {
                matches!(entry.origin, Origin::Direct { .. } | Origin::Residue { .. } | Origin::Claimed { .. })
            });
            pushed.map(|entry| (Stratum::Direct, format!("{}@{}", account.repository, entry.sha)))
        });
        let mut all: Vec<(Stratum, String)> = changes.chain(direct).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// Draws every population of the period.
pub fn all(inputs: &Inputs<'_>) -> Populations {
    let organization = inputs.world.forge.seen();
    let emergency = Emergency::of(inputs.config, organization);
    let repositories: Vec<&Repository> =
        inputs.world.repositories().iter().filter(|repository| !repository.archived).collect();
    let mut changes = Vec::new();
    let mut accounts = Vec::new();
    for repository in &repositories {
        for branch in production_branches(inputs.tiers, repository) {
            accounts.push(Reconciliation::of(&Ledger {
                repository: repository.name.as_str(),
                branch: &branch,
                source: "api",
                period: &inputs.period,
                lines: &repository.lines,
                pushes: &repository.trail.pushes,
                pulls: &repository.pull_requests,
                counted: None,
            }));
        }
        changes.extend(of_repository(inputs, organization, emergency.as_ref(), repository));
    }
    changes.sort_by(|a, b| (&a.repository, a.number).cmp(&(&b.repository, b.number)));
    let drawn = tables::Drawn {
        inputs,
        organization,
        repositories: &repositories,
        emergency: emergency.as_ref(),
        by_commit: changes.iter().map(|one| ((one.repository.as_str(), one.merge_sha.as_str()), one)).collect(),
        changes: &changes,
        accounts: &accounts,
    };
    let mut tables = drawn.tables();
    tables.extend(drawn.others());
    tables.sort_by_key(|table| (!table.id.starts_with('P'), table.id));
    Populations { period: inputs.period, changes, accounts, tables }
}

fn of_repository(
    inputs: &Inputs<'_>,
    organization: Option<&Organization>,
    emergency: Option<&Emergency>,
    repository: &Repository,
) -> Vec<Change> {
    let unread = Observed::not_collected("the organisation was not read");
    let audit = organization.map_or(&unread, |organization| &organization.trail.audit_log);
    let reverts = Reverts::of_all(repository.name.as_str(), Observed::members(&repository.pull_requests));
    let branches = production_branches(inputs.tiers, repository);
    let of_branch = Observed::members(&repository.lines).iter().filter(|line| branches.contains(&line.start));
    let oldest_first = |line: &Line| line.commits.iter().rev().map(|commit| commit.sha.clone()).collect();
    let mut lines: Vec<(&str, Vec<String>)> = of_branch.map(|line| (line.start.as_str(), oldest_first(line))).collect();
    lines.sort();
    let lines: Vec<Vec<String>> = lines.into_iter().map(|(_, line)| line).collect();
    let history = History::new(Sources {
        repository,
        tiers: inputs.tiers,
        lines: &lines,
        reverts: &reverts,
        incidents: inputs.incidents,
        read_at: &inputs.world.run.started,
    });
    let ground = Ground { judges: inputs.judges, repository, history: &history, emergency, audit };
    let inside = |base: &str, at: &str| branches.iter().any(|branch| branch == base) && inputs.period.holds(at);
    let pulls = Observed::members(&repository.pull_requests);
    pulls
        .iter()
        .filter(|pull| inside(pull.base.as_str(), &pull.merged_at))
        .map(|pull| Change::of(&ground, pull))
        .collect()
}

/// Names of the branches that count as production, in order.
pub fn production_branches(tiers: &Tiers, repository: &Repository) -> Vec<String> {
    let named = Observed::members(&repository.branches).iter().map(|branch| branch.name.as_str());
    let mut names: Vec<String> = named
        .filter(|name| tiers.branch(repository, name).is_some_and(|of| of.tier == Tier::Production))
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}
