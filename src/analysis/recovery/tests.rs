//! Thirty situations with the verdict and the cheapest change.

use super::*;
use crate::model::{
    cloud::Recovery,
    id::Arn,
    observed::Observed,
    recovery::{Copy, CopyKind, Restore, Vault, VaultLock},
};

const DATABASE: &str = "arn:aws:rds:eu-west-1:123456789012:db:shop";
const SNAPSHOT: &str = "arn:aws:rds:eu-west-1:123456789012:snapshot:nightly";
const POINT: &str = "arn:aws:backup:eu-west-1:123456789012:recovery-point:1";
const VAULT: &str = "arn:aws:backup:eu-west-1:123456789012:backup-vault:main";

/// A store without protection and without copies, all of it known.
fn store(kind: StoreKind) -> DataStore {
    let arn = match kind {
        StoreKind::RdsInstance => DATABASE,
        StoreKind::RdsCluster => "arn:aws:rds:eu-west-1:123456789012:cluster:shop",
        StoreKind::DynamodbTable => "arn:aws:dynamodb:eu-west-1:123456789012:table/shop",
        StoreKind::S3Bucket => "arn:aws:s3:::shop",
        StoreKind::RedshiftCluster => "arn:aws:redshift:eu-west-1:123456789012:cluster:shop",
        _ => "arn:aws:ec2:eu-west-1:123456789012:volume/shop",
    };
    let known = |value| Observed::known(value, Vec::new());
    DataStore {
        arn: Arn::new(arn),
        kind,
        engine: None,
        region: "eu-west-1".into(),
        name: "shop".to_owned(),
        tags: Observed::known(Default::default(), Vec::new()),
        deletion_protection: known(false),
        recovery: Recovery {
            backup_days: Observed::known(7, Vec::new()),
            point_in_time: known(false),
            versioning: known(false),
            object_lock: Observed::absent(Vec::new()),
            expires_days: Observed::absent(Vec::new()),
            replicas: Observed::absent(Vec::new()),
        },
        resource_policy: Observed::absent(Vec::new()),
        encrypted: known(true),
        key: Observed::absent(Vec::new()),
        public: known(false),
        evidence: Vec::new(),
    }
}

struct Situation {
    store: DataStore,
    safeguards: Safeguards,
    allowed: Vec<&'static str>,
    unclear: Vec<&'static str>,
}

fn of(kind: StoreKind) -> Situation {
    let safeguards = Safeguards {
        copies: Observed::known(Vec::new(), Vec::new()),
        vaults: Observed::known(Vec::new(), Vec::new()),
        restores: Observed::known(Vec::new(), Vec::new()),
        plans: Observed::known(Vec::new(), Vec::new()),
        restore_tests: Observed::known(Vec::new(), Vec::new()),
    };
    Situation { store: store(kind), safeguards, allowed: Vec::new(), unclear: Vec::new() }
}

fn rds() -> Situation {
    of(StoreKind::RdsInstance)
}

fn table() -> Situation {
    of(StoreKind::DynamodbTable)
}

fn bucket() -> Situation {
    of(StoreKind::S3Bucket)
}

fn unread<T>() -> Observed<T> {
    Observed::denied("aws", "some:Grant", Vec::new())
}

impl Situation {
    fn may(mut self, actions: &[&'static str]) -> Situation {
        self.allowed.extend(actions);
        self
    }

    fn might(mut self, action: &'static str) -> Situation {
        self.unclear.push(action);
        self
    }

    fn protected(mut self, on: Observed<bool>) -> Situation {
        self.store.deletion_protection = on;
        self
    }

    fn on(self) -> Situation {
        self.protected(Observed::known(true, Vec::new()))
    }

    fn versioning(mut self, on: Observed<bool>) -> Situation {
        self.store.recovery.versioning = on;
        self
    }

    fn versioned(self) -> Situation {
        self.versioning(Observed::known(true, Vec::new()))
    }

    fn point_in_time(mut self, on: Observed<bool>) -> Situation {
        self.store.recovery.point_in_time = on;
        self
    }

    fn copy(mut self, kind: CopyKind, arn: &str) -> Situation {
        let mut copies = self.safeguards.copies.members().to_vec();
        copies.push(Copy {
            arn: Arn::new(arn),
            kind,
            of: self.store.arn.clone(),
            region: "eu-west-1".into(),
            vault: (kind == CopyKind::RecoveryPoint).then(|| Arn::new(VAULT)),
            made: Some("2026-11-24".to_owned()),
            public: Observed::absent(Vec::new()),
            evidence: Vec::new(),
        });
        self.safeguards.copies = Observed::known(copies, Vec::new());
        self
    }

    fn snapshot(self) -> Situation {
        self.copy(CopyKind::InstanceSnapshot, SNAPSHOT)
    }

    /// A recovery point in a vault.
    fn vault(self, lock: Observed<VaultLock>, access_policy: Observed<String>) -> Situation {
        let mut situation = self.copy(CopyKind::RecoveryPoint, POINT);
        let vault = Vault {
            arn: Arn::new(VAULT),
            name: "main".to_owned(),
            region: "eu-west-1".into(),
            lock,
            access_policy,
            evidence: Vec::new(),
        };
        situation.safeguards.vaults = Observed::known(vec![vault], Vec::new());
        situation
    }

    fn locked(self, lock: VaultLock) -> Situation {
        self.vault(Observed::known(lock, Vec::new()), Observed::absent(Vec::new()))
    }

    fn copies_unread(mut self) -> Situation {
        self.safeguards.copies = unread();
        self
    }

    fn assess(&self) -> Recoverability {
        // A resource policy whose text is `deny <action>` takes that action away; it grants nothing.
        let power = |action: &str, _: &str, policy: Option<&str>| {
            if policy.and_then(|policy| policy.strip_prefix("deny ")) == Some(action) {
                return Truth::False;
            }
            match (self.allowed.contains(&action), self.unclear.contains(&action)) {
                (true, _) => Truth::True,
                (false, true) => Truth::Unknown,
                (false, false) => Truth::False,
            }
        };
        super::assess(&self.store, &self.safeguards, &power)
    }
}

const DELETE: &str = "rds:DeleteDBInstance";
const MODIFY: &str = "rds:ModifyDBInstance";
const SWEEP: &str = "rds:DeleteDBSnapshot";
const PURGE: &str = "backup:DeleteRecoveryPoint";

fn deny(actions: &[&str]) -> Option<Remedy> {
    Some(Remedy::Deny { actions: actions.iter().map(|action| (*action).to_owned()).collect() })
}

#[test]
fn thirty_situations() {
    use Verdict::{Lost, OutOfReach, Recoverable, Unknown};
    let no_policy = || Observed::absent(Vec::new());
    let guarded = || Observed::known(format!("deny {PURGE}"), Vec::new());
    let open = || Observed::known(VaultLock::Open, Vec::new());
    let known = |value| Observed::known(value, Vec::new());
    let situations = [
        // Databases: protection and who may take it away.
        ("nothing allowed", rds(), OutOfReach, None),
        ("may delete", rds().may(&[DELETE]), Lost, Some(Remedy::SwitchOnProtection)),
        ("protected", rds().on().may(&[DELETE]), OutOfReach, None),
        ("protected, may unprotect", rds().on().may(&[DELETE, MODIFY]), Lost, deny(&[DELETE])),
        ("may unprotect only", rds().on().may(&[MODIFY]), OutOfReach, None),
        ("unprotected, may do both", rds().may(&[DELETE, MODIFY]), Lost, deny(&[DELETE])),
        ("protection unread", rds().protected(unread()).may(&[DELETE]), Unknown, Some(Remedy::SwitchOnProtection)),
        ("protection unread, may do both", rds().protected(unread()).may(&[DELETE, MODIFY]), Lost, deny(&[DELETE])),
        ("may delete under a condition", rds().might(DELETE), Unknown, Some(Remedy::SwitchOnProtection)),
        ("a cluster is judged by its own actions", of(StoreKind::RdsCluster).may(&[DELETE]), OutOfReach, None),
        // Copies of databases.
        ("a snapshot stays", rds().snapshot().may(&[DELETE]), Recoverable, None),
        ("may delete the snapshot too", rds().snapshot().may(&[DELETE, SWEEP]), Lost, Some(Remedy::SwitchOnProtection)),
        ("may do everything to both", rds().snapshot().may(&[DELETE, MODIFY, SWEEP]), Lost, deny(&[DELETE])),
        ("snapshot under a condition", rds().snapshot().may(&[DELETE, MODIFY]).might(SWEEP), Unknown, deny(&[DELETE])),
        ("copies unread", rds().copies_unread().may(&[DELETE, MODIFY]), Unknown, deny(&[DELETE])),
        ("copies unread, nothing allowed", rds().copies_unread(), OutOfReach, None),
        (
            "replicated backup stays",
            rds()
                .copy(CopyKind::ReplicatedBackup, "arn:aws:rds:us-east-1:123456789012:auto-backup:ab")
                .may(&[DELETE, SWEEP]),
            Recoverable,
            None,
        ),
        // Vaults.
        (
            "a vault without a lock",
            rds().locked(VaultLock::Open).may(&[DELETE, PURGE]),
            Lost,
            Some(Remedy::SwitchOnProtection),
        ),
        (
            "a compliance lock holds",
            rds().locked(VaultLock::Compliance).may(&[DELETE, MODIFY, PURGE]),
            Recoverable,
            None,
        ),
        (
            "a governance lock holds",
            rds().locked(VaultLock::Governance).may(&[DELETE, MODIFY, PURGE]),
            Recoverable,
            None,
        ),
        (
            "a governance lock that they may lift",
            rds().locked(VaultLock::Governance).may(&[
                DELETE,
                MODIFY,
                PURGE,
                "backup:DeleteBackupVaultLockConfiguration",
            ]),
            Lost,
            deny(&[DELETE]),
        ),
        ("the vault's policy denies", rds().vault(open(), guarded()).may(&[DELETE, MODIFY, PURGE]), Recoverable, None),
        (
            "the vault's policy can be taken away",
            rds().vault(open(), guarded()).may(&[DELETE, MODIFY, PURGE, "backup:DeleteBackupVaultAccessPolicy"]),
            Lost,
            deny(&[DELETE]),
        ),
        (
            "the vault's lock unread",
            rds().vault(unread(), no_policy()).may(&[DELETE, MODIFY, PURGE]),
            Unknown,
            deny(&[DELETE]),
        ),
        // Tables.
        (
            "a table",
            table().may(&["dynamodb:DeleteTable", "dynamodb:UpdateTable"]),
            Lost,
            Some(Remedy::SwitchOnPointInTime),
        ),
        (
            "its recovery leaves a backup",
            table().point_in_time(known(true)).may(&["dynamodb:DeleteTable"]),
            Recoverable,
            None,
        ),
        (
            "recovery that they may switch off",
            table().point_in_time(known(true)).may(&[
                "dynamodb:DeleteTable",
                "dynamodb:UpdateTable",
                "dynamodb:UpdateContinuousBackups",
            ]),
            Lost,
            deny(&["dynamodb:DeleteTable"]),
        ),
        (
            "a table's own policy unread",
            {
                let mut situation = table();
                situation.store.resource_policy = unread();
                situation
            },
            Unknown,
            deny(&["dynamodb:DeleteTable"]),
        ),
        // Buckets.
        ("a bucket", bucket().may(&["s3:PutObject"]), Lost, Some(Remedy::SwitchOnVersioning)),
        (
            "versions stay",
            bucket().versioned().may(&["s3:PutObject", "s3:DeleteObject", "s3:PutBucketVersioning"]),
            OutOfReach,
            None,
        ),
        (
            "two ways to lose versions",
            bucket().versioned().may(&["s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration"]),
            Lost,
            deny(&["s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration"]),
        ),
        (
            "a compliance lock on objects",
            bucket().on().may(&["s3:DeleteObjectVersion", "s3:PutObject"]),
            OutOfReach,
            None,
        ),
        (
            "versioning unread",
            bucket().versioning(unread()).may(&["s3:DeleteObject"]),
            Unknown,
            Some(Remedy::SwitchOnVersioning),
        ),
    ];
    assert!(situations.len() >= 30);
    for (name, situation, verdict, remedy) in situations {
        let found = situation.assess();
        assert_eq!((found.verdict, &found.remedy), (verdict, &remedy), "{name}: {:#?}", found.reasons);
    }
}

#[test]
fn four_ways_at_once_need_a_vault_that_nobody_opens() {
    let everything = ["s3:DeleteObject", "s3:PutObject", "s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration"];
    let found = bucket().may(&everything).assess();
    assert_eq!((found.verdict, found.remedy), (Verdict::Lost, Some(Remedy::CopyToLockedVault)));
}

#[test]
fn an_unknown_names_what_would_settle_it() {
    let found = rds().protected(unread()).copies_unread().may(&[DELETE]).assess();
    let what: Vec<_> = found.gaps.iter().map(|gap| gap.what.as_str()).collect();
    assert_eq!(what, ["deletion protection of shop", "copies of shop"]);
    assert!(found.gaps.iter().all(|gap| gap.needs.is_some()));
    assert!(rds().copies_unread().assess().gaps.is_empty(), "nothing hangs on it");
}

#[test]
fn reasons_tell_each_fact_and_a_restore_changes_no_verdict() {
    let mut situation = rds().locked(VaultLock::Open).may(&[DELETE]);
    let restore = Restore {
        recovery_point: Some(Arn::new(POINT)),
        resource_type: "RDS".to_owned(),
        status: "COMPLETED".to_owned(),
        at: None,
    };
    let before = situation.assess();
    situation.safeguards.restores = Observed::known(vec![restore], Vec::new());
    let after = situation.assess();
    assert_eq!(before.verdict, after.verdict);
    let last = |found: &Recoverability| found.reasons.last().unwrap().holds;
    assert_eq!((last(&before), last(&after)), (Truth::False, Truth::True));
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
fn copies_of_another_store_do_not_help() {
    let mut situation = rds().snapshot().may(&[DELETE]);
    situation.store.arn = Arn::new("arn:aws:rds:us-west-2:123456789012:db:shop");
    assert_eq!(situation.assess().verdict, Verdict::Lost);
}
