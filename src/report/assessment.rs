//! The whole of a report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    base::foreign::Foreign,
    model::{
        agent::Agent,
        id::{EvidenceId, RunId},
        tier::{Tier, TierBasis},
        world::CoverageRow,
    },
};

use super::{AlertRow, Answer, Check, Criterion, Finding, MatrixCell, Rollback, StoreRecovery};
use crate::reach::path::{ReachPath, Remedy};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// `1`.
    pub schema_version: u32,
    pub run: RunInfo,
    pub headline: Headline,
    pub coverage: Coverage,
    pub tiers: Vec<TierRow>,
    /// Everything management asserted and the facts did not show.
    pub assertions: Vec<Assertion>,
    pub agents: Vec<Agent>,
    pub paths: Vec<ReachPath>,
    /// Whether each store comes back after the worst that an agent could do to it alone.
    pub recovery: Vec<StoreRecovery>,
    /// How the code of each repository that deploys to production goes back.
    pub rollback: Vec<Rollback>,
    /// Whether somebody would hear of each destructive action.
    pub alerts: Vec<AlertRow>,
    pub matrix: Vec<MatrixCell>,
    pub findings: Vec<Finding>,
    pub checks: Vec<Check>,
    pub criteria: Vec<Criterion>,
    pub answers: Vec<Answer>,
    /// At most five changes, ordered by the paths each closes.
    pub changes: Vec<Change>,
    pub evidence: Vec<EvidenceRow>,
    pub branding: Branding,
    pub exit_reasons: Vec<ExitReason>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    pub id: RunId,
    /// RFC 3339, UTC.
    pub started: String,
    pub tool_version: String,
    pub scope: Vec<String>,
    /// sha256 of the configuration file, if one was used.
    pub config_digest: Option<String>,
    pub complete: bool,
    /// Date of the AWS action table.
    pub data_date: String,
}

/// The few lines that lead every format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Headline {
    /// `An agent (claude) can delete the production database shop-prod with no human in between.`
    pub sentence: String,
    /// Further lines: how many, what else, what is possible only.
    pub lines: Vec<String>,
    /// The path drawn under the headline.
    pub path: Option<crate::model::id::PathId>,
    /// Counts by verdict over production paths: open, possible, gated, closed.
    pub open: usize,
    pub possible: usize,
    pub gated: usize,
    pub closed: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    pub planned: usize,
    pub answered: usize,
    pub denied: Vec<CoverageRow>,
    pub failed: Vec<CoverageRow>,
    pub skipped: Vec<CoverageRow>,
}

/// What stands in which tier, and why we say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TierRow {
    pub tier: Tier,
    /// `branch`, `environment`, `account`, `resource`.
    pub kind: String,
    pub subject: Foreign,
    pub basis: TierBasis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assertion {
    /// `tiers`, `people`, `agent`, `soc2`, `accept`, `scope`.
    pub kind: String,
    pub statement: String,
    /// `ambit.toml:12`, or `assumed`.
    pub source: String,
    /// False: a fact contradicts it, and it was not followed.
    pub followed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    pub reason: String,
    pub owner: String,
    pub approver: String,
    pub compensating_control: Option<String>,
    /// RFC 3339 date.
    pub until: String,
}

/// A change of the plan with the paths it closes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    pub remedy: Remedy,
    pub paths: Vec<crate::model::id::PathId>,
    pub findings: Vec<crate::model::id::FindingId>,
}

/// One recorded request, so that every statement leads to bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceRow {
    pub id: EvidenceId,
    /// `GET /repos/acme/shop/rulesets`, `rds:DescribeDBInstances`.
    pub request: Foreign,
    pub status: Option<u16>,
    /// RFC 3339, UTC.
    pub at: String,
    pub caller: Foreign,
    /// sha256 of the stored answer.
    pub digest: Option<String>,
}

/// Who the report is for, and what it may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    Internal,
    Auditor,
    Buyer,
}

/// `[branding]` of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Branding {
    pub organisation: Option<String>,
    pub prepared_for: Option<String>,
    pub prepared_by: Option<String>,
    /// `#rrggbb`.
    pub accent: Option<String>,
    /// PNG or SVG as a data URL.
    pub logo: Option<String>,
    pub confidentiality: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExitReason {
    pub code: u8,
    pub reason: String,
    pub findings: Vec<crate::model::id::FindingId>,
}
