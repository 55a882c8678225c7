//! Environments apart: what agents reach in production, and what serves two tiers at once.

use crate::checks::CheckDef;

mod account_serves_two_tiers;
mod agent_changes_guardrail;
mod agent_destroys_production;
mod agent_reads_production;
mod agent_writes_production;
mod mcp_guardrail_hollow;
mod oidc_trust_too_wide;
pub mod paths;
mod resource_without_tier;
mod role_serves_two_tiers;
mod secret_serves_two_tiers;

pub const CHECKS: &[CheckDef] = &[
    agent_destroys_production::CHECK,
    agent_writes_production::CHECK,
    agent_reads_production::CHECK,
    agent_changes_guardrail::CHECK,
    account_serves_two_tiers::CHECK,
    role_serves_two_tiers::CHECK,
    secret_serves_two_tiers::CHECK,
    oidc_trust_too_wide::CHECK,
    resource_without_tier::CHECK,
    mcp_guardrail_hollow::CHECK,
];
