use serde_json::{Value, json};

use super::{HTML, REGIONS, Recording, json_error, query};
use crate::model::{
    observed::Reading,
    recovery::{CopyKind, Safeguards, VaultLock},
};

fn lowered(told: &Recording) -> Safeguards {
    told.lowered().safeguards
}

fn vault(more: &Value) -> Recording {
    let mut body = json!({ "BackupVaultName": "main", "BackupVaultArn": "arn:aws:backup:eu-west-1:123456789012:backup-vault:main",
        "CreationDate": 1_700_000_000.0, "NumberOfRecoveryPoints": 1 });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let which = json!({ "BackupVaultName": "main" });
    let points = json!({ "RecoveryPoints": [
        { "RecoveryPointArn": "arn:aws:rds:eu-west-1:123456789012:snapshot:awsbackup:job-1", "Status": "COMPLETED",
          "ResourceArn": "arn:aws:rds:eu-west-1:123456789012:db:shop", "CreationDate": 1_764_028_800.0 },
        { "RecoveryPointArn": "arn:x", "Status": "DELETING", "ResourceArn": "arn:aws:rds:eu-west-1:123456789012:db:shop" },
    ] });
    Recording::of_nothing()
        .told("backup", "eu-west-1", "ListBackupVaults", json!({}), &json!({ "BackupVaultList": [body] }).to_string())
        .status(
            "backup",
            "eu-west-1",
            "GetBackupVaultAccessPolicy",
            which.clone(),
            404,
            r#"{"Code":"ResourceNotFoundException","Message":"m"}"#,
        )
        .header("x-amzn-errortype", "ResourceNotFoundException")
        .told("backup", "eu-west-1", "ListRecoveryPointsByBackupVault", which, &points.to_string())
}

#[test]
fn snapshots_find_their_store_in_its_own_region() {
    let snapshot = |region: &str, more: &str| {
        format!(
            "<DBSnapshot><DBSnapshotIdentifier>s</DBSnapshotIdentifier><DBInstanceIdentifier>shop</DBInstanceIdentifier>\
             <DBSnapshotArn>arn:aws:rds:{region}:123456789012:snapshot:s</DBSnapshotArn>\
             <SnapshotCreateTime>2026-11-24T02:00:00Z</SnapshotCreateTime>{more}</DBSnapshot>"
        )
    };
    let copied =
        "<SourceDBSnapshotIdentifier>arn:aws:rds:eu-west-1:123456789012:snapshot:s</SourceDBSnapshotIdentifier>";
    let told = |region: &'static str, more: &str| {
        let body = query("DescribeDBSnapshots", &format!("<DBSnapshots>{}</DBSnapshots>", snapshot(region, more)));
        Recording::of_nothing().told("rds", region, "DescribeDBSnapshots", json!({}), &body)
    };
    for (region, more) in [("eu-west-1", ""), ("us-west-2", copied)] {
        let copies = lowered(&told(region, more)).copies;
        let [copy] = copies.members() else { panic!("{copies:?}") };
        assert_eq!((copy.of.as_str(), copy.region.as_str()), ("arn:aws:rds:eu-west-1:123456789012:db:shop", region));
        assert_eq!(copy.made.as_deref(), Some("2026-11-24T02:00:00Z"));
        assert!(copies.is_whole());
    }
}

#[test]
fn automated_backups_count_only_in_another_region() {
    let backup = "<DBInstanceAutomatedBackup><DBInstanceArn>arn:aws:rds:eu-west-1:123456789012:db:shop</DBInstanceArn>\
        <DBInstanceAutomatedBackupsArn>arn:aws:rds:r:123456789012:auto-backup:ab</DBInstanceAutomatedBackupsArn></DBInstanceAutomatedBackup>";
    let body = query(
        "DescribeDBInstanceAutomatedBackups",
        &format!("<DBInstanceAutomatedBackups>{backup}</DBInstanceAutomatedBackups>"),
    );
    let mut told = Recording::of_nothing();
    for region in REGIONS {
        told = told.told("rds", region, "DescribeDBInstanceAutomatedBackups", json!({}), &body);
    }
    let copies = lowered(&told).copies;
    let read: Vec<_> = copies.members().iter().map(|copy| (copy.kind, copy.region.as_str())).collect();
    assert_eq!(read, [(CopyKind::ReplicatedBackup, "us-west-2")]);
}

#[test]
fn table_backups_and_recovery_points_are_copies_when_they_are_done() {
    let summaries = json!({ "BackupSummaries": [
        { "TableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/cart", "BackupArn": "arn:b", "BackupStatus": "AVAILABLE",
          "BackupCreationDateTime": 1_764_028_800.5 },
        { "TableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/cart", "BackupArn": "arn:c", "BackupStatus": "CREATING" },
    ] });
    let told = vault(&json!({ "Locked": false })).told(
        "dynamodb",
        "eu-west-1",
        "ListBackups",
        json!({}),
        &summaries.to_string(),
    );
    let found = lowered(&told);
    let read: Vec<_> = found.copies.members().iter().map(|copy| (copy.kind, copy.made.as_deref())).collect();
    assert_eq!(
        read,
        [
            (CopyKind::TableBackup, Some("2025-11-25T00:00:00.5Z")),
            (CopyKind::RecoveryPoint, Some("2025-11-25T00:00:00Z")),
        ]
    );
    assert!(found.copies.is_whole());
    assert_eq!(found.vaults.members()[0].access_policy.reading, Reading::Absent);
}

#[test]
fn a_lock_holds_for_good_once_its_date_has_passed() {
    for (more, lock) in [
        (json!({ "Locked": false }), Some(VaultLock::Open)),
        (json!({ "Locked": true }), Some(VaultLock::Governance)),
        (json!({ "Locked": true, "LockDate": 1_764_000_000 }), Some(VaultLock::Compliance)),
        (json!({ "Locked": true, "LockDate": 4_102_444_800_i64 }), Some(VaultLock::Governance)),
        (json!({}), None),
    ] {
        assert_eq!(lowered(&vault(&more)).vaults.members()[0].lock.seen(), lock.as_ref(), "{more}");
    }
}

#[test]
fn what_was_not_read_leaves_the_copies_open() {
    let denied = json_error("AccessDeniedException");
    for told in [
        Recording::of_nothing().status("backup", "us-west-2", "ListBackupVaults", json!({}), 404, HTML),
        Recording::of_nothing().status("dynamodb", "us-west-2", "ListBackups", json!({}), 400, &denied),
        vault(&json!({})).status(
            "backup",
            "eu-west-1",
            "ListRecoveryPointsByBackupVault",
            json!({ "BackupVaultName": "main" }),
            404,
            HTML,
        ),
    ] {
        assert!(!lowered(&told).copies.is_whole());
    }
    assert!(lowered(&Recording::of_nothing()).copies.is_whole());
}
