//! Floor 8: an [`Assessment`] to bytes, one file a format. No renderer reads a clock, a file or the environment, so the
//! same assessment gives the same bytes.
//!
//! A new format is a file that offers `write(&Assessment, &Options) -> Result<Vec<Artifact>, RenderError>`, its `mod`
//! line and its line in `formats!`.

mod artifact;
mod branding;
pub mod changes;
mod csv;
mod edition;
mod figure;
mod html;
mod json;
mod md;
mod pdf;
mod sarif;
pub mod terminal;
mod type_face;
mod view;
pub mod words;

pub use artifact::{Artifact, Options, RenderError};
pub use view::{Price, prices};

use crate::report::Assessment;

macro_rules! formats {
    ($($(#[doc = $about:literal])+ $name:ident = $module:ident,)+) => {
        /// What a report can be written as.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Format {
            $($(#[doc = $about])+ $name,)+
        }

        impl Format {
            pub const ALL: &'static [Format] = &[$(Format::$name),+];

            /// The word that names it on a command line, and its module.
            pub fn id(self) -> &'static str {
                match self {
                    $(Format::$name => stringify!($module),)+
                }
            }

            /// One line of help.
            pub fn about(self) -> &'static str {
                match self {
                    $(Format::$name => concat!($($about),+).trim_ascii(),)+
                }
            }

            fn write(self, assessment: &Assessment, options: &Options) -> Result<Vec<Artifact>, RenderError> {
                match self {
                    $(Format::$name => $module::write(assessment, options),)+
                }
            }
        }
    };
}

formats! {
    /// one self-contained page for a browser
    Html = html,
    /// pages for a desk or a board
    Pdf = pdf,
    /// findings and paths for a spreadsheet
    Csv = csv,
    /// the whole assessment, docs/schema/assessment-1.json
    Json = json,
    /// the report for an issue or a wiki
    Md = md,
    /// findings for code scanning, SARIF 2.1.0
    Sarif = sarif,
    /// the headline and its path as plain text
    Terminal = terminal,
}

#[cfg(feature = "pdf-krilla")]
pub use pdf::validated as validated_pdf;

/// The files of one format, cut to the edition first, so that no format can show what an edition withholds.
///
/// # Errors
/// A template or a font that does not load, or a branding value that is not what it claims: our defect or the
/// configuration's, never the judged system's.
pub fn render(format: Format, assessment: &Assessment, options: &Options) -> Result<Vec<Artifact>, RenderError> {
    format.write(&edition::cut(assessment, options.edition), options)
}
