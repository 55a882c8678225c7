//! The `[hook]` table of a repository's `ambit.toml`.

use jiff::civil::Date;
use regex::Regex;
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

/// What a repository sets for the hook. Anything that weakens it carries a reason and an end.
#[derive(Debug, Default)]
pub struct Settings {
    /// Folder with the repository's own rules, relative to its root.
    pub rules: Option<String>,
    /// Percent of changed executable lines that tests must run.
    pub minimum_coverage: Option<u8>,
    pub ignores: Vec<Ignore>,
}

/// One `[[hook.ignore]]`.
#[derive(Debug, Clone)]
pub struct Ignore {
    pub rule: String,
    /// As written; `*` stays in a folder, `**` does not.
    pub path: String,
    /// Text that the line must hold.
    pub text: Option<String>,
    pub reason: String,
    pub until: Date,
    /// Line of the entry in the file, from 1.
    pub line: usize,
    matcher: Regex,
}

/// Why the table could not be read.
#[derive(Debug, Error)]
pub enum SettingsError {
    #[error("`ambit.toml` is no TOML that the hook can read: {0}")]
    Toml(String),
    #[error("`{0}` is no date\nhint: write `until = 2027-01-31`")]
    Date(String),
    #[error("the ignore for `{0}` gives no reason")]
    NoReason(String),
    #[error("`{0}` is no path pattern")]
    Path(String),
    #[error("`minimum_coverage` is a percentage, not {0}")]
    Percent(u8),
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    hook: Table,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    rules: Option<String>,
    minimum_coverage: Option<u8>,
    #[serde(default)]
    ignore: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: Spanned<String>,
    path: String,
    text: Option<String>,
    reason: String,
    until: toml::Value,
}

impl Settings {
    /// Reads the `[hook]` table; every other table of the file is left alone.
    pub fn parse(toml: &str) -> Result<Settings, SettingsError> {
        let file: File = toml::from_str(toml).map_err(|error| SettingsError::Toml(error.message().to_owned()))?;
        let table = file.hook;
        if let Some(percent) = table.minimum_coverage.filter(|percent| *percent > 100) {
            return Err(SettingsError::Percent(percent));
        }
        let ignores = table.ignore.into_iter().map(|entry| ignore(entry, toml)).collect::<Result<_, _>>()?;
        Ok(Settings { rules: table.rules, minimum_coverage: table.minimum_coverage, ignores })
    }
}

impl Ignore {
    /// Whether the entry speaks of `rule` at `path`.
    pub fn covers(&self, rule: &str, path: &str, line: &str) -> bool {
        self.rule == rule
            && self.matcher.is_match(path)
            && self.text.as_ref().is_none_or(|text| line.contains(text.as_str()))
    }

    /// The single file the entry names, when it is no pattern.
    pub fn exact_path(&self) -> Option<&str> {
        (!self.path.contains(['*', '?'])).then_some(self.path.as_str())
    }

    /// Whether two entries say the same, wherever they stand.
    pub fn same(&self, other: &Ignore) -> bool {
        (&self.rule, &self.path, &self.text, &self.reason, self.until)
            == (&other.rule, &other.path, &other.text, &other.reason, other.until)
    }
}

fn ignore(entry: Entry, source: &str) -> Result<Ignore, SettingsError> {
    let date = match &entry.until {
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::String(text) => text.clone(),
        other => return Err(SettingsError::Date(other.to_string())),
    };
    let until = date.parse().map_err(|_| SettingsError::Date(date))?;
    let start = entry.rule.span().start;
    let rule = entry.rule.into_inner();
    if entry.reason.trim().is_empty() {
        return Err(SettingsError::NoReason(rule));
    }
    let matcher = glob(&entry.path).map_err(|_| SettingsError::Path(entry.path.clone()))?;
    let line = source.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    Ok(Ignore { rule, path: entry.path, text: entry.text, reason: entry.reason, until, line, matcher })
}

/// A path pattern as a regular expression, which matches in linear time whatever the pattern.
fn glob(pattern: &str) -> Result<Regex, regex::Error> {
    let mut out = String::from("^");
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let (piece, taken) = match c {
            '*' if rest.starts_with("**/") => ("(?:.*/)?".to_owned(), 3),
            '*' if rest.starts_with("**") => (".*".to_owned(), 2),
            '*' => ("[^/]*".to_owned(), 1),
            '?' => ("[^/]".to_owned(), 1),
            other => (regex::escape(&other.to_string()), other.len_utf8()),
        };
        out.push_str(&piece);
        rest = rest.get(taken..).unwrap_or_default();
    }
    out.push('$');
    Regex::new(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "[aws]\nanything = 1\n\n[hook]\nminimum_coverage = 80\n\n[[hook.ignore]]\nrule = \"hardcoded-host\"\npath = \"deploy/**\"\nreason = \"the one cluster\"\nuntil = 2027-01-31\n";

    #[test]
    fn only_the_hook_table_is_read() {
        let settings = Settings::parse(WHOLE).unwrap();
        assert_eq!(settings.minimum_coverage, Some(80));
        let entry = &settings.ignores[0];
        assert_eq!((entry.line, entry.until.to_string().as_str()), (8, "2027-01-31"));
        assert!(entry.covers("hardcoded-host", "deploy/a/b.yaml", ""));
        assert!(!entry.covers("hardcoded-host", "src/deploy/b.yaml", ""));
        assert!(!entry.covers("credential-jwt", "deploy/b.yaml", ""));
    }

    #[test]
    fn an_ignore_needs_a_reason_and_an_end() {
        for (from, to) in [
            ("reason = \"the one cluster\"\n", ""),
            ("the one cluster", " "),
            ("until = 2027-01-31\n", ""),
            ("2027-01-31", "\"soon\""),
            ("minimum_coverage = 80", "minimum_coverage = 180"),
            ("minimum_coverage = 80", "disable = true"),
        ] {
            assert!(Settings::parse(&WHOLE.replace(from, to)).is_err(), "{from} -> {to}");
        }
    }

    #[test]
    fn patterns_stay_in_their_folder() {
        for (pattern, path, expected) in [
            ("a/*.rs", "a/b.rs", true),
            ("a/*.rs", "a/b/c.rs", false),
            ("**/x.rs", "x.rs", true),
            ("**/x.rs", "a/b/x.rs", true),
            ("a.rs", "aXrs", false),
        ] {
            assert_eq!(glob(pattern).unwrap().is_match(path), expected, "{pattern} against {path}");
        }
    }
}
