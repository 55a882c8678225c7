//! From YAML to rules.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use tree_sitter::QueryError;

use crate::{controls::embedded, report::Severity};

use super::{
    super::Language,
    Body, Case, Class, Condition, Files, Pattern, PatternSet, Rule, Rules, TextRule,
    conditions::{Enclosure, Test},
};

const FOLDER: &str = "hook";
const FILES: &str = "hook/files.yaml";

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
    pub(super) fn regex(rule: &str, error: &regex::Error) -> RulesError {
        RulesError::Regex { rule: rule.to_owned(), why: error.to_string() }
    }

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
    lacks_through: Option<String>,
    only: Option<String>,
    head: Option<String>,
    head_lacks: Option<String>,
    parent: Option<String>,
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
        for (path, yaml) in embedded::folder(FOLDER) {
            if path == FILES {
                files = Some(read_files(yaml)?);
            } else {
                all.push(read_rule(path, yaml)?);
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
        let rules = assemble(all, files);
        if !more.is_empty() {
            rules.verify()?;
        }
        Ok(rules)
    }
}

fn assemble(all: Vec<Rule>, files: Files) -> Rules {
    let mut patterns = Vec::new();
    let mut text_places = Vec::new();
    for (index, rule) in all.iter().enumerate() {
        if let Body::Text(text) = &rule.body {
            for (place, pattern) in text.patterns.iter().enumerate() {
                patterns.push(pattern.source().to_owned());
                text_places.push((index, place));
            }
        }
    }
    Rules { all, files, any_text: PatternSet::new(patterns), text_places, compiled: Default::default() }
}

fn read_files(yaml: &str) -> Result<Files, RulesError> {
    Ok(Files::new(parse(FILES, yaml)?))
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
        (None, Some(text)) => Body::Text(text_rule(text)),
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
    let mut tests = Vec::new();
    for (pattern, make) in [
        (&data.matches, Test::Matches as fn(Pattern) -> Test),
        (&data.lacks, Test::Lacks),
        (&data.lacks_through, Test::LacksThrough),
        (&data.only, Test::Only),
        (&data.head, Test::Head),
        (&data.head_lacks, Test::HeadLacks),
        (&data.parent, Test::Parent),
    ] {
        tests.extend(pattern.as_deref().map(Pattern::new).map(make));
    }
    for (enclosure, make) in
        [(&data.within, Test::Within as fn(Enclosure) -> Test), (&data.not_within, Test::NotWithin)]
    {
        tests.extend(enclosure.as_ref().map(|enclosure| {
            let head = enclosure.head.as_deref().map(Pattern::new);
            make(Enclosure { kind: Pattern::new(&enclosure.kind), head })
        }));
    }
    tests.extend(data.unexplained.map(Test::Unexplained));
    match (tests.pop(), tests.is_empty()) {
        (Some(test), true) => Ok(Condition { of: data.of.clone(), test }),
        _ => Err(RulesError::Condition(rule.to_owned())),
    }
}

fn text_rule(data: TextData) -> TextRule {
    TextRule {
        patterns: data.patterns.iter().map(|pattern| Pattern::new(pattern)).collect(),
        min_entropy: data.min_entropy,
        allow: PatternSet::new(data.allow),
        allow_lines: PatternSet::new(data.allow_lines),
        secret: data.secret,
    }
}
