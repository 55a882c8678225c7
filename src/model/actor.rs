//! Who acts on a forge: accounts, apps, teams, and what each may do on a repository.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{id::RepoName, observed::Observed};

/// GitHub's account types (REST schema "simple-user", field `type`). Unknown ones survive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    User,
    Bot,
    Organization,
    Mannequin,
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Account {
    pub id: u64,
    pub login: String,
    pub kind: AccountKind,
}

/// Repository permission in GitHub's order; a custom role counts by its base where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    None,
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

impl Permission {
    /// GitHub writes `pull` and `push` in some answers, `read` and `write` in others.
    pub fn parse(text: &str) -> Option<Permission> {
        Some(match text {
            "none" => Permission::None,
            "read" | "pull" => Permission::Read,
            "triage" => Permission::Triage,
            "write" | "push" => Permission::Write,
            "maintain" => Permission::Maintain,
            "admin" => Permission::Admin,
            _ => return None,
        })
    }
}

/// A GitHub App on an organisation ("List app installations for an organization").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Installation {
    pub id: u64,
    pub app_id: u64,
    pub slug: String,
    /// Permission name to level: `contents` to `write`.
    pub permissions: BTreeMap<String, String>,
    pub events: Vec<String>,
    /// `None` means all repositories of the organisation.
    pub repositories: Option<Observed<Vec<RepoName>>>,
    pub suspended: bool,
    /// RFC 3339, as GitHub wrote it.
    pub created_at: Option<String>,
}

impl Installation {
    pub fn may_write(&self, permission: &str) -> bool {
        self.permissions.get(permission).is_some_and(|level| level == "write" || level == "admin")
    }
}

/// An account with a permission of its own on a repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collaborator {
    pub account: Account,
    /// `None` where GitHub named a role that we cannot place.
    pub permission: Option<Permission>,
    pub role: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Team {
    pub id: u64,
    pub slug: String,
    /// Those of child teams, too ("List team members").
    pub members: Observed<Vec<Account>>,
    /// What the team may do where; of the repositories that the credential sees ("List team repositories").
    pub grants: Observed<Vec<TeamGrant>>,
}

/// A team's permission on one repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TeamGrant {
    pub repository: RepoName,
    /// `None` where GitHub named a role that we cannot place.
    pub permission: Option<Permission>,
    pub role: String,
}

/// A key that pushes or pulls without an account ("List deploy keys").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeployKey {
    pub id: u64,
    pub title: String,
    pub read_only: bool,
    pub created_at: Option<String>,
    pub last_used: Option<String>,
}
