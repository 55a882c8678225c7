//! What protects a ref: classic branch protection and the three layers of rulesets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    id::EvidenceId,
    observed::{Gap, Observed},
};

/// A ruleset as its source defines it ("Get a repository ruleset"). Unknown rule types and enforcements survive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ruleset {
    pub id: u64,
    pub name: String,
    pub source: RuleSource,
    pub enforcement: Enforcement,
    /// `branch`, `tag`, `push` or `repository`.
    pub target: String,
    /// Null where the content of the ruleset was not shown.
    pub conditions: Value,
    /// GitHub leaves this out of answers to tokens without write access to the ruleset; then it is Denied, never empty.
    pub bypass: Observed<Vec<BypassActor>>,
    /// What GitHub says of the caller's own bypass: `always`, `pull_requests_only`, `never`.
    pub current_user_can_bypass: Option<String>,
    pub rules: Observed<Vec<Rule>>,
    /// How it stood before, newest first: whether the control was in force all period.
    pub history: Observed<Vec<RulesetVersion>>,
}

/// How a ruleset stood from one moment on ("Get repository ruleset history").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RulesetVersion {
    pub id: u64,
    /// Id of whoever made it so.
    pub actor_id: Option<u64>,
    /// RFC 3339, UTC.
    pub at: String,
    pub state: Observed<RulesetState>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RulesetState {
    pub enforcement: Enforcement,
    pub bypass: Observed<Vec<BypassActor>>,
    pub rules: Observed<Vec<Rule>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSource {
    Repository,
    Organization,
    Enterprise,
    Other(String),
}

/// Only `Active` protects; `Evaluate` records and lets pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    Active,
    Evaluate,
    Disabled,
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BypassActor {
    pub kind: BypassKind,
    /// An app's id, a team's id, a role's id (1 read, 2 triage and maintain differ by edition; 4 write, 5 admin), a user's id.
    pub id: Option<u64>,
    pub mode: BypassMode,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BypassKind {
    Integration,
    OrganizationAdmin,
    RepositoryRole,
    Team,
    DeployKey,
    User,
    EnterpriseOwner,
    EnterpriseRole,
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BypassMode {
    Always,
    /// Only through a pull request: the approval rules do not hold, a pull request is still needed.
    PullRequest,
    Exempt,
    Other(String),
}

/// One rule in force, or one line of a ruleset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// GitHub's own name: `pull_request`, `non_fast_forward`, `deletion`, `update`, `required_status_checks` …
    pub kind: String,
    pub parameters: Value,
    /// The ruleset it comes from, in the answer of "Get rules for a branch".
    pub ruleset_id: Option<u64>,
}

/// The parameters of a `pull_request` rule that decide who must look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRule {
    pub approvals: u64,
    pub dismiss_stale: bool,
    pub code_owners: bool,
    pub last_push_approval: bool,
}

impl Rule {
    /// The review parameters when this is a `pull_request` rule.
    pub fn review(&self) -> Option<ReviewRule> {
        if self.kind != "pull_request" {
            return None;
        }
        let flag = |name: &str| self.parameters.get(name).and_then(Value::as_bool).unwrap_or(false);
        Some(ReviewRule {
            approvals: self.parameters.get("required_approving_review_count").and_then(Value::as_u64).unwrap_or(0),
            dismiss_stale: flag("dismiss_stale_reviews_on_push"),
            code_owners: flag("require_code_owner_review"),
            last_push_approval: flag("require_last_push_approval"),
        })
    }

    /// The contexts when this is a `required_status_checks` rule.
    pub fn required_checks(&self) -> Vec<String> {
        let checks = self.parameters.get("required_status_checks").and_then(Value::as_array);
        let context = |check: &Value| check.get("context").and_then(Value::as_str).map(str::to_owned);
        if self.kind == "required_status_checks" {
            checks.into_iter().flatten().filter_map(context).collect()
        } else {
            Vec::new()
        }
    }
}

/// Classic branch protection ("Get branch protection").
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassicProtection {
    /// `None`: no pull request is required.
    pub review: Option<ReviewRule>,
    /// Who may merge without the reviews.
    pub review_bypass: Allowances,
    /// Who may push; `None`: everybody with write.
    pub restrictions: Option<Allowances>,
    pub required_checks: Vec<String>,
    /// False: administrators pass freely.
    pub enforce_admins: bool,
    pub allow_force_pushes: bool,
    pub allow_deletions: bool,
    pub lock_branch: bool,
}

/// Names as GitHub lists them: user logins, team slugs, app slugs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowances {
    pub users: Vec<String>,
    pub teams: Vec<String>,
    pub apps: Vec<String>,
}

/// A branch that matters to a tier, with all that protects it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    pub name: super::id::BranchName,
    pub head: Option<String>,
    pub classic: Observed<ClassicProtection>,
    /// Rules in force, of all layers, as GitHub computed them. Bypass is not in here; see the rulesets.
    pub rules: Observed<Vec<Rule>>,
}

impl Branch {
    /// What the rules of every layer and classic protection were read from.
    pub fn rules_evidence(&self) -> Vec<EvidenceId> {
        [self.rules.evidence.clone(), self.classic.evidence.clone()].concat()
    }

    /// What of both was not read; `subject` names the branch.
    pub fn rules_gaps(&self, subject: &str) -> Vec<Gap> {
        let rules = self.rules.gap(format!("rules in force on {subject}"));
        let classic = self.classic.gap(format!("classic protection of {subject}"));
        rules.into_iter().chain(classic).collect()
    }

    /// Names of checks that the branch was seen to require, by classic protection or by a ruleset.
    pub fn required_checks(&self) -> BTreeSet<String> {
        let classic = self.classic.seen().into_iter().flat_map(|protection| protection.required_checks.clone());
        self.rules.members().iter().flat_map(Rule::required_checks).chain(classic).collect()
    }
}
