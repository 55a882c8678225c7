//! The ways to lose data, as formulas over actions: what has to be done, and what has to be so already.

use std::collections::BTreeSet;

use crate::model::{
    cloud::{DataStore, StoreKind},
    id::{Arn, Region},
    observed::Observed,
    recovery::{Copy, CopyKind, Vault, VaultLock},
    truth::Truth,
};

use super::{Fate, Power};

/// Something that has to come true for a loss.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Way {
    /// Somebody does this.
    Do(Step),
    /// It is so already, or it is not.
    Is(Truth),
    All(Vec<Way>),
    Any(Vec<Way>),
}

/// An action on a resource under the resource's own policy.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub action: &'static str,
    pub resource: String,
    pub own: Own,
}

/// What a resource says itself about who may use it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Own {
    /// It has no policy, or one that an earlier step lifted.
    Nothing,
    Policy(String),
    /// It may have one that grants or denies.
    Unread,
}

impl Own {
    fn of(policy: &Observed<String>) -> Own {
        match (policy.seen(), policy.is_whole()) {
            (Some(text), _) => Own::Policy(text.clone()),
            (None, true) => Own::Nothing,
            (None, false) => Own::Unread,
        }
    }
}

impl Step {
    fn open_to(&self, power: &dyn Power) -> Truth {
        match &self.own {
            Own::Nothing => power.may(self.action, &self.resource, None),
            Own::Policy(text) => power.may(self.action, &self.resource, Some(text)),
            // A deny elsewhere stands above whatever it says.
            Own::Unread if power.never(self.action) => Truth::False,
            Own::Unread => Truth::Unknown,
        }
    }
}

impl Way {
    fn step(action: &'static str, resource: impl Into<String>, own: &Observed<String>) -> Way {
        Way::Do(Step { action, resource: resource.into(), own: Own::of(own) })
    }

    pub fn open_to(&self, power: &dyn Power) -> Truth {
        match self {
            Way::Do(step) => step.open_to(power),
            Way::Is(truth) => *truth,
            Way::All(ways) => Truth::all(ways.iter().map(|way| way.open_to(power))),
            Way::Any(ways) => Truth::any(ways.iter().map(|way| way.open_to(power))),
        }
    }

    /// Every action in it, in the order of writing.
    pub fn actions(&self, into: &mut Vec<&'static str>) {
        match self {
            Way::Do(step) if !into.contains(&step.action) => into.push(step.action),
            Way::Do(_) | Way::Is(_) => {}
            Way::All(ways) | Way::Any(ways) => ways.iter().for_each(|way| way.actions(into)),
        }
    }
}

/// An action on a store itself.
pub(super) fn step(action: &'static str, store: &DataStore) -> Way {
    Way::step(action, store.arn.as_str(), &store.resource_policy)
}

/// How the data in a store is lost, copies aside.
pub(super) fn destruction(store: &DataStore, protected: Truth, versioned: Truth) -> Way {
    match store.kind {
        StoreKind::S3Bucket => objects(store, protected, versioned),
        kind => {
            let mut open = vec![Way::Is(protected.not())];
            open.extend(kind.unprotect_action().map(|action| step(action, store)));
            Way::All(vec![step(kind.destroy_action(), store), Way::Any(open)])
        }
    }
}

/// With versioning a deletion or an overwriting keeps the old version; deleting a version, or a lifecycle rule that
/// expires old ones, does not. Object Lock in compliance mode keeps versions from everybody.
///
/// Source: Amazon S3 User Guide, "Using versioning in S3 buckets", "Locking objects with Object Lock".
fn objects(store: &DataStore, locked: Truth, versioned: Truth) -> Way {
    let (bucket, own) = (store.arn.as_str(), &store.resource_policy);
    let objects = format!("{bucket}/*");
    let plain = vec![Way::step("s3:DeleteObject", &*objects, own), Way::step("s3:PutObject", &*objects, own)];
    let lasting = vec![
        Way::step("s3:DeleteObjectVersion", &*objects, own),
        Way::step("s3:PutLifecycleConfiguration", bucket, own),
    ];
    let unversioned = Way::All(vec![Way::Is(versioned.not()), Way::Any(plain)]);
    Way::All(vec![Way::Is(locked.not()), Way::Any([vec![unversioned], lasting].concat())])
}

/// A copy that outlives the store, and how it is lost.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Keep {
    pub what: String,
    pub region: Region,
    /// Empty where no ARN tells it.
    pub account: String,
    pub removal: Way,
    pub evidence: Vec<crate::model::id::EvidenceId>,
}

impl Keep {
    pub fn fate(self, power: &dyn Power) -> Fate {
        let removable = self.removal.open_to(power);
        Fate { removable, what: self.what, region: self.region, account: self.account, evidence: self.evidence }
    }
}

/// How the store's own backups, which die or may die with it, come to reach less far back.
///
/// Source: RDS API Reference, `ModifyDBInstance` (`BackupRetentionPeriod`); DynamoDB API Reference,
/// `UpdateContinuousBackups`; Amazon S3 User Guide, "Expiring objects".
pub(super) fn shortening(store: &DataStore) -> Way {
    match store.kind {
        StoreKind::RdsInstance => step("rds:ModifyDBInstance", store),
        StoreKind::RdsCluster => step("rds:ModifyDBCluster", store),
        StoreKind::DynamodbTable => step("dynamodb:UpdateContinuousBackups", store),
        StoreKind::ElasticacheGroup => step("elasticache:ModifyReplicationGroup", store),
        StoreKind::ElasticacheCluster => step("elasticache:ModifyCacheCluster", store),
        StoreKind::ElasticacheServerless => step("elasticache:ModifyServerlessCache", store),
        StoreKind::MemorydbCluster => step("memorydb:UpdateCluster", store),
        StoreKind::RedshiftCluster => step("redshift:ModifyCluster", store),
        StoreKind::EfsFileSystem => step("elasticfilesystem:PutBackupPolicy", store),
        // A volume has no backups of its own; those of a search domain have a fixed retention.
        StoreKind::EbsVolume | StoreKind::OpensearchDomain => Way::Is(Truth::False),
        StoreKind::S3Bucket => {
            Way::Any(vec![step("s3:PutLifecycleConfiguration", store), step("s3:PutBucketVersioning", store)])
        }
    }
}

/// Deleting a table that has point-in-time recovery leaves a system backup for 35 days; whoever switches the recovery
/// off first leaves none ("Point-in-time recovery for DynamoDB", DynamoDB Developer Guide). Automated backups of RDS are
/// not here: whoever deletes an instance chooses whether they stay ("Deleting a DB instance", RDS User Guide).
pub(super) fn point_in_time(store: &DataStore, on: Truth) -> Option<Keep> {
    let relevant = store.kind == StoreKind::DynamodbTable && on != Truth::False;
    relevant.then(|| Keep {
        what: "point-in-time recovery".to_owned(),
        region: store.region.clone(),
        account: store.arn.account().to_owned(),
        removal: Way::Any(vec![
            Way::Is(if on == Truth::True { Truth::False } else { Truth::Unknown }),
            step("dynamodb:UpdateContinuousBackups", store),
        ]),
        evidence: store.recovery.point_in_time.evidence.clone(),
    })
}

pub(super) fn keep(copy: &Copy, vaults: &Observed<Vec<Vault>>) -> Keep {
    let removal = match copy.kind {
        CopyKind::RecoveryPoint => recovery_point(copy, vaults),
        kind => {
            Way::Do(Step { action: kind.delete_action(), resource: copy.arn.as_str().to_owned(), own: Own::Nothing })
        }
    };
    let made = copy.made.as_deref().map(|made| format!(" of {made}")).unwrap_or_default();
    let what = format!("{} `{}`{made}", copy.kind.noun(), copy.arn.short());
    // A point made of a snapshot has an ARN without an account; its vault's tells.
    let account = copy.vault.as_ref().unwrap_or(&copy.arn).account().to_owned();
    Keep { what, region: copy.region.clone(), account, removal, evidence: copy.evidence.clone() }
}

/// A recovery point goes when its vault lets it: a compliance lock never does, a governance lock can be lifted first, and
/// so can the vault's access policy.
fn recovery_point(copy: &Copy, vaults: &Observed<Vec<Vault>>) -> Way {
    let vault = vaults.members().iter().find(|vault| Some(&vault.arn) == copy.vault.as_ref());
    let Some(vault) = vault else { return delete_point(&copy.arn, Own::Unread) };
    let vault_arn = vault.arn.as_str();
    let on_vault = |action| Way::step(action, vault_arn, &vault.access_policy);
    let unlocked = match vault.lock.seen() {
        Some(VaultLock::Compliance) => return Way::Is(Truth::False),
        Some(VaultLock::Governance) => on_vault("backup:DeleteBackupVaultLockConfiguration"),
        Some(VaultLock::Open) => Way::Is(Truth::True),
        None => Way::Is(Truth::Unknown),
    };
    let lifted =
        Way::Any(vec![on_vault("backup:PutBackupVaultAccessPolicy"), on_vault("backup:DeleteBackupVaultAccessPolicy")]);
    let after = Way::All(vec![lifted, delete_point(&copy.arn, Own::Nothing)]);
    Way::All(vec![unlocked, Way::Any(vec![delete_point(&copy.arn, Own::of(&vault.access_policy)), after])])
}

/// Shortening a point's lifecycle lets it expire within days ("UpdateRecoveryPointLifecycle", AWS Backup API Reference).
fn delete_point(arn: &Arn, own: Own) -> Way {
    let step = |action, own| Way::Do(Step { action, resource: arn.as_str().to_owned(), own });
    Way::Any(vec![
        step(CopyKind::RecoveryPoint.delete_action(), own.clone()),
        step("backup:UpdateRecoveryPointLifecycle", own),
    ])
}

/// A power from which some actions were taken.
pub(super) struct Without<'a> {
    pub power: &'a dyn Power,
    pub taken: BTreeSet<&'static str>,
}

impl Power for Without<'_> {
    fn may(&self, action: &str, resource: &str, policy: Option<&str>) -> Truth {
        if self.taken.contains(action) { Truth::False } else { self.power.may(action, resource, policy) }
    }

    fn never(&self, action: &str) -> bool {
        self.taken.contains(action) || self.power.never(action)
    }
}
