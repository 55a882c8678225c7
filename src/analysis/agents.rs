//! The inventory: which coding agents there are, and whose rights each uses.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::{
        attribution::{self, Mark},
        installers,
    },
    base::foreign::Foreign,
    controls::agents::{Level, Signature, Signatures, noreply},
    model::{
        actor::{Account, AccountKind, Installation},
        agent::{Agent, AgentKind, Signal},
        change::{Commit, PullRequest},
        id::{AgentId, Arn, EvidenceId, RepoName},
        pipeline::{Job, Step, Workflow},
        world::{Organization, Repository, World},
    },
};

/// An agent with the rights it uses: what reach starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentPrincipal {
    pub agent: Agent,
    pub identity: Identity,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Identity {
    /// An installed app acts with its own permissions.
    App(Installation),
    /// A bot user or a person's login acts with that account's rights.
    Account(Account),
    /// A job that runs an agent acts with the job's token, secrets and subjects.
    Job { repository: RepoName, workflow: String, job: String },
    /// A cloud principal of its own.
    Principal(Arn),
    /// Seen or stated, with rights that were not read: an app that GitHub does not list, say.
    Unseen { why: String },
}

/// An `[[agent]]` entry of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    pub name: String,
    /// `app:claude`, `github:login` or an ARN.
    pub acts_as: Vec<String>,
    pub owner: Option<crate::model::agent::Owner>,
}

/// Every agent that the facts or the configuration name, in the order of ids.
pub fn inventory(world: &World, signatures: &Signatures, stated: &[Stated]) -> Vec<AgentPrincipal> {
    let mut found = Found { signatures, agents: BTreeMap::new() };
    if let Some(organization) = world.forge.seen() {
        installed_apps(&mut found, organization);
        for repository in organization.repositories.members() {
            workflow_agents(&mut found, repository);
            changes(&mut found, organization, repository);
        }
    }
    cloud_principals(&mut found, world);
    for entry in stated {
        state(&mut found, world, entry);
    }
    found.agents.into_values().collect()
}

struct Found<'a> {
    signatures: &'a Signatures,
    agents: BTreeMap<AgentId, AgentPrincipal>,
}

impl Found<'_> {
    fn add(
        &mut self,
        id: String,
        name: &str,
        kind: AgentKind,
        acts_as: &str,
        identity: Identity,
        signal: Signal,
    ) -> &mut Agent {
        let entry = self.agents.entry(AgentId::new(id.clone())).or_insert_with(|| AgentPrincipal {
            agent: Agent {
                id: AgentId::new(id),
                name: Foreign::new(name),
                kind,
                acts_as: vec![Foreign::new(acts_as)],
                signals: Vec::new(),
                owner: None,
                steered_by: None,
                first_seen: None,
                last_seen: None,
                pull_requests: 0,
                commits: 0,
            },
            identity,
        });
        merge_signal(&mut entry.agent.signals, signal);
        &mut entry.agent
    }
}

/// One signal a kind and detail; evidence is joined, and capped: a thousand commits prove no more than the first few.
fn merge_signal(signals: &mut Vec<Signal>, signal: Signal) {
    const KEPT: usize = 5;
    match signals.iter_mut().find(|known| known.kind == signal.kind && known.detail == signal.detail) {
        Some(known) => {
            for id in signal.evidence {
                if known.evidence.len() < KEPT && !known.evidence.contains(&id) {
                    known.evidence.push(id);
                }
            }
        }
        None => signals.push(signal),
    }
}

fn signal(kind: &str, detail: impl Into<Foreign>, evidence: &[EvidenceId]) -> Signal {
    Signal { kind: kind.to_owned(), detail: detail.into(), evidence: evidence.to_vec() }
}

fn installed_apps(found: &mut Found<'_>, organization: &Organization) {
    let evidence = &organization.installations.evidence;
    let log = &organization.trail.audit_log;
    let installed = installers::installed(log.members());
    for app in organization.installations.members() {
        if let Some(signature) = found.signatures.by_app(&app.slug) {
            let seen = signal("installation", format!("app {}", app.slug), evidence);
            let name = signature.name.clone();
            let row = found.add(
                format!("app:{}", app.slug),
                &name,
                AgentKind::App,
                &app.slug,
                Identity::App(app.clone()),
                seen,
            );
            row.first_seen = app.created_at.clone();
            if let Some(installed) = installed.get(&app.slug) {
                let by = installed.by.unwrap_or("an account that the audit log does not name");
                let detail = format!("{by} at {}", installed.at);
                merge_signal(&mut row.signals, signal("installed_by", detail, &log.evidence));
            }
        }
    }
}

/// A step that runs an agent, by `uses` or by a command line, makes its job an agent with the job's rights.
fn workflow_agents(found: &mut Found<'_>, repository: &Repository) {
    for workflow in repository.parsed_workflows() {
        for job in &workflow.jobs {
            for step in &job.steps {
                for (signature, how) in of_step(found.signatures, step) {
                    add_job(found, repository, workflow, job, &signature.name.clone(), how);
                }
            }
        }
    }
}

/// The first agent that a step runs.
pub fn agent_step<'a>(signatures: &'a Signatures, step: &Step) -> Option<(&'a Signature, String)> {
    of_step(signatures, step).into_iter().next()
}

/// The agents that a step runs, by `uses`, by a container or by a command line, and the words that show each.
pub fn of_step<'a>(signatures: &'a Signatures, step: &Step) -> Vec<(&'a Signature, String)> {
    let uses = step.uses.as_deref().unwrap_or_default();
    let by_uses = signatures.by_action(uses).or_else(|| signatures.by_image(uses));
    let by_uses = by_uses.map(|signature| (signature, format!("uses {uses}")));
    let by_script = signatures.by_script(step.run.as_deref().unwrap_or_default());
    by_uses
        .into_iter()
        .chain(by_script.into_iter().map(|(signature, line)| (signature, format!("runs {line}"))))
        .collect()
}

fn add_job(found: &mut Found<'_>, repository: &Repository, workflow: &Workflow, job: &Job, name: &str, how: String) {
    let id = format!("workflow:{}/{}#{}", repository.name.as_str(), workflow.path, job.id);
    let identity =
        Identity::Job { repository: repository.name.clone(), workflow: workflow.path.clone(), job: job.id.clone() };
    let acts_as = format!("job {} of {}", job.id, workflow.path);
    let seen = signal("workflow_step", how, &workflow.evidence);
    found.add(id, &format!("{name} in {}", repository.name.name()), AgentKind::Workflow, &acts_as, identity, seen);
}

/// Agents seen in merged changes: bot accounts, and people with an agent under their own login.
fn changes(found: &mut Found<'_>, organization: &Organization, repository: &Repository) {
    let evidence = &repository.pull_requests.evidence;
    for pull in repository.pull_requests.members() {
        let marks = attribution::of_pull_request(found.signatures, pull);
        let Some(first) = marks.first().filter(|mark| mark.level <= Level::Assist) else { continue };
        if let Some(author) = &pull.author {
            if is_person(found.signatures, author) {
                person(found, (repository, pull), author, first, (pull.commits.members().len(), evidence));
            } else if let Some(signature) = attribution::by_account(found.signatures, author) {
                let name = signature.name.clone();
                bot(found, organization, pull, author, &name, evidence);
            }
        }
        for (author, mark, commits) in others(found.signatures, pull).into_values() {
            person(found, (repository, pull), author, &mark, (commits, evidence));
        }
    }
}

fn is_person(signatures: &Signatures, account: &Account) -> bool {
    account.kind == AccountKind::User && attribution::by_account(signatures, account).is_none()
}

/// People who committed with an agent to somebody else's pull request: each with the strongest mark and how many commits.
fn others<'a>(signatures: &Signatures, pull: &'a PullRequest) -> BTreeMap<&'a str, (&'a Account, Mark, usize)> {
    let own = pull.author.as_ref().map_or("", |author| author.login.as_str());
    let mut others: BTreeMap<&str, (&Account, Mark, usize)> = BTreeMap::new();
    for commit in pull.commits.members() {
        let Some(author) = commit.author.as_ref().filter(|author| author.login != own) else { continue };
        let mark = attribution::of_commit(signatures, commit).into_iter().next();
        let Some(mark) = mark.filter(|mark| mark.level <= Level::Assist && is_person(signatures, author)) else {
            continue;
        };
        let (_, strongest, commits) = others.entry(&author.login).or_insert_with(|| (author, mark.clone(), 0));
        *commits += 1;
        if mark < *strongest {
            *strongest = mark;
        }
    }
    others
}

/// The people whom an agent credits in its own commits: who prompted it.
fn prompters<'a>(signatures: &Signatures, commits: &'a [Commit]) -> BTreeSet<&'a str> {
    let own = |commit: &&Commit| attribution::is_agents_address(signatures, &commit.author_email);
    let lines = commits.iter().filter(own).flat_map(|commit| commit.message.lines());
    let credited = lines.filter_map(attribution::trailer).filter(|(key, _)| key.eq_ignore_ascii_case("Co-authored-by"));
    let addresses = credited.filter_map(|(_, value)| value.rsplit_once('<')?.1.strip_suffix('>'));
    let people = addresses.filter(|address| !attribution::is_agent_address(signatures, address));
    people.filter_map(noreply).map(|(_, login)| login).filter(|login| !login.ends_with("[bot]")).collect()
}

fn bot(
    found: &mut Found<'_>,
    organization: &Organization,
    pull: &PullRequest,
    author: &Account,
    name: &str,
    evidence: &[EvidenceId],
) {
    let slug = author.login.strip_suffix("[bot]").unwrap_or(&author.login);
    let installed = organization.installations.members().iter().find(|app| app.slug == slug);
    let (id, kind, identity) = match installed {
        Some(app) => (format!("app:{slug}"), AgentKind::App, Identity::App(app.clone())),
        // GitHub hides some apps from the list; an app that acts and is not listed is never taken for powerless.
        None if author.kind != AccountKind::User => {
            let why = format!("{} acts here, and GitHub does not list its installation", author.login);
            (format!("app:{slug}"), AgentKind::App, Identity::Unseen { why })
        }
        None => (format!("bot:{}", author.login), AgentKind::BotUser, Identity::Account(author.clone())),
    };
    let seen = signal("login", format!("author of pull requests as {}", author.login), evidence);
    let prompters = prompters(found.signatures, pull.commits.members());
    let row = found.add(id, name, kind, &author.login, identity, seen);
    for login in prompters {
        merge_signal(&mut row.signals, signal("operated_by", login, &pull.commits.evidence));
    }
    count(row, pull, pull.commits.members().len());
}

fn person(
    found: &mut Found<'_>,
    (repository, pull): (&Repository, &PullRequest),
    author: &Account,
    mark: &Mark,
    (commits, evidence): (usize, &[EvidenceId]),
) {
    let agent = found
        .signatures
        .agents
        .iter()
        .find(|agent| agent.id == mark.agent)
        .map_or("agent", |agent| agent.name.as_str());
    let name = format!("{agent} under {}", author.login);
    let detail = format!("{} in {}#{}", mark.signal, repository.name, pull.number);
    let seen = signal(mark.signal, detail, evidence);
    let row = found.add(
        format!("person:{}", author.login),
        &name,
        AgentKind::Person,
        &author.login,
        Identity::Account(author.clone()),
        seen,
    );
    row.signals.truncate(8);
    count(row, pull, commits);
}

fn count(row: &mut Agent, pull: &PullRequest, commits: usize) {
    row.pull_requests += 1;
    row.commits += commits;
    let at = &pull.merged_at;
    if row.first_seen.as_ref().is_none_or(|seen| at < seen) {
        row.first_seen = Some(at.clone());
    }
    if row.last_seen.as_ref().is_none_or(|seen| at > seen) {
        row.last_seen = Some(at.clone());
    }
}

/// Roles and users that are an agent's own, by name or tag. A role that merely trusts GitHub is reached, not an agent.
fn cloud_principals(found: &mut Found<'_>, world: &World) {
    const WORDS: [&str; 8] = ["claude", "codex", "copilot", "cursor", "devin", "agentcore", "ai-agent", "coding-agent"];
    for account in &world.accounts {
        let evidence = &account.principals.evidence;
        if let Some(details) = account.principals.seen() {
            let users = details.users.iter().map(|user| (user.arn.as_str(), user.user_name.as_str()));
            let roles = details.roles.iter().map(|role| (role.arn.as_str(), role.role_name.as_str()));
            for (arn, name) in users.chain(roles) {
                if let Some(word) = WORDS.iter().find(|word| name.to_ascii_lowercase().contains(*word)) {
                    let seen = signal("principal_name", format!("{name} holds the word {word}"), evidence);
                    let identity = Identity::Principal(Arn::new(arn));
                    found.add(format!("principal:{arn}"), name, AgentKind::CloudPrincipal, arn, identity, seen);
                }
            }
        }
    }
}

/// Management may add agents freely; an entry never takes one away.
fn state(found: &mut Found<'_>, world: &World, entry: &Stated) {
    let seen = signal("stated", format!("[[agent]] {}", entry.name), &[]);
    for acts_as in &entry.acts_as {
        for (id, kind, identity) in stated_identities(world, acts_as) {
            let row = found.add(id, &entry.name, kind, acts_as, identity, seen.clone());
            row.owner = row.owner.take().or_else(|| entry.owner.clone());
        }
    }
}

/// One identity for an app, a login or an ARN; one a job for a workflow.
fn stated_identities(world: &World, acts_as: &str) -> Vec<(String, AgentKind, Identity)> {
    let Some(path) = acts_as.strip_prefix("workflow:") else { return vec![stated_identity(world, acts_as)] };
    let mut jobs = Vec::new();
    for repository in world.repositories() {
        for workflow in repository.parsed_workflows() {
            let whole = format!("{}/{}", repository.name.as_str(), workflow.path);
            if path == workflow.path || path == whole {
                jobs.extend(workflow.jobs.iter().map(|job| {
                    let identity = Identity::Job {
                        repository: repository.name.clone(),
                        workflow: workflow.path.clone(),
                        job: job.id.clone(),
                    };
                    (format!("workflow:{whole}#{}", job.id), AgentKind::Workflow, identity)
                }));
            }
        }
    }
    if jobs.is_empty() {
        let why = format!("workflow {path} is stated in the configuration and was not found in what was read");
        jobs.push((acts_as.to_owned(), AgentKind::Workflow, Identity::Unseen { why }));
    }
    jobs
}

fn stated_identity(world: &World, acts_as: &str) -> (String, AgentKind, Identity) {
    let organization = world.forge.seen();
    let unseen = |what: &str| Identity::Unseen {
        why: format!("{what} is stated in the configuration and was not found in what was read"),
    };
    if let Some(slug) = acts_as.strip_prefix("app:") {
        let app = organization.and_then(|o| o.installations.members().iter().find(|app| app.slug == slug));
        return (
            acts_as.to_owned(),
            AgentKind::App,
            app.map_or_else(|| unseen(acts_as), |app| Identity::App(app.clone())),
        );
    }
    if acts_as.starts_with("arn:") {
        return (format!("principal:{acts_as}"), AgentKind::CloudPrincipal, Identity::Principal(Arn::from(acts_as)));
    }
    let login = acts_as.strip_prefix("github:").unwrap_or(acts_as);
    let account = organization.and_then(|o| account_of(o, login));
    (format!("person:{login}"), AgentKind::Stated, account.map_or_else(|| unseen(login), Identity::Account))
}

/// The account behind a login, from members, owners and collaborators.
pub fn account_of(organization: &Organization, login: &str) -> Option<Account> {
    let members = organization.members.members().iter().chain(organization.owners.members());
    let collaborators = organization.repositories.members().iter().flat_map(|r| r.collaborators.members());
    members.chain(collaborators.map(|c| &c.account)).find(|account| account.login.eq_ignore_ascii_case(login)).cloned()
}
