//! What kind of file a path is: a rule holds in some kinds and not in others.

use serde::Deserialize;

use super::PatternSet;

/// The kinds, from the most to the least particular: the first whose patterns match is the kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Lock files, vendored and generated code: nobody wrote them for this change.
    Generated,
    /// Tests and what they read.
    Test,
    /// Documentation and prose.
    Prose,
    /// Configuration: the place for hosts and account numbers, not for credentials.
    Config,
    /// Code and everything else.
    Source,
}

/// The patterns of `controls/hook/files.yaml`.
#[derive(Debug)]
pub struct Files {
    generated: PatternSet,
    test: PatternSet,
    prose: PatternSet,
    config: PatternSet,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilesData {
    generated: Vec<String>,
    test: Vec<String>,
    prose: Vec<String>,
    config: Vec<String>,
}

impl Files {
    pub(super) fn new(data: FilesData) -> Files {
        Files {
            generated: PatternSet::new(data.generated),
            test: PatternSet::new(data.test),
            prose: PatternSet::new(data.prose),
            config: PatternSet::new(data.config),
        }
    }

    /// The patterns of all kinds.
    pub fn patterns(&self) -> [&PatternSet; 4] {
        [&self.generated, &self.test, &self.prose, &self.config]
    }

    pub fn class(&self, path: &str) -> Class {
        if self.generated.is_match(path) {
            Class::Generated
        } else if self.prose.is_match(path) {
            Class::Prose
        } else if self.test.is_match(path) {
            Class::Test
        } else if self.config.is_match(path) {
            Class::Config
        } else {
            Class::Source
        }
    }
}
