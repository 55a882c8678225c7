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

/// The place of an account in its organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// `o-…`.
    pub organization: String,
    pub management_account: AccountId,
    pub name: Observed<String>,
    /// The names of the OUs above it, outermost first, without the root.
    pub units: Observed<Vec<String>>,
    /// The account's own tags.
    pub tags: Observed<BTreeMap<String, String>>,
}

/// The policies of one type, service control or resource control, over an account, outermost level first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyLayer {
    /// The account is in no organisation, or is its management account, which neither type binds; or the type is off.
    NotApplicable,
    Levels(Vec<PolicyLevel>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyLevel {
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
    EbsVolume,
    EfsFileSystem,
    /// A replication group of ElastiCache.
    ElasticacheGroup,
    /// A node of Redis or Valkey outside a group; Memcached keeps nothing.
    ElasticacheCluster,
    ElasticacheServerless,
    MemorydbCluster,
    RedshiftCluster,
    OpensearchDomain,
}

impl StoreKind {
    pub const ALL: [StoreKind; 12] = [
        StoreKind::RdsInstance,
        StoreKind::RdsCluster,
        StoreKind::DynamodbTable,
        StoreKind::S3Bucket,
        StoreKind::EbsVolume,
        StoreKind::EfsFileSystem,
        StoreKind::ElasticacheGroup,
        StoreKind::ElasticacheCluster,
        StoreKind::ElasticacheServerless,
        StoreKind::MemorydbCluster,
        StoreKind::RedshiftCluster,
        StoreKind::OpensearchDomain,
    ];

    /// What a person calls it.
    pub fn noun(self) -> &'static str {
        match self {
            StoreKind::RdsInstance => "database",
            StoreKind::RdsCluster => "database cluster",
            StoreKind::DynamodbTable => "table",
            StoreKind::S3Bucket => "bucket",
            StoreKind::EbsVolume => "volume",
            StoreKind::EfsFileSystem => "file system",
            StoreKind::ElasticacheGroup | StoreKind::ElasticacheCluster | StoreKind::ElasticacheServerless => "cache",
            StoreKind::MemorydbCluster => "in-memory database",
            StoreKind::RedshiftCluster => "data warehouse",
            StoreKind::OpensearchDomain => "search domain",
        }
    }

    /// The action whose success loses the data.
    pub fn destroy_action(self) -> &'static str {
        match self {
            StoreKind::RdsInstance => "rds:DeleteDBInstance",
            StoreKind::RdsCluster => "rds:DeleteDBCluster",
            StoreKind::DynamodbTable => "dynamodb:DeleteTable",
            StoreKind::S3Bucket => "s3:DeleteObject",
            StoreKind::EbsVolume => "ec2:DeleteVolume",
            StoreKind::EfsFileSystem => "elasticfilesystem:DeleteFileSystem",
            StoreKind::ElasticacheGroup => "elasticache:DeleteReplicationGroup",
            StoreKind::ElasticacheCluster => "elasticache:DeleteCacheCluster",
            StoreKind::ElasticacheServerless => "elasticache:DeleteServerlessCache",
            StoreKind::MemorydbCluster => "memorydb:DeleteCluster",
            StoreKind::RedshiftCluster => "redshift:DeleteCluster",
            StoreKind::OpensearchDomain => "es:DeleteDomain",
        }
    }

    /// The action that switches deletion protection off, where the service has such a switch.
    pub fn unprotect_action(self) -> Option<&'static str> {
        match self {
            StoreKind::RdsInstance => Some("rds:ModifyDBInstance"),
            StoreKind::RdsCluster => Some("rds:ModifyDBCluster"),
            StoreKind::DynamodbTable => Some("dynamodb:UpdateTable"),
            _ => None,
        }
    }
}

/// A resource that holds data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataStore {
    pub arn: Arn,
    pub kind: StoreKind,
    /// What runs in it: `postgres`, `docdb`, `neptune`, `redis` …; for services that run one thing, `None`.
    pub engine: Option<String>,
    pub region: Region,
    pub name: String,
    pub tags: Observed<BTreeMap<String, String>>,
    /// `DeletionProtection`; for S3, Object Lock in compliance mode by default rule.
    pub deletion_protection: Observed<bool>,
    pub recovery: Recovery,
    /// Its own policy, as text.
    pub resource_policy: Observed<String>,
    pub encrypted: Observed<bool>,
    /// The key of KMS that it is encrypted with; absent where the service holds the key itself.
    pub key: Observed<Arn>,
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
    /// S3 Object Lock on every new object; absent where no default rule sets one.
    pub object_lock: Observed<ObjectLock>,
    /// Days after which a lifecycle rule lets objects, or their old versions, expire; absent where none does.
    pub expires_days: Observed<u64>,
    /// Where the service itself keeps a second copy up to date: buckets, file systems, Regions.
    pub replicas: Observed<Vec<String>>,
}

/// The default retention of a bucket ("GetObjectLockConfiguration").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLock {
    /// Nobody, root included, deletes before the time. Otherwise `s3:BypassGovernanceRetention` does.
    pub compliance: bool,
    /// A year counts 365.
    pub days: u64,
}

/// A key of KMS that the account manages itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Key {
    pub arn: Arn,
    pub region: Region,
    /// `Enabled`, `Disabled`, `PendingDeletion` …
    pub state: Observed<String>,
    /// Whoever it lets in is in whatever identity policies say; it is the root of every right on the key.
    pub policy: Observed<String>,
    pub grants: Observed<Vec<Grant>>,
    pub evidence: Vec<EvidenceId>,
}

/// A right on a key outside all policies ("ListGrants").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub id: String,
    /// An ARN or a service's name.
    pub grantee: String,
    /// `Decrypt`, `CreateGrant` …
    pub operations: Vec<String>,
    /// Holds only for some encryption contexts.
    pub constrained: bool,
}

/// Whose eyes read an account ("GetCallerIdentity").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    pub account: AccountId,
    pub arn: Arn,
}
