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

/// Who exists, asked for with the generic client: its raw pages are what the facts and `ambit iam` read.
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
    parts.start(identity_providers(session));
    parts.finish().await
}

async fn identity_providers(session: Session) -> Result<(), Error> {
    let iam = session.iam();
    let Some(listed) = session.heard(iam.list_open_id_connect_providers().send().await)? else { return Ok(()) };
    for arn in listed.open_id_connect_provider_list().iter().filter_map(|provider| provider.arn()) {
        session.heard(iam.get_open_id_connect_provider().open_id_connect_provider_arn(arn).send().await)?;
    }
    Ok(())
}

async fn managed_policy(session: Session, arn: String) -> Result<(), Error> {
    let iam = session.iam();
    let found = session.heard(iam.get_policy().policy_arn(&arn).send().await)?;
    let version = found.as_ref().and_then(|found| found.policy()?.default_version_id());
    if let Some(version) = version {
        session.heard(iam.get_policy_version().policy_arn(&arn).version_id(version).send().await)?;
    }
    Ok(())
}
