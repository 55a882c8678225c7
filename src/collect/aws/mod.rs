//! Asks AWS: every call that the facts need, each once, in an order that its answers decide.
//!
//! What is denied, missing or unwell is an answer like any other and stops nothing; only a used-up budget, lost
//! credentials or a store that cannot be written ends a collection.

mod account;
mod buckets;
pub mod client;
mod regional;
mod session;

use std::sync::Arc;

use super::{
    Progress,
    wire::{Error, Wire},
};
use client::{Account, Source};
use session::Session;

/// Where to look in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Answers for the account as a whole, and is looked at with the others.
    pub home: String,
    pub regions: Regions,
}

/// The Regions to look at beside the home Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regions {
    Named(Vec<String>),
    /// Those that the account has enabled, as EC2 "DescribeRegions" names them.
    Enabled,
}

/// How a collection of one account went, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub calls: usize,
    /// Calls that were answered without success, for whatever reason.
    pub refused: usize,
    /// Calls that no answer came to.
    pub unanswered: usize,
}

/// One of several accounts.
#[derive(Debug)]
pub struct Outcome {
    pub scope: crate::evidence::Scope,
    /// The error is why this account was not collected; the others were.
    pub result: Result<Summary, Error>,
}

/// Collects several accounts one after the other. An account that cannot be entered does not stop the others.
///
/// # Errors
/// A used-up budget or a store that cannot be written: then no further account can be collected either.
pub async fn collect_all(
    wire: &Wire,
    accounts: Vec<(Source, Plan)>,
    progress: &Arc<dyn Progress>,
) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = Vec::new();
    for (source, plan) in accounts {
        let scope = source.scope.clone();
        let result = async {
            let account = Arc::new(Account::connect(wire.clone(), source).await?);
            collect(&account, &plan, progress).await
        };
        match result.await {
            Err(error @ (Error::Exhausted { .. } | Error::Store(_))) => return Err(error),
            result => outcomes.push(Outcome { scope, result }),
        }
    }
    Ok(outcomes)
}

/// Collects one account.
///
/// # Errors
/// A used-up budget, lost credentials, or a store that cannot be written; what was recorded until then stays.
pub async fn collect(account: &Arc<Account>, plan: &Plan, progress: &Arc<dyn Progress>) -> Result<Summary, Error> {
    let session = Session::new(account.clone(), plan.home.clone(), progress.clone());
    let id = account::caller(&session).await?;
    let regions = regional::regions(&session, &plan.regions).await?;
    let mut parts = session::Parts::default();
    parts.add(&session, "identities", account::identities(session.clone()));
    parts.add(&session, "organisation", account::organization(session.clone(), id.clone()));
    parts.add(&session, "buckets", buckets::all(session.clone()));
    parts.add(&session, "trails", regional::trails(session.clone(), regions.clone()));
    for region in regions {
        let part = format!("databases and tables in {region}");
        parts.add(&session, &part, regional::all(session.clone(), region.clone(), id.clone()));
    }
    parts.finish().await?;
    Ok(session.summary())
}
