//! Disks and file systems: EBS and EFS.

use serde_json::Value;

use crate::model::{
    cloud::{Caller, DataStore, Recovery, StoreKind},
    id::{EvidenceId, Region},
    observed::{Observed, Reading},
};

use super::{
    account::Account,
    answer::unexpected,
    fields::{items, tags, text, truth},
    policy,
    store::{arn_of, bare, field, joined, key, no_recovery},
};

/// EFS keeps automatic backups for five weeks ("Automatic backups", Amazon EFS User Guide).
const AUTOMATIC_BACKUP_DAYS: u64 = 35;

/// EC2 "DescribeVolumes". A volume has no policy and no address of its own. One that goes with its instance is not kept for
/// what is on it, so it is no store.
pub(super) fn disks(account: &Account<'_>, caller: &Observed<Caller>) -> Observed<Vec<DataStore>> {
    caller.clone().and_then(|caller| {
        account.list("ec2", "DescribeVolumes", "volumeSet", &|body, region, evidence| {
            let attached = items(body, "attachmentSet");
            let goes = |one: &&Value| truth(one, "deleteOnTermination") == Some(true);
            if !attached.is_empty() && attached.iter().all(goes) {
                return Ok(None);
            }
            let id = text(body, "volumeId").ok_or_else(unexpected)?;
            let arn = arn_of(&caller, "ec2", region, &format!("volume/{id}"));
            let named = tags(body, "tagSet");
            let name = named.get("Name").filter(|name| !name.is_empty()).map_or(id, String::as_str).to_owned();
            Ok(Some(DataStore {
                tags: Observed::known(named, evidence.to_vec()),
                encrypted: field(truth(body, "encrypted"), evidence),
                key: key(body, "kmsKeyId", evidence),
                public: Observed::known(false, evidence.to_vec()),
                ..bare(StoreKind::EbsVolume, arn, region, &name, evidence)
            }))
        })
    })
}

/// EFS "DescribeFileSystems", with the policy, automatic backups and replication of each.
pub(super) fn file_systems(account: &Account<'_>) -> Observed<Vec<DataStore>> {
    account.list("elasticfilesystem", "DescribeFileSystems", "FileSystems", &|body, region, evidence| {
        file_system(account, body, region, evidence).map(Some)
    })
}

fn file_system(
    account: &Account<'_>,
    body: &Value,
    region: &Region,
    evidence: &[EvidenceId],
) -> Result<DataStore, String> {
    let id = text(body, "FileSystemId").ok_or_else(unexpected)?;
    let arn = text(body, "FileSystemArn").ok_or_else(unexpected)?;
    let ask = |operation: &str| account.ask("elasticfilesystem", region.as_str(), operation, &[("FileSystemId", id)]);
    let (own, backup) = (ask("DescribeFileSystemPolicy"), ask("DescribeBackupPolicy"));
    let replication = account.ask("elasticfilesystem", region.as_str(), "DescribeReplicationConfigurations", &[]);
    let resource_policy = own.read_or_absent(&["PolicyNotFound"], |pages| {
        pages.first().and_then(|page| text(page, "Policy")).map(str::to_owned).ok_or_else(unexpected)
    });
    let days = backup.read_or_absent(&["PolicyNotFound"], |pages| {
        let status = pages.first().and_then(|page| page.pointer("/BackupPolicy/Status")).ok_or_else(unexpected)?;
        Ok(if status == "ENABLED" { AUTOMATIC_BACKUP_DAYS } else { 0 })
    });
    let copies = replication.read(|pages| {
        let all = pages.iter().flat_map(|page| items(page, "Replications"));
        let ours = all.filter(|replica| text(replica, "SourceFileSystemId") == Some(id));
        let to = ours.flat_map(|replica| items(replica, "Destinations"));
        Ok(to.filter_map(|to| text(to, "FileSystemId")).map(str::to_owned).collect())
    });
    let all = joined(&[evidence, &own.evidence, &backup.evidence, &replication.evidence]);
    Ok(DataStore {
        tags: Observed::known(tags(body, "Tags"), evidence.to_vec()),
        recovery: Recovery { backup_days: none_is_zero(days), replicas: copies, ..no_recovery(evidence) },
        encrypted: field(truth(body, "Encrypted"), evidence),
        key: key(body, "KmsKeyId", evidence),
        public: policy::opens_to_all(&resource_policy),
        resource_policy,
        ..bare(StoreKind::EfsFileSystem, arn, region, text(body, "Name").unwrap_or(id), &all)
    })
}

/// No backup policy is no backups.
fn none_is_zero(days: Observed<u64>) -> Observed<u64> {
    match days.reading {
        Reading::Absent => Observed::known(0, days.evidence),
        _ => days,
    }
}
