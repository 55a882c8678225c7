//! What an AWS action does to a system, in the classes that reports speak of.

use serde::{Deserialize, Serialize};

/// The class of an action.
///
/// AWS itself has five access levels (List, Read, Write, Tagging, Permissions management) and none for deletion; destroy
/// and disrupt are told from Write by the action's name, `removes_recovery` and a few more by a curated list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionClass {
    /// Names and counts.
    List,
    /// Contents and configuration.
    Read,
    /// Changes.
    Write,
    /// Deletes, or can destroy data.
    Destroy,
    /// Stops, detaches or takes away without deleting.
    Disrupt,
    /// Changes tags, and with them what tag-based policies allow.
    Tag,
    /// Changes who may do what.
    Permissions,
    /// Takes away backups, versions, locks or deletion protection.
    RemovesRecovery,
}

impl ActionClass {
    /// Every class, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::List,
        Self::Read,
        Self::Write,
        Self::Destroy,
        Self::Disrupt,
        Self::Tag,
        Self::Permissions,
        Self::RemovesRecovery,
    ];

    /// The class's name in data and outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Destroy => "destroy",
            Self::Disrupt => "disrupt",
            Self::Tag => "tag",
            Self::Permissions => "permissions",
            Self::RemovesRecovery => "removes_recovery",
        }
    }

    /// Reads a class's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}
