//! Rules are data: one YAML file each under `controls/hook/`, with the examples that test it.

mod conditions;
mod files;
mod load;
mod pattern;

use std::{collections::BTreeMap, sync::OnceLock};

use tree_sitter::Query;

use crate::report::Severity;

pub use conditions::{Condition, File};
pub use files::{Class, Files};
pub use load::{Example, RulesError};
pub use pattern::{Pattern, PatternSet};

use super::Language;

/// One rule, ready to use.
#[derive(Debug)]
pub struct Rule {
    pub id: String,
    pub title: String,
    pub severity: Severity,
    /// What is wrong; `{name}` stands for the text of the capture `@name`.
    pub message: String,
    pub why: String,
    pub fix: String,
    /// Where the rule holds.
    pub classes: Vec<Class>,
    pub body: Body,
    pub examples: Vec<Example>,
}

/// How a rule looks.
#[derive(Debug)]
pub enum Body {
    Syntax(Vec<Case>),
    Text(TextRule),
}

/// One query of a syntax rule in one language, with what must hold of its captures.
#[derive(Debug, Clone)]
pub struct Case {
    pub language: Language,
    pub query: String,
    pub conditions: Vec<Condition>,
}

/// A rule on the text of a line.
#[derive(Debug)]
pub struct TextRule {
    pub patterns: Vec<Pattern>,
    /// Bits a character that the value must have at least (Shannon, over its characters).
    pub min_entropy: Option<f64>,
    /// Values that are no finding.
    pub allow: PatternSet,
    /// Lines that are no finding.
    pub allow_lines: PatternSet,
    /// The value is a secret: it is masked wherever a line is shown.
    pub secret: bool,
}

/// All rules of a run: Ambit's own and those the user added.
pub struct Rules {
    all: Vec<Rule>,
    files: Files,
    /// Every pattern of every text rule, so that a line which holds none costs one pass.
    any_text: PatternSet,
    /// Which rule and which of its patterns each member of `any_text` is.
    text_places: Vec<(usize, usize)>,
    /// The queries of each language, made when its first file comes; in the order of [`Language::ALL`].
    compiled: [OnceLock<Compiled>; Language::ALL.len()],
}

/// The queries of one language as one query, so that a tree is walked once.
pub struct Compiled {
    pub query: Query,
    /// For each pattern of the query, the rule and the case it came from.
    pub owners: Vec<(usize, usize)>,
}

impl Rules {
    pub fn all(&self) -> &[Rule] {
        &self.all
    }

    pub fn get(&self, index: usize) -> Option<&Rule> {
        self.all.get(index)
    }

    /// Whether a rule of this id exists.
    pub fn knows(&self, id: &str) -> bool {
        self.all.iter().any(|rule| rule.id == id)
    }

    /// What kind of file a path is.
    pub fn class(&self, path: &str) -> Class {
        self.files.class(path)
    }

    /// The text rules with a pattern that matches `line`: index of the rule and the pattern.
    pub fn text_candidates(&self, line: &str) -> impl Iterator<Item = (usize, &Pattern)> {
        self.any_text.matches(line).into_iter().filter_map(|place| {
            let (rule, pattern) = *self.text_places.get(place)?;
            match &self.all.get(rule)?.body {
                Body::Text(text) => Some((rule, text.patterns.get(pattern)?)),
                Body::Syntax(_) => None,
            }
        })
    }

    /// All syntax rules of one language in one query.
    pub fn compiled(&self, language: Language) -> Result<&Compiled, RulesError> {
        let place = Language::ALL.iter().position(|one| *one == language).and_then(|index| self.compiled.get(index));
        let place = place.ok_or(RulesError::PatternCount(language))?;
        match place.get() {
            Some(compiled) => Ok(compiled),
            None => {
                let compiled = self.compile(language)?;
                Ok(place.get_or_init(|| compiled))
            }
        }
    }

    fn compile(&self, language: Language) -> Result<Compiled, RulesError> {
        let grammar = language.grammar();
        let mut source = String::new();
        let mut owners = Vec::new();
        for (rule, case_index, case) in self.cases(language) {
            source.push_str(&case.query);
            source.push('\n');
            let alone = patterns_in(&case.query);
            owners.extend(std::iter::repeat_n((rule, case_index), alone));
        }
        let query = Query::new(&grammar, &source).map_err(|error| RulesError::query("", language, &error))?;
        if query.pattern_count() != owners.len() {
            return Err(RulesError::PatternCount(language));
        }
        Ok(Compiled { query, owners })
    }

    /// Compiles every query and every pattern alone, so that an error names its rule. For added rules and the tests.
    pub fn verify(&self) -> Result<(), RulesError> {
        for set in self.files.patterns() {
            set.check().map_err(|error| RulesError::regex("files", &error))?;
        }
        for rule in &self.all {
            rule.check_patterns().map_err(|error| RulesError::regex(&rule.id, &error))?;
        }
        self.any_text.check().map_err(|error| RulesError::regex("text", &error))?;
        for language in Language::ALL {
            for (rule, _, case) in self.cases(language) {
                case.check_query(self.all.get(rule).map_or("", |rule| rule.id.as_str()), language)?;
            }
        }
        Ok(())
    }

    fn cases(&self, language: Language) -> impl Iterator<Item = (usize, usize, &Case)> {
        self.all.iter().enumerate().flat_map(move |(rule, it)| {
            let cases = match &it.body {
                Body::Syntax(cases) => cases.as_slice(),
                Body::Text(_) => &[],
            };
            cases
                .iter()
                .enumerate()
                .filter(move |(_, case)| language.speaks(case.language))
                .map(move |(index, case)| (rule, index, case))
        })
    }
}

impl Rule {
    fn check_patterns(&self) -> Result<(), regex::Error> {
        match &self.body {
            Body::Syntax(cases) => cases
                .iter()
                .flat_map(|case| &case.conditions)
                .flat_map(Condition::patterns)
                .try_for_each(Pattern::check),
            Body::Text(text) => {
                text.patterns.iter().try_for_each(Pattern::check)?;
                text.allow.check()?;
                text.allow_lines.check()
            }
        }
    }
}

impl Case {
    fn check_query(&self, rule: &str, language: Language) -> Result<(), RulesError> {
        let query =
            Query::new(&language.grammar(), &self.query).map_err(|error| RulesError::query(rule, language, &error))?;
        if query.pattern_count() != patterns_in(&self.query) || query.capture_index_for_name("hit").is_none() {
            return Err(RulesError::NoHit(rule.to_owned()));
        }
        match self.conditions.iter().find(|one| query.capture_index_for_name(&one.of).is_none()) {
            Some(one) => Err(RulesError::NoCapture { rule: rule.to_owned(), capture: one.of.clone() }),
            None => Ok(()),
        }
    }
}

/// How many patterns a query holds: its outermost brackets. Strings and comments are passed over.
fn patterns_in(query: &str) -> usize {
    let (mut depth, mut count, mut quoted, mut comment, mut escaped) = (0usize, 0, false, false, false);
    for c in query.chars() {
        match c {
            '\n' => comment = false,
            _ if comment => {}
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            ';' => comment = true,
            '(' | '[' => {
                count += usize::from(depth == 0);
                depth += 1;
            }
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    count
}

/// Captures of one match by name: the text a message may use.
pub type Texts = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::patterns_in;

    #[test]
    fn outermost_brackets_are_counted() {
        for (query, count) in [
            ("(a (b) @c) @hit", 1),
            ("[(a) (b)] @hit (c) @hit", 2),
            ("(a (#match? @hit \"\\\"(\")) @hit ; (no)\n(b) @hit", 2),
        ] {
            assert_eq!(patterns_in(query), count, "{query}");
        }
    }
}
