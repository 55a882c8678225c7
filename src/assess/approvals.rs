//! Whether an agent may approve: give a review that GitHub counts on a branch of a tier, or release a deployment to one of
//! its environments. The fourth column of the matrix.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::{
        agents::{AgentPrincipal, Identity},
        tiers::Tiers,
    },
    model::{
        actor::{Account, Installation},
        id::AgentId,
        pipeline::Reviewer,
        tier::Tier,
        truth::Truth,
        world::{Organization, Repository, World},
    },
    reach::actor,
    report::Observation,
};

/// One entry for every agent and tier. An organisation that was not read makes every entry unknown.
pub(super) fn of(world: &World, tiers: &Tiers, agents: &[AgentPrincipal]) -> BTreeMap<(AgentId, Tier), Observation> {
    let mut found = BTreeMap::new();
    for principal in agents {
        for tier in Tier::ALL {
            let worst = match world.forge.seen() {
                Some(organization) => in_tier(organization, tiers, tier, &principal.identity),
                None => Observation::Unknown,
            };
            found.insert((principal.agent.id.clone(), tier), worst);
        }
    }
    found
}

/// The worst over the repositories that have a branch or an environment in the tier.
fn in_tier(organization: &Organization, tiers: &Tiers, tier: Tier, identity: &Identity) -> Observation {
    let live = organization.repositories.members().iter().filter(|repository| !repository.archived);
    live.filter(|repository| tiers_of(tiers, repository).contains(&tier))
        .map(|repository| on(organization, tiers, tier, repository, identity))
        .max()
        .unwrap_or(Observation::No)
}

fn tiers_of(tiers: &Tiers, repository: &Repository) -> BTreeSet<Tier> {
    let branches = repository.branches.members().iter();
    let branches = branches.filter_map(|branch| tiers.branch(repository, branch.name.as_str())).map(|of| of.tier);
    let environments = repository.environments.members().iter();
    branches.chain(environments.map(|one| tiers.environment(repository, one.name.as_str()).tier)).collect()
}

fn on(
    organization: &Organization,
    tiers: &Tiers,
    tier: Tier,
    repository: &Repository,
    identity: &Identity,
) -> Observation {
    match identity {
        Identity::Account(account) => {
            let writes = actor::standing(organization, repository, identity).map_or(Truth::False, |one| one.writes);
            observed(writes.or(releases(tiers, tier, repository, account)))
        }
        Identity::App(app) => by_app(app, repository),
        Identity::Job { repository: own, workflow, job } if *own == repository.name => {
            observed(by_job(repository, workflow, job))
        }
        Identity::Unseen { .. } => Observation::Unknown,
        Identity::Job { .. } | Identity::Principal(_) => Observation::No,
    }
}

fn observed(truth: Truth) -> Observation {
    match truth {
        Truth::True => Observation::Yes,
        Truth::Unknown => Observation::Unknown,
        Truth::False => Observation::No,
    }
}

/// A named reviewer of an environment of the tier ("Reviewing deployments").
fn releases(tiers: &Tiers, tier: Tier, repository: &Repository, account: &Account) -> Truth {
    let named = |reviewer: &Reviewer| match reviewer {
        Reviewer::User(user) => Truth::from(user.id == account.id),
        // Who is in the team is a matter of the team; without it nothing is said.
        Reviewer::Team { .. } => Truth::Unknown,
    };
    let environments = repository.environments.members().iter();
    let here = environments.filter(|one| tiers.environment(repository, one.name.as_str()).tier == tier);
    Truth::any(here.map(|environment| environment.reviewers.any(named)))
}

/// An app may submit an approving review with `pull_requests: write`. Whether GitHub counts it towards the required ones
/// cannot be read from any setting, so such a review is possible, not proven.
fn by_app(app: &Installation, repository: &Repository) -> Observation {
    let here = app.repositories.as_ref().map_or(Truth::True, |list| list.any(|name| (*name == repository.name).into()));
    match (app.suspended || !app.may_write("pull_requests"), here) {
        (true, _) | (_, Truth::False) => Observation::No,
        (false, _) => Observation::Possible,
    }
}

/// `GITHUB_TOKEN` approves where the repository lets Actions approve and the job's token may write pull requests.
fn by_job(repository: &Repository, path: &str, id: &str) -> Truth {
    let allowed = repository.workflow_defaults.holds(Truth::Unknown, |set| set.can_approve_reviews.into());
    let Some(workflow) = repository.workflow(path) else { return allowed };
    let job = workflow.jobs.iter().find(|job| job.id == id);
    let default =
        || repository.workflow_defaults.holds(Truth::Unknown, |set| (set.default_permissions == "write").into());
    let writes = workflow.token_writes(job, "pull-requests").map_or_else(default, Truth::from);
    allowed.and(writes)
}
