//! Asks GitHub.

pub mod client;
