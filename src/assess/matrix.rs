//! The permission matrix: what each agent may do in each tier, measured, against the profile. A cell is the worst over
//! the branches and resources of its tier; one about which not enough was read is unknown, never no.

use std::collections::BTreeMap;

use crate::{
    controls::catalogue::{Allowance, Allowed, Profile},
    model::{action::ActionClass, agent::Agent, id::AgentId, observed::Gap, tier::Tier},
    reach::path::{Capability, ReachPath, Verdict},
    report::{MatrixCell, Observation, Outcome, Permitted, TierRow},
};

use super::Ledger;

pub(super) struct Ground<'a> {
    pub agents: &'a [Agent],
    pub paths: &'a [ReachPath],
    pub tiers: &'a [TierRow],
    pub approvals: &'a BTreeMap<(AgentId, Tier), Observation>,
    pub profile: Option<&'a Profile>,
    pub unread: &'a [Gap],
    pub ledger: Ledger<'a>,
}

const CAPABILITIES: [Capability; 4] = [Capability::Read, Capability::Write, Capability::Delete, Capability::Approve];

pub(super) fn cells(ground: &Ground<'_>) -> Vec<MatrixCell> {
    let mut cells = Vec::new();
    for agent in ground.agents {
        for tier in Tier::ALL {
            cells.extend(CAPABILITIES.into_iter().map(|capability| cell(ground, agent, tier, capability)));
        }
    }
    cells
}

fn cell(ground: &Ground<'_>, agent: &Agent, tier: Tier, capability: Capability) -> MatrixCell {
    let paths: Vec<&ReachPath> = ground
        .paths
        .iter()
        .filter(|path| path.agent == agent.id && path.tier == tier && capability_of(path) == Some(capability))
        .collect();
    let observed = observe(ground, agent, tier, capability, &paths);
    let allowed = allowed(ground.profile, tier, capability);
    let worst = |path: &&ReachPath| observation(path.verdict) == observed;
    let shown: Vec<_> = paths.iter().copied().filter(worst).map(|path| path.id.clone()).collect();
    // Nothing belongs to the tier, and that was seen: there is nothing to keep an agent from.
    let empty = observed == Observation::No && ground.tiers.iter().all(|row| row.tier != tier);
    let outcome = if empty { Outcome::NotApplicable } else { judge(observed, allowed) };
    MatrixCell { agent: agent.id.clone(), tier, capability, observed, allowed, outcome, paths: shown }
}

fn observe(
    ground: &Ground<'_>,
    agent: &Agent,
    tier: Tier,
    capability: Capability,
    paths: &[&ReachPath],
) -> Observation {
    let seen = match capability {
        Capability::Approve => ground.approvals.get(&(agent.id.clone(), tier)).copied(),
        _ => Some(paths.iter().map(|path| observation(path.verdict)).max().unwrap_or(Observation::No)),
    };
    let seen = seen.unwrap_or(Observation::Unknown);
    let dark = !ground.unread.is_empty() || (tier == Tier::Production && untold(ground, agent, capability));
    if dark { seen.max(Observation::Unknown) } else { seen }
}

/// A check over this agent's paths to production could not tell.
fn untold(ground: &Ground<'_>, agent: &Agent, capability: Capability) -> bool {
    let check = match capability {
        Capability::Read => "agent_reads_production",
        Capability::Write => "agent_writes_production",
        Capability::Delete => "agent_destroys_production",
        _ => return false,
    };
    let of_agent = |finding: &&crate::report::Finding| finding.subject.raw() == agent.id.as_str();
    ground
        .ledger
        .of_check(check)
        .filter(of_agent)
        .any(|finding| matches!(finding.outcome, Outcome::Unknown | Outcome::Broken))
}

fn capability_of(path: &ReachPath) -> Option<Capability> {
    match path.class {
        ActionClass::List | ActionClass::Read => Some(Capability::Read),
        ActionClass::Write | ActionClass::Tag | ActionClass::Disrupt => Some(Capability::Write),
        ActionClass::Destroy => Some(Capability::Delete),
        ActionClass::Permissions | ActionClass::RemovesRecovery => None,
    }
}

fn observation(verdict: Verdict) -> Observation {
    match verdict {
        Verdict::Open => Observation::Yes,
        Verdict::Possible => Observation::Possible,
        Verdict::Gated => Observation::WithApproval,
        Verdict::Closed => Observation::No,
    }
}

/// Without a profile nothing is allowed: the stricter reading.
fn allowed(profile: Option<&Profile>, tier: Tier, capability: Capability) -> Permitted {
    let row = profile.and_then(|profile| profile.tiers.get(&tier));
    let pick = |allowance: &Allowance| match capability {
        Capability::Read => allowance.read,
        Capability::Write => allowance.write,
        Capability::Delete => allowance.delete,
        _ => allowance.approve,
    };
    match row.map(pick) {
        Some(Allowed::Yes) => Permitted::Yes,
        Some(Allowed::WithApproval) => Permitted::WithApproval,
        Some(Allowed::No) | None => Permitted::No,
    }
}

/// What may be so is not known to be within the profile, even where the profile allows it: less known is never better.
fn judge(observed: Observation, allowed: Permitted) -> Outcome {
    match (observed, allowed) {
        (Observation::Unknown | Observation::Possible, _) => Outcome::Unknown,
        (Observation::No, _) | (_, Permitted::Yes) | (Observation::WithApproval, Permitted::WithApproval) => {
            Outcome::Pass
        }
        (Observation::Yes, _) | (Observation::WithApproval, Permitted::No) => Outcome::Fail,
    }
}
