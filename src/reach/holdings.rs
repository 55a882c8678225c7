//! What an agent gets hold of: refs, cloud principals, secrets and machines, each by its best way.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::{
        agents::{AgentPrincipal, Identity},
        center,
        rules::Pass,
        secrets,
    },
    base::foreign::Foreign,
    controls::agents::Signatures,
    model::{
        id::{Arn, BranchName, RepoName},
        observed::Gap,
        pipeline::{SecretName, SecretScope},
        truth::Truth,
        world::{Organization, Repository, World},
    },
    reach::{
        actor,
        cloud::{Answer, Cloud, TokenRequest},
        doors::{self, Door, Reachable, Secrets, Site, TrustedNames},
        gate::People,
        path::{Capability, HopKind, HopNode},
        way::{self, Way},
    },
};

/// Something an agent can hold that acts on the cloud.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    Principal(Arn),
    /// A secret whose power nothing that was read tells: `acme/shop/DB_PASSWORD`.
    Secret(String),
    /// A machine of the organisation's own, with whatever it reaches.
    Runner(String),
}

#[derive(Debug, Default)]
pub struct Holdings {
    pub held: BTreeMap<Held, Way>,
    /// The best refused way to each role, for "closed".
    pub refused: BTreeMap<Arn, Way>,
    /// The way onto each branch that matters.
    pub refs: BTreeMap<(RepoName, BranchName), Way>,
    pub unseen: Vec<Gap>,
}

/// Everything the search needs besides the agent.
pub struct Ground<'a> {
    pub world: &'a World,
    pub cloud: &'a dyn Cloud,
    pub people: &'a People,
    pub signatures: &'a Signatures,
    pub trusted: &'a TrustedNames,
}

/// Token answers by request and role: many agents share the same doors.
type TokenCache = BTreeMap<(TokenRequest, Arn), Answer>;

/// The holdings of each agent, in their order.
pub fn of_agents(ground: &Ground<'_>, agents: &[AgentPrincipal]) -> Vec<Holdings> {
    let mut cache = TokenCache::new();
    agents.iter().map(|agent| of_agent(ground, agent, &mut cache)).collect()
}

fn of_agent(ground: &Ground<'_>, principal: &AgentPrincipal, cache: &mut TokenCache) -> Holdings {
    let node = agent_node(principal);
    let mut holdings = Holdings::default();
    if let Some(organization) = ground.world.forge.seen() {
        holdings.unseen.extend(organization.repositories.gap(format!("repositories of {}", organization.login)));
        for repository in organization.repositories.members() {
            on_repository(ground, principal, &node, organization, repository, &mut holdings, cache);
        }
    } else {
        holdings.unseen.extend(ground.world.forge.gap("the GitHub organisation"));
    }
    match &principal.identity {
        Identity::Principal(arn) => {
            hold(ground, &mut holdings, Held::Principal(arn.clone()), direct(&node, arn, "acts as this principal"))
        }
        Identity::Account(account) => own_principals(ground, &node, &account.login, &mut holdings),
        Identity::App(_) | Identity::Job { .. } | Identity::Unseen { .. } => {}
    }
    escalate(ground, &node, &mut holdings);
    holdings
}

pub fn agent_node(principal: &AgentPrincipal) -> HopNode {
    HopNode { kind: HopKind::Agent, id: principal.agent.id.as_str().to_owned(), name: principal.agent.name.clone() }
}

fn direct(node: &HopNode, arn: &Arn, why: &str) -> Way {
    let answer = Answer::new(Pass::Free, why);
    Way::start().on(node, principal_node(arn), Capability::Assume, &answer)
}

pub fn principal_node(arn: &Arn) -> HopNode {
    let kind = arn.resource().split('/').next().unwrap_or("principal").to_owned();
    HopNode {
        kind: HopKind::Principal,
        id: arn.as_str().to_owned(),
        // A principal that rewrote its own rights carries a mark behind its ARN.
        name: Foreign::new(format!("{kind} {}", arn.short().replace("#rewritten", " with rights rewritten"))),
    }
}

/// Cloud principals of the person whose login the agent uses: those that `[people]` names, and the roles that IAM Identity Center
/// lets one of the person's mail addresses take on.
fn own_principals(ground: &Ground<'_>, node: &HopNode, login: &str, holdings: &mut Holdings) {
    let person = ground.people.person(login);
    let accounts = ground.people.accounts_of(&person);
    for arn in accounts.iter().filter(|account| account.starts_with("arn:")).map(|arn| Arn::new(*arn)) {
        let why = format!("{person} holds {} too, as [people] states", arn.short());
        hold(ground, holdings, Held::Principal(arn.clone()), direct(node, &arn, &why));
    }
    let names: Vec<&str> = accounts.iter().filter_map(|account| account.strip_prefix("mailto:")).collect();
    if names.is_empty() {
        return;
    }
    let (roles, gaps) = center::roles(ground.world, &names);
    for role in roles {
        let why = format!("{person} takes on the permission set {} in IAM Identity Center", role.permission_set);
        hold(ground, holdings, Held::Principal(role.arn.clone()), direct(node, &role.arn, &why));
    }
    holdings.unseen.extend(gaps);
}

fn hold(ground: &Ground<'_>, holdings: &mut Holdings, held: Held, way: Way) {
    let mut slot = holdings.held.remove(&held);
    way::keep(&mut slot, way, ground.people);
    if let Some(best) = slot {
        holdings.held.insert(held, best);
    }
}

fn refuse(ground: &Ground<'_>, holdings: &mut Holdings, role: &Arn, way: Way) {
    let mut slot = holdings.refused.remove(role);
    way::keep(&mut slot, way, ground.people);
    if let Some(best) = slot {
        holdings.refused.insert(role.clone(), best);
    }
}

fn on_repository(
    ground: &Ground<'_>,
    principal: &AgentPrincipal,
    node: &HopNode,
    organization: &Organization,
    repository: &Repository,
    holdings: &mut Holdings,
    cache: &mut TokenCache,
) {
    let Some(standing) = actor::standing(organization, repository, &principal.identity) else { return };
    let site = Site { organization, repository, standing: &standing, people: ground.people, trusted: ground.trusted };
    let mut reachable = doors::of_agent(&site);
    if let Identity::Unseen { .. } = &principal.identity {
        reachable.unseen.extend(standing.gaps.iter().cloned());
    }
    if let Identity::Job { workflow, job, .. } = &principal.identity {
        merge(&mut reachable, own_job(&site, workflow, job));
    }
    if standing.writes != Truth::False {
        holdings.unseen.append(&mut reachable.unseen);
    }
    for (branch, step) in &reachable.refs {
        let way = Way::through(node, std::slice::from_ref(step));
        holdings.refs.insert((repository.name.clone(), branch.clone()), way);
    }
    for door in &reachable.doors {
        let way = Way::through(node, &door.steps);
        tokens(ground, node, repository, door, &way, holdings, cache);
        hold_secrets(ground, node, repository, door, &way, holdings);
        machine(ground, node, door, &way, holdings);
    }
}

fn merge(into: &mut Reachable, mut more: Reachable) {
    into.doors.append(&mut more.doors);
    into.refs.append(&mut more.refs);
    into.unseen.append(&mut more.unseen);
}

fn own_job(site: &Site<'_>, path: &str, id: &str) -> Reachable {
    let workflow = site.repository.workflow(path);
    let job = workflow.and_then(|workflow| Some((workflow, workflow.jobs.iter().find(|job| job.id == id)?)));
    job.map_or_else(Reachable::default, |(workflow, job)| doors::of_own_job(site, workflow, job))
}

/// Roles that accept the door's token; the subject is a hop of its own, because the trust policy reads nothing else.
fn tokens(
    ground: &Ground<'_>,
    node: &HopNode,
    repository: &Repository,
    door: &Door,
    way: &Way,
    holdings: &mut Holdings,
    cache: &mut TokenCache,
) {
    let Some(claims) = &door.claims else { return };
    let request = TokenRequest { repository: repository.name.clone(), claims: claims.clone() };
    for role in ground.cloud.federated_roles() {
        let key = (request.clone(), role.clone());
        let answer = cache.entry(key).or_insert_with(|| ground.cloud.accepts(role, &request)).clone();
        let next = way.clone().on(node, principal_node(role), Capability::Assume, &answer);
        if next.pass == Pass::Blocked {
            refuse(ground, holdings, role, next);
        } else {
            hold(ground, holdings, Held::Principal(role.clone()), next);
        }
    }
}

/// Secrets the job can read. What they open is not in any answer of GitHub's.
fn hold_secrets(
    ground: &Ground<'_>,
    node: &HopNode,
    repository: &Repository,
    door: &Door,
    way: &Way,
    holdings: &mut Holdings,
) {
    if way.pass == Pass::Blocked {
        return;
    }
    let (readable, unread) = readable(repository, &door.secrets);
    for name in readable {
        if ground.signatures.opens_a_model(&name) {
            continue;
        }
        hold_secret(ground, node, repository, &name, way, holdings, &[]);
    }
    if let Some(gap) = unread {
        hold_secret(ground, node, repository, "secrets that could not be listed", way, holdings, &[gap]);
    }
}

fn hold_secret(
    ground: &Ground<'_>,
    node: &HopNode,
    repository: &Repository,
    name: &str,
    way: &Way,
    holdings: &mut Holdings,
    gaps: &[Gap],
) {
    let pass = if gaps.is_empty() { Pass::Free } else { Pass::Possible };
    let answer = Answer {
        evidence: repository.secrets.evidence.clone(),
        gaps: gaps.to_vec(),
        ..Answer::new(pass, format!("the job can read {name}"))
    };
    let id = format!("{}/{name}", repository.name.as_str());
    let to =
        HopNode { kind: HopKind::Secret, id: format!("secret:{id}"), name: Foreign::new(format!("secret {name}")) };
    let mut next = way.clone().on(node, to, Capability::Read, &answer);
    next.vague = if secrets::is_cloud_key(name) { 1 } else { 3 };
    hold(ground, holdings, Held::Secret(id), next);
}

/// Names in scope of the job, and what of the lists was not read. The repository's list holds those of the organisation and
/// of environments, too.
fn readable(repository: &Repository, wanted: &Secrets) -> (BTreeSet<String>, Option<Gap>) {
    let environment = match wanted {
        // The job names them, so they are read whether or not the lists could be.
        Secrets::Named { names, .. } => return (names.iter().cloned().collect(), None),
        Secrets::All { environment } => environment,
    };
    let in_scope = |secret: &&SecretName| match &secret.scope {
        SecretScope::Organization | SecretScope::Repository => true,
        SecretScope::Environment(name) => {
            environment.as_deref().is_some_and(|wanted| name.as_str().eq_ignore_ascii_case(wanted))
        }
    };
    let names = repository.secrets.members().iter().filter(in_scope).map(|secret| secret.name.clone()).collect();
    (names, repository.secrets.gap(format!("secret names of {}", repository.name)))
}

fn machine(ground: &Ground<'_>, node: &HopNode, door: &Door, way: &Way, holdings: &mut Holdings) {
    let Some(name) = &door.self_hosted else { return };
    if way.pass == Pass::Blocked {
        return;
    }
    let answer = Answer::new(Pass::Free, "the job can run on a self-hosted runner");
    let to = HopNode {
        kind: HopKind::Runner,
        id: format!("runner:{name}"),
        name: Foreign::new(format!("self-hosted runner {name}")),
    };
    let mut next = way.clone().on(node, to, Capability::Trigger, &answer);
    next.vague = 2;
    hold(ground, holdings, Held::Runner(name.clone()), next);
}

/// Principals that those held can become, to the end.
fn escalate(ground: &Ground<'_>, node: &HopNode, holdings: &mut Holdings) {
    let mut open: Vec<Arn> = principals(holdings);
    let mut done: BTreeSet<Arn> = BTreeSet::new();
    while let Some(arn) = open.pop() {
        if !done.insert(arn.clone()) {
            continue;
        }
        let Some(way) = holdings.held.get(&Held::Principal(arn.clone())).cloned() else { continue };
        for step in ground.cloud.escalations(&arn) {
            if step.answer.pass == Pass::Blocked || way.hops.iter().any(|hop| hop.to.id == step.to.as_str()) {
                continue;
            }
            hold(
                ground,
                holdings,
                Held::Principal(step.to.clone()),
                way.clone().on(node, principal_node(&step.to), Capability::Assume, &step.answer),
            );
            open.push(step.to);
        }
    }
}

fn principals(holdings: &Holdings) -> Vec<Arn> {
    let arn = |held: &Held| match held {
        Held::Principal(arn) => Some(arn.clone()),
        Held::Secret(_) | Held::Runner(_) => None,
    };
    holdings.held.keys().filter_map(arn).collect()
}
