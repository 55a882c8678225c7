//! What a change must pass on its way to production.

use crate::checks::CheckDef;

mod action_unpinned;
mod admin_may_bypass;
mod agent_change_unreviewed;
mod agent_evals_missing;
mod agent_instructions_unowned;
mod agent_may_bypass;
mod ai_review_missing;
mod checks_not_required;
mod environment_any_branch;
mod environment_self_review;
mod environment_ungated;
mod essential_not_required;
mod force_push_allowed;
mod pipeline_without_owner;
mod review_required;
mod signoff_not_named;
mod staging_skipped;
mod stale_approval_survives;
mod workflow_may_approve;

pub const CHECKS: &[CheckDef] = &[
    review_required::CHECK,
    agent_may_bypass::CHECK,
    admin_may_bypass::CHECK,
    stale_approval_survives::CHECK,
    workflow_may_approve::CHECK,
    force_push_allowed::CHECK,
    checks_not_required::CHECK,
    environment_ungated::CHECK,
    environment_self_review::CHECK,
    environment_any_branch::CHECK,
    pipeline_without_owner::CHECK,
    action_unpinned::CHECK,
    agent_change_unreviewed::CHECK,
    signoff_not_named::CHECK,
    agent_instructions_unowned::CHECK,
    essential_not_required::CHECK,
    agent_evals_missing::CHECK,
    ai_review_missing::CHECK,
    staging_skipped::CHECK,
];
