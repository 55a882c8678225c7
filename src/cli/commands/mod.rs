//! One file a subcommand.

pub mod assess;
pub mod collect;
pub mod demo;
pub mod explain;
pub mod report;
