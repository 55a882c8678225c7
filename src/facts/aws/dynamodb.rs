//! DynamoDB tables.

use serde_json::Value;

use crate::model::{
    cloud::{Caller, DataStore, Recovery, StoreKind},
    id::{Arn, Region},
    observed::Observed,
};

use super::{
    account::Account,
    fields::{items, tags, text, truth},
    policy,
    store::{arn_of, bare, field, joined, no_recovery, optional},
};

/// Tables of all Regions: "ListTables", and for each what "DescribeTable", "DescribeContinuousBackups",
/// "GetResourcePolicy" and "ListTagsOfResource" say.
pub(super) fn stores(account: &Account<'_>, caller: &Observed<Caller>) -> Observed<Vec<DataStore>> {
    let one_region = |region: &Region| {
        let listed = account.ask("dynamodb", region.as_str(), "ListTables", &[]);
        let names = listed.read(|pages| {
            let names = pages.iter().flat_map(|page| items(page, "TableNames"));
            Ok(names.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
        });
        // The ARN is made of the account, so that a table that may not be described still has its name.
        vec![caller.clone().and_then(|caller| {
            names.map(|names| names.iter().map(|name| store(account, &caller, region, name)).collect::<Vec<_>>())
        })]
    };
    account.by_region(one_region)
}

fn store(account: &Account<'_>, caller: &Caller, region: &Region, name: &str) -> DataStore {
    let arn = arn_of(caller, "dynamodb", region, &format!("table/{name}"));
    let ask = |operation: &str, params: &[(&str, &str)]| account.ask("dynamodb", region.as_str(), operation, params);
    let table = ask("DescribeTable", &[("TableName", name)]);
    let backups = ask("DescribeContinuousBackups", &[("TableName", name)]);
    let own_policy = ask("GetResourcePolicy", &[("ResourceArn", arn.as_str())]);
    let tagged = ask("ListTagsOfResource", &[("ResourceArn", arn.as_str())]);
    let resource_policy = own_policy.read_or_absent(&["PolicyNotFoundException"], |pages| {
        pages.first().and_then(|body| text(body, "Policy")).map(str::to_owned).ok_or_else(super::answer::unexpected)
    });
    let described = table.one(|body| body.get("Table").cloned());
    let evidence = joined(&[&table.evidence, &backups.evidence, &own_policy.evidence, &tagged.evidence]);
    let told = |name: &'static str| described.clone().and_then(|table| field(truth(&table, name), &[]));
    let replicas = |table: Value| {
        let regions = items(&table, "Replicas").into_iter().filter_map(|replica| text(replica, "RegionName"));
        regions.map(str::to_owned).collect()
    };
    DataStore {
        deletion_protection: told("DeletionProtectionEnabled"),
        // "All user data stored in Amazon DynamoDB is fully encrypted at rest" (DynamoDB Developer Guide, encryption at rest).
        encrypted: described.clone().map(|_| true),
        key: described.clone().and_then(|table| {
            let arn = table.pointer("/SSEDescription/KMSMasterKeyArn").and_then(Value::as_str);
            optional(arn.map(Arn::new), &[])
        }),
        recovery: Recovery {
            point_in_time: backups.one(|body| {
                let status = body.pointer("/ContinuousBackupsDescription/PointInTimeRecoveryDescription")?;
                Some(text(status, "PointInTimeRecoveryStatus")? == "ENABLED")
            }),
            replicas: described.map(replicas),
            ..no_recovery(&backups.evidence)
        },
        tags: tagged.read(|pages| Ok(pages.iter().flat_map(|page| tags(page, "Tags")).collect())),
        public: policy::opens_to_all(&resource_policy),
        resource_policy,
        ..bare(StoreKind::DynamodbTable, arn, region, name, &evidence)
    }
}
