//! Whether the list of changes is complete: every first-parent commit of a branch in the period is a merged pull request's or
//! a direct push's, and what is neither is named.
//!
//! The recorded pushes are walked one by one, before and after, so that commits which a force push removed stay in. Where the
//! forge kept no push, the commits alone are walked, and completeness is "not shown".

pub mod clone;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    analysis::period::Period,
    model::{
        change::{Line, PullRequest},
        observed::Observed,
        trail::{Push, PushKind},
        truth::Truth,
    },
};

/// How a commit came to stand on a branch, or why it cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Origin {
    /// Of a merged pull request: its merge or squash commit, or one of several that a rebase made.
    PullRequest { number: u64 },
    /// Pushed without one.
    Direct { actor: Option<String>, at: String, forced: bool },
    /// Its headline claims a pull request; nobody but its author says so. Only where pull requests were not read.
    Claimed { number: u64 },
    /// No recorded push and no merged pull request accounts for it.
    Residue { why: String },
}

/// One first-parent commit that stood on the branch within the period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    pub sha: String,
    pub committed_at: String,
    pub headline: String,
    /// Removed again by a later force push.
    pub forced_away: bool,
    pub origin: Origin,
}

impl Entry {
    /// Nothing accounts for it.
    pub fn unexplained(&self) -> bool {
        matches!(self.origin, Origin::Residue { .. })
    }
}

/// The account of one branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    pub repository: String,
    pub branch: String,
    /// `api`, or `clone`.
    pub source: &'static str,
    pub entries: Vec<Entry>,
    /// Merged pull requests into this branch in the period.
    pub merged: usize,
    /// The same number from an independent count; `None` where nobody counted.
    pub counted: Option<u64>,
    /// Rows that leave the account open: breaks between pushes, merges without commits, differing counts.
    pub residue: Vec<String>,
    /// True: pushes, pull requests and commits were all read and nothing is left. Unknown: not shown.
    pub complete: Truth,
    /// Why completeness is not shown.
    pub unread: Vec<String>,
}

/// What one branch's account is drawn from.
pub struct Ledger<'a> {
    pub repository: &'a str,
    pub branch: &'a str,
    pub source: &'static str,
    pub period: &'a Period,
    pub lines: &'a Observed<Vec<Line>>,
    pub pushes: &'a Observed<Vec<Push>>,
    pub pulls: &'a Observed<Vec<PullRequest>>,
    pub counted: Option<u64>,
}

impl Reconciliation {
    pub fn of(ledger: &Ledger<'_>) -> Reconciliation {
        let mut walk = walk::Walk::new(ledger);
        let mut pushes: Vec<&Push> = Observed::members(ledger.pushes)
            .iter()
            .filter(|push| push.git_ref == format!("refs/heads/{}", ledger.branch) && ledger.period.holds(&push.at))
            .collect();
        pushes.sort_by(|a, b| (&a.at, a.id).cmp(&(&b.at, b.id)));
        if pushes.is_empty() {
            walk.commits_alone();
        } else {
            walk.pushes(&pushes);
        }
        walk.finish()
    }

    /// Counts by origin: pull requests' commits, direct ones, claimed ones, unexplained ones.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in &self.entries {
            match entry.origin {
                Origin::PullRequest { .. } => counts.by_pull_request += 1,
                Origin::Direct { .. } => counts.direct += 1,
                Origin::Claimed { .. } => counts.claimed += 1,
                Origin::Residue { .. } => counts.residue += 1,
            }
            counts.forced_away += usize::from(entry.forced_away);
        }
        counts
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub by_pull_request: usize,
    pub direct: usize,
    pub claimed: usize,
    pub residue: usize,
    pub forced_away: usize,
}

/// Commits that two accounts of one branch tell differently: the API's and a clone's. Commits that a force push removed are
/// not in a fresh clone and are left out.
fn differences(api: &Reconciliation, clone: &Reconciliation) -> Vec<String> {
    let standing = |of: &Reconciliation| -> BTreeMap<String, bool> {
        of.entries.iter().filter(|entry| !entry.forced_away).map(|entry| (entry.sha.clone(), true)).collect()
    };
    let (left, right) = (standing(api), standing(clone));
    let only = |one: &BTreeMap<String, bool>, other: &BTreeMap<String, bool>, word: &str| -> Vec<String> {
        one.keys().filter(|sha| !other.contains_key(*sha)).map(|sha| format!("{sha} only {word}")).collect()
    };
    let mut found = only(&left, &right, "in the API's answer");
    found.extend(only(&right, &left, "in the clone"));
    found
}

fn is_merge(push: &Push) -> bool {
    matches!(push.kind, PushKind::PullRequestMerge | PushKind::QueueMerge)
}
