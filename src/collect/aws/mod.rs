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
use crate::{
    evidence::Scope,
    facts::aws::{ENABLED_REGIONS, member_scope},
};
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
    pub organization: Organization,
}

/// How an account is read in its organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Organization {
    /// It asks for its own place.
    Own,
    /// It lists the others, each of which is entered by the role of this name.
    Lister { member_role: String },
    /// The lister asked for its place.
    Member,
}

impl Reading {
    /// The reading of another account that this one lists.
    fn of_member(&self, id: &str, role: &str) -> Reading {
        let home = self.regions.first().map_or("", String::as_str);
        Reading {
            scope: member_scope(id),
            role: Some(format!("arn:{}:iam::{id}:role/{role}", regional::partition(home))),
            organization: Organization::Member,
            ..self.clone()
        }
    }
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

/// Collects an account, and where it lists others each of those. A role that cannot be assumed leaves its account
/// uncollected and others untouched.
///
/// # Errors
/// No credentials at all, a used-up budget, or a store that cannot be written; what was recorded until then stays.
pub async fn collect(wire: &Wire, reading: Reading, progress: &dyn Progress) -> Result<Vec<(Scope, Summary)>, Error> {
    let (summary, members) = one(wire, reading.clone(), progress).await?;
    let mut all = vec![(reading.scope.clone(), summary)];
    if let Organization::Lister { member_role } = &reading.organization {
        for member in members {
            let reading = reading.of_member(&member, member_role);
            let scope = reading.scope.clone();
            all.push((scope, one(wire, reading, progress).await?.0));
        }
    }
    Ok(all)
}

async fn one(wire: &Wire, reading: Reading, progress: &dyn Progress) -> Result<(Summary, Vec<String>), Error> {
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
        Ok(account) => {
            let session = Session::new(Arc::new(account), home);
            let members = entered(&session, &reading.regions, &reading.organization, progress).await?;
            Ok((session.summary(), members))
        }
        Err(Error::Setup { why }) if reading.role.is_some() => {
            Ok((Summary { not_entered: Some(why), ..Summary::default() }, Vec::new()))
        }
        Err(error) => Err(error),
    }
}

/// Returns the other accounts of the organisation, where it is this account's to list them.
async fn entered(
    session: &Session,
    regions: &[String],
    organization: &Organization,
    progress: &dyn Progress,
) -> Result<Vec<String>, Error> {
    let id = account::caller(session).await?;
    let regions = regional::regions(session, regions).await?;
    let mut parts = Parts::default();
    parts.start(account::identities(session.clone()));
    let mut members = Vec::new();
    if let Organization::Lister { .. } = organization {
        members = organization::members(session, id.as_ref()).await?;
    }
    if *organization != Organization::Member {
        parts.start(organization::all(session.clone(), id.clone(), members.clone()));
    }
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
    Ok(members)
}
