//! The walk over recorded pushes, or over the commits alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Ledger, Origin, Reconciliation, is_merge};
use crate::model::{
    change::{LineCommit, PullRequest},
    observed::Observed,
    trail::Push,
    truth::Truth,
};

const NOTHING: &str = "0000000000000000000000000000000000000000";

pub(super) struct Walk<'a> {
    ledger: &'a Ledger<'a>,
    commits: BTreeMap<&'a str, &'a LineCommit>,
    depths: BTreeMap<&'a str, usize>,
    /// The newest commit of the branch that was read.
    head: Option<&'a str>,
    /// Pull requests into the branch by their merge commit.
    merged: BTreeMap<&'a str, &'a PullRequest>,
    entries: BTreeMap<&'a str, Entry>,
    residue: Vec<String>,
    unread: Vec<String>,
}

impl<'a> Walk<'a> {
    pub fn new(ledger: &'a Ledger<'a>) -> Walk<'a> {
        let lines = Observed::members(ledger.lines);
        let commits: BTreeMap<&str, &LineCommit> =
            lines.iter().flat_map(|line| &line.commits).map(|commit| (commit.sha.as_str(), commit)).collect();
        let branch = lines.iter().find(|line| line.start == ledger.branch);
        let into = |pull: &&PullRequest| pull.base.as_str() == ledger.branch;
        let pulls = Observed::members(ledger.pulls).iter().filter(into);
        Walk {
            depths: depths(&commits),
            commits,
            head: branch.and_then(|line| line.commits.first()).map(|commit| commit.sha.as_str()),
            merged: pulls.filter_map(|pull| Some((pull.merge_sha.as_deref()?, pull))).collect(),
            entries: BTreeMap::new(),
            residue: Vec::new(),
            unread: Vec::new(),
            ledger,
        }
    }

    /// From push to push: what each brought, what it took away, and whether the next one begins where it ended.
    pub fn pushes(&mut self, pushes: &[&'a Push]) {
        let mut at: Option<&str> = None;
        for push in pushes {
            if let Some(at) = at.filter(|at| *at != push.before) {
                self.break_in(at, &push.before, "between two recorded pushes");
            }
            let brought = self.between(&push.after, &push.before);
            let removed = self.between(&push.before, &push.after);
            self.attribute(push, &brought);
            for commit in removed {
                // It stood on the branch before the period unless a push of the period brought it.
                let entry = self.entries.entry(&commit.sha).or_insert_with(|| {
                    let why = "on the branch before the period, removed in it by a force push".to_owned();
                    entry(commit, Origin::Residue { why })
                });
                entry.forced_away = true;
            }
            at = Some(&push.after);
        }
        if let (Some(at), Some(head)) = (at, self.head)
            && at != head
        {
            self.after_last(at, head);
        }
    }

    /// A push that nobody recorded: what stands between is residue, commit by commit.
    fn break_in(&mut self, from: &str, to: &'a str, place: &str) {
        let hidden = self.between(to, from);
        let short = |sha: &str| sha.chars().take(10).collect::<String>();
        self.residue.push(format!("{place} the branch moved from {} to {} unrecorded", short(from), short(to)));
        for commit in hidden {
            self.unexplained(commit, format!("{place}, by a push that is not recorded"));
        }
    }

    /// What came after the last push of the period and before the run is outside, unless it was committed inside.
    fn after_last(&mut self, at: &str, head: &'a str) {
        let later: Vec<&LineCommit> = self.between(head, at);
        let recorded = self.pushed_later();
        let inside = later.into_iter().filter(|commit| self.ledger.period.holds(&commit.committed_at));
        let unrecorded: Vec<&LineCommit> = inside.filter(|commit| !recorded.contains(commit.sha.as_str())).collect();
        for commit in unrecorded {
            self.unexplained(commit, "after the last recorded push of the period".to_owned());
        }
    }

    /// Commits that pushes after the period brought.
    fn pushed_later(&self) -> BTreeSet<&'a str> {
        let full = format!("refs/heads/{}", self.ledger.branch);
        let ends = self.ledger.period.ends();
        let later = Observed::members(self.ledger.pushes).iter().filter(|push| push.git_ref == full && push.at >= ends);
        later.flat_map(|push| self.between(&push.after, &push.before)).map(|commit| commit.sha.as_str()).collect()
    }

    fn unexplained(&mut self, commit: &'a LineCommit, why: String) {
        let origin = match self.merged.get(commit.sha.as_str()) {
            Some(pull) => Origin::PullRequest { number: pull.number },
            None => {
                self.residue.push(format!("{} {why}", commit.sha));
                Origin::Residue { why }
            }
        };
        self.entries.entry(&commit.sha).or_insert_with(|| entry(commit, origin));
    }

    /// Gives each commit that a push brought its pull request, or the push itself.
    fn attribute(&mut self, push: &'a Push, brought: &[&'a LineCommit]) {
        if brought.is_empty()
            && push.after != push.before
            && push.after != NOTHING
            && !self.commits.contains_key(push.after.as_str())
        {
            self.residue.push(format!("the push to {} at {} brought commits that were not read", push.after, push.at));
        }
        // Newest first: a pull request's merge commit stands over the commits that a rebase made of it.
        let mut of: Option<u64> = None;
        for commit in brought {
            if let Some(pull) = self.merged.get(commit.sha.as_str()) {
                of = Some(pull.number);
            }
            let origin = match (of, is_merge(push)) {
                (Some(number), true) => Origin::PullRequest { number },
                (None, true) => {
                    let why = "the forge merged a pull request here that was not read".to_owned();
                    self.residue.push(format!("{} {why}", commit.sha));
                    Origin::Residue { why }
                }
                (_, false) => match self.merged.get(commit.sha.as_str()) {
                    Some(pull) => Origin::PullRequest { number: pull.number },
                    None => Origin::Direct {
                        actor: push.actor.as_ref().map(|actor| actor.login.clone()),
                        at: push.at.clone(),
                        forced: push.kind == crate::model::trail::PushKind::ForcePush,
                    },
                },
            };
            self.entries.entry(&commit.sha).or_insert_with(|| entry(commit, origin));
        }
    }

    /// First-parent commits of the period without a push history: a merge commit's pull request, or a claim, or residue.
    pub fn commits_alone(&mut self) {
        let Some(head) = self.head else { return };
        // Committers' clocks differ: an older commit may stand above a newer one, so the walk does not end at the first.
        let chain: Vec<&LineCommit> = self.chain(head).collect();
        let mut rebased: Option<(u64, usize)> = None;
        for commit in chain.into_iter().filter(|commit| self.ledger.period.holds(&commit.committed_at)) {
            let origin = if let Some(pull) = self.merged.get(commit.sha.as_str()) {
                // A rebase leaves as many commits as the pull request had; a merge or a squash leaves one.
                let several = if commit.merge { 0 } else { same_messages(pull, commit) };
                rebased = Some((pull.number, several));
                Origin::PullRequest { number: pull.number }
            } else if let Some((number, left @ 1..)) = rebased {
                rebased = Some((number, left - 1));
                Origin::PullRequest { number }
            } else {
                match claimed(commit).filter(|_| self.ledger.pulls.seen().is_none()) {
                    Some(number) => Origin::Claimed { number },
                    None => Origin::Residue { why: "no pull request, and pushes were not read".to_owned() },
                }
            };
            if let Origin::Residue { why } = &origin {
                self.residue.push(format!("{} {why}", commit.sha));
            }
            self.entries.entry(&commit.sha).or_insert_with(|| entry(commit, origin));
        }
    }

    pub fn finish(mut self) -> Reconciliation {
        let ledger = self.ledger;
        let inside = |pull: &&PullRequest| pull.base.as_str() == ledger.branch && ledger.period.holds(&pull.merged_at);
        let merged: Vec<&PullRequest> = Observed::members(ledger.pulls).iter().filter(inside).collect();
        for pull in &merged {
            let held = pull.merge_sha.as_deref().is_some_and(|sha| self.entries.contains_key(sha));
            if !held && self.head.is_some() {
                self.residue
                    .push(format!("pull request #{} was merged, and no commit of the walk is its merge", pull.number));
            }
        }
        if let Some(counted) = ledger.counted
            && usize::try_from(counted) != Ok(merged.len())
        {
            self.residue.push(format!("{} merged pull requests were read, {counted} counted", merged.len()));
        }
        self.unread.extend(ledger.pushes.gap("pushes").map(|gap| format!("{}: {}", gap.what, gap.why)));
        self.unread.extend(ledger.pulls.gap("merged pull requests").map(|gap| format!("{}: {}", gap.what, gap.why)));
        self.unread.extend(ledger.lines.gap("commits").map(|gap| format!("{}: {}", gap.what, gap.why)));
        if self.head.is_none() {
            self.unread.push("the branch's commits were not read".to_owned());
        }
        let complete = match (self.unread.is_empty(), self.residue.is_empty()) {
            (true, true) => Truth::True,
            (true, false) => Truth::False,
            (false, _) => Truth::Unknown,
        };
        let mut entries: Vec<Entry> = self.entries.into_values().collect();
        entries.sort_by(|a, b| (&a.committed_at, &a.sha).cmp(&(&b.committed_at, &b.sha)));
        self.residue.sort();
        Reconciliation {
            repository: ledger.repository.to_owned(),
            branch: ledger.branch.to_owned(),
            source: ledger.source,
            entries,
            merged: merged.len(),
            counted: ledger.counted,
            residue: self.residue,
            complete,
            unread: self.unread,
        }
    }

    fn chain(&self, from: &str) -> impl Iterator<Item = &'a LineCommit> {
        let first = self.commits.get(from).copied();
        std::iter::successors(first, |commit| self.commits.get(commit.parent.as_deref()?).copied())
    }

    /// First-parent commits from `to` down to where `from`'s line is met, newest first. Costs as many steps as the two lines
    /// are apart.
    fn between(&self, to: &str, from: &str) -> Vec<&'a LineCommit> {
        let parent = |commit: &LineCommit| self.commits.get(commit.parent.as_deref()?).copied();
        let depth = |commit: &LineCommit| self.depths.get(commit.sha.as_str()).copied().unwrap_or_default();
        let mut other = self.commits.get(from).copied();
        let mut next = self.commits.get(to).copied();
        let mut brought = Vec::new();
        while let Some(commit) = next.filter(|commit| commit.sha != from) {
            while let Some(deeper) = other.filter(|other| depth(other) > depth(commit)) {
                other = parent(deeper);
            }
            if other.is_some_and(|other| other.sha == commit.sha) {
                break;
            }
            brought.push(commit);
            if commit.parent.as_deref() == Some(from) {
                break;
            }
            next = parent(commit);
        }
        brought
    }
}

/// How many first parents of each commit were read.
fn depths<'a>(commits: &BTreeMap<&'a str, &'a LineCommit>) -> BTreeMap<&'a str, usize> {
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    for start in commits.values() {
        let unknown = |commit: &&&LineCommit| !depths.contains_key(commit.sha.as_str());
        let chain = std::iter::successors(Some(start), |commit| commits.get(commit.parent.as_deref()?));
        let new: Vec<&&LineCommit> = chain.take_while(unknown).collect();
        let below = new.last().and_then(|last| depths.get(last.parent.as_deref()?)).copied();
        let lowest = below.map_or(0, |below| below + 1);
        depths.extend(new.into_iter().rev().map(|commit| commit.sha.as_str()).zip(lowest..));
    }
    depths
}

fn entry(commit: &LineCommit, origin: Origin) -> Entry {
    Entry {
        sha: commit.sha.clone(),
        committed_at: commit.committed_at.clone(),
        headline: commit.headline.clone(),
        forced_away: false,
        origin,
    }
}

/// Further commits that a rebase of the pull request left below its last one: the commit carries the last message.
fn same_messages(pull: &PullRequest, last: &LineCommit) -> usize {
    let messages = pull.commits.members();
    let headline = |message: &str| message.lines().next().unwrap_or_default().to_owned();
    match messages.last() {
        Some(commit) if headline(&commit.message) == last.headline => messages.len().saturating_sub(1),
        _ => 0,
    }
}

/// The number in `Merge pull request #12 from …`, or at the end as `… (#12)`.
fn claimed(commit: &LineCommit) -> Option<u64> {
    let headline = commit.headline.trim();
    if let Some(rest) = headline.strip_prefix("Merge pull request #") {
        return rest.split(' ').next()?.parse().ok();
    }
    headline.strip_suffix(')')?.rsplit_once("(#")?.1.parse().ok()
}
