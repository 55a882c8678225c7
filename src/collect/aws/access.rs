//! Credentials of users and their last use, and what principals that are entered from outside used.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    client::Answer,
    session::{Parts, Session},
};
use crate::{collect::wire::Error, facts::aws::entered, model::iam::AuthorizationDetails};

/// IAM makes its reports in the background; a small one takes seconds.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_secs(2);

pub(super) async fn of(session: Session, details: AuthorizationDetails) -> Result<(), Error> {
    let mut parts = Parts::default();
    parts.start(credential_report(session.clone()));
    for user in &details.users {
        parts.start(access_keys(session.clone(), user.user_name.clone()));
    }
    for principal in entered(&details) {
        parts.start(services_used(session.clone(), principal));
    }
    parts.finish().await
}

async fn credential_report(session: Session) -> Result<(), Error> {
    let made = |answer: &Answer| answer.texts("State").iter().any(|state| state == "COMPLETE");
    until(&session, "GenerateCredentialReport", json!({}), made).await?;
    session.call("iam", session.home(), "GetCredentialReport", json!({})).await?;
    Ok(())
}

async fn access_keys(session: Session, user: String) -> Result<(), Error> {
    let keys = session.call("iam", session.home(), "ListAccessKeys", json!({ "UserName": user })).await?;
    for key in keys.texts("AccessKeyId") {
        session.call("iam", session.home(), "GetAccessKeyLastUsed", json!({ "AccessKeyId": key })).await?;
    }
    Ok(())
}

async fn services_used(session: Session, principal: String) -> Result<(), Error> {
    // Without actions of its own the answer is by service; those that track them tell both.
    let which = json!({ "Arn": principal, "Granularity": "ACTION_LEVEL" });
    let started = session.call("iam", session.home(), "GenerateServiceLastAccessedDetails", which).await?;
    for job in started.texts("JobId") {
        let done = |answer: &Answer| answer.texts("JobStatus").iter().all(|status| status != "IN_PROGRESS");
        until(&session, "GetServiceLastAccessedDetails", json!({ "JobId": job, "MaxItems": 1000 }), done).await?;
    }
    Ok(())
}

/// Asks again until the answer will do, is no success, or patience ends.
async fn until(
    session: &Session,
    operation: &str,
    params: Value,
    will_do: impl Fn(&Answer) -> bool,
) -> Result<(), Error> {
    for _ in 0..TRIES {
        let answer = session.call("iam", session.home(), operation, params.clone()).await?;
        if !answer.ok() || will_do(&answer) || !session.pause(PAUSE).await {
            break;
        }
    }
    Ok(())
}
