//! The five gates before a commit and tests of agents' behaviour, by the names of the tools that do it:
//! `controls/essentials.yaml`.

use serde::Deserialize;

use super::{agents::Pattern, embedded};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Essentials {
    pub essentials: Vec<Essential>,
    pub evals: Tools,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Essential {
    pub id: String,
    /// What it looks at: `test coverage`.
    pub title: String,
    #[serde(flatten)]
    pub tools: Tools,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Tools {
    actions: Vec<String>,
    words: Pattern,
}

#[derive(Debug, thiserror::Error)]
#[error("controls/essentials.yaml: {0}")]
pub struct EssentialsError(String);

impl Essentials {
    /// The data built into this binary.
    pub fn built_in() -> Result<Essentials, EssentialsError> {
        let text = embedded::text("essentials.yaml").unwrap_or_default();
        yaml_serde::from_str(text).map_err(|e| EssentialsError(e.to_string()))
    }
}

impl Tools {
    /// Whether a step that uses this action does it, whatever the action's ref.
    pub fn run_by_action(&self, uses: &str) -> bool {
        let target = uses.split('@').next().unwrap_or(uses);
        self.actions.iter().any(|known| known.eq_ignore_ascii_case(target))
    }

    /// Whether a command line or a hook's configuration names a tool that does it.
    pub fn named_in(&self, text: &str) -> bool {
        self.words.is_match(text)
    }
}
