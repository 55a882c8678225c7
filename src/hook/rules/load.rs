//! From YAML to rules.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use regex::{Regex, RegexSet};
use serde::Deserialize;
use thiserror::Error;
use tree_sitter::QueryError;

use crate::report::Severity;

use super::{
    super::Language,
    Body, Case, Class, Condition, Files, Rule, Rules, TextRule,
    conditions::{Enclosure, Test},
    files::FilesData,
};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/controls/hook");
const FILES: &str = "files.yaml";

/// Why rules could not be loaded.
#[derive(Debug, Error)]
pub enum RulesError {
    #[error("rule file `{file}` could not be read: {why}")]
    Yaml { file: String, why: String },
    #[error("rule file `{file}` holds the rule `{id}`\nhint: a rule's file is named after it")]
    Name { file: String, id: String },
    #[error("rule `{0}` exists already\nhint: give your own rule another id")]
    Twice(String),
    #[error("rule `{0}` needs either `syntax` or `text`, and not both")]
    Kind(String),
    #[error("rule `{rule}` has a pattern that is no regular expression: {why}")]
    Regex { rule: String, why: String },
    #[error("rule `{rule}` has a query that the grammar of {language:?} does not accept: {why}")]
    Query { rule: String, language: Language, why: String },
    #[error("rule `{0}` has a query without the capture `@hit`")]
    NoHit(String),
    #[error("rule `{rule}` sets a condition on `{capture}`, which a query of it does not capture")]
    NoCapture { rule: String, capture: String },
    #[error("a condition of rule `{0}` says nothing, or two things at once")]
    Condition(String),
    #[error("the queries for {0:?} could not be joined: a pattern needs its own brackets")]
    PatternCount(Language),
}

impl RulesError {
    pub(super) fn query(rule: &str, language: Language, error: &QueryError) -> RulesError {
        RulesError::Query { rule: rule.to_owned(), language, why: error.to_string() }
    }
}

/// One file under `controls/hook/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleData {
    id: String,
    title: String,
    severity: Severity,
    message: String,
    why: String,
    fix: String,
    #[serde(default = "in_source")]
    files: Vec<Class>,
    syntax: Option<SyntaxData>,
    text: Option<TextData>,
    #[serde(default)]
    examples: Vec<Example>,
}

fn in_source() -> Vec<Class> {
    vec![Class::Source]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SyntaxData {
    #[serde(default)]
    conditions: Vec<ConditionData>,
    languages: BTreeMap<Language, Vec<CaseData>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseData {
    query: String,
    #[serde(default)]
    conditions: Vec<ConditionData>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionData {
    of: String,
    matches: Option<String>,
    lacks: Option<String>,
    only: Option<String>,
    head: Option<String>,
    head_lacks: Option<String>,
    within: Option<EnclosureData>,
    not_within: Option<EnclosureData>,
    unexplained: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnclosureData {
    kind: String,
    head: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextData {
    patterns: Vec<String>,
    min_entropy: Option<f64>,
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    allow_lines: Vec<String>,
    #[serde(default)]
    secret: bool,
}

/// A small file in which the rule finds something (`found`), or nothing (`clean`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub path: String,
    pub found: Option<String>,
    pub clean: Option<String>,
}

impl Rules {
    /// Ambit's own rules.
    pub fn built_in() -> Result<Rules, RulesError> {
        Rules::with(&[])
    }

    /// Ambit's own rules and `more`: pairs of file name and YAML. The queries of added rules are checked one by one.
    pub fn with(more: &[(String, String)]) -> Result<Rules, RulesError> {
        let mut all = Vec::new();
        let mut files = None;
        for file in BUILT_IN.files() {
            let name = file.path().to_string_lossy().into_owned();
            let yaml = file.contents_utf8().unwrap_or_default();
            if name == FILES {
                files = Some(read_files(yaml)?);
            } else {
                all.push(read_rule(&name, yaml)?);
            }
        }
        all.sort_by(|a, b| a.id.cmp(&b.id));
        for (name, yaml) in more {
            let rule = read_rule(name, yaml)?;
            if all.iter().any(|known: &Rule| known.id == rule.id) {
                return Err(RulesError::Twice(rule.id));
            }
            all.push(rule);
        }
        let files = files.ok_or_else(|| RulesError::Yaml { file: FILES.into(), why: "it is missing".into() })?;
        let rules = assemble(all, files)?;
        if !more.is_empty() {
            rules.verify()?;
        }
        Ok(rules)
    }
}

fn assemble(all: Vec<Rule>, files: Files) -> Result<Rules, RulesError> {
    let mut patterns = Vec::new();
    let mut text_places = Vec::new();
    for (index, rule) in all.iter().enumerate() {
        if let Body::Text(text) = &rule.body {
            for (place, pattern) in text.patterns.iter().enumerate() {
                patterns.push(pattern.as_str());
                text_places.push((index, place));
            }
        }
    }
    let any_text = set("text rules", &patterns)?;
    Ok(Rules { all, files, any_text, text_places, compiled: Default::default() })
}

fn read_files(yaml: &str) -> Result<Files, RulesError> {
    let data: FilesData = parse(FILES, yaml)?;
    Files::new(&data).map_err(|error| RulesError::Regex { rule: FILES.into(), why: error.to_string() })
}

fn parse<'a, T: Deserialize<'a>>(file: &str, yaml: &'a str) -> Result<T, RulesError> {
    yaml_serde::from_str(yaml).map_err(|error| RulesError::Yaml { file: file.to_owned(), why: error.to_string() })
}

fn read_rule(file: &str, yaml: &str) -> Result<Rule, RulesError> {
    let data: RuleData = parse(file, yaml)?;
    let stem = file.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml"));
    if stem != Some(&data.id) {
        return Err(RulesError::Name { file: file.to_owned(), id: data.id });
    }
    let body = match (data.syntax, data.text) {
        (Some(syntax), None) => Body::Syntax(cases(&data.id, syntax)?),
        (None, Some(text)) => Body::Text(text_rule(&data.id, text)?),
        _ => return Err(RulesError::Kind(data.id)),
    };
    Ok(Rule {
        id: data.id,
        title: data.title,
        severity: data.severity,
        message: data.message,
        why: data.why,
        fix: data.fix,
        classes: data.files,
        body,
        examples: data.examples,
    })
}

fn cases(rule: &str, data: SyntaxData) -> Result<Vec<Case>, RulesError> {
    let mut cases = Vec::new();
    for (language, list) in data.languages {
        for case in list {
            let conditions = data.conditions.iter().chain(&case.conditions);
            let conditions = conditions.map(|one| condition(rule, one)).collect::<Result<_, _>>()?;
            cases.push(Case { language, query: case.query, conditions });
        }
    }
    Ok(cases)
}

fn condition(rule: &str, data: &ConditionData) -> Result<Condition, RulesError> {
    let regex = |pattern: &String| regex(rule, pattern);
    let mut tests = Vec::new();
    for (pattern, make) in [
        (&data.matches, Test::Matches as fn(Regex) -> Test),
        (&data.lacks, Test::Lacks),
        (&data.only, Test::Only),
        (&data.head, Test::Head),
        (&data.head_lacks, Test::HeadLacks),
    ] {
        if let Some(pattern) = pattern {
            tests.push(make(regex(pattern)?));
        }
    }
    for (enclosure, make) in
        [(&data.within, Test::Within as fn(Enclosure) -> Test), (&data.not_within, Test::NotWithin)]
    {
        if let Some(enclosure) = enclosure {
            let head = enclosure.head.as_ref().map(regex).transpose()?;
            tests.push(make(Enclosure { kind: regex(&enclosure.kind)?, head }));
        }
    }
    tests.extend(data.unexplained.map(Test::Unexplained));
    match (tests.pop(), tests.is_empty()) {
        (Some(test), true) => Ok(Condition { of: data.of.clone(), test }),
        _ => Err(RulesError::Condition(rule.to_owned())),
    }
}

fn text_rule(rule: &str, data: TextData) -> Result<TextRule, RulesError> {
    Ok(TextRule {
        patterns: data.patterns.iter().map(|pattern| regex(rule, pattern)).collect::<Result<_, _>>()?,
        min_entropy: data.min_entropy,
        allow: set(rule, &data.allow)?,
        allow_lines: set(rule, &data.allow_lines)?,
        secret: data.secret,
    })
}

fn regex(rule: &str, pattern: &str) -> Result<Regex, RulesError> {
    Regex::new(pattern).map_err(|error| RulesError::Regex { rule: rule.to_owned(), why: error.to_string() })
}

fn set(rule: &str, patterns: &[impl AsRef<str>]) -> Result<RegexSet, RulesError> {
    RegexSet::new(patterns).map_err(|error| RulesError::Regex { rule: rule.to_owned(), why: error.to_string() })
}
