//! Floor 5: the number of humans between an agent and production. The only maker of edges.
//!
//! `actor` what an agent may do on a repository; `environment` and `doors` the jobs it can make run its code and what stands
//! before them; `cloud` what the cloud answers; `way`, `holdings` and `search` the paths; `gate` the persons; `grasp` what
//! an agent may do with all it holds and `recovery` what comes back after it; `words` the sentence.

pub mod actor;
pub mod closers;
pub mod cloud;
pub mod doors;
pub mod environment;
pub mod evaluator;
pub mod gate;
pub mod grasp;
pub mod holdings;
pub mod jobs;
pub mod path;
pub mod powers;
pub mod recovery;
pub mod remedies;
pub mod search;
pub mod subjects;
pub mod trusted;
pub mod way;
pub mod words;
