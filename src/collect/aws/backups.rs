//! Copies of data in one Region: snapshots, table backups, vaults with their recovery points, plans, and restores.

use serde_json::json;

use super::session::{Parts, Session};
use crate::collect::wire::Error;

pub(super) async fn all(session: Session, region: String) -> Result<(), Error> {
    let mut parts = Parts::default();
    parts.start(databases(session.clone(), region.clone()));
    let ask =
        |service: &'static str, operation: &'static str, params| session.call(service, &region, operation, params);
    ask("dynamodb", "ListBackups", json!({ "BackupType": "USER" })).await?;
    ask("backup", "ListRestoreJobs", json!({})).await?;
    ask("backup", "ListRestoreTestingPlans", json!({})).await?;
    for name in ask("backup", "ListBackupVaults", json!({})).await?.texts("BackupVaultName") {
        parts.start(vault(session.clone(), region.clone(), name));
    }
    for id in ask("backup", "ListBackupPlans", json!({})).await?.texts("BackupPlanId") {
        parts.start(plan(session.clone(), region.clone(), id));
    }
    parts.finish().await
}

/// Snapshots that AWS Backup made are recovery points, and automated ones go with their instance.
async fn databases(session: Session, region: String) -> Result<(), Error> {
    let ask = |operation: &'static str, params| session.call("rds", &region, operation, params);
    let manual = json!({ "SnapshotType": "manual" });
    let instances = ask("DescribeDBSnapshots", manual.clone()).await?;
    let clusters = ask("DescribeDBClusterSnapshots", manual).await?;
    ask("DescribeDBInstanceAutomatedBackups", json!({})).await?;
    for id in instances.texts("DBSnapshotIdentifier") {
        ask("DescribeDBSnapshotAttributes", json!({ "DBSnapshotIdentifier": id })).await?;
    }
    for id in clusters.texts("DBClusterSnapshotIdentifier") {
        ask("DescribeDBClusterSnapshotAttributes", json!({ "DBClusterSnapshotIdentifier": id })).await?;
    }
    Ok(())
}

async fn plan(session: Session, region: String, id: String) -> Result<(), Error> {
    let ask = |operation: &'static str, params| session.call("backup", &region, operation, params);
    ask("GetBackupPlan", json!({ "BackupPlanId": id })).await?;
    for selection in ask("ListBackupSelections", json!({ "BackupPlanId": id })).await?.texts("SelectionId") {
        ask("GetBackupSelection", json!({ "BackupPlanId": id, "SelectionId": selection })).await?;
    }
    Ok(())
}

async fn vault(session: Session, region: String, name: String) -> Result<(), Error> {
    for operation in ["GetBackupVaultAccessPolicy", "ListRecoveryPointsByBackupVault"] {
        session.call("backup", &region, operation, json!({ "BackupVaultName": name })).await?;
    }
    Ok(())
}
