//! `assessment.json`: every field in the order of the types.

use crate::{base::visible_json, report::Assessment};

use super::artifact::{Artifact, Options, RenderError};

pub(super) fn write(assessment: &Assessment, _options: &Options) -> Result<Vec<Artifact>, RenderError> {
    Ok(vec![Artifact::new("assessment.json", visible_json::pretty(assessment)?)])
}
