//! What a change must pass on its way to production.

use crate::checks::CheckDef;

pub const CHECKS: &[CheckDef] = &[];
