//! How code becomes a deployment: workflows, jobs, environments, secrets, runners, OIDC subjects.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    actor::Account,
    id::{EnvironmentName, EvidenceId, RepoName},
    observed::Observed,
};

/// A workflow file on one ref, parsed as far as it could be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    pub path: String,
    pub name: String,
    /// `active`, `disabled_manually` … as GitHub lists it; `None` when only the file was seen.
    pub state: Option<String>,
    pub triggers: Vec<Trigger>,
    /// `permissions:` at the top; `None` means the repository's default.
    pub permissions: Option<TokenPermissions>,
    pub jobs: Vec<Job>,
    pub evidence: Vec<EvidenceId>,
}

/// A workflow, or why its file says nothing: not YAML, no jobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowFile {
    Parsed(Workflow),
    Unreadable { path: String, why: String, evidence: Vec<EvidenceId> },
}

impl WorkflowFile {
    /// The workflow, where the file could be understood.
    pub fn parsed(&self) -> Option<&Workflow> {
        match self {
            WorkflowFile::Parsed(workflow) => Some(workflow),
            WorkflowFile::Unreadable { .. } => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// `push`, `pull_request`, `workflow_dispatch`, `schedule` …
    pub event: String,
    /// `branches:` filters; empty means every branch.
    pub branches: Vec<String>,
    pub branches_ignore: Vec<String>,
    pub tags: Vec<String>,
    pub paths: Vec<String>,
    /// Activity types.
    pub types: Vec<String>,
}

/// `GITHUB_TOKEN` permissions by name: `contents` to `write`; `*` stands for `read-all` and `write-all`.
pub type TokenPermissions = BTreeMap<String, String>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: String,
    pub name: Option<String>,
    pub permissions: Option<TokenPermissions>,
    pub environment: Option<EnvironmentRef>,
    pub runner: RunnerRef,
    pub needs: Vec<String>,
    /// `if:`, as written.
    pub condition: Option<String>,
    /// A reusable workflow that this job calls.
    pub calls: Option<String>,
    /// `secrets: inherit` on a call.
    pub inherits_secrets: bool,
    /// Names in `secrets.NAME` anywhere in the job or in the workflow's `env`, in upper case (GitHub ignores case).
    /// Not `GITHUB_TOKEN`, which is minted for the job and governed by `permissions`.
    pub secrets: Vec<String>,
    /// `secrets[...]` with something computed, or `toJSON(secrets)`: every secret in scope.
    pub reads_all_secrets: bool,
    pub steps: Vec<Step>,
    /// One-based line of the job's key in the file.
    pub line: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentRef {
    Named(EnvironmentName),
    /// Decided at run time: any environment of the repository is possible.
    Expression(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunnerRef {
    /// Labels of GitHub's own machines.
    Hosted(Vec<String>),
    SelfHosted(Vec<String>),
    /// Decided at run time or by a group.
    Unknown(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub name: Option<String>,
    /// `uses:`, as written, with its ref.
    pub uses: Option<String>,
    pub run: Option<String>,
    pub with: BTreeMap<String, String>,
    pub env: BTreeMap<String, String>,
    pub condition: Option<String>,
    pub line: Option<usize>,
}

/// A deployment environment and what holds a job back before it ("Get an environment").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    pub name: EnvironmentName,
    /// One of them has to approve. Empty and whole: nobody has to.
    pub reviewers: Observed<Vec<Reviewer>>,
    pub prevent_self_review: Observed<bool>,
    /// Minutes. A timer is no human.
    pub wait_timer: u64,
    pub branch_policy: Observed<BranchPolicy>,
    /// Slugs of apps whose custom protection rules must pass. An app is no human.
    pub custom_rules: Observed<Vec<String>>,
    /// GitHub's older answers leave this out; then it is not known.
    pub admins_can_bypass: Observed<bool>,
    pub secrets: Observed<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reviewer {
    User(Account),
    Team { id: u64, slug: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchPolicy {
    /// Any branch or tag may deploy.
    Any,
    /// Branches with classic protection or a ruleset.
    Protected,
    /// Name patterns, fnmatch. A pattern for tags is written `refs/tags/v*`; the others are for branches.
    Patterns(Vec<String>),
}

/// Secret names by where they live. Values are never readable and never asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecretName {
    pub name: String,
    pub scope: SecretScope,
    pub updated_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretScope {
    Organization,
    Repository,
    Environment(EnvironmentName),
}

/// A secret of the organisation and the repositories that may read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrgSecret {
    pub name: String,
    /// `all`, `private` or `selected`.
    pub visibility: String,
    /// For `selected`.
    pub repositories: Observed<Vec<RepoName>>,
    pub updated_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    pub id: u64,
    pub name: String,
    pub labels: Vec<String>,
    pub status: String,
}

/// How the repository's OIDC subject is built ("Get the customization template for an OIDC subject claim for a repository").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectTemplate {
    pub use_default: bool,
    pub claim_keys: Vec<String>,
    /// `repo:OWNER@ID/REPO@ID` when GitHub says so.
    pub prefix: Option<String>,
}

/// Actions settings of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionsSettings {
    pub enabled: bool,
    /// `all`, `local_only`, `selected`.
    pub allowed_actions: Option<String>,
    pub sha_pinning_required: Option<bool>,
}

/// `GITHUB_TOKEN` defaults ("Get default workflow permissions").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowDefaults {
    /// `read` or `write`.
    pub default_permissions: String,
    pub can_approve_reviews: bool,
}

impl Workflow {
    /// Whether `GITHUB_TOKEN` of a job may write `permission`: the job's own statement, else the workflow's. `None` where
    /// neither says anything and the repository's default holds.
    pub fn token_writes(&self, job: Option<&Job>, permission: &str) -> Option<bool> {
        let stated = job.and_then(|job| job.permissions.as_ref()).or(self.permissions.as_ref())?;
        Some(stated.get(permission).or(stated.get("*")).is_some_and(|level| level == "write"))
    }

    /// `id-token: write` is never a default; it must be asked for.
    pub fn mints_tokens(&self, job: &Job) -> bool {
        self.token_writes(Some(job), "id-token") == Some(true)
    }
}
