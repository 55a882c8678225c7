//! At most five changes, ordered by the paths that each closes: a greedy cover of the paths that no person stops.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{
        id::{FindingId, PathId},
        tier::Tier,
    },
    reach::path::{ReachPath, Remedy, Verdict},
    report::{Change, Finding, Outcome},
};

const MOST: usize = 5;

pub(super) fn few(paths: &[ReachPath], findings: &[Finding]) -> Vec<Change> {
    let mut left = by_remedy(paths);
    let mut chosen: Vec<Change> = Vec::new();
    while chosen.len() < MOST {
        let Some((remedy, closed)) = best(&left) else { break };
        left.remove(&remedy);
        for others in left.values_mut() {
            others.retain(|path| !closed.contains(path));
        }
        chosen.push(Change { findings: answered(&remedy, &closed, findings), remedy, paths: closed });
    }
    rest(findings, &mut chosen);
    chosen
}

/// Every remedy with the paths into production that it closes by itself.
fn by_remedy(paths: &[ReachPath]) -> BTreeMap<Remedy, Vec<PathId>> {
    let unstopped =
        |path: &&ReachPath| path.tier == Tier::Production && matches!(path.verdict, Verdict::Open | Verdict::Possible);
    let mut closes: BTreeMap<Remedy, Vec<PathId>> = BTreeMap::new();
    for path in paths.iter().filter(unstopped) {
        for remedy in &path.closed_by {
            let ids = closes.entry(remedy.clone()).or_default();
            if !ids.contains(&path.id) {
                ids.push(path.id.clone());
            }
        }
    }
    closes
}

/// The remedy that closes most of what is left; of equals one that can be taken back, then the quicker, then by name.
fn best(left: &BTreeMap<Remedy, Vec<PathId>>) -> Option<(Remedy, Vec<PathId>)> {
    let useful = left.iter().filter(|(_, paths)| !paths.is_empty());
    let order = |(remedy, paths): &(&Remedy, &Vec<PathId>)| {
        (std::cmp::Reverse(paths.len()), !remedy.reversible, remedy.minutes, (*remedy).clone())
    };
    useful.min_by_key(order).map(|(remedy, paths)| (remedy.clone(), paths.clone()))
}

/// Failed findings that name the remedy, or all of whose paths it closes.
fn answered(remedy: &Remedy, closed: &[PathId], findings: &[Finding]) -> Vec<FindingId> {
    let settles = |finding: &&Finding| {
        finding.outcome == Outcome::Fail
            && (finding.remedies.contains(remedy)
                || (!finding.paths.is_empty() && finding.paths.iter().all(|path| closed.contains(path))))
    };
    findings.iter().filter(settles).map(|finding| finding.id.clone()).collect()
}

/// Where paths leave room, the remedies of failed findings, the most severe first.
fn rest(findings: &[Finding], chosen: &mut Vec<Change>) {
    let mut settled: BTreeSet<FindingId> = chosen.iter().flat_map(|change| change.findings.iter().cloned()).collect();
    let mut failed: Vec<&Finding> = findings.iter().filter(|finding| finding.outcome == Outcome::Fail).collect();
    failed.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
    for finding in failed {
        if chosen.len() >= MOST || settled.contains(&finding.id) {
            continue;
        }
        let Some(remedy) = finding.remedies.first() else { continue };
        if chosen.iter().any(|change| change.remedy == *remedy) {
            continue;
        }
        let ids = answered(remedy, &[], findings);
        settled.extend(ids.iter().cloned());
        chosen.push(Change { remedy: remedy.clone(), paths: Vec::new(), findings: ids });
    }
}
