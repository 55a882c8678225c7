//! Keys of KMS.

use serde_json::Value;

use crate::model::{
    cloud::{Grant, Key},
    id::{Arn, Region},
    observed::Observed,
};

use super::{
    account::Account,
    answer::unexpected,
    fields::{items, text},
    join,
    store::joined,
};

/// KMS "ListKeys", and "DescribeKey", "GetKeyPolicy" and "ListGrants" of those that the account manages itself. Keys that a
/// service of AWS manages cannot be changed or deleted by anybody in the account.
pub(super) fn keys(account: &Account<'_>) -> Observed<Vec<Key>> {
    account.by_region(|region| {
        let listed = account.ask("kms", region.as_str(), "ListKeys", &[]);
        let arns = listed.read(|pages| {
            let all = pages.iter().flat_map(|page| items(page, "Keys"));
            all.map(|key| text(key, "KeyArn").map(str::to_owned).ok_or_else(unexpected)).collect::<Result<Vec<_>, _>>()
        });
        vec![arns.and_then(|arns| join::lists(arns.iter().map(|arn| key(account, region, arn)).collect()))]
    })
}

fn key(account: &Account<'_>, region: &Region, arn: &str) -> Observed<Vec<Key>> {
    let ask = |operation: &str| account.ask("kms", region.as_str(), operation, &[("KeyId", arn)]);
    let described = ask("DescribeKey");
    let manager = described.one(|body| text(body.get("KeyMetadata")?, "KeyManager").map(str::to_owned));
    if manager.seen().is_some_and(|manager| manager == "AWS") {
        return Observed::known(Vec::new(), manager.evidence);
    }
    let (policy, grants) = (ask("GetKeyPolicy"), ask("ListGrants"));
    let key = Key {
        arn: Arn::new(arn),
        region: region.clone(),
        state: described.one(|body| text(body.get("KeyMetadata")?, "KeyState").map(str::to_owned)),
        policy: policy.one(|body| text(body, "Policy").map(str::to_owned)),
        grants: grants.read(|pages| pages.iter().flat_map(|page| items(page, "Grants")).map(grant).collect()),
        evidence: joined(&[&described.evidence, &policy.evidence, &grants.evidence]),
    };
    Observed::known(vec![key], described.evidence)
}

fn grant(body: &Value) -> Result<Grant, String> {
    let operations = items(body, "Operations").into_iter().filter_map(Value::as_str);
    Ok(Grant {
        id: text(body, "GrantId").ok_or_else(unexpected)?.to_owned(),
        grantee: text(body, "GranteePrincipal").ok_or_else(unexpected)?.to_owned(),
        operations: operations.map(str::to_owned).collect(),
        constrained: body
            .get("Constraints")
            .and_then(Value::as_object)
            .is_some_and(|constraints| !constraints.is_empty()),
    })
}
