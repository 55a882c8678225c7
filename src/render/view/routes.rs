//! Ways: all paths of an agent that run over the same steps and part only at the last one, told once.

use serde::Serialize;

use crate::report::{self, ReachPath, Verdict};

use super::{
    Count,
    paths::{Fix, Hop, Node, deed, fix, hop, humans, start},
    text::{lines, name, shown},
};
use crate::render::words::{self, Word};

#[derive(Debug, Serialize)]
pub struct Route {
    /// `w-1`, in the order of the report.
    pub id: String,
    /// `Claude GitHub App through role deploy-prod`.
    pub title: String,
    /// Of its worst end.
    pub verdict: Word,
    pub counts: Vec<Count>,
    pub humans: String,
    /// The node that it starts at.
    pub start: Node,
    /// The steps that all its paths share.
    pub hops: Vec<Hop>,
    /// Changes of which each alone closes every path that is not closed.
    pub changes: Vec<Fix>,
    pub ends: Vec<End>,
}

/// The last step of one path.
#[derive(Debug, Serialize)]
pub struct End {
    /// Of the path.
    pub id: String,
    pub verdict: Word,
    /// `delete database shop-prod`.
    pub deed: String,
    /// ARN, or `owner/repo@branch`.
    pub resource: String,
    pub tier: &'static str,
    pub tier_basis: &'static str,
    /// Where they are others than the route's.
    pub humans: Option<String>,
    pub hop: Hop,
    /// What was not read and could stop it.
    pub unless: Vec<String>,
    /// For a closed path what closes it, else what would beside the route's changes.
    pub changes: Vec<Fix>,
    pub closed: bool,
}

/// In the order in which each first appears among paths that are sorted.
pub fn routes(sorted: &[&ReachPath]) -> Vec<Route> {
    let mut groups: Vec<(&ReachPath, Vec<&ReachPath>)> = Vec::new();
    for path in sorted {
        match groups.iter_mut().find(|(first, _)| same_way(first, path)) {
            Some((_, members)) => members.push(path),
            None => groups.push((path, vec![path])),
        }
    }
    groups.iter().enumerate().map(|(at, (first, members))| route(at, first, members)).collect()
}

fn same_way(a: &ReachPath, b: &ReachPath) -> bool {
    a.agent == b.agent
        && shared(a) == shared(b)
        && a.hops.first().map(|hop| &hop.from) == b.hops.first().map(|hop| &hop.from)
}

/// All steps but the last.
fn shared(path: &ReachPath) -> &[report::Hop] {
    path.hops.split_last().map_or(&[], |(_, shared)| shared)
}

fn route(at: usize, first: &ReachPath, members: &[&ReachPath]) -> Route {
    let through =
        shared(first).last().map_or_else(|| "directly".to_owned(), |hop| format!("through {}", name(&hop.to.name)));
    let count = |verdict| members.iter().filter(|path| path.verdict == verdict).count();
    let verdicts = [Verdict::Open, Verdict::Possible, Verdict::Gated, Verdict::Closed];
    let counts = verdicts.into_iter().map(|verdict| Count { word: words::verdict(verdict), n: count(verdict) });
    let changes = common(members);
    let humans = humans(&first.humans);
    Route {
        id: format!("w-{}", at + 1),
        title: format!("{} {through}", name(&first.agent_name)),
        verdict: words::verdict(members.iter().map(|path| path.verdict).min().unwrap_or(first.verdict)),
        counts: counts.filter(|count| count.n > 0).collect(),
        start: start(first),
        hops: shared(first).iter().map(hop).collect(),
        ends: members.iter().filter_map(|path| end(path, &humans, &changes)).collect(),
        humans,
        changes,
    }
}

/// What every path names that is not closed.
fn common(members: &[&ReachPath]) -> Vec<Fix> {
    let mut open = members.iter().filter(|path| path.verdict != Verdict::Closed);
    let Some(first) = open.next() else { return Vec::new() };
    let rest: Vec<_> = open.collect();
    first.closed_by.iter().filter(|change| rest.iter().all(|path| path.closed_by.contains(change))).map(fix).collect()
}

fn end(path: &ReachPath, of_route: &str, common: &[Fix]) -> Option<End> {
    let last = path.hops.last()?;
    let closed = path.verdict == Verdict::Closed;
    let humans = humans(&path.humans);
    Some(End {
        id: shown(&path.id),
        verdict: words::verdict(path.verdict),
        deed: deed(path),
        resource: name(&path.resource),
        tier: path.tier.as_str(),
        tier_basis: words::tier_basis(path.tier_basis),
        humans: (humans != of_route).then_some(humans),
        hop: hop(last),
        unless: lines(&path.unless),
        changes: path.closed_by.iter().map(fix).filter(|change| closed || !common.contains(change)).collect(),
        closed,
    })
}
