//! Floor 4: asks and records, nothing else. The only part of Ambit that touches the outside.

pub mod wire;
