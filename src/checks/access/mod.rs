//! Who and what holds rights: agents, people, keys, tokens.

use crate::checks::CheckDef;

pub const CHECKS: &[CheckDef] = &[];
