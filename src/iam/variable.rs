//! Policy variables: `${aws:username}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for the characters themselves.
//!
//! Only version 2012-10-17 knows them; in version 2008-10-17 they are ordinary text.
//! Source: IAM User Guide, `reference_policies_variables`.

use super::glob::{Glob, GlobBuilder};
use crate::model::truth::Truth;

/// A pattern that may contain variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    source: Box<str>,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    /// No variables: compiled once.
    Fixed(Glob),
    /// Filled in for each request.
    Template(Box<[Part]>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Wild(Box<str>),
    Literal(Box<str>),
    Variable { key: Box<str>, default: Option<Box<str>> },
}

/// What a request says about a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filling {
    /// The key's single value.
    Value(String),
    /// The key is not in the request.
    Absent,
    /// Nobody told.
    Unknown,
}

/// A pattern with its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filled {
    /// Every variable has a value.
    Known(String, Glob),
    /// A variable is absent and has no default: the pattern matches nothing.
    Nothing,
    /// A variable is unknown; the glob takes any text in its place.
    Open(Glob),
}

impl Pattern {
    /// Compiles a pattern; `variables` says whether the policy's version knows variables.
    #[must_use]
    pub fn new(source: &str, variables: bool) -> Self {
        let parts = if variables { split(source) } else { None };
        let form = parts.map_or_else(|| Form::Fixed(Glob::new(source)), |parts| Form::Template(parts.into()));
        Self { source: source.into(), form }
    }

    /// The text as written in the policy.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The compiled pattern when it holds no variables.
    #[must_use]
    pub fn fixed(&self) -> Option<&Glob> {
        match &self.form {
            Form::Fixed(glob) => Some(glob),
            Form::Template(_) => None,
        }
    }

    /// The keys of its variables, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let parts: &[Part] = match &self.form {
            Form::Fixed(_) => &[],
            Form::Template(parts) => parts,
        };
        parts.iter().filter_map(|part| if let Part::Variable { key, .. } = part { Some(&**key) } else { None })
    }

    /// Fills the variables in. The text of `Known` is what operators without wildcards compare.
    pub fn fill(&self, mut value: impl FnMut(&str) -> Filling) -> Filled {
        let parts = match &self.form {
            Form::Fixed(glob) => return Filled::Known(self.source.clone().into(), glob.clone()),
            Form::Template(parts) => parts,
        };
        let (mut builder, mut text, mut open) = (GlobBuilder::default(), String::new(), false);
        for part in parts {
            match part {
                Part::Wild(wild) => {
                    builder.pattern(wild);
                    text.push_str(wild);
                }
                Part::Literal(literal) => {
                    builder.literal(literal);
                    text.push_str(literal);
                }
                Part::Variable { key, default } => match (value(key), default) {
                    (Filling::Value(found), _) => {
                        builder.literal(&found);
                        text.push_str(&found);
                    }
                    (Filling::Absent, Some(default)) => {
                        builder.literal(default);
                        text.push_str(default);
                    }
                    (Filling::Absent, None) => return Filled::Nothing,
                    (Filling::Unknown, _) => {
                        builder.any_run();
                        open = true;
                    }
                },
            }
        }
        if open { Filled::Open(builder.build()) } else { Filled::Known(text, builder.build()) }
    }

    /// Whether the pattern covers the set of texts `set` (usually a single one).
    pub fn covers(&self, set: &Glob, value: impl FnMut(&str) -> Filling) -> Truth {
        if let Form::Fixed(glob) = &self.form {
            return glob.covers(set);
        }
        match self.fill(value) {
            Filled::Known(_, glob) => glob.covers(set),
            Filled::Nothing => Truth::False,
            Filled::Open(glob) => glob.covers(set).and(Truth::Unknown),
        }
    }
}

/// Splits a text at its variables; `None` when it has none. A `${` that is never closed is ordinary text.
fn split(source: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Part::Wild(before.into()));
        }
        parts.push(match name {
            "*" | "?" | "$" => Part::Literal(name.into()),
            _ => variable(name),
        });
        rest = tail;
    }
    if parts.is_empty() {
        return None;
    }
    if !rest.is_empty() {
        parts.push(Part::Wild(rest.into()));
    }
    Some(parts)
}

/// Reads `key` or `key, 'default'`.
fn variable(name: &str) -> Part {
    let (key, default) = match name.split_once(',') {
        Some((key, rest)) => {
            let quoted = rest.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
            (key, quoted.map(Into::into))
        }
        None => (name, None),
    };
    Part::Variable { key: key.trim().to_ascii_lowercase().into(), default }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Filled {
        Pattern::new(text, true).fill(|key| match key {
            "aws:username" => Filling::Value("a*b".into()),
            "aws:principaltag/team" => Filling::Unknown,
            _ => Filling::Absent,
        })
    }

    #[test]
    fn values_are_literal_and_defaults_step_in() {
        let Filled::Known(text, glob) = fill("b/${aws:UserName}/*") else { panic!("known") };
        assert_eq!(text, "b/a*b/*");
        assert!(glob.matches("b/a*b/x"));
        assert!(!glob.matches("b/axb/x"));
        let Filled::Known(text, _) = fill("${aws:PrincipalTag/none, 'dflt'}${$}${?}") else { panic!("known") };
        assert_eq!(text, "dflt$?");
        assert_eq!(fill("b/${aws:PrincipalTag/none}*"), Filled::Nothing);
        assert!(matches!(fill("b/${aws:PrincipalTag/team}/x"), Filled::Open(_)));
        assert!(matches!(fill("b/${open"), Filled::Known(..)));
    }

    #[test]
    fn the_old_version_has_no_variables() {
        let old = Pattern::new("b/${aws:username}", false);
        assert!(old.fixed().unwrap().matches("b/${aws:username}"));
    }

    #[test]
    fn an_unknown_variable_still_rules_out_other_places() {
        let pattern = Pattern::new("b/${aws:PrincipalTag/team}/x", true);
        let unknown = |_: &str| Filling::Unknown;
        assert_eq!(pattern.covers(&Glob::new("c/t/x"), unknown), Truth::False);
        assert_eq!(pattern.covers(&Glob::new("b/t/x"), unknown), Truth::Unknown);
    }
}
