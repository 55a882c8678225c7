//! The list of checks and how they run.

use crate::{
    checks::{Sheet, Sight, access, gates, isolation, recovery, trail},
    model::id::{CheckId, ObjectiveId},
    report::{Check, Finding, Mode, Severity},
};

/// A check: its entry in the catalogue and its function.
#[derive(Clone, Copy)]
pub struct CheckDef {
    /// The name of its file.
    pub id: &'static str,
    pub title: &'static str,
    pub family: &'static str,
    pub severity: Severity,
    pub mode: Mode,
    pub objective: &'static str,
    /// Only a person can answer it.
    pub manual: bool,
    /// The source of its file; the doc comment at its head is the page.
    pub source: &'static str,
    pub run: fn(&Sight<'_>, &mut Sheet<'_>),
}

impl CheckDef {
    /// The check as a report's catalogue names it.
    pub fn entry(&self) -> Check {
        Check {
            id: CheckId::from(self.id),
            title: self.title.to_owned(),
            family: self.family.to_owned(),
            severity: self.severity,
            mode: self.mode,
            objective: ObjectiveId::from(self.objective),
            page: self.page(),
        }
    }

    /// The check's page, Markdown: the `//!` lines of its file.
    pub fn page(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).fold(String::new(), |page, line| page + line + "\n")
    }
}

/// A check's entry: its file's name, family, title, severity, failure mode and objective.
macro_rules! check {
    (manual $id:ident, $family:literal, $title:literal, $severity:ident, $mode:ident, $objective:literal) => {
        check!(@ $id, $family, $title, $severity, $mode, $objective, true);
    };
    ($id:ident, $family:literal, $title:literal, $severity:ident, $mode:ident, $objective:literal) => {
        check!(@ $id, $family, $title, $severity, $mode, $objective, false);
    };
    (@ $id:ident, $family:literal, $title:literal, $severity:ident, $mode:ident, $objective:literal, $manual:literal) => {
        pub const CHECK: $crate::checks::CheckDef = $crate::checks::CheckDef {
            id: stringify!($id),
            title: $title,
            family: $family,
            severity: $crate::report::Severity::$severity,
            mode: $crate::report::Mode::$mode,
            objective: $objective,
            manual: $manual,
            source: include_str!(concat!(stringify!($id), ".rs")),
            run,
        };
    };
}
pub(super) use check;

/// Every check, by family and id.
pub fn all() -> Vec<CheckDef> {
    [isolation::CHECKS, access::CHECKS, gates::CHECKS, trail::CHECKS, recovery::CHECKS].concat()
}

/// What every check says, in the order of the catalogue, then of subjects.
pub fn run(sight: &Sight<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in all() {
        let mut sheet = Sheet::new(&check);
        (check.run)(sight, &mut sheet);
        let mut rows = sheet.finish();
        rows.sort_by(|a, b| (a.outcome, &a.subject).cmp(&(b.outcome, &b.subject)));
        findings.append(&mut rows);
    }
    findings
}
