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

/// One account as seen through `scope`, from what the run recorded.
pub fn lower(log: &RunLog, scope: &Scope) -> CloudAccount {
    let account = account::Account::new(log, scope);
    let caller = identity::caller(&account);
    let (principals, trails) = (identity::principals(&account), trails::trails(&account));
    CloudAccount {
        scope: scope.as_str().to_owned(),
        oidc_providers: identity::oidc_providers(&account),
        membership: organization::membership(&account, &caller),
        scps: organization::layer(&account, &caller, PolicyType::ServiceControl),
        rcps: organization::layer(&account, &caller, PolicyType::ResourceControl),
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
