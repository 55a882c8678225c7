//! Floor 0: what every floor may use. Nothing here knows GitHub, AWS or a report.

pub mod canonical;
pub mod clock;
pub mod digest;
pub mod fnmatch;
pub mod foreign;
pub mod secret;
pub mod visible_json;
