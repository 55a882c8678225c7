//! Questions that a buyer or the framework asks, and the closed set of rules that answers them: a question is data.

use serde::Deserialize;

use crate::model::{action::ActionClass, tier::Tier};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionSet {
    pub id: String,
    pub title: String,
    pub audience: Audience,
    pub questions: Vec<Question>,
}

/// For whom the statements are written: a buyer gets numbers, never the name of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    Framework,
    Buyer,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub id: String,
    pub question: String,
    /// Which plain answer is the good one.
    #[serde(default)]
    pub favourable: Favourable,
    pub rule: Rule,
    /// What the answer does not say.
    #[serde(default)]
    pub limits: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Favourable {
    #[default]
    Yes,
    No,
}

/// How an answer comes about: it holds, does not, holds in part, or cannot be told. What was not read never holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// Every subject of these checks passes.
    AllPass { checks: Vec<String> },
    /// No path of these classes into these tiers is open, and none is possible. The checks say whether enough was read.
    /// `actions` narrows the classes, where it is not empty.
    NoOpenPath {
        classes: Vec<ActionClass>,
        #[serde(default)]
        actions: Vec<String>,
        tiers: Vec<Tier>,
        checks: Vec<String>,
    },
    /// Every cell of the matrix in these tiers is known and within the profile.
    Matrix { tiers: Vec<Tier> },
    /// Agents are listed, and what lists them was read in full.
    Inventory { checks: Vec<String> },
    /// No agent acts under an employee's identity.
    OwnIdentity { checks: Vec<String> },
    /// Persons approved every change of an agent. With `names`, the statement names them.
    Signoff { names: bool },
    /// A timed drill or measured reverts took code and data back in so many minutes; settings alone never do.
    TimedRollback { minutes: u32, settings: Vec<String> },
    /// A drill measured the time to detection.
    TimedDetection { settings: Vec<String> },
    /// What was not checked is listed.
    Coverage,
    /// Nothing that is read answers it.
    NotDeterminable { would_answer: String },
}

impl Rule {
    /// The checks that the rule looks at.
    pub fn checks(&self) -> &[String] {
        match self {
            Rule::AllPass { checks }
            | Rule::NoOpenPath { checks, .. }
            | Rule::Inventory { checks }
            | Rule::OwnIdentity { checks } => checks,
            Rule::TimedRollback { settings, .. } | Rule::TimedDetection { settings } => settings,
            Rule::Matrix { .. } | Rule::Signoff { .. } | Rule::Coverage | Rule::NotDeterminable { .. } => &[],
        }
    }
}
