//! GitHub: from recorded answers to the organisation, its repositories and their pipelines. Nothing is asked here.

mod actions;
mod answer;
pub mod changes;
pub mod coverage;
pub mod environments;
pub mod files;
pub mod heads;
pub mod lines;
mod organization;
pub mod paths;
mod repository;
pub mod rules;
mod shape;
pub mod trail;
pub mod workflows;

#[cfg(test)]
mod tests;

use crate::{
    evidence::{RunLog, Scope},
    model::{id::RepoName, observed::Observed, world::Organization},
};

pub use coverage::coverage;

/// The setting of a run's header that narrows what was asked for: `privileged`.
pub const SHARE: &str = "share";

/// What one identity saw of the run's organisation. The header says which one, and which repositories were in scope.
pub fn lower(log: &RunLog, scope: &Scope) -> Observed<Organization> {
    let header = log.header();
    let wanted: Vec<RepoName> = header.repositories.iter().map(RepoName::new).collect();
    let owner = wanted.first().map(RepoName::owner);
    match header.organisations.first().map(String::as_str).or(owner) {
        Some(login) => organization::organization(&answer::Reader { log, scope }, login, &wanted),
        None => Observed::not_collected("the run names no organisation"),
    }
}
