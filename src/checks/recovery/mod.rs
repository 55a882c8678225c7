//! How data and code come back after a loss.

use crate::checks::CheckDef;

pub const CHECKS: &[CheckDef] = &[];
