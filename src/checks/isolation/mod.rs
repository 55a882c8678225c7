//! Environments apart: what agents reach in production, and what serves two tiers at once.

use crate::checks::CheckDef;

mod agent_changes_guardrail;
mod agent_destroys_production;
mod agent_reads_production;
mod agent_writes_production;
mod paths;

pub const CHECKS: &[CheckDef] = &[
    agent_destroys_production::CHECK,
    agent_writes_production::CHECK,
    agent_reads_production::CHECK,
    agent_changes_guardrail::CHECK,
];
