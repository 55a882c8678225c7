//! What goes into a renderer beside the assessment, and what comes out.

use crate::report::Edition;

/// One file of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// A plain name without folders.
    pub file_name: String,
    pub bytes: Vec<u8>,
}

impl Artifact {
    pub(super) fn new(file_name: &str, bytes: impl Into<Vec<u8>>) -> Artifact {
        Artifact { file_name: file_name.to_owned(), bytes: bytes.into() }
    }
}

/// How a report is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub edition: Edition,
}

impl Default for Options {
    fn default() -> Options {
        Options { edition: Edition::Internal }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the page template does not render")]
    Template(#[from] tera::Error),
    #[error("a table of values could not be written")]
    Csv(#[from] ::csv::Error),
    #[error("the assessment could not be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("the embedded font `{name}` does not load")]
    Font { name: &'static str },
    #[error("the pages could not be written")]
    Pdf(#[source] lopdf::Error),
    #[cfg(feature = "pdf-krilla")]
    #[error("the pages do not conform to PDF/A-2a and PDF/UA-1: {why}")]
    Refused { why: String },
    #[error("the accent colour `{value}` is not a colour\nhint: write it as `#rrggbb`")]
    Accent { value: String },
    #[error(
        "the logo is not a PNG or SVG data URL\nhint: `logo` starts with `data:image/png;base64,` or `data:image/svg+xml;base64,`"
    )]
    Logo,
}
