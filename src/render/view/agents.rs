//! Agents, what each reaches, and the permission matrix.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    model::{id::AgentId, tier::Tier},
    report::{self, Assessment, Capability, MatrixCell, Verdict},
};

use super::{
    order, paths,
    text::{line, name, shown},
};
use crate::render::words::{self, Word};

#[derive(Debug, Serialize)]
pub struct Agent {
    /// `a-1`, in the order of the report.
    pub id: String,
    pub name: String,
    pub kind: &'static str,
    pub acts_as: Vec<String>,
    pub signals: Vec<Signal>,
    pub owner: String,
    pub activity: String,
    /// Paths by verdict, over every tier.
    pub counts: Vec<super::Count>,
    pub worst: Option<Word>,
    pub reach: Vec<Reach>,
}

#[derive(Debug, Serialize)]
pub struct Signal {
    pub kind: String,
    pub detail: String,
    pub evidence: Vec<String>,
}

/// One thing that an agent reaches, or nearly reaches, and all that it may do there by one verdict past the same humans.
#[derive(Debug, Serialize)]
pub struct Reach {
    pub verdict: Word,
    pub deeds: Vec<Deed>,
    pub resource: String,
    pub tier: &'static str,
    pub humans: String,
}

/// `delete`, and the path that shows it.
#[derive(Debug, Serialize)]
pub struct Deed {
    pub verb: &'static str,
    pub path: String,
}

/// Agents by tier and capability. Rows hold sixteen cells, four a tier.
#[derive(Debug, Serialize)]
pub struct Matrix {
    pub tiers: Vec<&'static str>,
    pub capabilities: Vec<&'static str>,
    pub rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
pub struct Row {
    pub agent: String,
    pub agent_id: String,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Serialize)]
pub struct Cell {
    pub word: Word,
    pub allowed: &'static str,
    /// `delete in production: yes, not allowed`.
    pub label: String,
    /// The path to look at first.
    pub path: Option<String>,
    /// The first cell of a tier.
    pub first: bool,
}

const CAPABILITIES: [Capability; 4] = [Capability::Read, Capability::Write, Capability::Delete, Capability::Approve];

fn anchor(at: usize) -> String {
    format!("a-{}", at + 1)
}

pub fn agents(assessment: &Assessment) -> Vec<Agent> {
    let sorted = order::paths(assessment);
    assessment
        .agents
        .iter()
        .enumerate()
        .map(|(at, agent)| {
            let own: Vec<_> = sorted.iter().copied().filter(|path| path.agent == agent.id).collect();
            let count = |verdict| own.iter().filter(|path| path.verdict == verdict).count();
            Agent {
                id: anchor(at),
                name: name(&agent.name),
                kind: words::agent_kind(agent.kind),
                acts_as: agent.acts_as.iter().map(name).collect(),
                signals: agent.signals.iter().map(signal).collect(),
                owner: agent.owner.as_ref().map_or_else(|| "no owner stated".to_owned(), owner),
                activity: activity(agent),
                counts: [Verdict::Open, Verdict::Possible, Verdict::Gated, Verdict::Closed]
                    .into_iter()
                    .map(|verdict| super::Count { word: words::verdict(verdict), n: count(verdict) })
                    .collect(),
                worst: own.iter().map(|path| path.verdict).min().map(words::verdict),
                reach: reach(&own),
            }
        })
        .collect()
}

fn signal(signal: &report::Signal) -> Signal {
    Signal {
        kind: line(&signal.kind).replace('_', " "),
        detail: name(&signal.detail),
        evidence: signal.evidence.iter().map(shown).collect(),
    }
}

fn owner(owner: &report::Owner) -> String {
    let mut text = line(&owner.person);
    if let Some(since) = &owner.since {
        text.push_str(&format!(", since {}", line(since)));
    }
    if let Some(by) = &owner.approved_by {
        text.push_str(&format!(", approved by {}", line(by)));
    }
    match &owner.last_review {
        Some(review) => text.push_str(&format!(", last reviewed {}", line(review))),
        None => text.push_str(", never reviewed"),
    }
    text
}

fn activity(agent: &report::AgentRow) -> String {
    let counts = format!(
        "{} and {} in this run",
        words::count(agent.pull_requests, "merged pull request"),
        words::count(agent.commits, "commit")
    );
    match (&agent.first_seen, &agent.last_seen) {
        (Some(first), Some(last)) => format!("{counts}; seen {} to {}", line(first), line(last)),
        _ => counts,
    }
}

/// One agent's paths by resource, in the order in which each group first appears.
fn reach(own: &[&report::ReachPath]) -> Vec<Reach> {
    let mut places = BTreeMap::new();
    let mut groups: Vec<Reach> = Vec::new();
    for path in own {
        let humans = paths::humans(&path.humans);
        let at = *places.entry((path.tier, path.verdict, &path.resource, humans.clone())).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Reach {
                verdict: words::verdict(path.verdict),
                deeds: Vec::new(),
                resource: name(&path.resource_name),
                tier: path.tier.as_str(),
                humans,
            });
        }
        if let Some(group) = groups.get_mut(at) {
            group.deeds.push(Deed { verb: words::class(path.class), path: shown(&path.id) });
        }
    }
    groups
}

pub fn matrix(assessment: &Assessment) -> Matrix {
    let rows = assessment.agents.iter().enumerate().map(|(at, agent)| Row {
        agent: name(&agent.name),
        agent_id: anchor(at),
        cells: Tier::ALL
            .into_iter()
            .flat_map(|tier| CAPABILITIES.map(|capability| cell(assessment, &agent.id, tier, capability)))
            .collect(),
    });
    Matrix {
        tiers: Tier::ALL.map(Tier::as_str).to_vec(),
        capabilities: CAPABILITIES.map(words::capability).to_vec(),
        rows: if assessment.matrix.is_empty() { Vec::new() } else { rows.collect() },
    }
}

/// A cell that the assessment lacks is unknown, never empty.
fn cell(assessment: &Assessment, agent: &AgentId, tier: Tier, capability: Capability) -> Cell {
    let found: Option<&MatrixCell> = assessment
        .matrix
        .iter()
        .find(|cell| cell.agent == *agent && cell.tier == tier && cell.capability == capability);
    let word = found.map_or(words::cell(report::Observation::Unknown, report::Outcome::Unknown), |cell| {
        words::cell(cell.observed, cell.outcome)
    });
    Cell {
        word,
        allowed: found.map_or("", |cell| words::permitted(cell.allowed)),
        label: format!("{} in {tier}: {}", words::capability(capability), word.text),
        path: found.and_then(|cell| cell.paths.first()).map(shown),
        first: capability == Capability::Read,
    }
}
