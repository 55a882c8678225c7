//! Which changed lines the tests ran, from a report that the test run left: lcov or Cobertura.

mod cobertura;
mod lcov;

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

/// How often each executable line ran, by file as the report names it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Coverage {
    files: BTreeMap<String, Hits>,
}

/// Executable lines (from 1) and how often they ran.
pub type Hits = BTreeMap<usize, u64>;

/// How much of a change the tests ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Changed executable lines that ran.
    pub covered: usize,
    /// Changed executable lines.
    pub executable: usize,
    /// Percent asked for.
    pub minimum: u8,
}

/// Why a coverage report could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CoverageError {
    #[error("line {line} of the coverage report is no lcov record: `{text}`")]
    Lcov { line: usize, text: String },
    #[error("the coverage report is no Cobertura XML: {0}")]
    Xml(String),
    #[error("the coverage report names no file\nhint: pass the lcov or Cobertura file that your test run wrote")]
    Empty,
}

impl Coverage {
    /// Reads lcov or Cobertura, told apart by the first character.
    pub fn parse(text: &str) -> Result<Coverage, CoverageError> {
        let files = if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
            cobertura::parse(text)?
        } else {
            lcov::parse(text)?
        };
        if files.is_empty() {
            return Err(CoverageError::Empty);
        }
        Ok(Coverage { files })
    }

    /// Joins a second report: a line ran if it ran in one of them.
    pub fn join(&mut self, other: Coverage) {
        for (file, hits) in other.files {
            merge(self.files.entry(file).or_default(), &hits);
        }
    }

    /// The lines of a repository's file, whatever folder the report's names start from; `None` when the report does
    /// not know it, or knows several that it could be.
    pub fn of(&self, path: &str) -> Option<Hits> {
        if let Some(hits) = self.files.get(path) {
            return Some(hits.clone());
        }
        let longer = format!("/{path}");
        let rooted: Vec<&Hits> =
            self.files.iter().filter(|(name, _)| slashes(name).ends_with(&longer)).map(|(_, hits)| hits).collect();
        if let [first, rest @ ..] = rooted.as_slice() {
            return rest.is_empty().then(|| (*first).clone());
        }
        let mut shorter = self.files.iter().filter(|(name, _)| path.ends_with(&format!("/{}", slashes(name))));
        match (shorter.next(), shorter.next()) {
            (Some((_, hits)), None) => Some(hits.clone()),
            _ => None,
        }
    }
}

impl Share {
    pub fn enough(self) -> bool {
        self.covered * 100 >= self.executable * usize::from(self.minimum)
    }
}

fn slashes(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches("./").to_owned()
}

fn merge(into: &mut Hits, from: &Hits) {
    for (line, hits) in from {
        let known = into.entry(*line).or_default();
        *known = (*known).max(*hits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_from_any_root() {
        let report =
            Coverage::parse("SF:/home/ci/repo/src/a.rs\nDA:1,1\nend_of_record\nSF:b.rs\nDA:2,0\nend_of_record\n")
                .unwrap();
        assert_eq!(report.of("src/a.rs"), Some(Hits::from([(1, 1)])));
        assert_eq!(report.of("lib/b.rs"), Some(Hits::from([(2, 0)])));
        assert_eq!(report.of("c.rs"), None);
        assert_eq!(report.of("xsrc/a.rs"), None);
    }

    #[test]
    fn a_name_that_fits_two_files_fits_none() {
        let report = Coverage::parse("SF:/x/a.rs\nDA:1,1\nend_of_record\nSF:/y/a.rs\nDA:1,0\nend_of_record\n").unwrap();
        assert_eq!(report.of("a.rs"), None);
    }

    #[test]
    fn the_share_is_of_executable_lines() {
        assert!(Share { covered: 4, executable: 5, minimum: 80 }.enough());
        assert!(!Share { covered: 79, executable: 100, minimum: 80 }.enough());
        assert!(Share { covered: 0, executable: 0, minimum: 80 }.enough());
    }

    #[test]
    fn a_report_about_nothing_is_no_report() {
        assert_eq!(Coverage::parse(""), Err(CoverageError::Empty));
        assert_eq!(Coverage::parse("<coverage/>"), Err(CoverageError::Empty));
    }
}
