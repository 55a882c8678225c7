//! One file a subcommand.

pub mod agents;
pub mod assess;
pub mod changes;
pub mod collect;
pub mod completions;
pub mod controls;
pub mod demo;
pub mod doctor;
pub mod explain;
#[cfg(feature = "hook")]
pub mod hook;
pub mod iam;
pub mod init;
pub mod man;
pub mod merge;
pub mod report;
