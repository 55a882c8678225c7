//! Actions whose name hides that they destroy data or take away recovery.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::action::ActionClass;

/// The curated list, `controls/aws/curated-actions.yaml`.
#[derive(Debug, Default)]
pub struct Curated {
    entries: BTreeMap<String, Vec<(ActionClass, String)>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    class: ActionClass,
    why: String,
    actions: Vec<String>,
}

static CURATED: LazyLock<Curated> =
    LazyLock::new(|| Curated::read(include_str!("../../../controls/aws/curated-actions.yaml")).unwrap_or_default());

impl Curated {
    /// The embedded list (a test reads it and knows every action in it).
    #[must_use]
    pub fn get() -> &'static Self {
        &CURATED
    }

    /// Reads a list.
    ///
    /// # Errors
    /// When the text is not a list of entries with `class`, `why` and `actions`.
    pub fn read(text: &str) -> Result<Self, yaml_serde::Error> {
        let mut list = Self::default();
        for entry in yaml_serde::from_str::<Vec<Entry>>(text)? {
            for action in entry.actions {
                let place = list.entries.entry(action.to_ascii_lowercase()).or_default();
                place.push((entry.class, entry.why.clone()));
            }
        }
        Ok(list)
    }

    /// The classes that the list adds to an action given in lower case.
    pub fn classes_of(&self, lower_action: &str) -> Vec<ActionClass> {
        self.entries.get(lower_action).into_iter().flatten().map(|(class, _)| *class).collect()
    }

    /// Why an action (in lower case) is on the list.
    pub fn reasons(&self, lower_action: &str) -> impl Iterator<Item = &str> {
        self.entries.get(lower_action).into_iter().flatten().map(|(_, why)| why.as_str())
    }

    /// The actions on the list, in lower case.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }
}
