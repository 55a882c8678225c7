//! A branch as a clone shows it: first-parent commits from git's objects alone, to hold against what the forge answered.

use serde::Serialize;

use super::{Ledger, Reconciliation, differences};
use crate::{
    analysis::period::Period,
    model::{
        change::{Line, LineCommit},
        history::{History, HistoryCommit},
        observed::Observed,
    },
};

/// One branch of a clone.
#[derive(Debug)]
pub struct ClonedBranch {
    /// `acme/shop`, or the folder's name where nobody says more.
    pub repository: String,
    /// Without `refs/heads/`.
    pub branch: String,
    pub line: Observed<Vec<Line>>,
}

/// What a clone and the forge say of one branch in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    pub repository: String,
    pub branch: String,
    /// First-parent commits of the clone in the period.
    pub commits: usize,
    /// Commits that only one of the two shows, each by name. Those that a force push removed are in no fresh clone.
    pub differences: Vec<String>,
    /// Why the comparison is not of the whole branch.
    pub unread: Vec<String>,
}

impl ClonedBranch {
    /// The line that ends in the clone's HEAD. Partial where the clone is shallow or a first parent could not be read.
    pub fn new(repository: &str, branch: &str, history: &History) -> ClonedBranch {
        let first_parent = |commit: &HistoryCommit| commit.parents.first().copied();
        let mut commits = Vec::new();
        let mut whole = !history.shallow;
        let mut next = history.commits.first();
        while let Some(commit) = next {
            let parent = first_parent(commit).and_then(|at| history.commits.get(at?));
            whole &= parent.is_some() || commit.parents.is_empty();
            commits.push(LineCommit {
                sha: commit.commit.sha.clone(),
                parent: parent.map(|parent| parent.commit.sha.clone()),
                merge: commit.is_merge(),
                committed_at: commit.committed_at.clone(),
                headline: commit.commit.message.lines().next().unwrap_or_default().to_owned(),
            });
            next = parent;
        }
        let lines = vec![Line { start: branch.to_owned(), commits }];
        let line = if whole { Observed::known(lines, Vec::new()) } else { Observed::partial(lines, Vec::new()) };
        ClonedBranch { repository: repository.to_owned(), branch: branch.to_owned(), line }
    }

    /// The branch's account from git alone: what a headline says of a pull request is a claim, and the rest is unexplained.
    pub fn alone(&self, period: &Period) -> Reconciliation {
        Reconciliation::of(&Ledger {
            repository: &self.repository,
            branch: &self.branch,
            source: "clone",
            period,
            lines: &self.line,
            pushes: &Observed::not_collected("a clone keeps none"),
            pulls: &Observed::not_collected("a clone keeps none"),
            counted: None,
        })
    }

    /// The clone beside the forge's account of the same branch.
    pub fn beside(&self, api: &[Reconciliation], period: &Period) -> Compared {
        let own = self.alone(period);
        let same = api.iter().find(|one| one.repository == self.repository && one.branch == self.branch);
        let mut unread: Vec<String> = self.line.gap("commits of the clone").map(|gap| gap.why).into_iter().collect();
        if same.is_none() {
            unread.push("the run has no account of such a production branch".to_owned());
        }
        Compared {
            repository: self.repository.clone(),
            branch: self.branch.clone(),
            commits: own.entries.len(),
            differences: same.map(|api| differences(api, &own)).unwrap_or_default(),
            unread,
        }
    }
}
