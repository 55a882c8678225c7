//! Credentials of users and their last use, and what principals that are entered from outside used.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_iam::{
    operation::get_service_last_accessed_details::GetServiceLastAccessedDetailsOutput,
    types::{AccessAdvisorUsageGranularityType, JobStatusType, ReportStateType},
};

use super::session::{Parts, Session};
use crate::{collect::wire::Error, facts::aws::entered, model::iam::AuthorizationDetails};

/// IAM makes its reports in the background; a small one takes seconds.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_secs(2);
/// The longest page that IAM gives of the services that a principal used.
const MOST_ITEMS: i32 = 1000;

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
    for _ in 0..TRIES {
        let Some(state) = session.heard(session.iam().generate_credential_report().send().await)? else { break };
        if state.state() == Some(&ReportStateType::Complete) || !session.pause(PAUSE).await {
            break;
        }
    }
    session.heard(session.iam().get_credential_report().send().await)?;
    Ok(())
}

async fn access_keys(session: Session, user: String) -> Result<(), Error> {
    let iam = session.iam();
    let mut pages = iam.list_access_keys().user_name(user).into_paginator().send();
    while let Some(page) = pages.next().await {
        let Some(page) = session.heard(page)? else { break };
        for key in page.access_key_metadata().iter().filter_map(|key| key.access_key_id()) {
            session.heard(iam.get_access_key_last_used().access_key_id(key).send().await)?;
        }
    }
    Ok(())
}

async fn services_used(session: Session, principal: String) -> Result<(), Error> {
    // Without actions of its own the answer is by service; those that track them tell both.
    let which = AccessAdvisorUsageGranularityType::ActionLevel;
    let start = session.iam().generate_service_last_accessed_details().arn(principal).granularity(which);
    let started = session.heard(start.send().await)?;
    let Some(job) = started.as_ref().and_then(|started| started.job_id()) else { return Ok(()) };
    let mut page = services_page(&session, job, None).await?;
    for _ in 1..TRIES {
        let running = page.as_ref().is_some_and(|page| *page.job_status() == JobStatusType::InProgress);
        if !running || !session.pause(PAUSE).await {
            break;
        }
        page = services_page(&session, job, None).await?;
    }
    let mut seen = BTreeSet::new();
    while let Some(marker) = page.and_then(|page| page.marker).filter(|marker| seen.insert(marker.clone())) {
        page = services_page(&session, job, Some(marker)).await?;
    }
    Ok(())
}

/// One page: the SDK has no paginator for this operation.
async fn services_page(
    session: &Session,
    job: &str,
    marker: Option<String>,
) -> Result<Option<GetServiceLastAccessedDetailsOutput>, Error> {
    let ask = session.iam().get_service_last_accessed_details().job_id(job).max_items(MOST_ITEMS).set_marker(marker);
    session.heard(ask.send().await)
}
