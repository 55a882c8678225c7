//! Who and what holds rights: agents, people, keys, tokens.

use crate::checks::CheckDef;

mod agent_app_excess;
mod agent_instructions_unsound;
mod agent_open_to_strangers;
mod agent_runs_unasked;
mod agent_without_owner;
mod base_permission_writes;
mod deploy_key_writes;
mod guardrail_idle;
mod mcp_server_writes;
mod session_untraceable;
mod static_cloud_key;
mod two_factor_not_required;
mod workflow_token_writes;

pub const CHECKS: &[CheckDef] = &[
    agent_app_excess::CHECK,
    agent_without_owner::CHECK,
    base_permission_writes::CHECK,
    two_factor_not_required::CHECK,
    deploy_key_writes::CHECK,
    static_cloud_key::CHECK,
    session_untraceable::CHECK,
    guardrail_idle::CHECK,
    workflow_token_writes::CHECK,
    agent_open_to_strangers::CHECK,
    agent_runs_unasked::CHECK,
    mcp_server_writes::CHECK,
    agent_instructions_unsound::CHECK,
];
