//! Paths, and the pipelines they run through.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::report::{self, HopKind, HopNode, Humans, ReachPath, Remedy, Verdict};

use super::text::{clip, line, lines, name, shown};
use crate::render::words::{self, Word};

#[derive(Debug, Serialize)]
pub struct Path {
    pub id: String,
    pub verdict: Word,
    /// `delete database shop-prod`.
    pub deed: String,
    pub action: String,
    pub humans: String,
    pub unless: Vec<String>,
    /// The node that the path starts at.
    pub start: Node,
    pub hops: Vec<Hop>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Node {
    pub kind: &'static str,
    pub name: String,
}

#[derive(Debug, Serialize)]
pub struct Hop {
    pub to: Node,
    pub capability: &'static str,
    pub verdict: Word,
    pub because: String,
    pub evidence: Vec<String>,
}

/// One change, as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fix {
    pub change: String,
    pub who: String,
    pub time: String,
    pub reversible: &'static str,
    pub may_break: String,
    pub plan: String,
}

/// One production resource and every stage that leads to it.
#[derive(Debug, Serialize)]
pub struct Target {
    /// `t-1`, in the order of the report.
    pub id: String,
    pub name: String,
    pub tier: &'static str,
    pub verdict: Word,
    /// Stages from agents to the resource; a node stands in the first column that all its ways reach it by.
    pub columns: Vec<Vec<Node>>,
    pub edges: Vec<Edge>,
    pub gates: Vec<Gate>,
    pub paths: Vec<String>,
}

/// Between two nodes of a target, by column and row.
#[derive(Debug, Serialize)]
pub struct Edge {
    pub from: (usize, usize),
    pub to: (usize, usize),
    pub verdict: Word,
}

/// Where something other than open stands on the way.
#[derive(Debug, Serialize)]
pub struct Gate {
    pub stage: String,
    pub verdict: Word,
    pub because: String,
    pub who: String,
}

pub fn path(path: &ReachPath) -> Path {
    Path {
        id: shown(&path.id),
        verdict: words::verdict(path.verdict),
        deed: deed(path),
        action: line(&path.action),
        humans: humans(&path.humans),
        unless: lines(&path.unless),
        start: start(path),
        hops: path.hops.iter().map(hop).collect(),
    }
}

/// `delete database shop-prod`.
pub fn deed(path: &ReachPath) -> String {
    format!("{} {}", words::class(path.class), name(&path.resource_name))
}

/// Where it begins: the agent, or whoever steers it.
pub fn start(path: &ReachPath) -> Node {
    let agent = || Node { kind: words::hop_kind(HopKind::Agent), name: name(&path.agent_name) };
    path.hops.first().map_or_else(agent, |hop| node(&hop.from))
}

fn node(node: &HopNode) -> Node {
    Node { kind: words::hop_kind(node.kind), name: name(&node.name) }
}

pub fn hop(hop: &report::Hop) -> Hop {
    Hop {
        to: node(&hop.to),
        capability: words::capability(hop.capability),
        verdict: words::verdict(hop.verdict),
        because: line(&hop.because),
        evidence: hop.evidence.iter().map(shown).collect(),
    }
}

pub fn fix(remedy: &Remedy) -> Fix {
    Fix {
        change: line(&remedy.change),
        who: line(&remedy.who),
        time: words::minutes(remedy.minutes),
        reversible: if remedy.reversible { "reversible" } else { "not reversible" },
        may_break: line(&remedy.may_break),
        plan: line(&remedy.plan),
    }
}

/// `no human in between`, `1 human in between (enforced): ben or dora`.
pub fn humans(humans: &Humans) -> String {
    let who = people(humans);
    match (humans.min, humans.max) {
        (0, None | Some(0)) => "no human in between".to_owned(),
        (0, Some(most)) => {
            format!("no human in between, though up to {most} may act ({}{who})", words::basis(humans.basis))
        }
        (n, _) => format!("{} in between ({}{who})", words::count(n as usize, "human"), words::basis(humans.basis)),
    }
}

fn people(humans: &Humans) -> String {
    const SHOWN: usize = 6;
    if humans.who.is_empty() {
        return String::new();
    }
    let mut names: Vec<String> = humans.who.iter().take(SHOWN).map(|who| clip(&name(who), 40)).collect();
    if humans.who.len() > SHOWN {
        names.push(format!("{} more", humans.who.len() - SHOWN));
    }
    format!("; {} of {}: {}", humans.k.max(1), humans.who.len(), names.join(", "))
}

/// One map per production resource, the worst first, from the paths that end at it.
pub fn targets(sorted: &[&ReachPath]) -> Vec<Target> {
    let mut groups: Vec<(&ReachPath, Vec<&ReachPath>)> = Vec::new();
    for path in sorted.iter().filter(|path| path.tier == crate::model::tier::Tier::Production) {
        match groups.iter_mut().find(|(first, _)| first.resource == path.resource) {
            Some((_, members)) => members.push(path),
            None => groups.push((path, vec![path])),
        }
    }
    groups.iter().enumerate().map(|(at, (first, members))| target(at, first, members)).collect()
}

fn target(at: usize, first: &ReachPath, members: &[&ReachPath]) -> Target {
    let (columns, place) = layout(members, &depths(members));
    let mut verdicts = BTreeMap::new();
    for hop in members.iter().flat_map(|path| &path.hops) {
        let (Some(from), Some(to)) = (place.get(&key(&hop.from)), place.get(&key(&hop.to))) else { continue };
        let worst = verdicts.entry((*from, *to)).or_insert(hop.verdict);
        *worst = (*worst).min(hop.verdict);
    }
    Target {
        id: format!("t-{}", at + 1),
        name: name(&first.resource_name),
        tier: first.tier.as_str(),
        verdict: words::verdict(members.iter().map(|path| path.verdict).min().unwrap_or(first.verdict)),
        columns,
        edges: verdicts
            .into_iter()
            .map(|((from, to), verdict)| Edge { from, to, verdict: words::verdict(verdict) })
            .collect(),
        gates: gates(members),
        paths: members.iter().map(|path| shown(&path.id)).collect(),
    }
}

/// A person and that person's agent may share an id; their kinds tell them apart.
type Key<'a> = (HopKind, &'a str);

fn key(node: &HopNode) -> Key<'_> {
    (node.kind, &node.id)
}

/// The longest way from an agent to each node, in hops; bounded, so that a ring cannot hold it.
fn depths<'a>(members: &[&'a ReachPath]) -> BTreeMap<Key<'a>, usize> {
    let mut depth = BTreeMap::new();
    let longest = members.iter().map(|path| path.hops.len()).max().unwrap_or(0);
    for _ in 0..=longest {
        for hop in members.iter().flat_map(|path| &path.hops) {
            let from = *depth.entry(key(&hop.from)).or_insert(0);
            let to = depth.entry(key(&hop.to)).or_insert(0);
            *to = (*to).max(from + 1).min(longest);
        }
    }
    depth
}

type Places<'a> = BTreeMap<Key<'a>, (usize, usize)>;

fn layout<'a>(members: &[&'a ReachPath], depth: &BTreeMap<Key<'a>, usize>) -> (Vec<Vec<Node>>, Places<'a>) {
    let mut columns: Vec<Vec<Node>> = Vec::new();
    let mut place = Places::new();
    let ends = members.iter().flat_map(|path| &path.hops).flat_map(|hop| [&hop.from, &hop.to]);
    for end in ends {
        let column = depth.get(&key(end)).copied().unwrap_or(0);
        if place.contains_key(&key(end)) {
            continue;
        }
        if columns.len() <= column {
            columns.resize_with(column + 1, Vec::new);
        }
        if let Some(rows) = columns.get_mut(column) {
            place.insert(key(end), (column, rows.len()));
            rows.push(node(end));
        }
    }
    (columns, place)
}

fn gates(members: &[&ReachPath]) -> Vec<Gate> {
    let mut gates = BTreeSet::new();
    for path in members {
        for hop in path.hops.iter().filter(|hop| hop.verdict != Verdict::Open) {
            let stage = format!("{} → {}", name(&hop.from.name), name(&hop.to.name));
            let who = if hop.verdict == Verdict::Gated { humans(&path.humans) } else { String::new() };
            gates.insert((hop.verdict, stage, line(&hop.because), who));
        }
    }
    gates
        .into_iter()
        .map(|(verdict, stage, because, who)| Gate { stage, verdict: words::verdict(verdict), because, who })
        .collect()
}
