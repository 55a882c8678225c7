//! What is written down, and who could stop the writing.

use crate::checks::CheckDef;

pub const CHECKS: &[CheckDef] = &[];
