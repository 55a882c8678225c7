//! No cloud role serves two tiers.
//!
//! Fails for a principal that some agent holds and that may write or delete in production and in another tier. What such a role can do
//! by mistake in one tier it can do in the other.

use crate::checks::{Sheet, Sight, check};
use std::collections::BTreeMap;

use crate::{
    model::{action::ActionClass, tier::Tier},
    reach::path::{HopKind, ReachPath, Verdict},
};

check!(
    role_serves_two_tiers,
    "isolation",
    "No cloud role serves two tiers",
    High,
    EnvironmentConfusion,
    "environments_isolated"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    sight.accounts(sheet);
    sight.unread_ways(sheet);
    for account in &sight.world.accounts {
        sheet.members(&account.scope, &format!("stores of data in account {}", account.scope), &account.stores);
    }
    let mut tiers: BTreeMap<&str, BTreeMap<Tier, Vec<&ReachPath>>> = BTreeMap::new();
    let changes = |path: &&ReachPath| {
        matches!(path.class, ActionClass::Destroy | ActionClass::Write) && path.verdict != Verdict::Closed
    };
    for path in sight.paths.iter().filter(changes) {
        let last = path.hops.iter().rev().nth(1).filter(|hop| hop.to.kind == HopKind::Principal);
        if let Some(hop) = last {
            tiers.entry(&hop.to.id).or_default().entry(path.tier).or_default().push(path);
        }
    }
    for (role, by_tier) in &tiers {
        let evidence: Vec<_> =
            by_tier.values().flatten().flat_map(|path| path.hops.iter().flat_map(|hop| hop.evidence.clone())).collect();
        let names: Vec<&str> = by_tier.keys().map(|tier| tier.as_str()).collect();
        if by_tier.len() > 1 && by_tier.contains_key(&Tier::Production) {
            let statement = format!(
                "{role} may change data in {}: one mistake in the lesser tier is one in production",
                names.join(" and ")
            );
            let paths = by_tier.values().flatten().map(|path| path.id.clone());
            sheet.fail(*role, statement, &evidence).paths(paths).fix("separate_role_per_tier", &[("role", role)]);
        } else {
            sheet.pass(*role, format!("{role} changes data in {} alone", names.join(" and ")), &evidence);
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("roles", "no agent holds a principal that changes data", &[]);
    }
}
