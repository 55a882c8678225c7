//! What a terminal shows of the populations: a line each, the branches' accounts, the tests.

use super::completeness_word;
use crate::{
    analysis::{
        population::{About, Populations, Table, results},
        reconcile::Reconciliation,
    },
    base::foreign::plain,
    model::truth::Truth,
    render::{terminal::wrap, words::count},
};

/// The size of sample whose chance to miss every deviation is told.
pub(super) const SAMPLE: u64 = 25;

/// One page of text without escapes, for a terminal of `width` columns.
pub fn write(populations: &Populations, width: usize) -> String {
    let mut page = Page { out: String::new(), width: width.clamp(48, 100) };
    page.line(0, &format!("{} changes, {}", populations.changes.len(), populations.period));
    page.line(0, "");
    populations.tables.iter().for_each(|table| page.table(table));
    page.line(0, "");
    page.line(0, "First-parent commits of production branches");
    populations.accounts.iter().for_each(|account| page.branch(account));
    page.line(0, "");
    page.line(0, "Every item tested");
    for test in results::tests(populations) {
        page.line(2, &format!("{:?}  {}: {}", test.attribute, test.title, test.sentence(SAMPLE)));
    }
    page.out
}

struct Page {
    out: String,
    width: usize,
}

impl Page {
    /// `text` indented, and what does not fit four columns deeper.
    fn line(&mut self, indent: usize, text: &str) {
        for (at, line) in wrap::lines(&plain(text), self.width - indent - 4).iter().enumerate() {
            let indent = if at == 0 || line.is_empty() { indent } else { indent + 4 };
            self.out.push_str(format!("{:indent$}{line}", "").trim_end());
            self.out.push('\n');
        }
    }

    fn table(&mut self, table: &Table) {
        let About { calendar, complete, gaps, .. } = &table.about;
        self.line(
            2,
            &format!(
                "{} {}: {}, completeness {}",
                table.id,
                table.title,
                table.rows.len(),
                completeness_word(*complete)
            ),
        );
        if let Some(gap) = gaps.first().filter(|_| *complete != Truth::True) {
            self.line(6, gap);
        }
        let short = calendar.iter().filter(|covered| !covered.whole()).count();
        if short > 0 {
            self.line(6, &format!("{short} of {} do not cover every day", count(calendar.len(), "source")));
        }
    }

    fn branch(&mut self, account: &Reconciliation) {
        let counts = account.counts();
        self.line(
            2,
            &format!(
                "{}@{}: {} of pull requests, {} direct, {} unexplained, {} removed by force pushes; completeness {}",
                account.repository,
                account.branch,
                counts.by_pull_request,
                counts.direct,
                counts.residue + counts.claimed,
                counts.forced_away,
                completeness_word(account.complete)
            ),
        );
        account.residue.iter().chain(&account.unread).for_each(|row| self.line(6, row));
    }
}
