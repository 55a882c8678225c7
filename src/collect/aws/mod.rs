//! Asks AWS: every call that the facts need, each once, in an order that its answers decide.
//!
//! What is denied, missing or unwell is an answer like any other and stops nothing; only a used-up budget, lost
//! credentials or a store that cannot be written ends a collection.

mod access;
mod account;
mod alerts;
mod backups;
mod buckets;
pub mod client;
mod logging;
mod organization;
mod regional;
mod session;
mod stores;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use super::{
    Progress,
    wire::{Error, Wire},
};
use crate::{evidence::Scope, facts::aws::ENABLED_REGIONS};
use client::{Account, Credential, Role, Source};
use session::{Parts, Session};

/// One account to be read through one identity.
#[derive(Debug, Clone)]
pub struct Reading {
    /// From configuration; a run's header names it with the same Regions.
    pub scope: Scope,
    /// The Regions to look at. The first one is the home Region, which answers for the account as a whole.
    pub regions: Vec<String>,
    /// Replaces every service's address, as `AWS_ENDPOINT_URL` does.
    pub endpoint: Option<String>,
    pub credential: Credential,
    /// A role of the account to assume with that credential.
    pub role: Option<String>,
}

/// How the collection of one account went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub calls: usize,
    /// Calls that were answered without success, for whatever reason.
    pub refused: usize,
    /// Calls that no answer came to.
    pub unanswered: usize,
    /// Why nothing was asked: the role could not be assumed.
    pub not_entered: Option<String>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.not_entered {
            Some(why) => write!(f, "not collected: {why}"),
            None => {
                let Summary { calls, refused, unanswered, .. } = self;
                write!(f, "{calls} calls, {refused} of them answered without success, {unanswered} not answered")
            }
        }
    }
}

/// Collects one account. A role that cannot be assumed leaves the account uncollected and others untouched.
///
/// # Errors
/// No credentials at all, a used-up budget, or a store that cannot be written; what was recorded until then stays.
pub async fn collect(wire: &Wire, reading: Reading, progress: &dyn Progress) -> Result<Summary, Error> {
    let home = reading.regions.first().filter(|name| *name != ENABLED_REGIONS).cloned();
    let home = home.unwrap_or_else(|| "us-east-1".to_owned());
    let source = Source {
        scope: reading.scope.clone(),
        region: home.clone(),
        endpoint: reading.endpoint,
        credential: reading.credential,
        role: reading.role.clone().map(|arn| Role { arn, external_id: None }),
    };
    match Account::connect(wire.clone(), source).await {
        Ok(account) => entered(Arc::new(account), home, &reading.regions, progress).await,
        Err(Error::Setup { why }) if reading.role.is_some() => {
            Ok(Summary { not_entered: Some(why), ..Summary::default() })
        }
        Err(error) => Err(error),
    }
}

async fn entered(
    account: Arc<Account>,
    home: String,
    regions: &[String],
    progress: &dyn Progress,
) -> Result<Summary, Error> {
    let session = Session::new(account, home);
    let id = account::caller(&session).await?;
    let regions = regional::regions(&session, regions).await?;
    let mut parts = Parts::default();
    parts.start(account::identities(session.clone()));
    parts.start(organization::all(session.clone(), id.clone()));
    parts.start(buckets::all(session.clone(), id.clone()));
    parts.start(logging::trails(session.clone(), regions.clone()));
    for region in regions {
        parts.start(regional::all(session.clone(), region.clone(), id.clone()));
        parts.start(stores::all(session.clone(), region.clone(), id.clone()));
        parts.start(logging::stores_and_streams(session.clone(), region.clone()));
        parts.start(backups::all(session.clone(), region.clone()));
        parts.start(alerts::all(session.clone(), region));
    }
    parts.watched(session.scope(), progress).await?;
    Ok(session.summary())
}
