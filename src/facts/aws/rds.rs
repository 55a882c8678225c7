//! RDS instances and clusters. DocumentDB and Neptune answer through the same API and are read with them.

use serde_json::Value;

use crate::model::{
    cloud::{DataStore, Recovery, StoreKind},
    id::{Arn, EvidenceId, Region},
    observed::Observed,
};

use super::{
    account::Account,
    answer::unexpected,
    fields::{items, number, tags, text, truth},
};

/// Databases of all Regions ("DescribeDBInstances", "DescribeDBClusters"). An instance of a cluster holds no data of its
/// own, the cluster's volume does, so it is not a store.
pub(super) fn stores(account: &Account<'_>) -> Observed<Vec<DataStore>> {
    let one_region = |region: &Region| {
        let instances = account.ask("rds", region.as_str(), "DescribeDBInstances", &[]);
        let clusters = account.ask("rds", region.as_str(), "DescribeDBClusters", &[]);
        let alone = |instance: &&Value| text(instance, "DBClusterIdentifier").is_none();
        let instances = instances.read(|pages| {
            let found = pages.iter().flat_map(|page| items(page, "DBInstances")).filter(alone);
            found.map(|instance| store(&INSTANCE, region, instance, &instances.evidence)).collect()
        });
        let clusters = clusters.read(|pages| {
            let found = pages.iter().flat_map(|page| items(page, "DBClusters"));
            found.map(|cluster| store(&CLUSTER, region, cluster, &clusters.evidence)).collect()
        });
        vec![instances, clusters]
    };
    account.by_region(one_region)
}

/// How the two answers spell the same things.
struct Spelling {
    kind: StoreKind,
    arn: &'static str,
    name: &'static str,
}

const INSTANCE: Spelling =
    Spelling { kind: StoreKind::RdsInstance, arn: "DBInstanceArn", name: "DBInstanceIdentifier" };
const CLUSTER: Spelling = Spelling { kind: StoreKind::RdsCluster, arn: "DBClusterArn", name: "DBClusterIdentifier" };

fn store(spelling: &Spelling, region: &Region, body: &Value, evidence: &[EvidenceId]) -> Result<DataStore, String> {
    let known = |value: Option<bool>| field(value, evidence);
    Ok(DataStore {
        arn: Arn::new(text(body, spelling.arn).ok_or_else(unexpected)?),
        kind: spelling.kind,
        region: region.clone(),
        name: text(body, spelling.name).ok_or_else(unexpected)?.to_owned(),
        tags: Observed::known(tags(body, "TagList"), evidence.to_vec()),
        deletion_protection: known(truth(body, "DeletionProtection")),
        recovery: Recovery {
            backup_days: field(number(body, "BackupRetentionPeriod"), evidence),
            point_in_time: Observed::absent(evidence.to_vec()),
            versioning: Observed::absent(evidence.to_vec()),
        },
        resource_policy: Observed::absent(evidence.to_vec()),
        encrypted: known(truth(body, "StorageEncrypted")),
        // A cluster of Aurora has no address of its own; its instances carry the flag.
        public: known(truth(body, "PubliclyAccessible")),
        evidence: evidence.to_vec(),
    })
}

/// A field that AWS documents for this answer; one that is not there is a failed reading, never false.
pub(super) fn field<T>(value: Option<T>, evidence: &[EvidenceId]) -> Observed<T> {
    value.map_or_else(
        || Observed::failed("the answer leaves this field out", evidence.to_vec()),
        |value| Observed::known(value, evidence.to_vec()),
    )
}
