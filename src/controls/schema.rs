//! JSON Schemas of the files under `controls/`, for editors: made from the types that read them.

use schemars::{Schema, schema_for};

use super::{
    catalogue::{Framework, Objectives, Phases, Populations, Profile, RemedyTemplate},
    metrics::MetricText,
    questions::QuestionSet,
    sampling::Sampling,
};

/// Every kind of file with its schema, in the order of their names: `docs/schema/controls-<name>.json`.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("framework", schema_for!(Framework)),
        ("metric", schema_for!(MetricText)),
        ("objectives", schema_for!(Objectives)),
        ("phases", schema_for!(Phases)),
        ("populations", schema_for!(Populations)),
        ("profile", schema_for!(Profile)),
        ("questions", schema_for!(QuestionSet)),
        ("remedy", schema_for!(RemedyTemplate)),
        ("sampling", schema_for!(Sampling)),
    ]
}
