//! Floor 4: what follows from the facts before any path is drawn.

pub mod agents;
pub mod alerts;
pub mod attribution;
pub mod center;
pub mod changes;
pub mod cloud_agents;
pub mod codeowners;
pub mod guardrails;
pub mod installers;
pub mod local;
pub mod metrics;
pub mod period;
pub mod population;
pub mod reconcile;
pub mod recovery;
pub mod rollback;
pub mod rules;
pub mod sampling;
pub mod secrets;
pub mod tiers;
