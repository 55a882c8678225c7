//! What a check sees: the facts, the tiers, the agents and the paths, with the ways to walk them that never lose a gap.

use crate::{
    analysis::{
        agents::{AgentPrincipal, Identity},
        alerts::Coverage,
        changes::persons::Persons,
        guardrails::entry::Surroundings,
        tiers::Tiers,
    },
    checks::{Sheet, isolation},
    controls::{agents::Signatures, essentials::Essentials, guardrails::Guardrails},
    model::{
        cloud::DataStore,
        iam::{AuthorizationDetails, RoleDetail},
        id::{AgentId, EvidenceId, PathId},
        observed::Gap,
        pipeline::{Environment, Workflow, WorkflowFile},
        rules::Branch,
        tier::Tier,
        world::{CloudAccount, Organization, Repository, World},
    },
    reach::{
        path::{HopKind, ReachPath, Verdict},
        powers::RolePower,
        recovery::StoreRecovery,
    },
};

#[derive(Clone, Copy)]
pub struct Sight<'a> {
    pub world: &'a World,
    pub tiers: &'a Tiers,
    pub agents: &'a [AgentPrincipal],
    pub paths: &'a [ReachPath],
    /// What the roles that jobs can take may change.
    pub powers: &'a [RolePower],
    /// Whether each store comes back after the worst that an agent could do.
    pub recovery: &'a [StoreRecovery],
    /// Who would hear of each destructive action.
    pub alerts: &'a [Coverage],
    pub signatures: &'a Signatures,
    pub guardrails: &'a Guardrails,
    pub essentials: &'a Essentials,
    pub persons: &'a Persons,
}

/// A role that an agent is or reaches, or may reach.
pub struct ReachedRole<'a> {
    pub role: &'a RoleDetail,
    /// Of the role's account.
    pub details: &'a AuthorizationDetails,
    pub evidence: &'a [EvidenceId],
    /// The paths through it that are not closed.
    ways: Vec<&'a ReachPath>,
    /// False where only what was not read says that an agent reaches it.
    surely: bool,
}

impl<'a> Sight<'a> {
    /// The organisation; an Unknown row when it was not read.
    pub fn organization(&self, sheet: &mut Sheet<'_>) -> Option<&'a Organization> {
        sheet.known("the GitHub organisation", "the GitHub organisation", &self.world.forge)
    }

    /// The repositories in scope that can change; an Unknown row when there may be more.
    pub fn repositories(&self, sheet: &mut Sheet<'_>) -> Vec<&'a Repository> {
        let Some(organization) = self.organization(sheet) else { return Vec::new() };
        let what = format!("repositories of {}", organization.login);
        let all = sheet.members(&organization.login, &what, &organization.repositories);
        all.iter().filter(|repository| !repository.archived).collect()
    }

    /// Branches of production, each with its repository; an Unknown row for a repository whose branches were not read.
    pub fn production_branches(&self, sheet: &mut Sheet<'_>) -> Vec<(&'a Repository, &'a Branch)> {
        let mut found = Vec::new();
        for repository in self.repositories(sheet) {
            let what = format!("branches of {}", repository.name);
            for branch in sheet.members(repository.name.as_str(), &what, &repository.branches) {
                if self.tiers.branch(repository, branch.name.as_str()).is_some_and(|of| of.tier == Tier::Production) {
                    found.push((repository, branch));
                }
            }
        }
        found
    }

    /// Environments of production; an Unknown row for a repository whose environments were not read.
    pub fn production_environments(&self, sheet: &mut Sheet<'_>) -> Vec<(&'a Repository, &'a Environment)> {
        let mut found = Vec::new();
        for repository in self.repositories(sheet) {
            let what = format!("environments of {}", repository.name);
            for environment in sheet.members(repository.name.as_str(), &what, &repository.environments) {
                if self.tiers.environment(repository, environment.name.as_str()).tier == Tier::Production {
                    found.push((repository, environment));
                }
            }
        }
        found
    }

    /// The cloud accounts; an Unknown row when none was read.
    pub fn accounts(&self, sheet: &mut Sheet<'_>) -> &'a [CloudAccount] {
        if self.world.accounts.is_empty() {
            let why = self.world.cloud_skipped.clone().unwrap_or_else(|| "no AWS account was read".to_owned());
            let gap =
                crate::model::observed::Gap { what: "AWS accounts".to_owned(), why, needs: None, evidence: Vec::new() };
            sheet.unknown("AWS", "no AWS account was read", vec![gap]);
        }
        &self.world.accounts
    }

    /// Unknown rows for everything that could hold an agent or a way of one that was not read.
    pub fn unread_ways(&self, sheet: &mut Sheet<'_>) {
        for account in &self.world.accounts {
            sheet.known(&account.scope, "roles and policies", &account.principals);
        }
        let Some(organization) = self.organization(sheet) else { return };
        sheet.members(&organization.login, "app installations", &organization.installations);
        for repository in self.repositories(sheet) {
            let name = repository.name.as_str();
            for file in sheet.members(name, &format!("workflows of {name}"), &repository.workflows) {
                if let WorkflowFile::Unreadable { path, why, evidence } = file {
                    let gap = Gap { what: path.clone(), why: why.clone(), needs: None, evidence: evidence.clone() };
                    sheet.unknown(name, format!("what {path} runs could not be told"), vec![gap]);
                }
            }
            sheet.members(name, &format!("merged pull requests of {name}"), &repository.pull_requests);
        }
    }

    /// Stores of every account, each with its account; an Unknown row for an account whose stores were not all read.
    pub fn stores(&self, sheet: &mut Sheet<'_>) -> Vec<(&'a CloudAccount, &'a DataStore)> {
        let mut found = Vec::new();
        for account in self.accounts(sheet) {
            let what = format!("stores of data in account {}", account.scope);
            found.extend(sheet.members(&account.scope, &what, &account.stores).iter().map(|store| (account, store)));
        }
        found
    }

    pub fn production_stores(&self, sheet: &mut Sheet<'_>) -> Vec<(&'a CloudAccount, &'a DataStore)> {
        let mut all = self.stores(sheet);
        all.retain(|(account, store)| self.tiers.store(store, account.account_id()).tier == Tier::Production);
        all
    }

    /// Path and text of the wanted files that configure or instruct agents; an Unknown row about the repository where there
    /// may be more, or where one of them was not read.
    pub fn agent_files(
        &self,
        sheet: &mut Sheet<'_>,
        repository: &'a Repository,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<(&'a str, &'a str)> {
        let name = repository.name.as_str();
        let what = format!("files that configure agents in {name}");
        let mut texts = Vec::new();
        for file in sheet.members(name, &what, &repository.agent_files).iter().filter(|file| wanted(&file.path)) {
            let text = sheet.known(name, &format!("what {} in {name} says", file.path), &file.text);
            texts.extend(text.map(|text| (file.path.as_str(), text.as_str())));
        }
        texts
    }

    /// What decides, beside a workflow's file, who gets at the agents that it runs.
    pub fn surroundings(&self, repository: &'a Repository) -> Surroundings<'a> {
        Surroundings {
            signatures: self.signatures,
            guardrails: self.guardrails,
            private: repository.private,
            defaults: repository.workflow_defaults.seen(),
        }
    }

    /// Workflows that could be understood; Unknown rows for the others.
    pub fn workflows(&self, sheet: &mut Sheet<'_>, repository: &'a Repository) -> Vec<&'a Workflow> {
        let name = repository.name.as_str();
        let mut parsed = Vec::new();
        for file in sheet.members(name, &format!("workflows of {name}"), &repository.workflows) {
            match file {
                WorkflowFile::Parsed(workflow) => parsed.push(workflow),
                WorkflowFile::Unreadable { path, why, evidence } => {
                    let gap = Gap { what: path.clone(), why: why.clone(), needs: None, evidence: evidence.clone() };
                    sheet.unknown(
                        format!("{name} {path}"),
                        format!("{path} could not be understood: {why}"),
                        vec![gap],
                    );
                }
            }
        }
        parsed
    }

    /// Paths by which some of these agents reach production with nobody in between.
    pub fn alone_to_production(&self, of: impl Fn(&AgentPrincipal) -> bool) -> Vec<PathId> {
        let agents: Vec<&AgentId> = self.agents.iter().filter(|agent| of(agent)).map(|agent| &agent.agent.id).collect();
        let open = |path: &&ReachPath| path.tier == Tier::Production && path.verdict == Verdict::Open;
        self.paths
            .iter()
            .filter(open)
            .filter(|path| agents.contains(&&path.agent))
            .map(|path| path.id.clone())
            .collect()
    }

    /// The roles that an agent is, or that a path which is not closed runs through; Unknown rows for what could hold others.
    pub fn reached_roles(&self, sheet: &mut Sheet<'_>) -> Vec<ReachedRole<'a>> {
        self.unread_ways(sheet);
        let mut found = Vec::new();
        for account in self.accounts(sheet) {
            let Some(details) = account.principals.seen() else { continue };
            let reached = |role| self.reached(account, details, role);
            found.extend(details.roles.iter().filter_map(reached));
        }
        found
    }

    fn reached(
        &self,
        account: &'a CloudAccount,
        details: &'a AuthorizationDetails,
        role: &'a RoleDetail,
    ) -> Option<ReachedRole<'a>> {
        let own =
            |agent: &AgentPrincipal| matches!(&agent.identity, Identity::Principal(own) if own.as_str() == role.arn);
        let through = |path: &&ReachPath| path.verdict != Verdict::Closed && runs_through(path, &role.arn);
        let ways: Vec<&ReachPath> = self.paths.iter().filter(through).collect();
        let surely = ways.iter().any(|path| path.verdict != Verdict::Possible) || self.agents.iter().any(own);
        let evidence = account.principals.evidence.as_slice();
        (surely || !ways.is_empty()).then_some(ReachedRole { details, role, evidence, ways, surely })
    }

    pub fn agent(&self, id: &AgentId) -> Option<&'a AgentPrincipal> {
        self.agents.iter().find(|agent| agent.agent.id == *id)
    }
}

impl ReachedRole<'_> {
    pub fn paths(&self) -> impl Iterator<Item = PathId> {
        self.ways.iter().map(|path| path.id.clone())
    }

    /// Passes a role that is surely reached. Of another nothing passes, or the less was read the more would.
    pub fn pass(&self, sheet: &mut Sheet<'_>, statement: String) {
        if self.surely {
            sheet.pass(&*self.role.arn, statement, self.evidence);
            return;
        }
        let unless = self.ways.first().map(|path| path.unless.as_slice()).unwrap_or_default();
        let statement = format!("whether an agent reaches {} could not be told", self.role.role_name);
        sheet.unknown(&*self.role.arn, statement, isolation::paths::whether(unless));
    }
}

fn runs_through(path: &ReachPath, arn: &str) -> bool {
    path.hops.iter().any(|hop| hop.to.kind == HopKind::Principal && principal_of(&hop.to.id) == arn)
}

/// The ARN in a node's id: a principal that rewrote its rights carries a mark behind it.
fn principal_of(id: &str) -> &str {
    id.split_once('#').map_or(id, |(arn, _)| arn)
}
