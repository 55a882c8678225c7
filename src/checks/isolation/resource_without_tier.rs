//! Every store of data is mapped to a tier.
//!
//! Fails for a store that nothing maps: no assertion, no tag, no word in its name. It is judged as production until somebody says
//! what it is. Map it in `[tiers]` of `ambit.toml` or tag it.

use crate::checks::{Sheet, Sight, check};
use crate::model::tier::TierBasis;

check!(
    resource_without_tier,
    "isolation",
    "Every store of data is mapped to a tier",
    Low,
    EnvironmentConfusion,
    "environments_isolated"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (account, store) in sight.stores(sheet) {
        let of = sight.tiers.store(store, account.account_id());
        let subject = store.arn.as_str();
        if of.basis == TierBasis::Unmapped
            && let Some(gap) = sight.tiers.unread(store, account.account_id())
        {
            let statement = format!(
                "which tier {} {} belongs to could not be told without {}",
                store.kind.noun(),
                store.name,
                gap.what
            );
            sheet.unknown(subject, statement, vec![gap]);
        } else if of.basis == TierBasis::Unmapped {
            let statement = format!(
                "nothing says which tier {} {} belongs to; it is judged as production",
                store.kind.noun(),
                store.name
            );
            sheet.fail(subject, statement, &store.evidence).fix("map_tier", &[("resource", subject)]);
        } else {
            sheet.pass(
                subject,
                format!("{} {} belongs to {}", store.kind.noun(), store.name, of.tier),
                &store.evidence,
            );
        }
    }
}
