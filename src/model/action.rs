//! Classes of AWS actions.

use serde::{Deserialize, Serialize};

/// What an action does to a resource. AWS has no delete level; how destroy and disrupt are told apart stands with the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionClass {
    List,
    Read,
    Write,
    Destroy,
    Disrupt,
    Tag,
    Permissions,
    RemovesRecovery,
}
