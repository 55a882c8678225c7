//! A type for every id, so that a branch is never passed where a repository is meant.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> $name {
                $name(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&crate::base::foreign::plain(&self.0))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> $name {
                $name(text.to_owned())
            }
        }
    )+};
}

ids! {
    /// One recorded request and its answer: `e-` and 12 hex digits of the record's digest.
    EvidenceId,
    /// `owner/name`.
    RepoName,
    /// A branch name without `refs/heads/`.
    BranchName,
    /// A GitHub deployment environment's name.
    EnvironmentName,
    /// An AWS resource name, `arn:partition:service:region:account:resource`.
    Arn,
    /// Twelve digits.
    AccountId,
    /// An AWS Region, `eu-west-1`.
    Region,
    /// An agent, stable over runs: `app:claude`, `bot:devin-ai-integration[bot]`, `workflow:acme/shop/ai.yml#job`, `person:anna`.
    AgentId,
    /// `p-` and 12 hex digits of agent, action class and resource: equal over runs.
    PathId,
    /// `f-` and 12 hex digits of check and subject: equal over runs.
    FindingId,
    /// A check's id, in snake case, the name of its file.
    CheckId,
    /// An objective that checks serve and criteria ask for.
    ObjectiveId,
    /// A framework criterion, `CC6.1`.
    CriterionId,
    /// A question that a buyer or the framework asks.
    QuestionId,
    /// A collection run: its start in UTC and a short random part.
    RunId,
}

impl RepoName {
    /// The part before the slash.
    pub fn owner(&self) -> &str {
        self.0.split_once('/').map_or("", |(owner, _)| owner)
    }

    /// The part after the slash.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or(self.0.as_str(), |(_, name)| name)
    }
}

impl Arn {
    /// The field at `index` of the six colon-separated ones; the last holds the rest.
    fn field(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or("")
    }

    pub fn service(&self) -> &str {
        self.field(2)
    }

    pub fn region(&self) -> &str {
        self.field(3)
    }

    /// Empty for S3 buckets and other resources that are not account-qualified.
    pub fn account(&self) -> &str {
        self.field(4)
    }

    /// The resource part with its type, `role/deploy` or `db:shop`.
    pub fn resource(&self) -> &str {
        self.field(5)
    }

    /// The last part of the resource: what a person calls it.
    pub fn short(&self) -> &str {
        self.resource().rsplit(['/', ':']).next().unwrap_or("")
    }
}
