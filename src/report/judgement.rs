//! The matrix, the criteria and the answers: what findings and paths add up to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    id::{AgentId, CheckId, CriterionId, EvidenceId, FindingId, ObjectiveId, PathId, QuestionId},
    tier::Tier,
};

use crate::reach::path::Capability;

/// Worst over the branches and resources of a tier, for one agent and one of read, write, delete, approve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MatrixCell {
    pub agent: AgentId,
    pub tier: Tier,
    pub capability: Capability,
    pub observed: Observation,
    pub allowed: Permitted,
    pub outcome: super::Outcome,
    pub paths: Vec<PathId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Observation {
    No,
    /// Only behind a person's approval.
    WithApproval,
    Unknown,
    Possible,
    Yes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permitted {
    No,
    WithApproval,
    Yes,
}

/// A framework criterion and the tests that touch it. The conclusion is the auditor's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Criterion {
    pub id: CriterionId,
    pub framework: String,
    /// In our own words; the standard's text is licensed.
    pub title: String,
    pub in_scope: bool,
    pub tests: Vec<CriterionTest>,
    pub points_of_focus: PointsOfFocus,
    /// Ids of populations that stand behind it, with whether this run holds them.
    pub populations: Vec<String>,
    /// What management must attest, because no reading can show it.
    pub attested: Vec<String>,
    pub not_tested: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionTest {
    pub objective: ObjectiveId,
    pub check: CheckId,
    pub title: String,
    pub result: TestResult,
    /// `config` (design, as of a date) or `population` (operation, over a period).
    pub kind: String,
    pub as_of: String,
    /// Subjects tested, of how many: numbers carry their base.
    pub tested: usize,
    pub exceptions: usize,
    pub not_determinable: usize,
    pub findings: Vec<FindingId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestResult {
    Exception,
    NotDeterminable,
    NoException,
    NotTested,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PointsOfFocus {
    /// Numbers or own short names; guidance, not requirements.
    pub touched: Vec<String>,
    pub untouched: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    pub id: QuestionId,
    pub question: String,
    pub answer: AnswerKind,
    pub statement: String,
    pub evidence: Vec<EvidenceId>,
    pub findings: Vec<FindingId>,
    /// RFC 3339, UTC.
    pub as_of: String,
    pub limits: Vec<String>,
    pub owner: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    Yes,
    No,
    Partial,
    NotDeterminable,
}
