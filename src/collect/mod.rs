//! Floor 4: asks and records, nothing else. The only part of Ambit that touches the outside.

pub mod aws;
pub mod github;
pub mod wire;
