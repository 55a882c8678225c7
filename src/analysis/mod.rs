//! Floor 4: conclusions from facts. Nothing here asks anybody anything.

pub mod recovery;
