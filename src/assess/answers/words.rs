//! How answers are said: numbers with their base, and to a buyer no name of a repository or resource.

use std::collections::BTreeSet;

use super::Holding;
use crate::{
    assess::{SignOff, Tally, agree},
    controls::{config::Config, questions::Audience},
    model::observed::Gap,
};

/// Limits beyond this many are counted, not listed.
const MOST: usize = 5;

/// `1 way`, `3 ways`.
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// The full stop that a sentence still wants.
pub fn full_stop(sentence: &str) -> &'static str {
    if sentence.ends_with(['.', '!', '?']) { "" } else { "." }
}

/// What the ways of some classes into some tiers say.
pub fn ways(holding: Holding, open: usize, possible: usize, all: usize, tally: Tally) -> String {
    let ways = count(all, "way");
    match holding {
        Holding::Fails => format!("{open} of {ways} looked at {} no human.", agree(open, "needs", "need")),
        Holding::Untold if possible > 0 => {
            let hang = agree(possible, "hangs", "hang");
            format!("No way is proven open; {possible} of {ways} {hang} on what could not be read.")
        }
        Holding::Untold => "No open way was found in what was read; not all that could hold one was read.".to_owned(),
        Holding::Partly => {
            format!("No open way was found, but {} of {} checks on gates do not hold.", tally.fail, tally.total())
        }
        Holding::Holds => format!("Each of {ways} looked at is closed or needs a person."),
    }
}

/// What was not read and what would settle it.
pub fn limits(gaps: &[Gap], audience: Audience) -> Vec<String> {
    let lines: BTreeSet<String> = match audience {
        Audience::Framework => gaps.iter().map(named).collect(),
        Audience::Buyer => gaps
            .iter()
            .filter_map(|gap| gap.needs.as_ref())
            .map(|needs| format!("a grant is missing: {needs}"))
            .collect(),
    };
    let total = lines.len();
    let mut listed: Vec<String> = lines.into_iter().take(MOST).collect();
    if total > MOST {
        listed.push(format!("{} more", total - MOST));
    }
    let things: BTreeSet<&str> = gaps.iter().map(|gap| gap.what.as_str()).collect();
    if audience == Audience::Buyer && !things.is_empty() {
        listed.insert(0, format!("{} not read", count(things.len(), "thing")));
    }
    listed
}

fn named(gap: &Gap) -> String {
    match &gap.needs {
        _ if gap.what.starts_with("whether ") => format!("{}: {}", gap.what, gap.why),
        Some(needs) => format!("{} not read; {needs} would settle it", gap.what),
        None => format!("{} not read: {}", gap.what, gap.why),
    }
}

/// `Of 20 merged changes by agents, 17 had the approval of an independent person: Anna Ek 12 of 20, …`
pub fn signed(signed: &SignOff, config: &Config, names: bool) -> String {
    let total = signed.total;
    let least = if signed.complete { "" } else { "at least " };
    let who = match (names, signed.persons.as_slice()) {
        (_, []) => String::new(),
        (true, persons) => {
            let shares: Vec<String> = persons
                .iter()
                .map(|(login, approved)| format!("{} {approved} of {total}", person(config, login)))
                .collect();
            format!(": {}", shares.join(", "))
        }
        (false, persons) => format!(", by {}", count(persons.len(), "person")),
    };
    let none = total.saturating_sub(signed.approved + signed.unread);
    let unread = match signed.unread {
        0 => String::new(),
        unread => format!("; of {unread} the reviews could not be read"),
    };
    format!(
        "Of {least}{total} merged changes with an agent's mark, {} had the approval of an independent person{who}; \
         {none} had none{unread}.",
        signed.approved
    )
}

fn person(config: &Config, login: &str) -> String {
    match config.person(&format!("github:{login}")) {
        Some((_, person)) => person.name.clone(),
        None => format!("{} (assumed human)", crate::base::foreign::plain(login)),
    }
}
