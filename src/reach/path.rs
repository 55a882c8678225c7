//! Paths of reach, as a report shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    base::foreign::Foreign,
    model::{
        id::{AgentId, EvidenceId, PathId},
        tier::{Tier, TierBasis},
    },
};

/// What one hop, or a whole path, lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing stands in the way.
    Open,
    /// Only what was not read could stand in the way.
    Possible,
    /// A person must act.
    Gated,
    /// Something that was read stops it.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    Read,
    Write,
    Delete,
    Approve,
    Trigger,
    Assume,
    ChangeGuardrail,
}

/// Classes of AWS actions; `destroy` is the matrix's delete, `permissions` and `removes_recovery` are change_guardrail.
pub use crate::model::action::ActionClass;

/// One best witness path per agent, action class and resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReachPath {
    pub id: PathId,
    pub agent: AgentId,
    pub agent_name: Foreign,
    /// The AWS action that decides, `rds:DeleteDBInstance`, or its class.
    pub action: String,
    pub class: ActionClass,
    /// ARN, or `owner/repo@branch` where the resource is a ref.
    pub resource: Foreign,
    /// What a person calls the resource: `database shop-prod`.
    pub resource_name: Foreign,
    pub tier: Tier,
    pub tier_basis: TierBasis,
    pub humans: Humans,
    pub verdict: Verdict,
    /// From the agent to the resource, in order.
    pub hops: Vec<Hop>,
    /// For a closed path: what closes it. For others: changes that each close this way; another way may remain.
    pub closed_by: Vec<Remedy>,
    /// The path as one sentence a director would repeat.
    pub sentence: String,
    /// What the verdict rests on beyond what was read: `unless an SCP that we may not read forbids it`.
    pub unless: Vec<String>,
}

impl ReachPath {
    /// Whether it starts at somebody who may not write to the repository and steers the agent.
    pub fn from_strangers(&self) -> bool {
        self.hops.first().is_some_and(|hop| hop.from.kind == HopKind::Public)
    }
}

/// Distinct persons who must act before the agent gets through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Humans {
    pub min: u32,
    /// `None`: no bound is known.
    pub max: Option<u32>,
    /// Who may stand at the gates.
    pub who: Vec<Foreign>,
    /// Approvals asked for at the widest gate.
    pub k: u32,
    pub basis: Basis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The platform refuses without them.
    Enforced,
    /// They usually act; nothing makes them.
    Incidental,
    /// Accounts of type User taken for persons.
    Assumed,
}

/// One step, with the reason in one sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hop {
    pub from: HopNode,
    pub to: HopNode,
    pub capability: Capability,
    pub verdict: Verdict,
    pub because: String,
    pub evidence: Vec<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HopNode {
    pub kind: HopKind,
    /// Stable over runs.
    pub id: String,
    pub name: Foreign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HopKind {
    /// Anyone on the internet.
    Public,
    Agent,
    Person,
    Repository,
    Ref,
    Workflow,
    Job,
    Environment,
    Runner,
    Secret,
    Subject,
    Principal,
    Resource,
}

/// One change that would close, or that closes, a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Remedy {
    /// `require_environment_reviewers`: an entry under `controls/remedies/`.
    pub id: String,
    /// The change, in words, on this very object.
    pub change: String,
    /// Who does it: `repository admin`, `cloud admin`.
    pub who: String,
    /// Minutes of work.
    pub minutes: u32,
    pub reversible: bool,
    /// What may stop working.
    pub may_break: String,
    /// Plans and editions it is available on.
    pub plan: String,
}
