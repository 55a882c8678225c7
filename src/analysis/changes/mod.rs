//! What merged changes show: who wrote them, who approved, and the attributes an auditor tests.

pub mod approval;
pub mod attributes;
pub mod author;
pub mod history;
pub mod incidents;
pub mod persons;
pub mod reverts;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::{approval::Approvals, persons::Persons};
use crate::{
    analysis::attribution,
    controls::agents::Signatures,
    model::{change::PullRequest, observed::Observed, truth::Truth, world::Repository},
};

/// Approvals of merged changes that carry an agent's mark: persons and shares, not a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedOff {
    /// Logins with how many of the changes each approved on their final head, most first.
    pub persons: Vec<(String, usize)>,
    /// Merged changes that carry an agent's mark.
    pub total: usize,
    /// Of these, with the approval of an independent person.
    pub approved: usize,
    /// Of these, those for which that could not be told.
    pub unread: usize,
}

/// The merged changes of these repositories that carry an agent's mark, each with what its reviews come to.
pub fn by_agents<'a>(
    signatures: &'a Signatures,
    persons: &'a Persons,
    repositories: &'a [&'a Repository],
) -> impl Iterator<Item = (&'a PullRequest, Approvals)> {
    let pulls = repositories.iter().flat_map(|repository| Observed::members(&repository.pull_requests));
    pulls
        .filter(|pull| !attribution::of_pull_request(signatures, pull).is_empty())
        .map(|pull| (pull, approval::judge(signatures, persons, pull)))
}

pub fn sign_off(signatures: &Signatures, persons: &Persons, repositories: &[&Repository]) -> SignedOff {
    let mut signed = SignedOff::default();
    let mut by_login: BTreeMap<String, usize> = BTreeMap::new();
    for (_, approvals) in by_agents(signatures, persons, repositories) {
        signed.total += 1;
        match approvals.hold() {
            Truth::True => signed.approved += 1,
            Truth::Unknown => signed.unread += 1,
            Truth::False => {}
        }
        for login in approvals.signed {
            *by_login.entry(login).or_default() += 1;
        }
    }
    signed.persons = by_login.into_iter().collect();
    signed.persons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    signed
}
