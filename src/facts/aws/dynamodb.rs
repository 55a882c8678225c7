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
    rds::field,
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
    let partition = caller.arn.as_str().split(':').nth(1).unwrap_or("aws");
    let arn = Arn::new(format!("arn:{partition}:dynamodb:{region}:{}:table/{name}", caller.account));
    let ask = |operation: &str, params: &[(&str, &str)]| account.ask("dynamodb", region.as_str(), operation, params);
    let table = ask("DescribeTable", &[("TableName", name)]);
    let backups = ask("DescribeContinuousBackups", &[("TableName", name)]);
    let own_policy = ask("GetResourcePolicy", &[("ResourceArn", arn.as_str())]);
    let tagged = ask("ListTagsOfResource", &[("ResourceArn", arn.as_str())]);
    let resource_policy = own_policy.read_or_absent(&["PolicyNotFoundException"], |pages| {
        pages.first().and_then(|body| text(body, "Policy")).map(str::to_owned).ok_or_else(super::answer::unexpected)
    });
    let described = table.one(|body| body.get("Table").cloned());
    let evidence = [&table.evidence, &backups.evidence, &own_policy.evidence, &tagged.evidence];
    DataStore {
        deletion_protection: described.clone().and_then(|table| field(truth(&table, "DeletionProtectionEnabled"), &[])),
        // "All user data stored in Amazon DynamoDB is fully encrypted at rest" (DynamoDB Developer Guide, encryption at rest).
        encrypted: described.map(|_| true),
        recovery: Recovery {
            backup_days: Observed::absent(backups.evidence.clone()),
            point_in_time: backups.one(|body| {
                let status = body.pointer("/ContinuousBackupsDescription/PointInTimeRecoveryDescription")?;
                Some(text(status, "PointInTimeRecoveryStatus")? == "ENABLED")
            }),
            versioning: Observed::absent(Vec::new()),
        },
        tags: tagged.read(|pages| Ok(pages.iter().flat_map(|page| tags(page, "Tags")).collect())),
        public: policy::opens_to_all(&resource_policy),
        resource_policy,
        kind: StoreKind::DynamodbTable,
        region: region.clone(),
        name: name.to_owned(),
        evidence: evidence.into_iter().flatten().cloned().collect(),
        arn,
    }
}
