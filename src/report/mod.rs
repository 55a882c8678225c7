//! Floor 6: the `Assessment`, one serialisable value that every renderer reads and scripts rely on.
//!
//! `docs/schema/assessment-1.json` is its JSON Schema, made from these types and compared in a test.

mod assessment;
mod finding;
mod judgement;

pub use assessment::{
    Accepted, Assertion, Assessment, Branding, Change, Coverage, Edition, EvidenceRow, ExitReason, Headline, RunInfo,
    TierRow,
};
pub use finding::{Check, Finding, Location, Mode, Outcome};
pub use judgement::{
    Answer, AnswerKind, Criterion, CriterionTest, MatrixCell, Observation, Permitted, PointsOfFocus, TestResult,
};

pub use crate::{
    model::agent::{Agent as AgentRow, AgentKind, Owner, Signal},
    model::severity::Severity,
    reach::path::{ActionClass, Basis, Capability, Hop, HopKind, HopNode, Humans, ReachPath, Remedy, Verdict},
};
