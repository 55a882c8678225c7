//! The situations of `tests/data/recovery/situations.yaml`, and what a verdict tells beside itself.

use serde::Deserialize;

use super::*;
use crate::model::{
    cloud::Recovery,
    id::Arn,
    observed::Observed,
    recovery::{Copy, CopyKind, Restore, Vault, VaultLock},
};

const SNAPSHOT: &str = "arn:aws:rds:eu-west-1:123456789012:snapshot:nightly";
const VOLUME_SNAPSHOT: &str = "arn:aws:ec2:eu-west-1::snapshot/snap-1";
const REPLICA: &str = "arn:aws:rds:us-east-1:123456789012:auto-backup:ab";
const POINT: &str = "arn:aws:backup:eu-west-1:123456789012:recovery-point:1";
const VAULT: &str = "arn:aws:backup:eu-west-1:123456789012:backup-vault:main";

/// One row of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Situation {
    name: String,
    store: Kind,
    #[serde(default)]
    protected: Setting,
    #[serde(default)]
    versioned: Setting,
    #[serde(default)]
    point_in_time: Setting,
    #[serde(default)]
    own_policy: Policy,
    #[serde(default)]
    copies: Vec<Kept>,
    vault: Option<Vaulted>,
    #[serde(default)]
    may: Vec<String>,
    #[serde(default)]
    might: Vec<String>,
    verdict: Verdict,
    fix: Option<Fix>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Database,
    Cluster,
    Table,
    Bucket,
    Volume,
    Warehouse,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Setting {
    #[default]
    Off,
    On,
    Unread,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Policy {
    #[default]
    None,
    Deny,
    Unread,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Snapshot,
    VolumeSnapshot,
    Replica,
    Unread,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vaulted {
    lock: Lock,
    #[serde(default)]
    policy: Policy,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Lock {
    Open,
    Governance,
    Compliance,
    Unread,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Fix {
    Change(String),
    Deny(Vec<String>),
}

fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, Vec::new())
}

fn unread<T>() -> Observed<T> {
    Observed::denied("aws", "some:Grant", Vec::new())
}

impl Setting {
    fn observed(self) -> Observed<bool> {
        match self {
            Setting::Off => known(false),
            Setting::On => known(true),
            Setting::Unread => unread(),
        }
    }
}

impl Policy {
    fn observed(self) -> Observed<String> {
        match self {
            Policy::None => Observed::absent(Vec::new()),
            Policy::Deny => known("deny".to_owned()),
            Policy::Unread => unread(),
        }
    }
}

/// A situation as the analysis sees it.
struct Scene {
    store: DataStore,
    safeguards: Safeguards,
    may: Vec<String>,
    might: Vec<String>,
}

impl Situation {
    fn scene(&self) -> Scene {
        let (kind, arn) = match self.store {
            Kind::Database => (StoreKind::RdsInstance, "arn:aws:rds:eu-west-1:123456789012:db:shop"),
            Kind::Cluster => (StoreKind::RdsCluster, "arn:aws:rds:eu-west-1:123456789012:cluster:shop"),
            Kind::Table => (StoreKind::DynamodbTable, "arn:aws:dynamodb:eu-west-1:123456789012:table/shop"),
            Kind::Bucket => (StoreKind::S3Bucket, "arn:aws:s3:::shop"),
            Kind::Volume => (StoreKind::EbsVolume, "arn:aws:ec2:eu-west-1:123456789012:volume/vol-1"),
            Kind::Warehouse => (StoreKind::RedshiftCluster, "arn:aws:redshift:eu-west-1:123456789012:cluster:shop"),
        };
        let store = DataStore {
            arn: Arn::new(arn),
            kind,
            engine: None,
            region: "eu-west-1".into(),
            name: "shop".to_owned(),
            tags: known(Default::default()),
            deletion_protection: self.protected.observed(),
            recovery: Recovery {
                backup_days: known(7),
                point_in_time: self.point_in_time.observed(),
                versioning: self.versioned.observed(),
                object_lock: Observed::absent(Vec::new()),
                expires_days: Observed::absent(Vec::new()),
                replicas: Observed::absent(Vec::new()),
            },
            resource_policy: self.own_policy.observed(),
            encrypted: known(true),
            key: Observed::absent(Vec::new()),
            public: known(false),
            evidence: Vec::new(),
        };
        let safeguards = self.safeguards(&store.arn);
        Scene { store, safeguards, may: self.may.clone(), might: self.might.clone() }
    }

    fn safeguards(&self, of: &Arn) -> Safeguards {
        let copy = |kind, arn, region: &str, vault: Option<&str>| Copy {
            arn: Arn::new(arn),
            kind,
            of: of.clone(),
            region: region.into(),
            vault: vault.map(Arn::new),
            made: Some("2026-11-24".to_owned()),
            public: Observed::absent(Vec::new()),
            evidence: Vec::new(),
        };
        let mut copies: Vec<Copy> = self
            .copies
            .iter()
            .filter_map(|kept| match kept {
                Kept::Snapshot => Some(copy(CopyKind::InstanceSnapshot, SNAPSHOT, "eu-west-1", None)),
                Kept::VolumeSnapshot => Some(copy(CopyKind::VolumeSnapshot, VOLUME_SNAPSHOT, "eu-west-1", None)),
                Kept::Replica => Some(copy(CopyKind::ReplicatedBackup, REPLICA, "us-east-1", None)),
                Kept::Unread => None,
            })
            .collect();
        copies.extend(self.vault.map(|_| copy(CopyKind::RecoveryPoint, POINT, "eu-west-1", Some(VAULT))));
        let vaults = self.vault.iter().map(|vault| Vault {
            arn: Arn::new(VAULT),
            name: "main".to_owned(),
            region: "eu-west-1".into(),
            lock: match vault.lock {
                Lock::Open => known(VaultLock::Open),
                Lock::Governance => known(VaultLock::Governance),
                Lock::Compliance => known(VaultLock::Compliance),
                Lock::Unread => unread(),
            },
            access_policy: vault.policy.observed(),
            evidence: Vec::new(),
        });
        Safeguards {
            copies: if self.copies.contains(&Kept::Unread) { unread() } else { known(copies) },
            vaults: known(vaults.collect()),
            restores: known(Vec::new()),
            plans: known(Vec::new()),
            restore_tests: known(Vec::new()),
        }
    }
}

impl Scene {
    fn power(&self) -> impl Power {
        |action: &str, _: &str, policy: Option<&str>| {
            let guarded = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"];
            let among = |actions: &[String]| actions.iter().any(|known| known == action);
            match (among(&self.may), among(&self.might)) {
                _ if policy == Some("deny") && guarded.contains(&action) => Truth::False,
                (true, _) => Truth::True,
                (false, true) => Truth::Unknown,
                (false, false) => Truth::False,
            }
        }
    }

    fn assess(&self) -> Recoverability {
        super::assess(&self.store, &self.safeguards, &self.power())
    }

    fn fix(&self) -> Option<Fix> {
        super::remedy(&self.store, &self.safeguards, &self.power()).map(|remedy| match remedy {
            Remedy::SwitchOnProtection => Fix::Change("protect".to_owned()),
            Remedy::SwitchOnPointInTime => Fix::Change("point_in_time".to_owned()),
            Remedy::SwitchOnVersioning => Fix::Change("version".to_owned()),
            Remedy::CopyToLockedVault => Fix::Change("locked_vault".to_owned()),
            Remedy::Deny { actions } => Fix::Deny(actions),
        })
    }
}

fn situations() -> Vec<Situation> {
    yaml_serde::from_str(include_str!("../../../tests/data/recovery/situations.yaml")).unwrap()
}

fn scene(name: &str) -> Scene {
    situations().into_iter().find(|situation| situation.name == name).unwrap().scene()
}

#[test]
fn every_situation_has_its_verdict_and_its_cheapest_fix() {
    let all = situations();
    assert!(all.len() >= 30, "{}", all.len());
    for situation in all {
        let scene = situation.scene();
        let found = scene.assess();
        assert_eq!(
            (found.verdict, scene.fix()),
            (situation.verdict, situation.fix),
            "{}: {:#?}",
            situation.name,
            found.reasons
        );
    }
}

#[test]
fn an_unknown_names_what_would_settle_it() {
    let mut unclear = scene("protection unread");
    unclear.safeguards.copies = unread();
    let found = unclear.assess();
    let what: Vec<_> = found.gaps.iter().map(|gap| gap.what.as_str()).collect();
    assert_eq!(what, ["deletion protection of shop", "copies of shop"]);
    assert!(found.gaps.iter().all(|gap| gap.needs.is_some()));
    assert!(scene("copies unread and nothing allowed").assess().gaps.is_empty(), "nothing hangs on it");
}

#[test]
fn reasons_tell_each_fact_and_a_restore_changes_no_verdict() {
    let mut tested = scene("a vault without a lock");
    let before = tested.assess();
    let restore = Restore {
        recovery_point: Some(Arn::new(POINT)),
        resource_type: "RDS".to_owned(),
        status: "COMPLETED".to_owned(),
        at: Some("2026-10-01T04:00:00Z".to_owned()),
    };
    tested.safeguards.restores = known(vec![restore]);
    let after = tested.assess();
    assert_eq!(before.verdict, after.verdict);
    let last = |found: &Recoverability| found.reasons.last().unwrap().holds;
    assert_eq!((last(&before), last(&after)), (Truth::False, Truth::True));
    assert_eq!(last_restore(&tested.store, &tested.safeguards), Some("2026-10-01T04:00:00Z"));
    let statements: Vec<_> = after.reasons.iter().map(|reason| reason.statement.as_str()).collect();
    assert_eq!(
        statements,
        [
            "deletion protection is on",
            "they may switch it off (`rds:ModifyDBInstance`)",
            "they can destroy the data of database `shop`",
            "they can delete its recovery point `1` of 2026-11-24",
            "a restore from one of its copies was completed",
        ]
    );
}

#[test]
fn whether_something_was_restored_is_open_while_its_copies_are_unread() {
    let mut tested = scene("copies unread");
    let restore = Restore {
        recovery_point: Some(Arn::new(POINT)),
        resource_type: "RDS".to_owned(),
        status: "COMPLETED".to_owned(),
        at: None,
    };
    tested.safeguards.restores = known(vec![restore]);
    assert_eq!(restored(&tested.store, &tested.safeguards), Truth::Unknown);
}

#[test]
fn copies_tell_where_they_lie_and_whether_they_go() {
    let found = scene("one of two copies stays").assess();
    let copies: Vec<_> =
        found.copies.iter().map(|copy| (copy.region.as_str(), &*copy.account, copy.removable)).collect();
    assert_eq!(copies, [("eu-west-1", "123456789012", Truth::True), ("us-east-1", "123456789012", Truth::False)]);
}

#[test]
fn retention_is_shortened_by_an_action_of_its_own() {
    assert_eq!(scene("protected and may switch it off").assess().shortenable, Truth::True);
    assert_eq!(scene("may delete").assess().shortenable, Truth::False);
    assert_eq!(scene("versions stay").assess().shortenable, Truth::True);
}

#[test]
fn copies_of_another_store_do_not_help() {
    let mut other = scene("a snapshot stays");
    other.store.arn = Arn::new("arn:aws:rds:us-west-2:123456789012:db:shop");
    assert_eq!(other.assess().verdict, Verdict::Lost);
}
