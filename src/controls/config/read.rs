//! Reading a TOML document with the line of everything, collecting all problems instead of stopping at the first.

use std::fmt;

use jiff::civil::Date;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{At, Config, sections};

/// One thing wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// One-based.
    pub line: usize,
    pub message: String,
}

/// Everything wrong with a configuration file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    pub file: String,
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{}:{}: {}", self.file, problem.line, problem.message)?;
        }
        Ok(())
    }
}

pub(super) fn parse(file: &str, bytes: &[u8]) -> Result<Config, ConfigError> {
    let fail = |problems| ConfigError { file: file.to_owned(), problems };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = line_at(bytes, error.valid_up_to());
            return Err(fail(vec![Problem { line, message: "not UTF-8 text".to_owned() }]));
        }
    };
    let document = DeTable::parse(text).map_err(|error| {
        let line = line_at(bytes, error.span().map_or(0, |span| span.start));
        fail(vec![Problem { line, message: error.message().to_owned() }])
    })?;
    let mut reader = Reader { text, problems: Vec::new() };
    let config = sections::config(&mut reader, document.get_ref());
    if reader.problems.is_empty() {
        return Ok(config);
    }
    reader.problems.sort();
    Err(fail(reader.problems))
}

fn line_at(bytes: &[u8], offset: usize) -> usize {
    1 + bytes.iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// What reads a document and remembers what was wrong.
pub(super) struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

/// A table, with what to call it in a message and where it begins.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    pub table: &'a DeTable<'a>,
    pub name: &'a str,
    pub line: usize,
}

impl<'a> Section<'a> {
    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key).map(|(_, value)| value)
    }
}

impl<'a> Reader<'a> {
    pub fn line(&self, offset: usize) -> usize {
        line_at(self.text.as_bytes(), offset)
    }

    pub fn problem(&mut self, line: usize, message: impl Into<String>) {
        self.problems.push(Problem { line, message: message.into() });
    }

    /// Reports every key of the section that is not allowed there.
    pub fn only(&mut self, section: Section<'_>, allowed: &[&str]) {
        for key in section.table.keys().filter(|key| !allowed.contains(&key.get_ref().as_ref())) {
            let line = self.line(key.span().start);
            let message =
                format!("unknown key `{}` in {}; allowed: {}", key.get_ref(), section.name, allowed.join(", "));
            self.problem(line, message);
        }
    }

    fn wrong(&mut self, section: Section<'_>, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let line = self.line(value.span().start);
        let found = value.get_ref().type_str();
        self.problem(line, format!("`{key}` in {} must be {wanted}; found {found}", section.name));
    }

    pub fn string(&mut self, section: Section<'_>, key: &str) -> Option<At<String>> {
        let value = section.get(key)?;
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => {
                Some(At { value: text.to_owned(), line: self.line(value.span().start) })
            }
            Some(_) => {
                let line = self.line(value.span().start);
                self.problem(line, format!("`{key}` in {} is empty", section.name));
                None
            }
            None => {
                self.wrong(section, key, value, "a string");
                None
            }
        }
    }

    /// The text alone, where nothing asks for its line.
    pub fn text(&mut self, section: Section<'_>, key: &str) -> Option<String> {
        self.string(section, key).map(|at| at.value)
    }

    /// A string that must be there; an empty one stands in after the problem was noted.
    pub fn required(&mut self, section: Section<'_>, key: &str) -> String {
        if section.get(key).is_none() {
            self.problem(section.line, format!("{} needs `{key}`", section.name));
        }
        self.text(section, key).unwrap_or_default()
    }

    pub fn strings(&mut self, section: Section<'_>, key: &str) -> Vec<At<String>> {
        let Some(value) = section.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(section, key, value, "an array of strings");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push(At { value: text.to_owned(), line: self.line(item.span().start) }),
                None => self.wrong(section, key, item, "an array of strings"),
            }
        }
        texts
    }

    /// One of a closed set; `allowed` pairs each word with its value.
    pub fn choice<T: Copy>(
        &mut self,
        section: Section<'_>,
        key: &str,
        given: &At<String>,
        allowed: &[(&str, T)],
    ) -> Option<T> {
        let found = allowed.iter().find(|(word, _)| *word == given.value).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = allowed.iter().map(|(word, _)| *word).collect();
            let message =
                format!("`{key}` in {} cannot be `{}`; allowed: {}", section.name, given.value, words.join(", "));
            self.problem(given.line, message);
        }
        found
    }

    /// A date, as a string or as a TOML date: `2026-11-25`.
    pub fn date(&mut self, section: Section<'_>, key: &str) -> Option<String> {
        let value = section.get(key)?;
        let line = self.line(value.span().start);
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        if text.len() == 10 && text.parse::<Date>().is_ok() {
            return Some(text);
        }
        self.problem(line, format!("`{key}` in {} must be a date such as 2026-11-25", section.name));
        None
    }

    pub fn integer(&mut self, section: Section<'_>, key: &str) -> Option<At<String>> {
        let value = section.get(key)?;
        let line = self.line(value.span().start);
        match value.get_ref().as_integer() {
            Some(number) => Some(At { value: number.as_str().to_owned(), line }),
            None => {
                self.wrong(section, key, value, "a number");
                None
            }
        }
    }

    pub fn table(&mut self, section: Section<'a>, key: &str, name: &'a str) -> Option<Section<'a>> {
        let value = section.get(key)?;
        self.as_section(section, key, value, name)
    }

    /// The members of `[[key]]`.
    pub fn tables(&mut self, section: Section<'a>, key: &str, name: &'a str) -> Vec<Section<'a>> {
        let Some(value) = section.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(section, key, value, &format!("written as {name}"));
            return Vec::new();
        };
        items.iter().filter_map(|item| self.as_section(section, key, item, name)).collect()
    }

    fn as_section(
        &mut self,
        section: Section<'_>,
        key: &str,
        value: &'a Spanned<DeValue<'a>>,
        name: &'a str,
    ) -> Option<Section<'a>> {
        match value.get_ref().as_table() {
            Some(table) => Some(Section { table, name, line: self.line(value.span().start) }),
            None => {
                self.wrong(section, key, value, &format!("a table, written as {name}"));
                None
            }
        }
    }
}
