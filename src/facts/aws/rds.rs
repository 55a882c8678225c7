//! RDS instances and clusters. DocumentDB and Neptune answer through the same API and are read with them.

use serde_json::Value;

use crate::model::{
    cloud::{DataStore, Recovery, StoreKind},
    id::{EvidenceId, Region},
    observed::Observed,
    truth::Truth,
};

use super::{
    account::Account,
    answer::unexpected,
    fields::{items, number, tags, text, truth},
    store::{bare, field, key, no_recovery},
};

/// Databases of all Regions ("DescribeDBInstances", "DescribeDBClusters"). An instance of a cluster holds no data of its
/// own, the cluster's volume does, so it is not a store.
pub(super) fn stores(account: &Account<'_>) -> Observed<Vec<DataStore>> {
    let one_region = |region: &Region| {
        let instances = account.ask("rds", region.as_str(), "DescribeDBInstances", &[]);
        let clusters = account.ask("rds", region.as_str(), "DescribeDBClusters", &[]);
        let all =
            instances.read(|pages| Ok(pages.iter().flat_map(|page| items(page, "DBInstances")).cloned().collect()));
        let alone = all.as_ref().and_then(|all: &Vec<Value>| {
            let alone = all.iter().filter(|instance| text(instance, "DBClusterIdentifier").is_none());
            let stores = alone.map(|instance| store(&INSTANCE, region, instance, &instances.evidence)).collect();
            read(stores, &instances.evidence)
        });
        let clusters = clusters.read(|pages| {
            let found = pages.iter().flat_map(|page| items(page, "DBClusters"));
            let lowered = found.map(|cluster| {
                let plain = store(&CLUSTER, region, cluster, &clusters.evidence)?;
                Ok(DataStore { public: exposed(cluster, &all), ..plain })
            });
            lowered.collect()
        });
        vec![alone, clusters]
    };
    account.by_region(one_region)
}

fn read<T>(value: Result<T, String>, evidence: &[EvidenceId]) -> Observed<T> {
    match value {
        Ok(value) => Observed::known(value, evidence.to_vec()),
        Err(why) => Observed::failed(why, evidence.to_vec()),
    }
}

/// A cluster of Aurora has no address of its own: it is as public as one of its instances.
fn exposed(cluster: &Value, instances: &Observed<Vec<Value>>) -> Observed<bool> {
    if let Some(own) = truth(cluster, "PubliclyAccessible") {
        return Observed::known(own, instances.evidence.clone());
    }
    let name = text(cluster, "DBClusterIdentifier");
    let public = |instance: &Value| {
        let inside = text(instance, "DBClusterIdentifier") == name;
        Truth::from(inside && truth(instance, "PubliclyAccessible") == Some(true))
    };
    match instances.any(public) {
        Truth::Unknown => instances.as_ref().and_then(|_| Observed::failed("not all instances were read", Vec::new())),
        known => Observed::known(known == Truth::True, instances.evidence.clone()),
    }
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
    let arn = text(body, spelling.arn).ok_or_else(unexpected)?;
    let name = text(body, spelling.name).ok_or_else(unexpected)?;
    Ok(DataStore {
        engine: text(body, "Engine").map(str::to_owned),
        tags: Observed::known(tags(body, "TagList"), evidence.to_vec()),
        deletion_protection: known(truth(body, "DeletionProtection")),
        recovery: Recovery {
            backup_days: field(number(body, "BackupRetentionPeriod"), evidence),
            ..no_recovery(evidence)
        },
        encrypted: known(truth(body, "StorageEncrypted")),
        key: key(body, "KmsKeyId", evidence),
        public: known(truth(body, "PubliclyAccessible")),
        ..bare(spelling.kind, arn, region, name, evidence)
    })
}
