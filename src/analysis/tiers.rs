//! Which tier a thing belongs to: what `ambit.toml` says, else a tag, else a word in its name, else production.

use std::collections::BTreeMap;

use crate::{
    controls::config::{Config, RefPattern, TierRules},
    model::{
        cloud::DataStore,
        observed::Observed,
        tier::{Tier, TierBasis, TierOf},
        world::Repository,
    },
};

/// Tag keys that commonly hold an environment's name.
const TAG_KEYS: [&str; 4] = ["env", "environment", "tier", "stage"];

pub struct Tiers {
    rules: BTreeMap<Tier, TierRules>,
}

impl Tiers {
    pub fn new(config: &Config) -> Tiers {
        Tiers { rules: config.tiers.clone() }
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

    /// A resource by its own assertion, its account's, its tags, its name.
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
        let tagged = |rules: &TierRules| {
            rules.tags.iter().any(|(key, values)| {
                tags.and_then(|tags| tags.get(key)).is_some_and(|value| values.iter().any(|at| at.value == *value))
            })
        };
        if let Some(asserted) = self.asserted(tagged) {
            return asserted;
        }
        if let Some(asserted) = self.asserted(|rules| rules.accounts.iter().any(|at| at.value == account)) {
            return asserted;
        }
        let by_tag = tags.into_iter().flatten().find_map(|(key, value)| {
            TAG_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)).then(|| Tier::from_name(value)).flatten()
        });
        by_tag.map_or_else(|| by_name(name), |tier| TierOf { tier, basis: TierBasis::Tag })
    }
}

fn by_name(name: &str) -> TierOf {
    match Tier::from_name(name) {
        Some(tier) => TierOf { tier, basis: TierBasis::Name },
        None => TierOf { tier: Tier::Production, basis: TierBasis::Unmapped },
    }
}
