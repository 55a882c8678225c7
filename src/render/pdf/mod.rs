//! `gap-report.pdf`: our own flow layout to a display list, and a backend that writes it.
//!
//! The list and its structure tree know no PDF library. `printpdf` writes it by default; with the feature `pdf-krilla`
//! krilla writes the same list and validates PDF/A-2a and PDF/UA-1 as it goes, which checks our tags. The default file
//! is tagged but claims neither standard.

mod drawing;
mod flow;
#[cfg(feature = "pdf-krilla")]
mod krilla;
mod list;
mod metadata;
mod outline;
mod pages;
mod picture;
mod printpdf;
mod structure;
mod table;
mod tags;
mod text;
mod theme;

use crate::report::Assessment;

use super::{
    artifact::{Artifact, Options, RenderError},
    branding,
    type_face::Faces,
    view::{self, Report},
};
use list::{Document, Meta};
use theme::Theme;

/// Writes a display list as a file.
trait Backend {
    fn write(&self, document: &Document) -> Result<Vec<u8>, RenderError>;
}

pub(super) fn write(assessment: &Assessment, options: &Options) -> Result<Vec<Artifact>, RenderError> {
    let bytes = printpdf::Printpdf.write(&document(assessment, options)?)?;
    Ok(vec![Artifact::new("gap-report.pdf", bytes)])
}

/// The same document through krilla, which refuses what PDF/A-2a or PDF/UA-1 forbid.
///
/// # Errors
/// What the validation found, as a text.
#[cfg(feature = "pdf-krilla")]
pub fn validated(assessment: &Assessment, options: &Options) -> Result<Vec<u8>, RenderError> {
    let cut = super::edition::cut(assessment, options.edition);
    krilla::Krilla.write(&document(&cut, options)?)
}

fn document(assessment: &Assessment, options: &Options) -> Result<Document, RenderError> {
    let report = view::report(assessment, options.edition);
    let faces = Faces::load()?;
    let theme = Theme::of(branding::accent(&assessment.branding)?);
    let logo = picture::of(branding::logo(&assessment.branding)?)?;
    Ok(pages::lay_out(&report, &faces, theme, meta(&report, assessment), logo))
}

fn meta(report: &Report, assessment: &Assessment) -> Meta {
    Meta {
        title: format!("{} {}, {}", report.title, report.organisation, report.edition),
        author: report.prepared_by.clone().unwrap_or_else(|| "ambit".to_owned()),
        subject: report.headline.sentence.clone(),
        creator: report.tool.clone(),
        created: assessment.run.started.parse().unwrap_or_default(),
    }
}
