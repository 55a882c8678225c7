//! Floor 2: what management states (`ambit.toml`) and what Ambit knows as data (`controls/`).
//!
//! Bytes in, values out: `cli` reads the files, this floor parses them. The data under `controls/` is embedded.

pub mod agents;
pub mod catalogue;
pub mod config;
pub mod embedded;
pub mod essentials;
pub mod guardrails;
mod lint;
pub mod metrics;
pub mod operations;
pub mod permissions;
pub mod questions;
pub mod sampling;
mod schema;
pub mod tools;

pub use lint::{KnownCheck, Problem, lint};
pub use schema::schemas;
