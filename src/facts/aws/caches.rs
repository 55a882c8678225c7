//! Stores in memory: ElastiCache and MemoryDB. All lie inside a VPC and none has a policy of its own.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{
    cloud::{DataStore, Recovery, StoreKind},
    id::{EvidenceId, Region},
    observed::Observed,
};

use super::{
    account::Account,
    answer::unexpected,
    fields::{number, tags, text, truth},
    join,
    store::{bare, field, key, no_recovery},
};

pub(super) fn stores(account: &Account<'_>) -> Observed<Vec<DataStore>> {
    let groups =
        account.list("elasticache", "DescribeReplicationGroups", "ReplicationGroups", &|body, at, evidence| {
            cache(account, &GROUP, body, at, evidence).map(Some)
        });
    let clusters = account.list("elasticache", "DescribeCacheClusters", "CacheClusters", &|body, at, evidence| {
        let alone = text(body, "ReplicationGroupId").is_none() && text(body, "Engine") != Some("memcached");
        alone.then(|| cache(account, &CLUSTER, body, at, evidence)).transpose()
    });
    let serverless =
        account.list("elasticache", "DescribeServerlessCaches", "ServerlessCaches", &|body, at, evidence| {
            cache(account, &SERVERLESS, body, at, evidence).map(|store| {
                // "All data in serverless caches is encrypted at rest" (Amazon ElastiCache User Guide, encryption at rest).
                let encrypted = Observed::known(true, evidence.to_vec());
                Some(DataStore { encrypted, ..store })
            })
        });
    let memorydb = account.list("memorydb", "DescribeClusters", "Clusters", &|body, at, evidence| {
        memorydb(account, body, at, evidence).map(Some)
    });
    join::lists(vec![groups, clusters, serverless, memorydb])
}

/// How the three kinds of ElastiCache spell the same things.
struct Spelling {
    kind: StoreKind,
    arn: &'static str,
    name: &'static str,
}

const GROUP: Spelling = Spelling { kind: StoreKind::ElasticacheGroup, arn: "ARN", name: "ReplicationGroupId" };
const CLUSTER: Spelling = Spelling { kind: StoreKind::ElasticacheCluster, arn: "ARN", name: "CacheClusterId" };
const SERVERLESS: Spelling =
    Spelling { kind: StoreKind::ElasticacheServerless, arn: "ARN", name: "ServerlessCacheName" };

fn cache(
    account: &Account<'_>,
    spelling: &Spelling,
    body: &Value,
    region: &Region,
    evidence: &[EvidenceId],
) -> Result<DataStore, String> {
    let arn = text(body, spelling.arn).ok_or_else(unexpected)?;
    let name = text(body, spelling.name).ok_or_else(unexpected)?;
    let tagged = account.ask("elasticache", region.as_str(), "ListTagsForResource", &[("ResourceName", arn)]);
    Ok(DataStore {
        engine: text(body, "Engine").map(str::to_owned),
        tags: tagged.one(|body| Some(tags(body, "TagList"))),
        recovery: Recovery {
            backup_days: field(number(body, "SnapshotRetentionLimit"), evidence),
            ..no_recovery(evidence)
        },
        encrypted: field(truth(body, "AtRestEncryptionEnabled"), evidence),
        key: key(body, "KmsKeyId", evidence),
        public: Observed::known(false, evidence.to_vec()),
        ..bare(spelling.kind, arn, region, name, evidence)
    })
}

fn memorydb(
    account: &Account<'_>,
    body: &Value,
    region: &Region,
    evidence: &[EvidenceId],
) -> Result<DataStore, String> {
    let arn = text(body, "ARN").ok_or_else(unexpected)?;
    let name = text(body, "Name").ok_or_else(unexpected)?;
    let tagged = account.ask("memorydb", region.as_str(), "ListTags", &[("ResourceArn", arn)]);
    let pairs = |body: &Value| -> Option<BTreeMap<String, String>> {
        body.get("TagList").is_some().then(|| tags(body, "TagList"))
    };
    Ok(DataStore {
        engine: text(body, "Engine").map(str::to_owned),
        tags: tagged.one(pairs),
        recovery: Recovery {
            backup_days: field(number(body, "SnapshotRetentionLimit"), evidence),
            ..no_recovery(evidence)
        },
        // "Encryption at rest is always enabled" (Amazon MemoryDB Developer Guide, at-rest encryption).
        encrypted: Observed::known(true, evidence.to_vec()),
        key: key(body, "KmsKeyId", evidence),
        public: Observed::known(false, evidence.to_vec()),
        ..bare(StoreKind::MemorydbCluster, arn, region, name, evidence)
    })
}
