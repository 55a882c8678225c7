//! How data and code come back after a loss.

use crate::checks::CheckDef;

mod agent_removes_recovery;
mod alert_untested;
mod backup_missing;
mod deletion_unprotected;
mod restore_untested;
mod rollback_unprepared;
mod rollback_untimed;

pub const CHECKS: &[CheckDef] = &[
    deletion_unprotected::CHECK,
    backup_missing::CHECK,
    agent_removes_recovery::CHECK,
    restore_untested::CHECK,
    rollback_unprepared::CHECK,
    rollback_untimed::CHECK,
    alert_untested::CHECK,
];
