//! AWS answers lowered to facts: pure, from the run log alone.
//!
//! One file a subject. Every reading is three-valued: a call that was denied, failed or not made leaves its field
//! denied, failed or not collected, and never empty.

mod access;
mod account;
mod alerts;
mod analytics;
mod answer;
mod backups;
mod caches;
mod center;
pub mod coverage;
mod dynamodb;
mod fields;
mod identity;
mod join;
mod keys;
mod logging;
mod organization;
mod policy;
mod rds;
mod s3;
mod selectors;
mod store;
mod trails;
mod volumes;
mod xml;

#[cfg(test)]
mod tests;

use crate::{
    evidence::{RunLog, Scope},
    model::world::CloudAccount,
};

use organization::PolicyType;

pub use access::entered;
pub use account::ENABLED_REGIONS;
pub use alerts::log_group as log_group_name;
pub use coverage::coverage;
pub use identity::authorization;
pub use s3::{bucket_location, bucket_regions};

/// The identities that a run read accounts through: those that its header names, and one for each account of the
/// organisation where it says so. Where these could not all be listed, one more stands for those that nobody knows.
pub fn scopes(log: &RunLog) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = log.header().aws.iter().map(|source| source.scope.clone()).collect();
    for source in log.header().aws.iter().filter(|source| source.member_role.is_some()) {
        let account = account::Account::new(log, &source.scope);
        let listed = organization::active_accounts(&account);
        let own = identity::caller(&account).seen().map(|caller| caller.account.to_string());
        let others = listed.members().iter().filter(|id| Some(*id) != own.as_ref());
        scopes.extend(others.map(|id| member_scope(id)));
        if !listed.is_whole() {
            scopes.push(Scope::new("aws/accounts that could not be listed"));
        }
    }
    scopes
}

/// The scope of an account that the organisation lists.
pub fn member_scope(id: &str) -> Scope {
    Scope::new(format!("aws/{id}"))
}

/// The accounts in use in a body of "ListAccounts": the collector enters each.
pub fn active_accounts<'a>(bodies: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    organization::active(&answer::pages(bodies))
}

/// One account as seen through `scope`, from what the run recorded.
pub fn lower(log: &RunLog, scope: &Scope) -> CloudAccount {
    let account = account::Account::new(log, scope);
    let caller = identity::caller(&account);
    let above = account.above();
    let above = above.as_ref().unwrap_or(&account);
    let (principals, trails) = (identity::principals(&account), trails::trails(&account));
    CloudAccount {
        scope: scope.as_str().to_owned(),
        oidc_providers: identity::oidc_providers(&account),
        membership: organization::membership(above, &caller),
        scps: organization::layer(above, &caller, PolicyType::ServiceControl),
        rcps: organization::layer(above, &caller, PolicyType::ResourceControl),
        access: access::access(&account, &principals),
        stores: join::lists(vec![
            rds::stores(&account),
            dynamodb::stores(&account, &caller),
            s3::stores(&account, &caller),
            volumes::disks(&account, &caller),
            volumes::file_systems(&account),
            caches::stores(&account),
            analytics::warehouses(&account, &caller),
            analytics::domains(&account, &caller),
        ]),
        principals,
        keys: keys::keys(&account),
        logging: logging::logging(&account, &trails),
        trails,
        safeguards: backups::safeguards(&account, &caller),
        detection: alerts::detection(&account),
        caller,
    }
}
