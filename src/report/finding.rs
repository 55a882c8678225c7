//! Findings: what one check says about one subject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    base::{digest::Digest, foreign::Foreign},
    model::{
        id::{CheckId, EvidenceId, FindingId, ObjectiveId, PathId},
        observed::Gap,
        severity::Severity,
    },
};

use super::Accepted;
use crate::reach::path::Remedy;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Fail,
    /// Not read; `needs` says what would settle it.
    Unknown,
    /// Our own defect.
    Broken,
    /// Only a person can say.
    Manual,
    Pass,
    NotApplicable,
}

/// The framework's three failure modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    PrivilegeEscalation,
    EnvironmentConfusion,
    ApprovalBypass,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    pub id: FindingId,
    pub check: CheckId,
    pub outcome: Outcome,
    pub severity: Severity,
    pub mode: Mode,
    /// `acme/shop@main`, `role deploy-prod`.
    pub subject: Foreign,
    /// The finding, in a sentence a director would repeat.
    pub statement: String,
    pub evidence: Vec<EvidenceId>,
    pub needs: Vec<Gap>,
    pub paths: Vec<PathId>,
    pub remedies: Vec<Remedy>,
    /// File and one-based line in the judged repository, where there is one.
    pub location: Option<Location>,
    pub owner: Option<String>,
    /// RFC 3339 date.
    pub due: Option<String>,
    pub response: Option<String>,
    pub accepted: Option<Accepted>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    pub repository: String,
    pub path: String,
    pub line: Option<usize>,
}

impl Finding {
    /// A bare finding; `identity` is what its id stays the same for.
    pub fn new(check: &str, identity: &str, outcome: Outcome, severity: Severity, mode: Mode) -> Finding {
        Finding {
            id: FindingId::new(format!("f-{}", Digest::of(identity.as_bytes()).short(12))),
            check: CheckId::from(check),
            outcome,
            severity,
            mode,
            subject: Foreign::default(),
            statement: String::new(),
            evidence: Vec::new(),
            needs: Vec::new(),
            paths: Vec::new(),
            remedies: Vec::new(),
            location: None,
            owner: None,
            due: None,
            response: None,
            accepted: None,
        }
    }
}

/// A check as a catalogue entry; its page is the doc comment of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    pub id: CheckId,
    pub title: String,
    pub family: String,
    pub severity: Severity,
    pub mode: Mode,
    pub objective: ObjectiveId,
    /// The page, Markdown.
    pub page: String,
}
