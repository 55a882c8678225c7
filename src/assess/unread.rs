//! What of the ground was not read: as long as some of it is dark, "none found" is not "none".

use crate::model::{
    observed::{Gap, Observed},
    world::{CloudAccount, Organization, Repository, World},
};

/// Gaps that could hide an agent, a way or a resource; empty only when all of it was read.
pub(super) fn of(world: &World) -> Vec<Gap> {
    let mut gaps = Gaps { list: Vec::new() };
    gaps.note("the GitHub organisation", &world.forge);
    if let Some(organization) = world.forge.seen() {
        gaps.organization(organization);
    }
    if world.accounts.is_empty() {
        let why = world.cloud_skipped.clone().unwrap_or_else(|| "no AWS account was read".to_owned());
        gaps.list.push(Gap { what: "AWS accounts".to_owned(), why, needs: None, evidence: Vec::new() });
    }
    for account in &world.accounts {
        gaps.account(account);
    }
    if !world.run.complete {
        let why = "the collection was cut short".to_owned();
        gaps.list.push(Gap { what: "the rest of the run".to_owned(), why, needs: None, evidence: Vec::new() });
    }
    gaps.list
}

struct Gaps {
    list: Vec<Gap>,
}

impl Gaps {
    fn note<T>(&mut self, what: impl Into<String>, observed: &Observed<T>) {
        self.list.extend(observed.gap(what));
    }

    fn organization(&mut self, organization: &Organization) {
        let of = |what: &str| format!("{what} of {}", organization.login);
        self.note(of("repositories"), &organization.repositories);
        self.note(of("app installations"), &organization.installations);
        self.note(of("members"), &organization.members);
        for repository in organization.repositories.members().iter().filter(|repository| !repository.archived) {
            self.repository(repository);
        }
    }

    fn repository(&mut self, repository: &Repository) {
        let of = |what: &str| format!("{what} of {}", repository.name);
        self.note(of("branches"), &repository.branches);
        self.note(of("collaborators"), &repository.collaborators);
        self.note(of("workflows"), &repository.workflows);
        self.note(of("environments"), &repository.environments);
        self.note(of("secret names"), &repository.secrets);
    }

    fn account(&mut self, account: &CloudAccount) {
        let of = |what: &str| format!("{what} of account {}", account.scope);
        self.note(of("principals"), &account.principals);
        self.note(of("identity providers"), &account.oidc_providers);
        self.note(of("stores of data"), &account.stores);
    }
}
