//! Who approved what agents wrote: persons and shares, not a rule.

use crate::{
    analysis::{attribution, changes},
    controls::agents::Signatures,
    model::{
        id::EvidenceId,
        observed::Observed,
        truth::Truth,
        world::{Repository, World},
    },
};

/// Approvals of merged changes that carry an agent's mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignOff {
    /// Logins with how many of the changes each approved, most first.
    pub persons: Vec<(String, usize)>,
    /// Merged changes that carry an agent's mark.
    pub total: usize,
    /// Of these, with the approval of an independent person.
    pub approved: usize,
    /// Of these, those whose reviews could not be read.
    pub unread: usize,
    /// False: there may be more changes than were read.
    pub complete: bool,
    pub evidence: Vec<EvidenceId>,
}

impl SignOff {
    /// From the merged pull requests of all repositories; `None` when the organisation was not read.
    pub fn of(signatures: &Signatures, world: &World) -> Option<SignOff> {
        let organization = world.forge.seen()?;
        let repositories: Vec<&Repository> =
            organization.repositories.members().iter().filter(|repository| !repository.archived).collect();
        let signed = changes::sign_off(signatures, &repositories);
        let whole = repositories.iter().all(|repository| repository.pull_requests.is_whole());
        let mut sign_off = SignOff {
            persons: signed.persons,
            total: signed.total,
            complete: whole && organization.repositories.is_whole(),
            ..SignOff::default()
        };
        for repository in repositories {
            sign_off.evidence.extend(repository.pull_requests.evidence.iter().cloned());
            for pull in Observed::members(&repository.pull_requests) {
                if attribution::of_pull_request(signatures, pull).is_empty() {
                    continue;
                }
                match changes::independent_approval(signatures, pull) {
                    Truth::True => sign_off.approved += 1,
                    Truth::Unknown => sign_off.unread += 1,
                    Truth::False => {}
                }
            }
        }
        Some(sign_off)
    }
}
