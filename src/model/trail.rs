//! What was done on a forge and what keeps the record of it: pushes, evaluated rules, runs and their approvals, the audit
//! log, and where events are sent.

use serde::{Deserialize, Serialize};

use super::{
    actor::Account,
    id::{EnvironmentName, RepoName},
    observed::Observed,
    rules::Enforcement,
};

/// One change of a ref, as the forge saw it arrive ("List repository activities").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    pub id: u64,
    /// `refs/heads/main`.
    pub git_ref: String,
    /// Commit before; forty zeros for a new ref.
    pub before: String,
    /// Commit after; forty zeros for a deleted ref.
    pub after: String,
    pub kind: PushKind,
    /// `None` where the account is gone.
    pub actor: Option<Account>,
    /// RFC 3339, UTC.
    pub at: String,
}

/// How a ref was changed. Unknown kinds survive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushKind {
    Push,
    ForcePush,
    Creation,
    Deletion,
    /// By merging a pull request.
    PullRequestMerge,
    /// By a merge queue.
    QueueMerge,
    Other(String),
}

/// One push that rulesets were evaluated on ("List repository rule suites").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleSuite {
    pub id: u64,
    /// `refs/heads/main`.
    pub git_ref: String,
    pub before: String,
    pub after: String,
    /// Login.
    pub actor: Option<String>,
    /// RFC 3339, UTC.
    pub at: String,
    pub result: SuiteResult,
    /// Rule by rule.
    pub evaluations: Observed<Vec<RuleEvaluation>>,
}

/// What became of a push under the rules in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuiteResult {
    Pass,
    Fail,
    /// It broke a rule, and whoever pushed may.
    Bypass,
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleEvaluation {
    /// `None` for classic protection.
    pub ruleset_id: Option<u64>,
    pub source: String,
    /// GitHub's own name of the rule.
    pub rule: String,
    pub enforcement: Enforcement,
    pub passed: bool,
}

/// A run of a workflow ("List workflow runs for a repository").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PipelineRun {
    pub id: u64,
    /// Path of the workflow file.
    pub workflow: String,
    pub event: String,
    pub branch: Option<String>,
    pub sha: String,
    pub actor: Option<Account>,
    /// Who started this attempt, where that is another.
    pub triggered_by: Option<Account>,
    /// RFC 3339, UTC.
    pub at: String,
    /// `success`, `failure` …; `None` while it runs.
    pub conclusion: Option<String>,
    /// What reviewers said before it could use an environment.
    pub approvals: Observed<Vec<EnvironmentApproval>>,
}

/// One reviewer's word on a run ("Get the review history for a workflow run"). GitHub gives it no time of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentApproval {
    pub environments: Vec<EnvironmentName>,
    /// `approved`, `rejected` or `pending`.
    pub state: String,
    pub by: Account,
}

/// One entry of the organisation's audit log, without addresses and locations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuditEntry {
    /// RFC 3339, UTC.
    pub at: String,
    pub id: String,
    /// `protected_branch.policy_override`, `repository_ruleset.update` …
    pub action: String,
    /// Login; a bot's ends in `[bot]`.
    pub actor: Option<String>,
    pub repository: Option<RepoName>,
    /// The person, team, app, environment or rule that it was done to.
    pub target: Option<String>,
    /// With which kind of credential, where GitHub says so.
    pub credential: Option<String>,
}

/// Where events are sent. The address is cut to scheme and host: its path and query may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    pub id: u64,
    pub host: String,
    pub active: bool,
    pub events: Vec<String>,
    /// False: the receiver cannot tell a forged event.
    pub signed: bool,
    /// False: the receiver's certificate is not checked.
    pub verifies_tls: bool,
}

/// A stream that copies the audit log elsewhere ("List audit log stream configurations for an enterprise").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditStream {
    pub id: u64,
    /// `Amazon S3`, `Splunk` …
    pub kind: String,
    pub enabled: bool,
    pub paused_at: Option<String>,
}

/// The code-security configuration of a repository ("Get the code security configuration associated with a repository").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSecurity {
    pub name: String,
    /// `attached`, `enforced`, `removed` …
    pub status: String,
    /// `enabled`, `disabled`, `not_set`.
    pub secret_scanning: Option<String>,
    pub push_protection: Option<String>,
    pub code_scanning: Option<String>,
}

/// The record that an organisation keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrganizationTrail {
    /// Newest first.
    pub audit_log: Observed<Vec<AuditEntry>>,
    pub streams: Observed<Vec<AuditStream>>,
    pub webhooks: Observed<Vec<Webhook>>,
}

/// The record of one repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepositoryTrail {
    /// Newest first.
    pub pushes: Observed<Vec<Push>>,
    /// Pushes that broke a rule and went through.
    pub bypasses: Observed<Vec<RuleSuite>>,
    /// Runs of workflows where there is an environment, newest first.
    pub runs: Observed<Vec<PipelineRun>>,
    pub webhooks: Observed<Vec<Webhook>>,
    pub code_security: Observed<CodeSecurity>,
}

impl OrganizationTrail {
    /// Nothing of it was read, for this reason.
    pub fn unread(why: &str) -> OrganizationTrail {
        OrganizationTrail {
            audit_log: Observed::not_collected(why),
            streams: Observed::not_collected(why),
            webhooks: Observed::not_collected(why),
        }
    }
}

impl RepositoryTrail {
    /// Nothing of it was read, for this reason.
    pub fn unread(why: &str) -> RepositoryTrail {
        RepositoryTrail {
            pushes: Observed::not_collected(why),
            bypasses: Observed::not_collected(why),
            runs: Observed::not_collected(why),
            webhooks: Observed::not_collected(why),
            code_security: Observed::not_collected(why),
        }
    }
}
