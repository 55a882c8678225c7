//! One file a subcommand.

pub mod assess;
pub mod collect;
pub mod demo;
pub mod explain;
#[cfg(feature = "hook")]
pub mod hook;
pub mod iam;
pub mod report;
