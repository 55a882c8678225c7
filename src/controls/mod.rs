//! Floor 2: loads `controls/`, the judgement kept as data.

pub mod operations;
