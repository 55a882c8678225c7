//! Floor 1: the nouns. Everything above speaks in these; nothing here asks, computes reach or judges.

pub mod access;
pub mod action;
pub mod actor;
pub mod agent;
pub mod alert;
pub mod change;
pub mod cloud;
pub mod file;
pub mod iam;
pub mod id;
pub mod logging;
pub mod observed;
pub mod pipeline;
pub mod recovery;
pub mod rules;
pub mod severity;
pub mod tier;
pub mod truth;
pub mod world;
