//! No AWS account holds two tiers.
//!
//! Fails for an account in which stores of production stand beside stores of another tier, by an assertion, a tag or a word in their
//! names. An account is AWS's hardest boundary; inside it one wide policy, one key or one quota serves both.

use std::collections::BTreeSet;

use crate::{
    checks::{Sheet, Sight, check},
    model::tier::{Tier, TierBasis},
};

check!(
    account_serves_two_tiers,
    "isolation",
    "No AWS account holds two tiers",
    Medium,
    EnvironmentConfusion,
    "environments_isolated"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for account in sight.accounts(sheet) {
        let scope = account.scope.as_str();
        let of = |store| sight.tiers.store(store, account.account_id());
        let stores = account.stores.members();
        let mapped: BTreeSet<Tier> =
            stores.iter().map(of).filter(|of| of.basis != TierBasis::Unmapped).map(|of| of.tier).collect();
        let evidence = &account.stores.evidence;
        let mut gaps: Vec<_> = account.stores.gap(format!("stores of data in account {scope}")).into_iter().collect();
        let untold = stores.iter().filter(|store| of(store).basis == TierBasis::Unmapped);
        gaps.extend(untold.clone().filter_map(|store| store.tags.gap(format!("tags of {}", store.name))));
        let unmapped = untold.count();
        if mapped.len() > 1 && mapped.contains(&Tier::Production) {
            let tiers: Vec<&str> = mapped.iter().map(|tier| tier.as_str()).collect();
            let statement = format!("account {scope} holds stores of {}", tiers.join(" and "));
            sheet.fail(scope, statement, evidence).fix("separate_account_per_tier", &[("account", scope)]);
        } else if !gaps.is_empty() {
            gaps.truncate(8);
            sheet.unknown(scope, format!("whether account {scope} holds two tiers could not be told"), gaps);
        } else if unmapped > 0 && mapped.iter().any(|tier| *tier != Tier::Production) {
            let statement = format!(
                "account {scope} holds {unmapped} of {} stores that nothing maps to a tier, judged as production, beside others",
                stores.len()
            );
            sheet.fail(scope, statement, evidence).fix("separate_account_per_tier", &[("account", scope)]);
        } else {
            let tier = mapped.first().map_or("no tier that is mapped", |tier| tier.as_str());
            sheet.pass(scope, format!("all {} stores of account {scope} belong to {tier}", stores.len()), evidence);
        }
    }
}
