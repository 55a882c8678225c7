//! How data and code come back after a loss.

use crate::checks::CheckDef;

mod agent_removes_recovery;
mod alert_untested;
mod backup_missing;
mod deletion_unprotected;
mod rollback_untimed;

pub const CHECKS: &[CheckDef] = &[
    deletion_unprotected::CHECK,
    backup_missing::CHECK,
    agent_removes_recovery::CHECK,
    rollback_untimed::CHECK,
    alert_untested::CHECK,
];
