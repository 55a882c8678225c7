//! Coding agents and how we know of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::{AgentId, EvidenceId};
use crate::base::foreign::Foreign;

/// A coding agent: one row an agent and how it acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Agent {
    pub id: AgentId,
    pub name: Foreign,
    pub kind: AgentKind,
    /// The identities it acts under: an app's slug, a bot's login, a person's login, a role's ARN.
    pub acts_as: Vec<Foreign>,
    /// How we know, strongest first.
    pub signals: Vec<Signal>,
    pub owner: Option<Owner>,
    /// Strangers who steer it, where the workflow that runs it lets them.
    pub steered_by: Option<Steering>,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    /// Merged pull requests and commits seen in this run.
    pub pull_requests: usize,
    pub commits: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentKind {
    App,
    BotUser,
    Workflow,
    /// Runs under a person's own login and rights.
    Person,
    CloudPrincipal,
    Stated,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    /// `installation`, `login`, `trailer`, `branch`, `workflow_step`, `config_file`, `stated` …; `installed_by` and `operated_by`
    /// say who let it in and who prompts it.
    pub kind: String,
    pub detail: Foreign,
    pub evidence: Vec<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Owner {
    pub person: String,
    /// RFC 3339 date of the statement.
    pub since: Option<String>,
    pub approved_by: Option<String>,
    pub last_review: Option<String>,
}

/// People who may not write to the repository and whose words or deeds the agent follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Steering {
    /// As a clause: `anyone can start it by an issue`.
    pub how: String,
    pub evidence: Vec<EvidenceId>,
}
