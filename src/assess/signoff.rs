//! Who approved what agents wrote: persons and shares, not a rule.

use crate::{
    analysis::changes::{self, SignedOff, persons::Persons},
    controls::agents::Signatures,
    model::{
        id::EvidenceId,
        world::{Repository, World},
    },
};

/// Approvals of merged changes that carry an agent's mark, and whether those are all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignOff {
    /// Logins with how many of the changes each approved, most first.
    pub persons: Vec<(String, usize)>,
    /// Merged changes that carry an agent's mark.
    pub total: usize,
    /// Of these, with the approval of an independent person.
    pub approved: usize,
    /// Of these, those for which that could not be told.
    pub unread: usize,
    /// False: there may be more changes than were read.
    pub complete: bool,
    pub evidence: Vec<EvidenceId>,
}

impl SignOff {
    /// From the merged pull requests of all repositories; `None` when the organisation was not read.
    pub fn of(signatures: &Signatures, persons: &Persons, world: &World) -> Option<SignOff> {
        let organization = world.forge.seen()?;
        let repositories: Vec<&Repository> =
            organization.repositories.members().iter().filter(|repository| !repository.archived).collect();
        let whole = repositories.iter().all(|repository| repository.pull_requests.is_whole());
        let evidence = repositories.iter().flat_map(|repository| &repository.pull_requests.evidence);
        let SignedOff { persons, total, approved, unread } = changes::sign_off(signatures, persons, &repositories);
        Some(SignOff {
            persons,
            total,
            approved,
            unread,
            complete: whole && organization.repositories.is_whole(),
            evidence: evidence.cloned().collect(),
        })
    }
}
