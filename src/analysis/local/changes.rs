//! Merged pull requests, as far as commit messages show them.
//!
//! GitHub writes `Merge pull request #7 from owner/branch` or `Title (#7)` ("About pull request merges"), GitLab
//! `Merge branch 'x' into 'main'` with `See merge request group/project!7`, Bitbucket `Merged in x (pull request #7)`.

use std::collections::BTreeMap;

use crate::model::history::HistoryCommit;

/// A change that was merged as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MergedChange {
    pub number: u64,
    /// Its head branch, where a merge commit says it.
    pub branch: Option<String>,
    /// Places of its commits, the merge with them.
    pub commits: Vec<usize>,
}

/// One a number, in their order.
pub(super) fn merged(history: &[HistoryCommit]) -> Vec<MergedChange> {
    let brought = brought(history);
    let mut all: BTreeMap<u64, MergedChange> = BTreeMap::new();
    for (at, one) in history.iter().enumerate() {
        let Some((number, branch)) = named(&one.commit.message, one.is_merge()) else { continue };
        let change = all.entry(number).or_insert_with(|| MergedChange { number, branch: None, commits: Vec::new() });
        change.branch = change.branch.take().or(branch);
        change.commits.push(at);
        change.commits.extend(brought.get(&at).into_iter().flatten());
    }
    all.into_values().collect()
}

/// By merge on the main line: the commits that came in with it. Every commit comes in once, with the oldest such merge.
fn brought(history: &[HistoryCommit]) -> BTreeMap<usize, Vec<usize>> {
    let parents = |at: usize| history.get(at).map_or(&[][..], |one| one.parents.as_slice());
    let mut line: Vec<usize> = Vec::new();
    let mut next = (!history.is_empty()).then_some(0);
    // A history that says it is its own parent would have broken its hash; the length is a cap all the same.
    while let Some(at) = next.filter(|_| line.len() <= history.len()) {
        line.push(at);
        next = parents(at).first().copied().flatten();
    }
    let mut seen = vec![false; history.len()];
    let mut see = |at: usize| seen.get_mut(at).is_some_and(|seen| !std::mem::replace(seen, true));
    let mut brought = BTreeMap::new();
    for at in line.into_iter().rev() {
        see(at);
        let mut open: Vec<usize> = parents(at).iter().skip(1).copied().flatten().collect();
        let mut own = Vec::new();
        while let Some(one) = open.pop() {
            if see(one) {
                own.push(one);
                open.extend(parents(one).iter().copied().flatten());
            }
        }
        if !own.is_empty() {
            brought.insert(at, own);
        }
    }
    brought
}

/// The number and the branch that a message names.
fn named(message: &str, is_merge: bool) -> Option<(u64, Option<String>)> {
    let subject = message.lines().next().unwrap_or_default().trim();
    if let Some(rest) = subject.strip_prefix("Merge pull request #") {
        let (number, from) = rest.split_once(" from ")?;
        let branch = from.split_once('/').map(|(_, branch)| branch.to_owned());
        return Some((number.parse().ok()?, branch));
    }
    if let Some(rest) = subject.strip_prefix("Merged in ") {
        let (branch, rest) = rest.split_once(" (pull request #")?;
        return Some((rest.trim_end_matches(')').parse().ok()?, Some(branch.to_owned())));
    }
    if is_merge && let Some(rest) = subject.strip_prefix("Merge branch '") {
        let number = message.lines().find_map(|line| line.strip_prefix("See merge request ")?.rsplit_once('!'))?.1;
        let branch = rest.split_once('\'').map(|(branch, _)| branch.to_owned());
        return Some((number.trim().parse().ok()?, branch));
    }
    let number = subject.strip_suffix(')')?.rsplit_once(" (#")?.1;
    Some((number.parse().ok()?, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forges_name_their_merges() {
        let branch = |name: &str| Some(name.to_owned());
        for (message, is_merge, expected) in [
            ("Merge pull request #12 from acme/copilot/fix-a\n\nFix", true, Some((12, branch("copilot/fix-a")))),
            ("Fix it (#7)\n\nbody", false, Some((7, None))),
            ("Revert \"Fix it (#7)\" (#9)", false, Some((9, None))),
            ("Merged in codex/x (pull request #3)", true, Some((3, branch("codex/x")))),
            (
                "Merge branch 'claude/x' into 'main'\n\nT\n\nSee merge request a/b!44",
                true,
                Some((44, branch("claude/x"))),
            ),
            ("Merge branch 'main' into feature", true, None),
            ("Fix #7", false, None),
            ("Fix (#seven)", false, None),
        ] {
            assert_eq!(named(message, is_merge), expected, "{message}");
        }
    }
}
