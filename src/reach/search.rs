//! The search: from every agent to every resource, one best path for each action class.

use std::collections::BTreeMap;

use crate::{
    analysis::{agents::AgentPrincipal, rules::Pass, tiers::Tiers},
    base::{digest::Digest, foreign::Foreign},
    model::{
        action::ActionClass,
        cloud::DataStore,
        id::{Arn, PathId},
        logging::Trail,
        observed::Gap,
        tier::{Tier, TierBasis, TierOf},
        world::World,
    },
    reach::{
        closers,
        cloud::{self, Answer, Deed},
        doors::By,
        holdings::{self, Ground, Held, Holdings},
        path::{Capability, Hop, HopKind, HopNode, ReachPath, Verdict},
        way::{self, Way},
        words,
    },
};

/// A resource with its tier and what could be done to it.
#[derive(Debug, Clone)]
pub struct Target {
    pub id: String,
    pub name: String,
    pub tier: TierOf,
    pub deeds: Vec<Deed>,
    pub evidence: Vec<crate::model::id::EvidenceId>,
}

impl Target {
    pub fn store(store: &DataStore, tier: TierOf) -> Target {
        Target {
            id: store.arn.as_str().to_owned(),
            name: format!("{} {}", store.kind.noun(), store.name),
            tier,
            deeds: cloud::deeds(store),
            evidence: store.evidence.clone(),
        }
    }

    /// A trail: who can stop it can act unseen.
    pub fn trail(trail: &Trail, tier: TierOf) -> Target {
        let deed = Deed {
            class: ActionClass::Permissions,
            action: "cloudtrail:StopLogging",
            target: trail.arn.as_str().to_owned(),
            first: None,
            stopped_by: None,
            gaps: Vec::new(),
        };
        Target {
            id: trail.arn.as_str().to_owned(),
            name: format!("trail {}", trail.name),
            tier,
            deeds: vec![deed],
            evidence: trail.logging.evidence.clone(),
        }
    }
}

/// A branch that belongs to a tier.
#[derive(Debug, Clone)]
pub struct BranchTarget {
    pub repository: crate::model::id::RepoName,
    pub branch: crate::model::id::BranchName,
    pub tier: TierOf,
}

pub struct Targets {
    pub resources: Vec<Target>,
    pub branches: Vec<BranchTarget>,
}

impl Targets {
    /// Stores and trails of every account, and branches that carry a tier.
    pub fn of(world: &World, tiers: &Tiers) -> Targets {
        let mut resources = Vec::new();
        for account in &world.accounts {
            for store in account.stores.members() {
                resources.push(Target::store(store, tiers.store(store, account.account_id())));
            }
            for trail in account.trails.members() {
                // A trail watches the whole account, so it belongs to what is worst in it.
                let tier = TierOf { tier: Tier::Production, basis: TierBasis::Unmapped };
                resources.push(Target::trail(trail, tier));
            }
        }
        let mut branches = Vec::new();
        for repository in world.repositories() {
            for branch in repository.branches.members() {
                if let Some(tier) = tiers.branch(repository, branch.name.as_str()) {
                    branches.push(BranchTarget {
                        repository: repository.name.clone(),
                        branch: branch.name.clone(),
                        tier,
                    });
                }
            }
        }
        Targets { resources, branches }
    }
}

/// Answers of the cloud by principal, action and resource: many agents hold the same principals.
type DeedCache = BTreeMap<(Arn, &'static str, String), Answer>;

/// All paths of agents with their holdings, in the order of agents, resources and classes.
pub fn paths(
    ground: &Ground<'_>,
    agents: &[AgentPrincipal],
    holdings: &[Holdings],
    targets: &Targets,
) -> Vec<ReachPath> {
    let mut deeds = DeedCache::new();
    let mut found = Vec::new();
    for (agent, holdings) in agents.iter().zip(holdings) {
        for target in &targets.resources {
            for deed in &target.deeds {
                if let Some(way) = best(ground, agent, holdings, target, deed, &mut deeds) {
                    found.push(finish(ground, agent, way, &holdings.unseen, Goal::of(target, deed)));
                }
            }
        }
        for branch in &targets.branches {
            let key = (branch.repository.clone(), branch.branch.clone());
            if let Some(way) = holdings.refs.get(&key) {
                found.push(finish(ground, agent, way.clone(), &[], Goal::of_branch(branch)));
            }
        }
    }
    found.sort_by(|a, b| (&a.agent, &a.resource, a.class).cmp(&(&b.agent, &b.resource, b.class)));
    found
}

fn best(
    ground: &Ground<'_>,
    agent: &AgentPrincipal,
    holdings: &Holdings,
    target: &Target,
    deed: &Deed,
    cache: &mut DeedCache,
) -> Option<Way> {
    let node = holdings::agent_node(agent);
    let to = HopNode { kind: HopKind::Resource, id: target.id.clone(), name: Foreign::new(target.name.as_str()) };
    let mut slot = None;
    for (held, way) in &holdings.held {
        let answer = match held {
            Held::Principal(arn) => deed_answer(ground, arn, deed, cache),
            // Nothing says what it opens; it may be production, and no other tier is named.
            Held::Secret(_) | Held::Runner(_) if target.tier.tier == Tier::Production => opens_unknown(held, deed),
            Held::Secret(_) | Held::Runner(_) => continue,
        };
        let next = way.clone().on(&node, to.clone(), capability(deed.class), &answer);
        way::keep(&mut slot, next, ground.people);
    }
    // A role that refuses the token would be the way if it did not: say so only where the deed itself is in its power.
    if slot.is_none() {
        for (role, way) in &holdings.refused {
            let answer = deed_answer(ground, role, deed, cache);
            if answer.pass != Pass::Blocked {
                way::keep(&mut slot, way.clone().on(&node, to.clone(), capability(deed.class), &answer), ground.people);
            }
        }
    }
    if slot.is_none() && !holdings.unseen.is_empty() {
        slot = Some(Way::start().on(&node, to, capability(deed.class), &unread_way(&holdings.unseen)));
    }
    slot
}

/// No way in what was read, and something that could hold one was not read.
fn unread_way(unseen: &[Gap]) -> Answer {
    let what: Vec<&str> = unseen.iter().take(3).map(|gap| gap.what.as_str()).collect();
    Answer {
        evidence: unseen.iter().flat_map(|gap| gap.evidence.clone()).collect(),
        unless: what.iter().map(|what| format!("{what} hold no way either; they could not be read")).collect(),
        gaps: unseen.to_vec(),
        ..Answer::new(
            Pass::Possible,
            format!("no way was found in what was read; {} could not be read", what.join(", ")),
        )
    }
}

fn deed_answer(ground: &Ground<'_>, principal: &Arn, deed: &Deed, cache: &mut DeedCache) -> Answer {
    if let Some(stop) = &deed.stopped_by {
        return Answer::new(Pass::Blocked, stop.as_str());
    }
    let mut ask = |action: &'static str| {
        let key = (principal.clone(), action, deed.target.clone());
        cache.entry(key).or_insert_with(|| ground.cloud.may(principal, action, &deed.target)).clone()
    };
    let mut answer = ask(deed.action);
    if let Some(first) = deed.first
        && answer.pass != Pass::Blocked
    {
        let unlock = ask(first);
        answer.by = By::LiftedProtection;
        answer.because = match unlock.pass {
            Pass::Blocked => format!("deletion protection is on, and {}", unlock.because),
            _ => format!("{}; deletion protection is on, and {}", answer.because, unlock.because),
        };
        answer.pass = answer.pass.max(unlock.pass);
        answer.evidence.extend(unlock.evidence);
        answer.unless.extend(unlock.unless);
        answer.gaps.extend(unlock.gaps);
    }
    if !deed.gaps.is_empty() && answer.pass == Pass::Free {
        answer.pass = Pass::Possible;
        answer.unless.push("deletion protection, which could not be read, stops it".to_owned());
        answer.gaps.extend(deed.gaps.iter().cloned());
    }
    answer
}

fn opens_unknown(held: &Held, deed: &Deed) -> Answer {
    let name = match held {
        Held::Secret(id) => format!("secret {}", id.rsplit('/').next().unwrap_or(id)),
        Held::Runner(name) => format!("runner {name}"),
        Held::Principal(arn) => arn.to_string(),
    };
    Answer {
        unless: vec![format!("{name} does not allow {}", deed.action)],
        ..Answer::new(Pass::Possible, format!("nothing that was read says what {name} opens"))
    }
}

pub fn capability(class: ActionClass) -> Capability {
    match class {
        ActionClass::List | ActionClass::Read => Capability::Read,
        ActionClass::Write | ActionClass::Tag | ActionClass::Disrupt => Capability::Write,
        ActionClass::Destroy => Capability::Delete,
        ActionClass::Permissions | ActionClass::RemovesRecovery => Capability::ChangeGuardrail,
    }
}

/// What a path leads to.
struct Goal {
    action: String,
    class: ActionClass,
    resource: String,
    name: String,
    tier: Tier,
    basis: TierBasis,
}

impl Goal {
    fn of(target: &Target, deed: &Deed) -> Goal {
        Goal {
            action: deed.action.to_owned(),
            class: deed.class,
            resource: target.id.clone(),
            name: target.name.clone(),
            tier: target.tier.tier,
            basis: target.tier.basis,
        }
    }

    fn of_branch(branch: &BranchTarget) -> Goal {
        let id = format!("{}@{}", branch.repository.as_str(), branch.branch.as_str());
        Goal {
            action: "git:push".to_owned(),
            class: ActionClass::Write,
            name: format!("branch {id}"),
            resource: id,
            tier: branch.tier.tier,
            basis: branch.tier.basis,
        }
    }
}

fn finish(ground: &Ground<'_>, agent: &AgentPrincipal, mut way: Way, unseen: &[Gap], goal: Goal) -> ReachPath {
    // "No way in what was read" is no proof while something that could hold a way was not read.
    if matches!(way.pass, Pass::Gated | Pass::Blocked) && !unseen.is_empty() {
        way.pass = Pass::Possible;
        way.unless =
            unseen.iter().map(|gap| format!("{} hold no other way; they could not be read", gap.what)).collect();
    }
    way.unless.sort();
    way.unless.dedup();
    let humans = way.humans(ground.people);
    let verdict = way.verdict();
    let identity = format!("{}\n{:?}\n{}\n{}", agent.agent.id.as_str(), goal.class, goal.action, goal.resource);
    let id = PathId::new(format!("p-{}", Digest::of(identity.as_bytes()).short(12)));
    let mut path = ReachPath {
        id,
        agent: agent.agent.id.clone(),
        agent_name: agent.agent.name.clone(),
        action: goal.action,
        class: goal.class,
        resource: Foreign::new(goal.resource),
        resource_name: Foreign::new(goal.name),
        tier: goal.tier,
        tier_basis: goal.basis,
        humans,
        verdict,
        hops: way.hops,
        closed_by: Vec::new(),
        sentence: String::new(),
        unless: way.unless,
    };
    path.closed_by = closers::of_path(&path, &way.by);
    path.hops.splice(0..0, from_strangers(agent));
    path.sentence = words::sentence(&path);
    path
}

/// The hop onto an agent that strangers steer.
fn from_strangers(principal: &AgentPrincipal) -> Option<Hop> {
    let steering = principal.agent.steered_by.as_ref()?;
    let anyone = Foreign::new("anyone on the internet");
    Some(Hop {
        from: HopNode { kind: HopKind::Public, id: "public:anyone".to_owned(), name: anyone },
        to: holdings::agent_node(principal),
        capability: Capability::Trigger,
        verdict: Verdict::Open,
        because: steering.how.clone(),
        evidence: steering.evidence.clone(),
    })
}
