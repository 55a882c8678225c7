//! Asks AWS.

pub mod client;
