//! Objectives, frameworks, profiles, remedies, populations and phases: the data that judgement is made with.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, de::DeserializeOwned};

use super::{config::Category, embedded, metrics::MetricText, questions::QuestionSet, sampling::Sampling};
use crate::model::tier::Tier;

/// Files that replace embedded ones of the same path, or stand beside them: `frameworks/iso27001.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// Path below `controls/` to text.
    pub files: BTreeMap<String, String>,
}

/// All data under `controls/` that judging needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    pub objectives: Vec<Objective>,
    pub populations: Vec<Population>,
    pub sampling: Sampling,
    pub metrics: Vec<MetricText>,
    pub frameworks: Vec<Framework>,
    pub questions: Vec<QuestionSet>,
    pub profiles: Vec<Profile>,
    pub remedies: BTreeMap<String, RemedyTemplate>,
    pub phases: Vec<Phase>,
}

/// A file of `controls/` that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("controls/{path}: {why}")]
pub struct LoadError {
    pub path: String,
    pub why: String,
}

/// What checks serve and criteria ask for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    pub id: String,
    pub title: String,
    pub statement: String,
}

/// A list of things that happened or stand, from which tests of operation draw.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Population {
    pub id: String,
    pub title: String,
    pub source: PopulationSource,
    /// The checks that test over it: operation, not design.
    #[serde(default)]
    pub checks: Vec<String>,
}

/// Where a population comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PopulationSource {
    /// Drawn from what a run recorded.
    Run,
    /// A list that management hands in.
    File,
    /// Not read by this version.
    Nowhere,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    pub id: String,
    pub title: String,
    pub criteria: Vec<CriterionRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionRow {
    pub id: String,
    pub category: Category,
    /// In our own words.
    pub title: String,
    pub objectives: Vec<String>,
    /// How many points of focus the criterion has.
    pub count: u32,
    pub points: Vec<Point>,
    pub populations: Vec<String>,
    pub attested: Vec<String>,
}

/// A point of focus that objectives touch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub number: Option<u32>,
    /// Our own short name.
    pub name: String,
    pub objectives: Vec<String>,
}

/// A permission matrix: what an agent may do in each tier.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub id: String,
    pub title: String,
    pub tiers: BTreeMap<Tier, Allowance>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    pub read: Allowed,
    pub write: Allowed,
    pub delete: Allowed,
    pub approve: Allowed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Allowed {
    No,
    WithApproval,
    Yes,
}

/// A change that closes a gap, with `{placeholders}` for the object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemedyTemplate {
    pub id: String,
    pub change: String,
    pub who: String,
    pub minutes: u32,
    pub reversible: bool,
    pub may_break: String,
    pub plan: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    pub id: String,
    pub number: u32,
    pub title: String,
    pub commands: Vec<String>,
    pub exit_criteria: Vec<String>,
}

impl RemedyTemplate {
    /// The change with its placeholders filled; one without a value keeps its name, without braces.
    pub fn change(&self, values: &[(&str, &str)]) -> String {
        let mut out = String::new();
        let mut rest = self.change.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                rest = after;
                break;
            };
            out.push_str(values.iter().find(|(key, _)| *key == name).map_or(name, |(_, value)| value));
            rest = tail;
        }
        out + rest
    }

    /// The names of the placeholders, as they stand.
    pub fn placeholders(&self) -> Vec<&str> {
        self.change.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
    }
}

impl Catalogue {
    /// The embedded data with the overlay on top.
    ///
    /// # Errors
    /// The first file that is not what its folder asks for.
    pub fn load(overlay: &Overlay) -> Result<Catalogue, LoadError> {
        let files = Files { overlay };
        let remedies: Vec<RemedyTemplate> = files.folder("remedies")?;
        Ok(Catalogue {
            objectives: files.one::<Objectives>("objectives.yaml")?.objectives,
            populations: files.one::<Populations>("populations.yaml")?.populations,
            sampling: files.one("sampling.yaml")?,
            metrics: files.folder("metrics")?,
            frameworks: files.folder("frameworks")?,
            questions: files.folder("questions")?,
            profiles: files.folder("profiles")?,
            remedies: remedies.into_iter().map(|remedy| (remedy.id.clone(), remedy)).collect(),
            phases: files.one::<Phases>("phases.yaml")?.phases,
        })
    }

    pub fn remedy(&self, id: &str) -> Option<&RemedyTemplate> {
        self.remedies.get(id)
    }

    pub fn population(&self, id: &str) -> Option<&Population> {
        self.populations.iter().find(|population| population.id == id)
    }

    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }
}

/// `objectives.yaml`.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Objectives {
    objectives: Vec<Objective>,
}

/// `populations.yaml`.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Populations {
    populations: Vec<Population>,
}

/// `phases.yaml`.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Phases {
    phases: Vec<Phase>,
}

/// The embedded files under the overlay's.
pub(super) struct Files<'a> {
    pub overlay: &'a Overlay,
}

impl Files<'_> {
    fn one<T: DeserializeOwned>(&self, path: &str) -> Result<T, LoadError> {
        let text = self.overlay.files.get(path).map(String::as_str).or_else(|| embedded::text(path));
        parse(path, text.unwrap_or_default())
    }

    fn folder<T: DeserializeOwned>(&self, folder: &str) -> Result<Vec<T>, LoadError> {
        self.paths(folder).iter().map(|path| self.one(path)).collect()
    }

    /// Paths of the YAML files directly in a folder, embedded and overlaid, in order.
    pub fn paths(&self, folder: &str) -> BTreeSet<String> {
        let prefix = format!("{folder}/");
        let overlaid = self.overlay.files.keys().filter(|path| {
            path.strip_prefix(&prefix).is_some_and(|name| name.ends_with(".yaml") && !name.contains('/'))
        });
        embedded::folder(folder).into_iter().map(|(path, _)| path.to_owned()).chain(overlaid.cloned()).collect()
    }
}

fn parse<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, LoadError> {
    yaml_serde::from_str(text).map_err(|error| LoadError { path: path.to_owned(), why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(change: &str) -> RemedyTemplate {
        RemedyTemplate {
            id: "x".to_owned(),
            change: change.to_owned(),
            who: String::new(),
            minutes: 1,
            reversible: true,
            may_break: String::new(),
            plan: String::new(),
        }
    }

    #[test]
    fn placeholders_are_filled_and_unfilled_ones_keep_their_name() {
        let template = remedy("Trust {subject} in {role}");
        assert_eq!(template.change(&[("subject", "{role}"), ("role", "deploy")]), "Trust {role} in deploy");
        assert_eq!(template.change(&[]), "Trust subject in role");
        assert_eq!(template.placeholders(), ["subject", "role"]);
        assert_eq!(remedy("an open { brace").change(&[]), "an open  brace");
    }

    #[test]
    fn the_embedded_data_loads_and_an_overlay_replaces_or_adds_a_file() {
        let plain = Catalogue::load(&Overlay::default()).unwrap();
        assert!(!plain.objectives.is_empty());
        assert_eq!(plain.frameworks.len(), 1);
        let mut overlay = Overlay::default();
        overlay.files.insert("objectives.yaml".to_owned(), "objectives: []".to_owned());
        overlay.files.insert("frameworks/own.yaml".to_owned(), "id: own\ntitle: Own\ncriteria: []".to_owned());
        overlay.files.insert("frameworks/notes.txt".to_owned(), "not data".to_owned());
        let loaded = Catalogue::load(&overlay).unwrap();
        assert!(loaded.objectives.is_empty());
        assert_eq!(loaded.frameworks.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["own", "soc2_tsc_2017"]);
    }

    #[test]
    fn a_broken_file_names_its_path_and_place() {
        let mut overlay = Overlay::default();
        overlay.files.insert("frameworks/own.yaml".to_owned(), "id: own\ntitel: Own\ncriteria: []".to_owned());
        let error = Catalogue::load(&overlay).unwrap_err();
        assert!(error.to_string().starts_with("controls/frameworks/own.yaml: "), "{error}");
        assert!(error.why.contains("titel"), "{error}");
    }
}
