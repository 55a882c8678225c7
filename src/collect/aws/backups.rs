//! Copies of data in one Region: snapshots, table backups, vaults with their recovery points, and restores.

use serde_json::json;

use super::session::{Parts, Session};
use crate::collect::wire::Error;

pub(super) async fn all(session: Session, region: String) -> Result<(), Error> {
    let ask =
        |service: &'static str, operation: &'static str, params| session.call(service, &region, operation, params);
    // Snapshots that AWS Backup made are recovery points, and automated ones go with their instance.
    let manual = json!({ "SnapshotType": "manual" });
    ask("rds", "DescribeDBSnapshots", manual.clone()).await?;
    ask("rds", "DescribeDBClusterSnapshots", manual).await?;
    ask("rds", "DescribeDBInstanceAutomatedBackups", json!({})).await?;
    ask("dynamodb", "ListBackups", json!({ "BackupType": "USER" })).await?;
    ask("backup", "ListRestoreJobs", json!({})).await?;
    let vaults = ask("backup", "ListBackupVaults", json!({})).await?.texts("BackupVaultName");
    let mut parts = Parts::default();
    for name in vaults {
        parts.start(vault(session.clone(), region.clone(), name));
    }
    parts.finish().await
}

async fn vault(session: Session, region: String, name: String) -> Result<(), Error> {
    for operation in ["GetBackupVaultAccessPolicy", "ListRecoveryPointsByBackupVault"] {
        session.call("backup", &region, operation, json!({ "BackupVaultName": name })).await?;
    }
    Ok(())
}
