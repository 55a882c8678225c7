//! Ambit: how far can our AI coding agents reach?
//!
//! A module uses only strictly lower floors; `docs/architecture.md` shows them and a test resolves every path.

pub mod analysis;
pub mod assess;
pub mod base;
pub mod checks;
pub mod cli;
pub mod collect;
pub mod controls;
pub mod evidence;
pub mod facts;
#[cfg(feature = "hook")]
pub mod hook;
pub mod iam;
pub mod model;
pub mod reach;
pub mod render;
pub mod report;
