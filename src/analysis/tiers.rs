//! Which tier a thing belongs to: what `ambit.toml` says, else a tag, else a word in its name, else production.

use std::collections::BTreeMap;

use crate::{
    controls::config::{At, Config, NamePattern, RefPattern, TierRules},
    model::{
        cloud::{DataStore, Membership},
        observed::{Gap, Observed},
        tier::{Tier, TierBasis, TierOf},
        world::{CloudAccount, Repository},
    },
};

/// Tag keys that commonly hold an environment's name.
const TAG_KEYS: [&str; 4] = ["env", "environment", "tier", "stage"];

pub struct Tiers {
    rules: BTreeMap<Tier, TierRules>,
    /// By account id, where the account is in an organisation.
    members: BTreeMap<String, Observed<Membership>>,
}

impl Tiers {
    pub fn new(config: &Config, accounts: &[CloudAccount]) -> Tiers {
        let member = |account: &CloudAccount| (account.account_id().to_owned(), account.membership.clone());
        Tiers { rules: config.tiers.clone(), members: accounts.iter().map(member).collect() }
    }

    fn asserted(&self, hit: impl Fn(&TierRules) -> bool) -> Option<TierOf> {
        // The stricter tier wins where two are asserted.
        let tier = self.rules.iter().rev().find(|(_, rules)| hit(rules)).map(|(tier, _)| *tier)?;
        Some(TierOf { tier, basis: TierBasis::Asserted })
    }

    /// The tier of a branch; `None` for one that carries no tier's name and is not the default: a working branch.
    pub fn branch(&self, repository: &Repository, branch: &str) -> Option<TierOf> {
        let matches = |pattern: &RefPattern| pattern.matches(repository.name.as_str(), branch);
        if let Some(asserted) = self.asserted(|rules| rules.branches.iter().any(|at| matches(&at.value))) {
            return Some(asserted);
        }
        if let Some(tier) = Tier::from_name(branch) {
            return Some(TierOf { tier, basis: TierBasis::Name });
        }
        let trunk = matches!(branch, "main" | "master" | "trunk")
            || branch.starts_with("release/")
            || branch.starts_with("releases/");
        if trunk {
            return Some(TierOf { tier: Tier::Production, basis: TierBasis::Name });
        }
        (branch == repository.default_branch).then_some(TierOf { tier: Tier::Production, basis: TierBasis::Unmapped })
    }

    pub fn environment(&self, repository: &Repository, environment: &str) -> TierOf {
        let matches = |pattern: &RefPattern| pattern.matches(repository.name.as_str(), environment);
        self.asserted(|rules| rules.environments.iter().any(|at| matches(&at.value)))
            .unwrap_or_else(|| by_name(environment))
    }

    /// A resource by its own assertion, its account's, its tags, its name, its account's name and place.
    pub fn store(&self, store: &DataStore, account: &str) -> TierOf {
        let tags = &store.tags;
        self.resource(store.arn.as_str(), &store.name, account, Some(tags))
    }

    pub fn resource(
        &self,
        arn: &str,
        name: &str,
        account: &str,
        tags: Option<&Observed<BTreeMap<String, String>>>,
    ) -> TierOf {
        let named =
            |rules: &TierRules| rules.resources.iter().any(|at| at.value.matches(arn) || at.value.matches(name));
        if let Some(asserted) = self.asserted(named) {
            return asserted;
        }
        let tags = tags.and_then(Observed::seen);
        if let Some(asserted) = self.asserted(|rules| tags.is_some_and(|tags| tagged(rules, tags))) {
            return asserted;
        }
        let member = self.members.get(account).and_then(Observed::seen);
        if let Some(asserted) = self.asserted(|rules| holds(rules, account, member)) {
            return asserted;
        }
        let by_tag = tags.into_iter().flatten().find_map(|(key, value)| {
            TAG_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)).then(|| Tier::from_name(value)).flatten()
        });
        if let Some(tier) = by_tag {
            return TierOf { tier, basis: TierBasis::Tag };
        }
        let by_account = || Some(TierOf { tier: member.and_then(by_place)?, basis: TierBasis::Account });
        match by_name(name) {
            TierOf { basis: TierBasis::Unmapped, .. } => by_account().unwrap_or_else(|| by_name(name)),
            named => named,
        }
    }

    /// What was not read and might have mapped a store that nothing maps.
    pub fn unread(&self, store: &DataStore, account: &str) -> Option<Gap> {
        let place = self.members.get(account);
        let of = |what: &str| format!("{what} of account {account}");
        let within = |member: &Membership| {
            member.name.gap(of("the name")).or_else(|| member.units.gap(of("the organizational units")))
        };
        store.tags.gap(format!("tags of {}", store.name)).or_else(|| {
            let place = place?;
            place.gap(of("the organisation")).or_else(|| place.seen().and_then(within))
        })
    }
}

fn tagged(rules: &TierRules, tags: &BTreeMap<String, String>) -> bool {
    let says = |key: &String, values: &[At<String>]| {
        tags.get(key).is_some_and(|value| values.iter().any(|at| at.value == *value))
    };
    rules.tags.iter().any(|(key, values)| says(key, values))
}

/// Whether the rules name an account by its id or name, by a unit above it, or by one of its tags.
fn holds(rules: &TierRules, id: &str, member: Option<&Membership>) -> bool {
    let named = |patterns: &[At<NamePattern>], name: &str| patterns.iter().any(|at| at.value.matches(name));
    let by_member = |member: &Membership| {
        member.name.seen().is_some_and(|name| named(&rules.accounts, name))
            || member.units.members().iter().any(|unit| named(&rules.units, unit))
            || member.tags.seen().is_some_and(|tags| tagged(rules, tags))
    };
    named(&rules.accounts, id) || member.is_some_and(by_member)
}

/// The tier that an account's name tells, or else the unit nearest to it.
fn by_place(member: &Membership) -> Option<Tier> {
    let name = member.name.seen().and_then(|name| Tier::from_name(name));
    name.or_else(|| member.units.members().iter().rev().find_map(|unit| Tier::from_name(unit)))
}

fn by_name(name: &str) -> TierOf {
    match Tier::from_name(name) {
        Some(tier) => TierOf { tier, basis: TierBasis::Name },
        None => TierOf { tier: Tier::Production, basis: TierBasis::Unmapped },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{id::AccountId, observed::Reading};

    fn tiers(config: &str, member: Observed<Membership>) -> Tiers {
        let config = Config::parse("ambit.toml", config.as_bytes()).unwrap();
        Tiers { rules: config.tiers, members: BTreeMap::from([("123456789012".to_owned(), member)]) }
    }

    fn member(name: &str, units: &[&str], tags: &[(&str, &str)]) -> Observed<Membership> {
        let known = |units: &[&str]| units.iter().map(|unit| (*unit).to_owned()).collect();
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Observed::known(
            Membership {
                organization: "o-1".to_owned(),
                management_account: AccountId::new("999999999999"),
                name: Observed::known(name.to_owned(), Vec::new()),
                units: Observed::known(known(units), Vec::new()),
                tags: Observed::known(tags.iter().map(pair).collect(), Vec::new()),
            },
            Vec::new(),
        )
    }

    fn of(tiers: &Tiers, name: &str) -> (Tier, TierBasis) {
        let of = tiers.resource(&format!("arn:aws:x:::{name}"), name, "123456789012", None);
        (of.tier, of.basis)
    }

    #[test]
    fn an_account_gives_its_tier_by_id_name_unit_and_tag() {
        let plain = member("shop", &["Workloads", "Live"], &[("env", "qa")]);
        for (config, wanted) in [
            ("[tiers.dev]\naccounts = [\"123456789012\"]", (Tier::Dev, TierBasis::Asserted)),
            ("[tiers.dev]\naccounts = [\"sh*\"]", (Tier::Dev, TierBasis::Asserted)),
            ("[tiers.staging]\nunits = [\"Work*\"]", (Tier::Staging, TierBasis::Asserted)),
            ("[tiers.dev.tags]\nenv = [\"qa\"]", (Tier::Dev, TierBasis::Asserted)),
            ("", (Tier::Production, TierBasis::Account)),
        ] {
            assert_eq!(of(&tiers(config, plain.clone()), "db"), wanted, "{config}");
        }
        let sandbox = tiers("", member("sandbox-7", &["Live"], &[]));
        assert_eq!(of(&sandbox, "db"), (Tier::Sandbox, TierBasis::Account), "its own name is nearest");
        assert_eq!(
            of(&sandbox, "db-prod"),
            (Tier::Production, TierBasis::Name),
            "a resource's own name is nearer still"
        );
    }

    #[test]
    fn an_account_outside_an_organisation_has_no_place_that_could_be_unread() {
        let absent = tiers("", Observed::absent(Vec::new()));
        assert_eq!(absent.members["123456789012"].reading, Reading::Absent);
        assert_eq!(of(&absent, "db"), (Tier::Production, TierBasis::Unmapped));
    }
}
