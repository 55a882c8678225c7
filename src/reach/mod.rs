//! Floor 5: the number of humans between an agent and production. The only maker of edges.

pub mod actor;
pub mod doors;
pub mod environment;
pub mod gate;
pub mod path;
