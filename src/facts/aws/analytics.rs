//! Stores that are searched and counted: Redshift and OpenSearch.

use serde_json::Value;

use crate::model::{
    cloud::{Caller, DataStore, Recovery, StoreKind},
    id::{Arn, EvidenceId, Region},
    observed::{Observed, Reading},
};

use super::{
    account::Account,
    answer::unexpected,
    fields::{number, tags, text, truth},
    policy,
    store::{arn_of, bare, field, joined, key, no_recovery},
};

/// OpenSearch Service takes hourly snapshots and keeps them for two weeks; they go with the domain ("Creating index
/// snapshots in Amazon OpenSearch Service").
const SNAPSHOT_DAYS: u64 = 14;

/// Redshift "DescribeClusters".
pub(super) fn warehouses(account: &Account<'_>, caller: &Observed<Caller>) -> Observed<Vec<DataStore>> {
    caller.clone().and_then(|caller| {
        account.list("redshift", "DescribeClusters", "Clusters", &|body, region, evidence| {
            let name = text(body, "ClusterIdentifier").ok_or_else(unexpected)?;
            let arn = arn_of(&caller, "redshift", region, &format!("cluster:{name}"));
            Ok(Some(DataStore {
                tags: Observed::known(tags(body, "Tags"), evidence.to_vec()),
                recovery: Recovery {
                    backup_days: field(number(body, "AutomatedSnapshotRetentionPeriod"), evidence),
                    ..no_recovery(evidence)
                },
                encrypted: field(truth(body, "Encrypted"), evidence),
                key: key(body, "KmsKeyId", evidence),
                public: field(truth(body, "PubliclyAccessible"), evidence),
                ..bare(StoreKind::RedshiftCluster, arn, region, name, evidence)
            }))
        })
    })
}

/// OpenSearch "ListDomainNames" and "DescribeDomain" of each.
pub(super) fn domains(account: &Account<'_>, caller: &Observed<Caller>) -> Observed<Vec<DataStore>> {
    caller.clone().and_then(|caller| {
        account.list("es", "ListDomainNames", "DomainNames", &|body, region, evidence| {
            let name = text(body, "DomainName").ok_or_else(unexpected)?;
            let arn = arn_of(&caller, "es", region, &format!("domain/{name}"));
            Ok(Some(domain(account, &arn, name, region, evidence)))
        })
    })
}

fn domain(account: &Account<'_>, arn: &Arn, name: &str, region: &Region, evidence: &[EvidenceId]) -> DataStore {
    let asked = account.ask("es", region.as_str(), "DescribeDomain", &[("DomainName", name)]);
    let tagged = account.ask("es", region.as_str(), "ListTags", &[("arn", arn.as_str())]);
    let status = asked.one(|body| body.get("DomainStatus").cloned());
    let resource_policy = status.clone().and_then(|status| {
        let own = text(&status, "AccessPolicies").map(str::to_owned);
        own.map_or_else(|| Observed::absent(Vec::new()), |own| Observed::known(own, Vec::new()))
    });
    let rest = status.clone().and_then(|status| {
        let rest = status.get("EncryptionAtRestOptions").cloned().unwrap_or_default();
        Observed::known(rest, Vec::new())
    });
    DataStore {
        engine: status.seen().and_then(|status| text(status, "EngineVersion")).map(str::to_owned),
        tags: tagged.one(|body| body.get("TagList").is_some().then(|| tags(body, "TagList"))),
        recovery: Recovery { backup_days: status.clone().map(|_| SNAPSHOT_DAYS), ..no_recovery(evidence) },
        encrypted: rest.clone().map(|rest| truth(&rest, "Enabled") == Some(true)),
        key: rest.and_then(|rest| key(&rest, "KmsKeyId", &[])),
        public: public(&status, &resource_policy),
        resource_policy,
        ..bare(
            StoreKind::OpensearchDomain,
            arn.clone(),
            region,
            name,
            &joined(&[evidence, &asked.evidence, &tagged.evidence]),
        )
    }
}

/// A domain inside a VPC is not reached from outside, whatever its policy says.
fn public(status: &Observed<Value>, own: &Observed<String>) -> Observed<bool> {
    match &status.reading {
        Reading::Known { value, .. } if value.pointer("/VPCOptions/VPCId").is_some() => {
            Observed::known(false, status.evidence.clone())
        }
        Reading::Known { .. } => policy::opens_to_all(own),
        _ => status.as_ref().map(|_| false),
    }
}
