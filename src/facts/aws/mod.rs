//! AWS answers lowered to facts: pure, from the run log alone.
//!
//! One file a subject. Every reading is three-valued: a call that was denied, failed or not made leaves its field
//! denied, failed or not collected, and never empty.

mod account;
mod alerts;
mod answer;
mod backups;
pub mod coverage;
mod dynamodb;
mod fields;
mod identity;
mod join;
mod organization;
mod policy;
mod rds;
mod s3;
mod trails;
mod xml;

#[cfg(test)]
mod tests;

use crate::{
    evidence::{RunLog, Scope},
    model::world::CloudAccount,
};

pub use account::ENABLED_REGIONS;
pub use coverage::coverage;
pub use s3::{bucket_location, bucket_regions};

/// One account as seen through `scope`, from what the run recorded.
pub fn lower(log: &RunLog, scope: &Scope) -> CloudAccount {
    let account = account::Account::new(log, scope);
    let caller = identity::caller(&account);
    CloudAccount {
        scope: scope.as_str().to_owned(),
        principals: identity::principals(&account),
        oidc_providers: identity::oidc_providers(&account),
        scps: organization::scps(&account, &caller),
        stores: join::lists(vec![
            rds::stores(&account),
            dynamodb::stores(&account, &caller),
            s3::stores(&account, &caller),
        ]),
        trails: trails::trails(&account),
        safeguards: backups::safeguards(&account),
        detection: alerts::detection(&account),
        caller,
    }
}
