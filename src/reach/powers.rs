//! What the roles that jobs can take may change, by tier: a fact of the cloud alone, whoever reaches them.

use std::collections::BTreeMap;

use crate::{
    analysis::{rules::Pass, tiers::Tiers},
    model::{
        action::ActionClass,
        id::Arn,
        tier::{Tier, TierBasis},
        truth::Truth,
        world::World,
    },
    reach::cloud::{self, Cloud},
};

/// A role that trusts an identity provider, and the tiers whose stores it may write or destroy.
#[derive(Debug, Clone)]
pub struct RolePower {
    pub role: Arn,
    pub tiers: BTreeMap<Tier, Truth>,
}

impl RolePower {
    pub fn over(&self, tier: Tier) -> Truth {
        self.tiers.get(&tier).copied().unwrap_or(Truth::False)
    }
}

pub fn of(world: &World, cloud: &dyn Cloud, tiers: &Tiers) -> Vec<RolePower> {
    let whole = world.accounts.iter().all(|account| account.stores.is_whole());
    cloud.federated_roles().iter().map(|role| power(world, cloud, tiers, role.clone(), whole)).collect()
}

fn power(world: &World, cloud: &dyn Cloud, tiers: &Tiers, role: Arn, whole: bool) -> RolePower {
    // A store that was not listed may lie in any tier.
    let unlisted = if whole { Truth::False } else { Truth::Unknown };
    let mut found: BTreeMap<Tier, Truth> = Tier::ALL.into_iter().map(|tier| (tier, unlisted)).collect();
    for account in &world.accounts {
        for store in account.stores.members() {
            let of = tiers.store(store, account.account_id());
            let deeds = cloud::deeds(store);
            let changes = deeds.iter().filter(|deed| matches!(deed.class, ActionClass::Write | ActionClass::Destroy));
            let may = Truth::any(changes.map(|deed| match cloud.may(&role, deed.action, &deed.target).pass {
                Pass::Free => Truth::True,
                Pass::Gated | Pass::Possible => Truth::Unknown,
                Pass::Blocked => Truth::False,
            }));
            // Without its tags, or its account's place, a store that nothing maps may belong anywhere.
            if of.basis == TierBasis::Unmapped && tiers.unread(store, account.account_id()).is_some() {
                found.values_mut().for_each(|slot| *slot = slot.or(may.and(Truth::Unknown)));
            } else if let Some(slot) = found.get_mut(&of.tier) {
                *slot = slot.or(may);
            }
        }
    }
    RolePower { role, tiers: found }
}
