//! The headline, its path drawn hop by hop, and what to do first: readable at 80 columns and without colour.

mod ink;
pub mod wrap;

use crate::report::{Assessment, Edition};

use super::{
    artifact::{Artifact, Options, RenderError},
    view::{self, Change, Hop, Path, Report, Store},
    words::{self, Word},
};
use ink::Ink;

/// Narrower terminals wrap by themselves; wider lines are hard to read.
const NARROWEST: usize = 48;
const WIDEST: usize = 100;
/// Where the text of a hop begins.
const COLUMN: usize = 20;

pub(super) fn write(assessment: &Assessment, options: &Options) -> Result<Vec<Artifact>, RenderError> {
    Ok(vec![Artifact::new("report.txt", draw(&view::report(assessment, options.edition), 80, false))])
}

/// The summary for a terminal of `width` columns. Only with `color` does it hold escape sequences, all of them ours.
pub fn render(assessment: &Assessment, width: usize, color: bool) -> String {
    draw(&view::report(assessment, Edition::Internal), width, color)
}

fn draw(report: &Report, width: usize, color: bool) -> String {
    let mut page = Page { out: String::new(), width: width.clamp(NARROWEST, WIDEST), ink: Ink { color } };
    page.masthead(report);
    page.headline(report);
    page.counts(report);
    if let Some(path) = &report.headline.path {
        page.path(path);
    }
    page.recovery(report);
    page.changes(&report.changes);
    page.unread(report);
    page.out
}

struct Page {
    out: String,
    width: usize,
    ink: Ink,
}

impl Page {
    fn masthead(&mut self, report: &Report) {
        let rest = format!("  {} · {} · {}", report.organisation, report.as_of, report.edition);
        let rest = wrap::cut(&rest, self.width.saturating_sub(6));
        let line = format!(" {}{}", self.ink.strong("ambit"), self.ink.faint(&rest));
        self.line(&line);
        self.blank();
    }

    fn headline(&mut self, report: &Report) {
        let (mark, word) = report.headline.worst.map_or(("●", None), |word| (word.mark, Some(word)));
        for (at, text) in wrap::lines(&report.headline.sentence, self.width - 4).iter().enumerate() {
            let lead = if at == 0 { mark } else { " " };
            let text = self.ink.strong(text);
            let lead = word.map_or(lead.to_owned(), |word| self.ink.tone(word.tone, lead));
            self.line(&format!(" {lead} {text}"));
        }
        for extra in &report.headline.lines {
            self.blank();
            self.paragraph(3, extra);
        }
        self.blank();
    }

    fn counts(&mut self, report: &Report) {
        self.rule("Ways to production");
        if report.routes.is_empty() && report.headline.worst.is_none() {
            self.paragraph(3, "No path found in what was read. What was not read stands below.");
            self.blank();
            return;
        }
        let counts = &report.headline.counts;
        let plain =
            counts.iter().map(|count| wrap::width(&format!("{} {} {}", count.word.mark, count.n, count.word.text)) + 5);
        let between = if plain.sum::<usize>() < self.width { "     " } else { "\n   " };
        let counts: Vec<String> = counts
            .iter()
            .map(|count| format!("{} {} {}", self.ink.tone(count.word.tone, count.word.mark), count.n, count.word.text))
            .collect();
        self.line(&format!("   {}", counts.join(between)));
        self.blank();
    }

    fn path(&mut self, path: &Path) {
        self.rule(&format!("{} · {} · {}", path.id, path.verdict.text, path.humans));
        self.node("●", path.start.kind, &path.start.name);
        for (at, hop) in path.hops.iter().enumerate() {
            let last = at + 1 == path.hops.len();
            self.hop(hop);
            self.node(if last { "◆" } else { "●" }, hop.to.kind, &hop.to.name);
        }
        for unless in &path.unless {
            self.paragraph(3, &format!("unless {}", unless.trim_start_matches("unless ")));
        }
        self.blank();
    }

    fn node(&mut self, mark: &str, kind: &str, name: &str) {
        for (at, text) in wrap::lines(name, self.width - COLUMN).iter().enumerate() {
            let lead = if at == 0 { format!("   {mark} {kind}") } else { "   ┃".to_owned() };
            let line = format!("{}{}", wrap::pad(&lead, COLUMN), self.ink.strong(text));
            self.line(&line);
        }
    }

    fn hop(&mut self, hop: &Hop) {
        let rail = self.ink.tone(hop.verdict.tone, rail(hop.verdict));
        let text = format!("{}: {}", hop.capability, hop.because);
        for (at, text) in wrap::lines(&text, self.width - COLUMN).iter().enumerate() {
            let lead = if at == 0 { format!(" {} {}", hop.verdict.mark, hop.verdict.text) } else { String::new() };
            let lead = wrap::pad(&lead, COLUMN - 4);
            self.line(&format!("   {rail}{}{text}", self.ink.tone(hop.verdict.tone, &lead)));
        }
    }

    /// Production stores that would be lost or might be, and how many actions would reach nobody.
    fn recovery(&mut self, report: &Report) {
        let at_risk: Vec<&Store> =
            report.stores.iter().filter(|store| store.tier == "production" && store.fix.is_some()).collect();
        let all: usize = report.alerts.iter().map(|row| row.actions.len()).sum();
        let unheard = report.alerts.iter().filter(|row| row.outcome.tone == words::Tone::Bad);
        let silent: usize = unheard.map(|row| row.actions.len()).sum();
        if at_risk.is_empty() && silent == 0 {
            return;
        }
        self.rule("What would not come back");
        for store in at_risk.iter().take(5) {
            let mark = self.ink.tone(store.verdict.tone, store.verdict.mark);
            let text = format!("{}: {}", store.name, store.verdict.text);
            self.line(&format!("   {mark} {}", self.ink.strong(&wrap::cut(&text, self.width - 6))));
            if let Some(fix) = &store.fix {
                self.paragraph(5, &format!("safe with: {}", fix.change));
            }
        }
        if at_risk.len() > 5 {
            self.paragraph(3, &format!("and {} more in the report", words::count(at_risk.len() - 5, "store")));
        }
        if silent > 0 {
            self.paragraph(
                3,
                &format!("✗ nobody would hear of {silent} of {}", words::count(all, "destructive action")),
            );
        }
        self.blank();
    }

    fn changes(&mut self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        self.rule("What to change first");
        for (at, change) in changes.iter().take(5).enumerate() {
            for (row, text) in wrap::lines(&change.fix.change, self.width - 6).iter().enumerate() {
                let lead = if row == 0 { format!("{}", at + 1) } else { " ".to_owned() };
                self.line(&format!("   {lead}  {}", self.ink.strong(text)));
            }
            let fix = &change.fix;
            self.paragraph(6, &format!("{} · {} · {} · {}", change.closes, fix.who, fix.time, fix.reversible));
            self.paragraph(6, &format!("may break: {}", fix.may_break));
        }
        self.blank();
    }

    fn unread(&mut self, report: &Report) {
        let coverage = &report.coverage;
        self.rule("What was not checked");
        let missing = coverage.rows.len();
        self.paragraph(
            3,
            &format!(
                "{} of {} planned requests answered; {missing} without an answer.",
                coverage.answered, coverage.planned
            ),
        );
        if !coverage.complete {
            self.paragraph(3, "The run was cut short: what it lacks is not collected, never absent.");
        }
        for price in report.prices.iter().take(5) {
            self.paragraph(3, &format!("? grant {} to settle {}", price.grant, price.settles));
        }
        if report.prices.len() > 5 {
            self.paragraph(3, &format!("and {} more in the report", words::count(report.prices.len() - 5, "grant")));
        }
    }

    fn rule(&mut self, title: &str) {
        let title = wrap::cut(title, self.width - 8);
        let rest = self.width.saturating_sub(5 + wrap::width(&title));
        let line =
            format!(" {} {} {}", self.ink.faint("──"), self.ink.strong(&title), self.ink.faint(&"─".repeat(rest)));
        self.line(&line);
        self.blank();
    }

    fn paragraph(&mut self, indent: usize, text: &str) {
        for line in wrap::lines(text, self.width - indent) {
            self.line(&format!("{}{line}", " ".repeat(indent)));
        }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }
}

/// The line between two nodes: its shape tells the verdict as its word does.
fn rail(verdict: Word) -> &'static str {
    match verdict.text {
        "open" => "┃",
        "possible" => "┇",
        "gated" => "╂",
        _ => "╵",
    }
}
