//! Copies of data that outlive their store, the vaults they lie in, and the restores that were run.

mod plans;
mod snapshots;

use serde_json::Value;

use crate::model::{
    cloud::Caller,
    id::{Arn, EvidenceId, Region},
    observed::Observed,
    recovery::{Copy, CopyKind, Restore, Safeguards, Vault, VaultLock},
};

use super::{
    account::Account,
    answer::{Answer, unexpected},
    fields::{items, moment, text, truth},
    join,
};

/// Everything in the account that lets data come back.
pub(super) fn safeguards(account: &Account<'_>, caller: &Observed<Caller>) -> Safeguards {
    let vaults = account.by_region(|region| vec![vaults(account, region)]);
    let points = vaults.as_ref().and_then(|all| join::lists(all.iter().map(|vault| points(account, vault)).collect()));
    let copies = account.by_region(|region| copies(account, region));
    Safeguards {
        copies: join::lists(vec![copies, points, snapshots::all(account, caller)]),
        vaults,
        restores: account.by_region(|region| vec![restores(account, region)]),
        plans: account.list("backup", "ListBackupPlans", "BackupPlansList", &|body, region, evidence| {
            plans::plan(account, body, region, evidence).map(Some)
        }),
        restore_tests: account.list("backup", "ListRestoreTestingPlans", "RestoreTestingPlans", &|body, _, _| {
            text(body, "RestoreTestingPlanName").map(|name| Some(name.to_owned())).ok_or_else(unexpected)
        }),
    }
}

fn copies(account: &Account<'_>, region: &Region) -> Vec<Observed<Vec<Copy>>> {
    let ask = |service: &str, operation: &str| account.ask(service, region.as_str(), operation, &[]);
    let list = |asked: Answer, list: &'static str, lower: &dyn Fn(&Value) -> Option<Copy>| {
        let evidence = asked.evidence.clone();
        asked.read(|pages| {
            let found = pages.iter().flat_map(|page| items(page, list)).filter_map(lower);
            Ok(found.map(|copy| Copy { region: region.clone(), evidence: evidence.clone(), ..copy }).collect())
        })
    };
    vec![
        list(ask("rds", "DescribeDBSnapshots"), "DBSnapshots", &|body| instance_snapshot(account, region, body)),
        list(ask("rds", "DescribeDBClusterSnapshots"), "DBClusterSnapshots", &|body| {
            cluster_snapshot(account, region, body)
        }),
        list(ask("rds", "DescribeDBInstanceAutomatedBackups"), "DBInstanceAutomatedBackups", &|body| {
            replicated(body, region)
        }),
        list(ask("dynamodb", "ListBackups"), "BackupSummaries", &table_backup),
    ]
}

fn copy(kind: CopyKind, arn: &str, of: String, made: Option<String>) -> Copy {
    let (region, vault, evidence) = (Region::new(""), None, Vec::new());
    let public = Observed::absent(Vec::new());
    Copy { arn: Arn::new(arn), kind, of: Arn::new(of), region, vault, made, public, evidence }
}

/// A snapshot names its instance by identifier; account and Region are its own, or those of the snapshot it was copied from.
fn instance_snapshot(account: &Account<'_>, region: &Region, body: &Value) -> Option<Copy> {
    let arn = text(body, "DBSnapshotArn")?;
    let of = sibling(
        text(body, "SourceDBSnapshotIdentifier").unwrap_or(arn),
        arn,
        "db",
        text(body, "DBInstanceIdentifier")?,
    );
    let which = [("DBSnapshotIdentifier", text(body, "DBSnapshotIdentifier")?)];
    let asked = account.ask("rds", region.as_str(), "DescribeDBSnapshotAttributes", &which);
    let public = asked.one(|body| Some(shared(body.get("DBSnapshotAttributesResult")?, "DBSnapshotAttributes")));
    Some(Copy { public, ..copy(CopyKind::InstanceSnapshot, arn, of, moment(body, "SnapshotCreateTime")) })
}

fn cluster_snapshot(account: &Account<'_>, region: &Region, body: &Value) -> Option<Copy> {
    let arn = text(body, "DBClusterSnapshotArn")?;
    let source = text(body, "SourceDBClusterSnapshotArn").unwrap_or(arn);
    let of = sibling(source, arn, "cluster", text(body, "DBClusterIdentifier")?);
    let which = [("DBClusterSnapshotIdentifier", text(body, "DBClusterSnapshotIdentifier")?)];
    let asked = account.ask("rds", region.as_str(), "DescribeDBClusterSnapshotAttributes", &which);
    let attributes =
        |body: &Value| Some(shared(body.get("DBClusterSnapshotAttributesResult")?, "DBClusterSnapshotAttributes"));
    let public = asked.one(attributes);
    Some(Copy { public, ..copy(CopyKind::ClusterSnapshot, arn, of, moment(body, "SnapshotCreateTime")) })
}

/// Whether everybody may restore a snapshot: `all` among the values of the attribute `restore` (RDS API Reference,
/// "DescribeDBSnapshotAttributes").
fn shared(body: &Value, list: &str) -> bool {
    let restore = items(body, list).into_iter().filter(|one| text(one, "AttributeName") == Some("restore"));
    restore.flat_map(|one| items(one, "AttributeValues")).any(|who| who == "all")
}

/// The ARN of a resource of another type beside `arn`, or beside `fallback` where that is no ARN.
fn sibling(arn: &str, fallback: &str, kind: &str, name: &str) -> String {
    let arn = if arn.starts_with("arn:") { arn } else { fallback };
    let place: Vec<_> = arn.split(':').take(5).collect();
    format!("{}:{kind}:{name}", place.join(":"))
}

/// Automated backups die with their instance unless whoever deletes it says otherwise; those in another Region stay.
fn replicated(body: &Value, region: &Region) -> Option<Copy> {
    let of = text(body, "DBInstanceArn")?;
    let elsewhere = Arn::new(of).region() != region.as_str();
    let arn = text(body, "DBInstanceAutomatedBackupsArn")?;
    elsewhere.then(|| copy(CopyKind::ReplicatedBackup, arn, of.to_owned(), None))
}

fn table_backup(body: &Value) -> Option<Copy> {
    let of = text(body, "TableArn")?.to_owned();
    let usable = text(body, "BackupStatus") == Some("AVAILABLE");
    let arn = text(body, "BackupArn")?;
    usable.then(|| copy(CopyKind::TableBackup, arn, of, moment(body, "BackupCreationDateTime")))
}

/// AWS Backup "ListBackupVaults".
fn vaults(account: &Account<'_>, region: &Region) -> Observed<Vec<Vault>> {
    let asked = account.ask("backup", region.as_str(), "ListBackupVaults", &[]);
    asked.read(|pages| {
        let found = pages.iter().flat_map(|page| items(page, "BackupVaultList"));
        found.map(|body| vault(account, region, body, &asked.evidence)).collect()
    })
}

fn vault(account: &Account<'_>, region: &Region, body: &Value, evidence: &[EvidenceId]) -> Result<Vault, String> {
    let name = text(body, "BackupVaultName").ok_or_else(unexpected)?;
    let own = account.ask("backup", region.as_str(), "GetBackupVaultAccessPolicy", &[("BackupVaultName", name)]);
    Ok(Vault {
        arn: Arn::new(text(body, "BackupVaultArn").ok_or_else(unexpected)?),
        name: name.to_owned(),
        region: region.clone(),
        lock: lock(body, account.log.header().started, evidence),
        access_policy: own.read_or_absent(&["ResourceNotFoundException"], |pages| {
            pages.first().and_then(|body| text(body, "Policy")).map(str::to_owned).ok_or_else(unexpected)
        }),
        evidence: evidence.to_vec(),
    })
}

/// A lock without a date is in governance mode; one whose date has passed cannot be lifted by anybody ("LockDate", AWS
/// Backup API Reference). Until then it can, so it counts as governance.
fn lock(body: &Value, now: jiff::Timestamp, evidence: &[EvidenceId]) -> Observed<VaultLock> {
    let locked = truth(body, "Locked").ok_or("the answer leaves the lock out");
    let passed =
        moment(body, "LockDate").and_then(|date| date.parse::<jiff::Timestamp>().ok()).is_some_and(|date| date <= now);
    match (locked, passed) {
        (Err(why), _) => Observed::failed(why, evidence.to_vec()),
        (Ok(false), _) => Observed::known(VaultLock::Open, evidence.to_vec()),
        (Ok(true), true) => Observed::known(VaultLock::Compliance, evidence.to_vec()),
        (Ok(true), false) => Observed::known(VaultLock::Governance, evidence.to_vec()),
    }
}

/// "ListRecoveryPointsByBackupVault". A point that is still being made, or being deleted, is no copy.
fn points(account: &Account<'_>, vault: &Vault) -> Observed<Vec<Copy>> {
    let name = [("BackupVaultName", vault.name.as_str())];
    let asked = account.ask("backup", vault.region.as_str(), "ListRecoveryPointsByBackupVault", &name);
    asked.read(|pages| {
        let found = pages.iter().flat_map(|page| items(page, "RecoveryPoints"));
        let usable = found.filter(|point| matches!(text(point, "Status"), Some("COMPLETED" | "AVAILABLE")));
        Ok(usable.filter_map(|point| recovery_point(point, vault, &asked.evidence)).collect())
    })
}

fn recovery_point(body: &Value, vault: &Vault, evidence: &[EvidenceId]) -> Option<Copy> {
    let of = text(body, "ResourceArn")?.to_owned();
    let point = copy(CopyKind::RecoveryPoint, text(body, "RecoveryPointArn")?, of, moment(body, "CreationDate"));
    let (region, evidence) = (vault.region.clone(), evidence.to_vec());
    Some(Copy { vault: Some(vault.arn.clone()), region, evidence, ..point })
}

/// "ListRestoreJobs": what AWS Backup brought back, restore tests included.
fn restores(account: &Account<'_>, region: &Region) -> Observed<Vec<Restore>> {
    account.ask("backup", region.as_str(), "ListRestoreJobs", &[]).read(|pages| {
        let found = pages.iter().flat_map(|page| items(page, "RestoreJobs"));
        Ok(found
            .map(|job| Restore {
                recovery_point: text(job, "RecoveryPointArn").map(Arn::new),
                resource_type: text(job, "ResourceType").unwrap_or_default().to_owned(),
                status: text(job, "Status").unwrap_or_default().to_owned(),
                at: moment(job, "CompletionDate").or_else(|| moment(job, "CreationDate")),
            })
            .collect())
    })
}
