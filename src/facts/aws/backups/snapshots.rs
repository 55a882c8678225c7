//! Snapshots of disks, caches and warehouses that somebody took; automated ones go with their store.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    super::{
        account::{Account, Lower},
        answer::unexpected,
        fields::{items, moment, text},
        join,
        store::arn_of,
    },
    copy,
};
use crate::model::{
    cloud::Caller,
    id::Region,
    observed::Observed,
    recovery::{Copy, CopyKind},
};

pub(super) fn all(account: &Account<'_>, caller: &Observed<Caller>) -> Observed<Vec<Copy>> {
    caller.clone().and_then(|caller| {
        let list = |service: &str, operation: &str, list: &str, lower: Lower<'_, Copy>| {
            account.list(service, operation, list, &|body, region, evidence| {
                let (region, evidence) = (region.clone(), evidence.to_vec());
                Ok(lower(body, &region, &evidence)?.map(|copy| Copy { region, evidence, ..copy }))
            })
        };
        join::lists(vec![
            account.by_region(|region| vec![volumes(account, &caller, region)]),
            list("elasticache", "DescribeSnapshots", "Snapshots", &|body, region, _| cache(body, &caller, region)),
            list("elasticache", "DescribeServerlessCacheSnapshots", "ServerlessCacheSnapshots", &|body, region, _| {
                serverless(body, &caller, region)
            }),
            list("memorydb", "DescribeSnapshots", "Snapshots", &|body, region, _| memorydb(body, &caller, region)),
            list("redshift", "DescribeClusterSnapshots", "Snapshots", &|body, region, _| {
                warehouse(body, &caller, region)
            }),
        ])
    })
}

/// EC2 "DescribeSnapshots" of the account's own snapshots, and again of those among them that everybody may restore.
fn volumes(account: &Account<'_>, caller: &Caller, region: &Region) -> Observed<Vec<Copy>> {
    let own = account.ask("ec2", region.as_str(), "DescribeSnapshots", &[("Owner.1", "self")]);
    let shared = [("Owner.1", "self"), ("RestorableBy.1", "all")];
    let shared = account.ask("ec2", region.as_str(), "DescribeSnapshots", &shared);
    let public = shared.read(|pages| Ok(pages.iter().flat_map(ids).collect::<BTreeSet<_>>()));
    own.read(|pages| {
        let done = |body: &&Value| text(body, "status") == Some("completed");
        let snapshots = pages.iter().flat_map(|page| items(page, "snapshotSet")).filter(done);
        let copies = snapshots.map(|body| {
            let id = text(body, "snapshotId").ok_or_else(unexpected)?;
            let volume = text(body, "volumeId").ok_or_else(unexpected)?;
            // EC2 leaves the account out of a snapshot's ARN (Service Authorization Reference, Amazon EC2).
            let arn = arn_of(caller, "ec2", region, &format!("snapshot/{id}"));
            let arn = arn.as_str().replacen(caller.account.as_str(), "", 1);
            let of = arn_of(caller, "ec2", region, &format!("volume/{volume}"));
            Ok(Copy {
                region: region.clone(),
                public: public.as_ref().map(|ids| ids.contains(id)),
                evidence: own.evidence.clone(),
                ..copy(CopyKind::VolumeSnapshot, &arn, of.to_string(), moment(body, "startTime"))
            })
        });
        copies.collect()
    })
}

fn ids(page: &Value) -> Vec<String> {
    items(page, "snapshotSet").into_iter().filter_map(|body| text(body, "snapshotId")).map(str::to_owned).collect()
}

/// A snapshot of ElastiCache that somebody took.
fn cache(body: &Value, caller: &Caller, region: &Region) -> Result<Option<Copy>, String> {
    if text(body, "SnapshotSource") != Some("manual") {
        return Ok(None);
    }
    let arn = text(body, "ARN").ok_or_else(unexpected)?;
    let of = match (text(body, "ReplicationGroupId"), text(body, "CacheClusterId")) {
        (Some(group), _) => format!("replicationgroup:{group}"),
        (None, Some(cluster)) => format!("cluster:{cluster}"),
        (None, None) => return Err(unexpected()),
    };
    let of = arn_of(caller, "elasticache", region, &of);
    Ok(Some(copy(CopyKind::CacheSnapshot, arn, of.to_string(), None)))
}

fn serverless(body: &Value, caller: &Caller, region: &Region) -> Result<Option<Copy>, String> {
    if text(body, "SnapshotType") != Some("manual") {
        return Ok(None);
    }
    let arn = text(body, "ARN").ok_or_else(unexpected)?;
    let name = body.get("ServerlessCacheConfiguration").and_then(|of| text(of, "ServerlessCacheName"));
    let of = arn_of(caller, "elasticache", region, &format!("serverlesscache:{}", name.ok_or_else(unexpected)?));
    Ok(Some(copy(CopyKind::ServerlessCacheSnapshot, arn, of.to_string(), moment(body, "CreateTime"))))
}

fn memorydb(body: &Value, caller: &Caller, region: &Region) -> Result<Option<Copy>, String> {
    if text(body, "Source") != Some("manual") {
        return Ok(None);
    }
    let arn = text(body, "ARN").ok_or_else(unexpected)?;
    let name = body.get("ClusterConfiguration").and_then(|of| text(of, "Name")).ok_or_else(unexpected)?;
    let of = arn_of(caller, "memorydb", region, &format!("cluster/{name}"));
    Ok(Some(copy(CopyKind::MemorydbSnapshot, arn, of.to_string(), None)))
}

fn warehouse(body: &Value, caller: &Caller, region: &Region) -> Result<Option<Copy>, String> {
    if text(body, "SnapshotType") != Some("manual") {
        return Ok(None);
    }
    let name = text(body, "ClusterIdentifier").ok_or_else(unexpected)?;
    let snapshot = text(body, "SnapshotIdentifier").ok_or_else(unexpected)?;
    let arn = arn_of(caller, "redshift", region, &format!("snapshot:{name}/{snapshot}"));
    let of = arn_of(caller, "redshift", region, &format!("cluster:{name}"));
    Ok(Some(copy(CopyKind::WarehouseSnapshot, arn.as_str(), of.to_string(), moment(body, "SnapshotCreateTime"))))
}
