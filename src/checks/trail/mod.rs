//! What is written down, and who could stop the writing.

use crate::checks::CheckDef;

mod agent_attribution_missing;
mod agent_session_unnamed;
mod agent_stops_trail;
mod audit_log_unread;
mod destruction_unalerted;
mod trail_missing;
mod trail_unvalidated;

pub const CHECKS: &[CheckDef] = &[
    trail_missing::CHECK,
    trail_unvalidated::CHECK,
    agent_stops_trail::CHECK,
    destruction_unalerted::CHECK,
    audit_log_unread::CHECK,
    agent_attribution_missing::CHECK,
    agent_session_unnamed::CHECK,
];
