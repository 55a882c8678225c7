//! The account as a whole: who asks, and who exists.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    access,
    session::{Parts, Session},
};
use crate::{collect::wire::Error, facts::aws::authorization};

/// The kinds of entities of "GetAccountAuthorizationDetails". Named one by one: without a filter AWS leaves managed
/// policies out that only a boundary refers to.
const FILTER: [&str; 5] = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"];

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
    parts.start(access::of(session.clone(), authorization(details.pages.iter().map(|page| &page.body[..]))));
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
