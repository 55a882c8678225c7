//! What outlives a loss: copies of data, the vaults they lie in, and the restores that proved them.

use serde::{Deserialize, Serialize};

use super::{
    id::{Arn, EvidenceId, Region},
    observed::Observed,
};

/// What in an account lets data come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Safeguards {
    pub copies: Observed<Vec<Copy>>,
    pub vaults: Observed<Vec<Vault>>,
    pub restores: Observed<Vec<Restore>>,
    pub plans: Observed<Vec<BackupPlan>>,
    /// Plans of AWS Backup that restore recovery points to see whether they can be, by name ("ListRestoreTestingPlans").
    pub restore_tests: Observed<Vec<String>>,
}

impl Safeguards {
    /// Whether what is not among them is not there.
    pub fn are_whole(&self) -> bool {
        let Safeguards { copies, vaults, restores, plans, restore_tests } = self;
        copies.is_whole() && vaults.is_whole() && restores.is_whole() && plans.is_whole() && restore_tests.is_whole()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CopyKind {
    /// A manual snapshot of an RDS instance.
    InstanceSnapshot,
    /// A manual snapshot of an RDS cluster.
    ClusterSnapshot,
    /// Automated backups that RDS replicates to another Region: they outlive the instance.
    ReplicatedBackup,
    /// An on-demand backup of a DynamoDB table.
    TableBackup,
    /// A recovery point of AWS Backup.
    RecoveryPoint,
    /// A snapshot of an EBS volume.
    VolumeSnapshot,
    /// A manual snapshot of ElastiCache.
    CacheSnapshot,
    ServerlessCacheSnapshot,
    /// A manual snapshot of MemoryDB.
    MemorydbSnapshot,
    /// A manual snapshot of Redshift.
    WarehouseSnapshot,
}

impl CopyKind {
    /// What a person calls it.
    pub fn noun(self) -> &'static str {
        match self {
            CopyKind::InstanceSnapshot => "snapshot",
            CopyKind::ClusterSnapshot => "cluster snapshot",
            CopyKind::ReplicatedBackup => "replicated automated backup",
            CopyKind::TableBackup => "table backup",
            CopyKind::RecoveryPoint => "recovery point",
            CopyKind::VolumeSnapshot
            | CopyKind::CacheSnapshot
            | CopyKind::ServerlessCacheSnapshot
            | CopyKind::MemorydbSnapshot
            | CopyKind::WarehouseSnapshot => "snapshot",
        }
    }

    /// The action that deletes it.
    pub fn delete_action(self) -> &'static str {
        match self {
            CopyKind::InstanceSnapshot => "rds:DeleteDBSnapshot",
            CopyKind::ClusterSnapshot => "rds:DeleteDBClusterSnapshot",
            CopyKind::ReplicatedBackup => "rds:DeleteDBInstanceAutomatedBackup",
            CopyKind::TableBackup => "dynamodb:DeleteBackup",
            CopyKind::RecoveryPoint => "backup:DeleteRecoveryPoint",
            CopyKind::VolumeSnapshot => "ec2:DeleteSnapshot",
            CopyKind::CacheSnapshot => "elasticache:DeleteSnapshot",
            CopyKind::ServerlessCacheSnapshot => "elasticache:DeleteServerlessCacheSnapshot",
            CopyKind::MemorydbSnapshot => "memorydb:DeleteSnapshot",
            CopyKind::WarehouseSnapshot => "redshift:DeleteClusterSnapshot",
        }
    }
}

/// A copy of one store that stays when the store is deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Copy {
    pub arn: Arn,
    pub kind: CopyKind,
    /// The store it was made of.
    pub of: Arn,
    pub region: Region,
    /// The vault of a recovery point.
    pub vault: Option<Arn>,
    /// RFC 3339, UTC.
    pub made: Option<String>,
    /// Everybody may copy it; absent for kinds that cannot be shared with everybody.
    pub public: Observed<bool>,
    pub evidence: Vec<EvidenceId>,
}

/// A vault of AWS Backup ("DescribeBackupVault").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vault {
    pub arn: Arn,
    pub name: String,
    pub region: Region,
    pub lock: Observed<VaultLock>,
    pub access_policy: Observed<String>,
    pub evidence: Vec<EvidenceId>,
}

/// "AWS Backup Vault Lock", AWS Backup Developer Guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VaultLock {
    Open,
    /// Whoever may delete the lock's configuration may lift it.
    Governance,
    /// Nobody can lift it, AWS included; recovery points stay until their retention ends.
    Compliance,
}

/// A restore that ran ("ListRestoreJobs").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    pub recovery_point: Option<Arn>,
    /// `RDS`, `DynamoDB` …
    pub resource_type: String,
    pub status: String,
    pub at: Option<String>,
}

/// A plan of AWS Backup ("GetBackupPlan").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackupPlan {
    pub arn: Arn,
    pub name: String,
    pub region: Region,
    pub rules: Observed<Vec<BackupRule>>,
    pub selections: Observed<Vec<Selection>>,
    pub evidence: Vec<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRule {
    pub name: String,
    /// The vault's name.
    pub vault: String,
    /// `cron(…)`; absent: daily at 05:00 UTC.
    pub schedule: Option<String>,
    /// Point-in-time restore instead of snapshots.
    pub continuous: bool,
    /// Absent: kept for ever.
    pub delete_after_days: Option<u64>,
    /// Vaults in other Regions or accounts that each recovery point is copied to.
    pub copies_to: Vec<Arn>,
}

/// What a plan backs up ("GetBackupSelection"): what `resources` or `tags` name, less what `except` names, as far as all
/// further conditions hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    pub name: String,
    /// ARNs, with `*`.
    pub resources: Vec<String>,
    pub except: Vec<String>,
    /// Key and value; one of them suffices.
    pub tags: Vec<(String, String)>,
    /// There are further conditions.
    pub conditional: bool,
}
