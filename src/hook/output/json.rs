//! For programs.

use serde::Serialize;

use crate::{base::visible_json, hook::Report};

/// The name and version of the form.
const SCHEMA: &str = "ambit-hook-1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    report: &'a Report,
}

/// The report as one JSON document.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    visible_json::pretty(&Document { schema: SCHEMA, report })
}
