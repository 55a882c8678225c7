//! All that was read, as one value: what checks, reach and analysis look at.

use serde::{Deserialize, Serialize};

use super::{
    access::Access,
    actor::{Account, Collaborator, DeployKey, Installation, Permission, Team},
    alert::Detection,
    change::{Deployment, Line, PullRequest},
    cloud::{Caller, DataStore, Key, Membership, OidcProvider, PolicyLayer},
    file::RepositoryFile,
    iam::AuthorizationDetails,
    id::{EvidenceId, RepoName, RunId},
    logging::{Logging, Trail},
    observed::Observed,
    pipeline::{
        ActionsSettings, Environment, OrgSecret, Runner, SecretName, SubjectTemplate, Workflow, WorkflowDefaults,
        WorkflowFile,
    },
    recovery::Safeguards,
    rules::{Branch, Ruleset},
    trail::{OrganizationTrail, RepositoryTrail},
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct World {
    pub run: RunFacts,
    pub forge: Observed<Organization>,
    /// One per configured account and role. Empty when AWS was out of scope.
    pub accounts: Vec<CloudAccount>,
    /// Why there is no cloud in this run, if there is none.
    pub cloud_skipped: Option<String>,
    pub coverage: Coverage,
}

/// When and what with, from the run header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    pub id: RunId,
    /// RFC 3339, UTC.
    pub started: String,
    pub tool_version: String,
    pub scope: Vec<String>,
    pub config_digest: Option<String>,
    /// False when the run was cut short: what it lacks is not collected.
    pub complete: bool,
}

/// What was asked and how it went, by operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    pub planned: usize,
    pub answered: usize,
    pub denied: Vec<CoverageRow>,
    pub failed: Vec<CoverageRow>,
    pub skipped: Vec<CoverageRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CoverageRow {
    /// `GET /repos/acme/shop/rulesets`, or `rds:DescribeDBInstances eu-west-1`.
    pub what: String,
    pub why: String,
    /// The grant that would settle it.
    pub needs: Option<String>,
    pub evidence: Vec<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    pub login: String,
    pub id: u64,
    /// False: a personal account.
    pub is_organization: bool,
    /// `free`, `team`, `enterprise` …
    pub plan: Observed<String>,
    /// What every member may do on every repository.
    pub base_permission: Observed<Permission>,
    pub members: Observed<Vec<Account>>,
    pub owners: Observed<Vec<Account>>,
    pub teams: Observed<Vec<Team>>,
    pub installations: Observed<Vec<Installation>>,
    pub secrets: Observed<Vec<OrgSecret>>,
    pub runners: Observed<Vec<Runner>>,
    pub subject_template: Observed<SubjectTemplate>,
    pub workflow_defaults: Observed<WorkflowDefaults>,
    pub two_factor_required: Observed<bool>,
    pub trail: OrganizationTrail,
    pub repositories: Observed<Vec<Repository>>,
    /// The login that the token belongs to.
    pub caller: Observed<Account>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repository {
    pub name: RepoName,
    pub id: u64,
    pub owner_id: u64,
    pub default_branch: String,
    pub private: bool,
    pub archived: bool,
    pub fork: bool,
    /// Branches read in full: the default branch and those that a tier or a trigger names.
    pub branches: Observed<Vec<Branch>>,
    /// Of the repository and the layers above, as seen from the repository.
    pub rulesets: Observed<Vec<Ruleset>>,
    pub collaborators: Observed<Vec<Collaborator>>,
    pub deploy_keys: Observed<Vec<DeployKey>>,
    pub workflows: Observed<Vec<WorkflowFile>>,
    pub environments: Observed<Vec<Environment>>,
    pub secrets: Observed<Vec<SecretName>>,
    pub runners: Observed<Vec<Runner>>,
    pub subject_template: Observed<SubjectTemplate>,
    pub actions: Observed<ActionsSettings>,
    pub workflow_defaults: Observed<WorkflowDefaults>,
    /// Whether a CODEOWNERS file exists, and its text: a claim that the judged can write.
    pub codeowners: Observed<String>,
    /// Files at the default branch's head that configure or instruct agents, or that hold a commit back
    /// (`.claude/settings.json`, `AGENTS.md`, `.pre-commit-config.yaml` …).
    pub agent_files: Observed<Vec<RepositoryFile>>,
    pub pull_requests: Observed<Vec<PullRequest>>,
    pub deployments: Observed<Vec<Deployment>>,
    /// The branches' first-parent commits of the period, and those that a force push left behind.
    pub lines: Observed<Vec<Line>>,
    pub trail: RepositoryTrail,
    pub evidence: Vec<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloudAccount {
    /// The configured name of the identity that read it.
    pub scope: String,
    pub caller: Observed<Caller>,
    pub principals: Observed<AuthorizationDetails>,
    pub oidc_providers: Observed<Vec<OidcProvider>>,
    /// Absent where the account is in no organisation.
    pub membership: Observed<Membership>,
    /// What binds its principals.
    pub scps: Observed<PolicyLayer>,
    /// What binds everybody on its resources.
    pub rcps: Observed<PolicyLayer>,
    pub access: Access,
    pub stores: Observed<Vec<DataStore>>,
    /// Keys of KMS that the account manages itself.
    pub keys: Observed<Vec<Key>>,
    pub trails: Observed<Vec<Trail>>,
    pub logging: Logging,
    pub safeguards: Safeguards,
    pub detection: Detection,
}

impl CloudAccount {
    /// The account's id as far as it is known; empty otherwise.
    pub fn account_id(&self) -> &str {
        self.caller.seen().map_or("", |caller| caller.account.as_str())
    }
}

impl World {
    /// The repositories that were seen; empty where the organisation or its list was not read.
    pub fn repositories(&self) -> &[Repository] {
        self.forge.seen().map_or(&[], |organization| organization.repositories.members())
    }
}

impl Repository {
    /// `owner/name@branch`, as findings name a branch.
    pub fn at(&self, branch: &Branch) -> String {
        format!("{}@{}", self.name.as_str(), branch.name.as_str())
    }

    /// A repository of which only this is known, with the reason.
    pub fn unread(name: impl Into<RepoName>, default_branch: &str, why: &str) -> Repository {
        fn none<T>(why: &str) -> Observed<T> {
            Observed::not_collected(why)
        }
        Repository {
            name: name.into(),
            id: 0,
            owner_id: 0,
            default_branch: default_branch.to_owned(),
            private: false,
            archived: false,
            fork: false,
            branches: none(why),
            rulesets: none(why),
            collaborators: none(why),
            deploy_keys: none(why),
            workflows: none(why),
            environments: none(why),
            secrets: none(why),
            runners: none(why),
            subject_template: none(why),
            actions: none(why),
            workflow_defaults: none(why),
            codeowners: none(why),
            agent_files: none(why),
            pull_requests: none(why),
            deployments: none(why),
            lines: none(why),
            trail: RepositoryTrail::unread(why),
            evidence: Vec::new(),
        }
    }

    /// Workflow files that could be understood.
    pub fn parsed_workflows(&self) -> impl Iterator<Item = &Workflow> {
        self.workflows.members().iter().filter_map(WorkflowFile::parsed)
    }

    /// The workflow at a path.
    pub fn workflow(&self, path: &str) -> Option<&Workflow> {
        self.parsed_workflows().find(|workflow| workflow.path == path)
    }
}
