//! The four tiers of the framework.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Sandbox,
    Dev,
    Staging,
    Production,
}

impl Tier {
    pub const ALL: [Tier; 4] = [Tier::Sandbox, Tier::Dev, Tier::Staging, Tier::Production];

    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Sandbox => "sandbox",
            Tier::Dev => "dev",
            Tier::Staging => "staging",
            Tier::Production => "production",
        }
    }

    /// The tier that a word in a name means, if the field commonly uses it so: `prod`, `prd`, `live` are production.
    pub fn from_word(word: &str) -> Option<Tier> {
        match word.to_ascii_lowercase().as_str() {
            "production" | "prod" | "prd" | "live" => Some(Tier::Production),
            "staging" | "stage" | "stg" | "preprod" | "uat" => Some(Tier::Staging),
            "development" | "develop" | "dev" | "test" | "testing" | "qa" => Some(Tier::Dev),
            "sandbox" | "sbx" | "playground" | "scratch" | "preview" => Some(Tier::Sandbox),
            _ => None,
        }
    }

    /// The first word of `name` that means a tier; words are split at `-`, `_`, `/`, `.`, `:` and spaces.
    pub fn from_name(name: &str) -> Option<Tier> {
        name.split(['-', '_', '/', '.', ':', ' ']).find_map(Tier::from_word)
    }
}

impl std::fmt::Display for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A tier and how it was decided. What nothing maps is judged as production and labelled so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TierOf {
    pub tier: Tier,
    pub basis: TierBasis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierBasis {
    /// `ambit.toml` says so.
    Asserted,
    /// A tag on the resource.
    Tag,
    /// A word in its name.
    Name,
    /// A word in the name of its AWS account, or of a unit above that.
    Account,
    /// Nothing says; production until mapped.
    Unmapped,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_tiers_by_whole_words() {
        assert_eq!(Tier::from_name("shop-prod"), Some(Tier::Production));
        assert_eq!(Tier::from_name("refs/heads/staging"), Some(Tier::Staging));
        assert_eq!(Tier::from_name("product-catalogue"), None);
        assert_eq!(Tier::from_name("devices"), None);
    }
}
