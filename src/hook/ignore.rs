//! The directive of `docs/hook.md` in a comment: rule, end, reason.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::{
    change::Lines,
    rules::Rules,
    syntax::{Parsed, Seen},
};

/// The word every directive starts with.
pub const WORD: &str = "ambit-ignore";

/// What a comment begins with, in the languages of code and configuration.
const COMMENT_SIGNS: [&str; 8] = ["#", "//", "--", ";", "<!--", "/*", "*", "%"];

/// One directive in a file.
#[derive(Debug)]
pub struct Directive {
    /// Where it stands, from 1.
    pub line: usize,
    /// The line it speaks of: its own, or the next one when it stands alone.
    pub covers: usize,
    pub says: Says,
    /// Whether the base of the change has it, at this place.
    pub in_base: bool,
    /// It came here together with the line it covers.
    pub came_along: bool,
}

/// What a directive says.
#[derive(Debug, PartialEq, Eq)]
pub enum Says {
    Ignore {
        rule: String,
        until: Date,
        reason: String,
    },
    /// It has no effect; why.
    Nothing(&'static str),
}

impl Directive {
    /// Whether the directive lets `seen` pass today.
    pub fn excuses(&self, rule: &str, seen: &Seen, today: Date) -> bool {
        match &self.says {
            Says::Ignore { rule: of, until, .. } => self.in_base && *until >= today && self.speaks_of(of, rule, seen),
            Says::Nothing(_) => false,
        }
    }

    /// Whether there is something for the directive to let pass.
    pub fn matches(&self, rule: &str, seen: &Seen) -> bool {
        matches!(&self.says, Says::Ignore { rule: of, .. } if self.speaks_of(of, rule, seen))
    }

    fn speaks_of(&self, of: &str, rule: &str, seen: &Seen) -> bool {
        of == rule && (seen.first..=seen.line).contains(&self.covers)
    }
}

/// All directives of a file. They follow a comment sign; in a parsed language that is checked against the tree, and in
/// prose, which shows code, only a comment of the prose itself counts.
pub fn read(source: &str, parsed: Option<&Parsed<'_>>, prose: bool, lines: &Lines, rules: &Rules) -> Vec<Directive> {
    if !source.contains(WORD) {
        return Vec::new();
    }
    let all: Vec<&str> = source.split('\n').collect();
    let holds = |index: usize| -> Option<usize> {
        let line = all.get(index)?;
        let column = line.find(WORD)?;
        let before = line.get(..column)?.trim_end();
        let signs = if prose { &["<!--"][..] } else { &COMMENT_SIGNS };
        let comment = signs.iter().any(|sign| before.ends_with(sign))
            && parsed.is_none_or(|parsed| parsed.in_comment(index + 1, column));
        comment.then_some(column)
    };
    (0..all.len())
        .filter_map(|index| Some((index, holds(index)?)))
        .map(|(index, column)| {
            let line = all.get(index).copied().unwrap_or_default();
            let alone = line.get(..column).is_some_and(|before| !before.contains(|c: char| c.is_alphanumeric()));
            let covers = if alone {
                (index + 1..all.len()).find(|next| holds(*next).is_none()).unwrap_or(index) + 1
            } else {
                index + 1
            };
            Directive {
                line: index + 1,
                covers,
                says: says(line.get(column..).unwrap_or_default(), rules),
                in_base: !lines.changed(index + 1),
                came_along: lines.moved(index + 1) && lines.moved(covers),
            }
        })
        .collect()
}

fn says(directive: &str, rules: &Rules) -> Says {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^ambit-ignore\[([a-z0-9-]+)\]\s+until\s+(\d{4}-\d{2}-\d{2})\s*:\s*(.*?)\s*(?:\*/|-->)?\s*$").ok()
    });
    let parts = FORM.as_ref().and_then(|form| form.captures(directive.trim_end_matches('\r')));
    let Some((_, [rule, until, reason])) = parts.map(|parts| parts.extract()) else {
        return Says::Nothing("it is not in the form `ambit-ignore[rule] until 2027-01-31: reason`");
    };
    match until.parse() {
        _ if !rules.knows(rule) => Says::Nothing("no rule has that name"),
        _ if !reason.contains(char::is_alphabetic) => Says::Nothing("it gives no reason"),
        Ok(until) => Says::Ignore { rule: rule.to_owned(), until, reason: reason.to_owned() },
        Err(_) => Says::Nothing("its date is none"),
    }
}
