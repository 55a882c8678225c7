//! A repository as its objects show it, without the forge around it: commits, the files of one revision, branches.

use super::{change::Commit, id::BranchName, observed::Gap};

/// The commits behind HEAD, newest first, and what stands in the way of more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    pub commits: Vec<HistoryCommit>,
    /// The clone holds only the newest commits.
    pub shallow: bool,
    pub gaps: Vec<Gap>,
}

/// The files of one revision and what was not read of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// Every path, symbolic links with them.
    pub paths: Vec<String>,
    /// How many were read.
    pub read: usize,
    pub gaps: Vec<Gap>,
}

/// A commit with its place in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryCommit {
    pub commit: Commit,
    /// RFC 3339, UTC.
    pub committed_at: String,
    /// Positions of its parents in the same list, the first parent first; `None` where one was not read.
    pub parents: Vec<Option<usize>>,
}

impl HistoryCommit {
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

/// A branch and the commit that it ends in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchTip {
    pub name: BranchName,
    pub commit: String,
}
