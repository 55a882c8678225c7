//! The account as a whole: who asks, who exists, and what the organisation forbids.

use std::collections::BTreeSet;

use serde_json::json;

use super::session::{Parts, Session};
use crate::collect::wire::Error;

/// The kinds of entities of "GetAccountAuthorizationDetails". Named one by one: without a filter AWS leaves managed
/// policies out that only a boundary refers to.
const FILTER: [&str; 5] = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"];

/// An organisation is at most five OUs deep (AWS Organizations quotas).
const DEEPEST: usize = 8;

/// The account that the credential belongs to.
pub(super) async fn caller(session: &Session) -> Result<Option<String>, Error> {
    let answer = session.call("sts", session.home(), "GetCallerIdentity", json!({})).await?;
    Ok(answer.texts("Account").into_iter().next())
}

pub(super) async fn identities(session: Session) -> Result<(), Error> {
    let home = session.home();
    let details = session.call("iam", home, "GetAccountAuthorizationDetails", json!({ "Filter": FILTER })).await?;
    let held: BTreeSet<String> = details.texts("Arn").into_iter().collect();
    let named = [details.texts("PolicyArn"), details.texts("PermissionsBoundaryArn")].concat();
    let mut parts = Parts::default();
    for arn in named.into_iter().filter(|arn| !held.contains(arn)).collect::<BTreeSet<_>>() {
        parts.start(managed_policy(session.clone(), arn));
    }
    let providers = session.call("iam", home, "ListOpenIDConnectProviders", json!({})).await?;
    for arn in providers.texts("Arn") {
        session.call("iam", home, "GetOpenIDConnectProvider", json!({ "OpenIDConnectProviderArn": arn })).await?;
    }
    parts.finish().await
}

async fn managed_policy(session: Session, arn: String) -> Result<(), Error> {
    let policy = session.call("iam", session.home(), "GetPolicy", json!({ "PolicyArn": arn })).await?;
    for version in policy.texts("DefaultVersionId") {
        let which = json!({ "PolicyArn": arn, "VersionId": version });
        session.call("iam", session.home(), "GetPolicyVersion", which).await?;
    }
    Ok(())
}

/// From the account up to the root, then the policies of each level. The management account has no policies over it.
pub(super) async fn organization(session: Session, account: Option<String>) -> Result<(), Error> {
    let ask = |operation: &'static str, params| session.call("organizations", session.home(), operation, params);
    let organization = ask("DescribeOrganization", json!({})).await?;
    let management = organization.texts("MasterAccountId");
    let Some(account) = account.filter(|account| organization.ok() && !management.contains(account)) else {
        return Ok(());
    };
    let (mut targets, mut child) = (vec![account.clone()], account);
    while targets.len() < DEEPEST {
        let parents = ask("ListParents", json!({ "ChildId": child })).await?;
        let Some(parent) = parents.texts("Id").into_iter().next() else { break };
        targets.push(parent.clone());
        if parents.texts("Type").iter().any(|kind| kind == "ROOT") {
            break;
        }
        child = parent;
    }
    let mut policies = BTreeSet::new();
    for target in targets {
        let which = json!({ "TargetId": target, "Filter": "SERVICE_CONTROL_POLICY" });
        policies.extend(ask("ListPoliciesForTarget", which).await?.texts("Id"));
    }
    for policy in policies {
        ask("DescribePolicy", json!({ "PolicyId": policy })).await?;
    }
    Ok(())
}
