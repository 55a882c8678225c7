//! The organisation above an account: its place in it, the policies over it, and its people's permission sets.

use std::collections::BTreeSet;

use serde_json::json;

use super::session::{Parts, Session};
use crate::collect::wire::Error;

/// An organisation is at most five OUs deep (AWS Organizations quotas).
const DEEPEST: usize = 8;

pub(super) async fn all(session: Session, account: Option<String>) -> Result<(), Error> {
    let mut parts = Parts::default();
    parts.start(center(session.clone()));
    let organization = session.call("organizations", session.home(), "DescribeOrganization", json!({})).await?;
    if let Some(account) = account.filter(|_| organization.ok()) {
        // The management account has no policies over it.
        let bound = !organization.texts("MasterAccountId").contains(&account);
        parts.start(place(session, account, bound));
    }
    parts.finish().await
}

/// From the account up to the root, then the policies of each level.
async fn place(session: Session, account: String, bound: bool) -> Result<(), Error> {
    let ask = |operation: &'static str, params| session.call("organizations", session.home(), operation, params);
    ask("DescribeAccount", json!({ "AccountId": account })).await?;
    ask("ListTagsForResource", json!({ "ResourceId": account })).await?;
    let mut targets = vec![account];
    while let Some(child) = targets.last().filter(|_| targets.len() < DEEPEST) {
        let parents = ask("ListParents", json!({ "ChildId": child })).await?;
        let Some(parent) = parents.texts("Id").into_iter().next() else { break };
        let root = parents.texts("Type").iter().any(|kind| kind == "ROOT");
        if !root {
            ask("DescribeOrganizationalUnit", json!({ "OrganizationalUnitId": parent })).await?;
        }
        targets.push(parent);
        if root {
            break;
        }
    }
    let mut policies = BTreeSet::new();
    for target in targets.iter().filter(|_| bound) {
        for filter in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] {
            let which = json!({ "TargetId": target, "Filter": filter });
            policies.extend(ask("ListPoliciesForTarget", which).await?.texts("Id"));
        }
    }
    for policy in policies {
        ask("DescribePolicy", json!({ "PolicyId": policy })).await?;
    }
    Ok(())
}

/// IAM Identity Center, where this identity sees it: the people, and what each set lets them do in which account.
async fn center(session: Session) -> Result<(), Error> {
    let home = session.home();
    let instances = session.call("sso", home, "ListInstances", json!({})).await?;
    let named = instances.texts("InstanceArn").into_iter().zip(instances.texts("IdentityStoreId"));
    let Some((instance, store)) = named.into_iter().next() else { return Ok(()) };
    let mut parts = Parts::default();
    parts.start(people(session.clone(), store));
    let accounts = session.call("organizations", home, "ListAccounts", json!({})).await?.texts("Id");
    let sets = session.call("sso", home, "ListPermissionSets", json!({ "InstanceArn": instance })).await?;
    for set in sets.texts("PermissionSets") {
        parts.start(permission_set(session.clone(), instance.clone(), set, accounts.clone()));
    }
    parts.finish().await
}

async fn people(session: Session, store: String) -> Result<(), Error> {
    let ask = |operation: &'static str, params| session.call("identitystore", session.home(), operation, params);
    ask("ListUsers", json!({ "IdentityStoreId": store })).await?;
    for group in ask("ListGroups", json!({ "IdentityStoreId": store })).await?.texts("GroupId") {
        ask("ListGroupMemberships", json!({ "IdentityStoreId": store, "GroupId": group })).await?;
    }
    Ok(())
}

async fn permission_set(session: Session, instance: String, set: String, accounts: Vec<String>) -> Result<(), Error> {
    for operation in [
        "DescribePermissionSet",
        "ListManagedPoliciesInPermissionSet",
        "ListCustomerManagedPolicyReferencesInPermissionSet",
        "GetInlinePolicyForPermissionSet",
    ] {
        let which = json!({ "InstanceArn": instance, "PermissionSetArn": set });
        session.call("sso", session.home(), operation, which).await?;
    }
    for account in accounts {
        let which = json!({ "InstanceArn": instance, "AccountId": account, "PermissionSetArn": set });
        session.call("sso", session.home(), "ListAccountAssignments", which).await?;
    }
    Ok(())
}
