//! Changes: merged pull requests with their reviews and commits.

use serde::{Deserialize, Serialize};

use super::{actor::Account, id::BranchName, observed::Observed};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PullRequest {
    pub number: u64,
    pub title: String,
    pub author: Option<Account>,
    pub merged_by: Option<Account>,
    /// RFC 3339, UTC.
    pub merged_at: String,
    pub created_at: String,
    pub base: BranchName,
    pub head: String,
    pub head_sha: String,
    pub merge_sha: Option<String>,
    pub body: String,
    pub labels: Vec<String>,
    /// When title or body were last rewritten; `None`: never, as far as the forge tells.
    pub edited_at: Option<String>,
    pub reviews: Observed<Vec<Review>>,
    pub commits: Observed<Vec<Commit>>,
    /// Lines added and removed; `None` where the forge did not say.
    pub lines: Option<u64>,
    /// What ran on the head commit.
    pub checks: Observed<Vec<CheckResult>>,
}

/// A check run or a commit status on one commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CheckResult {
    pub name: String,
    /// `success`, `failure`, `neutral`, `skipped`, `pending` … in lower case.
    pub state: String,
    /// When it ended, RFC 3339, UTC; `None` while it runs.
    pub at: Option<String>,
}

impl CheckResult {
    /// What GitHub lets a required check end with ("About protected branches").
    pub fn green(&self) -> bool {
        matches!(self.state.as_str(), "success" | "neutral" | "skipped")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub author: Option<Account>,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`.
    pub state: String,
    pub commit: Option<String>,
    pub submitted_at: Option<String>,
    /// Whether it came with words of its own, remarks on lines left aside.
    pub worded: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    pub sha: String,
    pub author_name: String,
    pub author_email: String,
    /// The account GitHub joined to the mail address, if any.
    pub author: Option<Account>,
    pub committer_email: String,
    pub message: String,
    /// RFC 3339, UTC.
    pub authored_at: String,
}

/// A recorded deployment and its last state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    pub id: u64,
    pub sha: String,
    pub git_ref: String,
    pub environment: String,
    pub creator: Option<Account>,
    pub created_at: String,
}

/// First-parent commits from one commit back: what became of a branch, one step a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `main`, or a commit that a force push left behind.
    pub start: String,
    /// Newest first.
    pub commits: Vec<LineCommit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCommit {
    pub sha: String,
    /// The first parent; `None` for a root.
    pub parent: Option<String>,
    /// More than one parent.
    pub merge: bool,
    /// RFC 3339, UTC.
    pub committed_at: String,
    /// First line of the message.
    pub headline: String,
}
