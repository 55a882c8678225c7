//! What a cloud account holds: principals' policies, stores of data, trails, organisation policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    id::{AccountId, Arn, EvidenceId, Region},
    observed::Observed,
};

/// An identity provider for OIDC federation ("GetOpenIDConnectProvider").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OidcProvider {
    pub arn: Arn,
    /// Host and path without scheme: `token.actions.githubusercontent.com`.
    pub url: String,
    pub client_ids: Vec<String>,
}

/// Service control policies over an account, outermost level first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScpLayer {
    /// The account is in no organisation, or is its management account: SCPs do not apply.
    NotApplicable,
    Levels(Vec<ScpLevel>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScpLevel {
    /// Root, OU or account id.
    pub target: String,
    pub policies: Vec<NamedPolicy>,
}

/// A policy document as text, never reparsed and rewritten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedPolicy {
    pub id: String,
    pub document: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    RdsInstance,
    RdsCluster,
    DynamodbTable,
    S3Bucket,
}

impl StoreKind {
    /// What a person calls it.
    pub fn noun(self) -> &'static str {
        match self {
            StoreKind::RdsInstance => "database",
            StoreKind::RdsCluster => "database cluster",
            StoreKind::DynamodbTable => "table",
            StoreKind::S3Bucket => "bucket",
        }
    }

    /// The action whose success loses the data.
    pub fn destroy_action(self) -> &'static str {
        match self {
            StoreKind::RdsInstance => "rds:DeleteDBInstance",
            StoreKind::RdsCluster => "rds:DeleteDBCluster",
            StoreKind::DynamodbTable => "dynamodb:DeleteTable",
            StoreKind::S3Bucket => "s3:DeleteObject",
        }
    }

    /// The action that switches deletion protection off, where the service has such a switch.
    pub fn unprotect_action(self) -> Option<&'static str> {
        match self {
            StoreKind::RdsInstance => Some("rds:ModifyDBInstance"),
            StoreKind::RdsCluster => Some("rds:ModifyDBCluster"),
            StoreKind::DynamodbTable => Some("dynamodb:UpdateTable"),
            StoreKind::S3Bucket => None,
        }
    }
}

/// A resource that holds data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataStore {
    pub arn: Arn,
    pub kind: StoreKind,
    pub region: Region,
    pub name: String,
    pub tags: Observed<BTreeMap<String, String>>,
    /// `DeletionProtection`; for S3, Object Lock in compliance mode by default rule.
    pub deletion_protection: Observed<bool>,
    pub recovery: Recovery,
    /// A bucket's or table's own policy, as text.
    pub resource_policy: Observed<String>,
    pub encrypted: Observed<bool>,
    pub public: Observed<bool>,
    pub evidence: Vec<EvidenceId>,
}

/// How the data comes back after a loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// Days of automated backups; zero is none.
    pub backup_days: Observed<u64>,
    /// DynamoDB point-in-time recovery.
    pub point_in_time: Observed<bool>,
    /// S3 versioning.
    pub versioning: Observed<bool>,
}

/// A CloudTrail trail and whether it writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    pub arn: Arn,
    pub name: String,
    pub home_region: Region,
    pub bucket: Option<String>,
    pub multi_region: bool,
    pub organization: bool,
    pub log_file_validation: bool,
    pub global_events: bool,
    pub logging: Observed<bool>,
    /// False: selectors leave management write events out.
    pub management_writes: Observed<bool>,
}

/// Whose eyes read an account ("GetCallerIdentity").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    pub account: AccountId,
    pub arn: Arn,
}
