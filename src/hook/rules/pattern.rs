//! Regular expressions that are compiled when first used: a run needs few of them, and each costs more than most files.

use std::{ops::Range, sync::OnceLock};

use regex::{Captures, Regex, RegexSet};

/// A regular expression. One that does not compile matches nothing; [`Pattern::check`] tells beforehand.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub fn new(source: &str) -> Pattern {
        Pattern { source: source.to_owned(), compiled: OnceLock::new() }
    }

    /// Why it does not compile. The rules a user adds are checked when they are loaded, Ambit's own in a test.
    pub fn check(&self) -> Result<(), regex::Error> {
        Regex::new(&self.source).map(|_| ())
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// The group `value` of every match, or the whole match where there is no such group.
    pub fn values(&self, text: &str) -> Vec<Range<usize>> {
        let value = |found: Captures<'_>| found.name("value").or_else(|| found.get(0)).map(|value| value.range());
        self.regex().map(|regex| regex.captures_iter(text).filter_map(value).collect()).unwrap_or_default()
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.source).ok()).as_ref()
    }
}

/// Several patterns, matched in one pass.
#[derive(Debug, Clone, Default)]
pub struct PatternSet {
    sources: Vec<String>,
    compiled: OnceLock<Option<RegexSet>>,
}

impl PatternSet {
    pub fn new(sources: Vec<String>) -> PatternSet {
        PatternSet { sources, compiled: OnceLock::new() }
    }

    /// Why it does not compile.
    pub fn check(&self) -> Result<(), regex::Error> {
        RegexSet::new(&self.sources).map(|_| ())
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.set().is_some_and(|set| set.is_match(text))
    }

    /// The places of the patterns that match.
    pub fn matches(&self, text: &str) -> Vec<usize> {
        self.set().map(|set| set.matches(text).into_iter().collect()).unwrap_or_default()
    }

    fn set(&self) -> Option<&RegexSet> {
        if self.sources.is_empty() {
            return None;
        }
        self.compiled.get_or_init(|| RegexSet::new(&self.sources).ok()).as_ref()
    }
}
