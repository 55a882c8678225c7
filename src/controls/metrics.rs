//! `controls/metrics/`: what each figure is, in words; how it is worked out is code under the same id.

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricText {
    pub id: String,
    pub title: String,
    /// `share`, `minutes`, `count`, `a week`.
    pub unit: String,
    pub formula: String,
    /// What the figure does not show.
    pub limits: String,
}
