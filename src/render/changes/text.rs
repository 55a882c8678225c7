//! What a terminal shows of the populations: a line each, the branches' accounts, the tests.

use std::fmt::Write as _;

use super::completeness_word;
use crate::{
    analysis::{
        population::{Populations, Table, results},
        reconcile::Reconciliation,
    },
    base::foreign::plain,
    model::truth::Truth,
};

/// The size of sample whose chance to miss every deviation is told.
pub(super) const SAMPLE: u64 = 25;

/// One page of text without escapes.
pub fn write(populations: &Populations) -> String {
    let mut out = format!("{} changes, {}\n\n", populations.changes.len(), populations.period);
    populations.tables.iter().for_each(|table| of_table(&mut out, table));
    out.push_str("\nFirst-parent commits of production branches\n");
    populations.accounts.iter().for_each(|account| of_branch(&mut out, account));
    out.push_str("\nEvery item tested\n");
    for test in results::tests(populations) {
        let _ = writeln!(out, "  {:?}  {}: {}", test.attribute, test.title, test.sentence(SAMPLE));
    }
    out
}

fn of_table(out: &mut String, table: &Table) {
    let short = table.about.calendar.iter().filter(|covered| !covered.whole()).count();
    let days = match short {
        0 => String::new(),
        short => format!("; {short} of {} sources do not cover every day", table.about.calendar.len()),
    };
    let why = match table.about.complete {
        Truth::True => String::new(),
        _ => table.about.gaps.first().map(|gap| format!(" ({})", plain(gap))).unwrap_or_default(),
    };
    let complete = completeness_word(table.about.complete);
    let rows = table.rows.len();
    let _ = writeln!(out, "  {:<12} {rows:>5}  {}: completeness {complete}{why}{days}", table.id, table.title);
}

fn of_branch(out: &mut String, account: &Reconciliation) {
    let counts = account.counts();
    let _ = writeln!(
        out,
        "  {}@{}: {} of pull requests, {} direct, {} unexplained, {} removed by force pushes; completeness {}",
        plain(&account.repository),
        plain(&account.branch),
        counts.by_pull_request,
        counts.direct,
        counts.residue + counts.claimed,
        counts.forced_away,
        completeness_word(account.complete)
    );
    for row in account.residue.iter().chain(&account.unread) {
        let _ = writeln!(out, "    {}", plain(row));
    }
}
