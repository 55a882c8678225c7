//! What holds data in one Region beside databases, tables and buckets: disks, file systems, caches, warehouses, search
//! domains; and the keys that all of it is encrypted with.

use serde_json::{Value, json};

use super::session::{Parts, Session};
use crate::collect::wire::Error;

pub(super) async fn all(session: Session, region: String, account: Option<String>) -> Result<(), Error> {
    let mut parts = Parts::default();
    parts.start(disks(session.clone(), region.clone()));
    parts.start(file_systems(session.clone(), region.clone()));
    parts.start(caches(session.clone(), region.clone()));
    parts.start(memorydb(session.clone(), region.clone()));
    parts.start(warehouses(session.clone(), region.clone()));
    parts.start(domains(session.clone(), region.clone(), account));
    parts.start(keys(session, region));
    parts.finish().await
}

async fn disks(session: Session, region: String) -> Result<(), Error> {
    session.call("ec2", &region, "DescribeVolumes", json!({})).await?;
    session.call("ec2", &region, "DescribeSnapshots", json!({ "Owner.1": "self" })).await?;
    let public = json!({ "Owner.1": "self", "RestorableBy.1": "all" });
    session.call("ec2", &region, "DescribeSnapshots", public).await?;
    Ok(())
}

async fn file_systems(session: Session, region: String) -> Result<(), Error> {
    let ask = |operation: &'static str, params| session.call("elasticfilesystem", &region, operation, params);
    let found = ask("DescribeFileSystems", json!({})).await?.texts("FileSystemId");
    if !found.is_empty() {
        ask("DescribeReplicationConfigurations", json!({})).await?;
    }
    for id in found {
        ask("DescribeFileSystemPolicy", json!({ "FileSystemId": id })).await?;
        ask("DescribeBackupPolicy", json!({ "FileSystemId": id })).await?;
    }
    Ok(())
}

async fn caches(session: Session, region: String) -> Result<(), Error> {
    let ask = |operation: &'static str, params: Value| session.call("elasticache", &region, operation, params);
    let outside_groups = json!({ "ShowCacheClustersNotInReplicationGroups": true });
    let groups = ask("DescribeReplicationGroups", json!({})).await?;
    let clusters = ask("DescribeCacheClusters", outside_groups).await?;
    let serverless = ask("DescribeServerlessCaches", json!({})).await?;
    ask("DescribeSnapshots", json!({ "SnapshotSource": "user" })).await?;
    ask("DescribeServerlessCacheSnapshots", json!({ "SnapshotType": "user" })).await?;
    for arn in [groups.texts("ARN"), clusters.texts("ARN"), serverless.texts("ARN")].concat() {
        ask("ListTagsForResource", json!({ "ResourceName": arn })).await?;
    }
    Ok(())
}

async fn memorydb(session: Session, region: String) -> Result<(), Error> {
    let ask = |operation: &'static str, params: Value| session.call("memorydb", &region, operation, params);
    let clusters = ask("DescribeClusters", json!({})).await?.texts("ARN");
    ask("DescribeSnapshots", json!({ "Source": "user" })).await?;
    for arn in clusters {
        ask("ListTags", json!({ "ResourceArn": arn })).await?;
    }
    Ok(())
}

async fn warehouses(session: Session, region: String) -> Result<(), Error> {
    session.call("redshift", &region, "DescribeClusters", json!({})).await?;
    session.call("redshift", &region, "DescribeClusterSnapshots", json!({ "SnapshotType": "manual" })).await?;
    Ok(())
}

async fn domains(session: Session, region: String, account: Option<String>) -> Result<(), Error> {
    for name in session.call("es", &region, "ListDomainNames", json!({})).await?.texts("DomainName") {
        session.call("es", &region, "DescribeDomain", json!({ "DomainName": name })).await?;
        if let Some(account) = &account {
            let arn = super::regional::arn("es", &region, account, &format!("domain/{name}"));
            session.call("es", &region, "ListTags", json!({ "arn": arn })).await?;
        }
    }
    Ok(())
}

async fn keys(session: Session, region: String) -> Result<(), Error> {
    let mut parts = Parts::default();
    for arn in session.call("kms", &region, "ListKeys", json!({})).await?.texts("KeyArn") {
        parts.start(key(session.clone(), region.clone(), arn));
    }
    parts.finish().await
}

/// Keys that a service of AWS manages have no policy that anybody here may change.
async fn key(session: Session, region: String, arn: String) -> Result<(), Error> {
    let ask = |operation: &'static str| session.call("kms", &region, operation, json!({ "KeyId": arn }));
    if ask("DescribeKey").await?.texts("KeyManager").iter().any(|manager| manager == "AWS") {
        return Ok(());
    }
    ask("GetKeyPolicy").await?;
    ask("ListGrants").await?;
    Ok(())
}
