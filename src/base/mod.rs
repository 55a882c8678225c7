//! Floor 0: what every floor may use. Nothing here knows GitHub, AWS or a report.

pub mod fnmatch;
pub mod foreign;
