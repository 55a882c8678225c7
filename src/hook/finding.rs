//! What the hook says.

use serde::Serialize;

use crate::{base::foreign::Foreign, report::Severity};

/// One shortcut at one place. Everything that came out of the judged change is [`Foreign`], with secrets masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Id of the rule, which is also its file under `controls/hook/`.
    pub rule: String,
    pub severity: Severity,
    pub path: Foreign,
    /// First line, from 1.
    pub line: usize,
    /// First column in characters, from 1.
    pub column: usize,
    /// Last line of the construct, from 1.
    pub end_line: usize,
    /// What is wrong, in one sentence.
    pub message: Foreign,
    /// What to do instead.
    pub fix: String,
    /// The first line, trimmed and masked.
    pub excerpt: Foreign,
    /// Stays equal while the lines above the finding change: sha256 of rule, path and text.
    pub fingerprint: String,
}

/// The outcome of one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// By path, line, column, rule.
    pub findings: Vec<Finding>,
    /// Files of the change that were read as text.
    pub files_read: usize,
    /// Files without text to judge: binary content, links, submodules.
    pub files_without_text: usize,
    /// Lines that count: added, and neither moved nor renamed.
    pub lines_added: usize,
    /// Findings that an ignore from the base covers.
    pub ignored: usize,
    /// Share of changed executable lines that the tests ran; absent without a coverage report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<crate::hook::coverage::Share>,
}

impl Report {
    /// Whether a finding is at or above `severity`.
    pub fn fails(&self, severity: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= severity)
    }
}

/// What the hook says about itself rather than through a rule file: its ignores, its settings, what it could not read.
#[derive(Debug)]
pub struct Meta {
    pub id: &'static str,
    pub severity: Severity,
    pub title: &'static str,
    /// `{}` stands for the particulars.
    pub message: &'static str,
    pub fix: &'static str,
}

impl Meta {
    pub const IGNORE_ADDED: Meta = Meta {
        id: "ignore-added",
        severity: Severity::High,
        title: "An ignore is added by the change it is for",
        message: "This change adds an ignore for `{}`. It has no effect until it stands in the base, where a person let it in.",
        fix: "Mend what the rule found, or let a person merge the ignore in a change of its own first.",
    };
    pub const IGNORE_EXPIRED: Meta = Meta {
        id: "ignore-expired",
        severity: Severity::Medium,
        title: "An ignore is past its date",
        message: "This ignore ended on {} and no longer covers anything.",
        fix: "Mend what it covered and take it out.",
    };
    pub const IGNORE_UNMATCHED: Meta = Meta {
        id: "ignore-unmatched",
        severity: Severity::Low,
        title: "An ignore covers nothing",
        message: "This ignore for `{}` covers nothing any more.",
        fix: "Take it out.",
    };
    pub const IGNORE_MALFORMED: Meta = Meta {
        id: "ignore-malformed",
        severity: Severity::Medium,
        title: "An ignore has no effect",
        message: "This ignore has no effect: {}.",
        fix: "Write `ambit-ignore[rule] until 2027-01-31: reason`, or take it out.",
    };
    pub const SETTINGS_CHANGED: Meta = Meta {
        id: "settings-changed",
        severity: Severity::High,
        title: "The hook's own settings are weakened",
        message: "This change weakens the hook: {}. It has no effect until it stands in the base.",
        fix: "Let a person merge it in a change of its own.",
    };
    pub const SETTINGS_UNREADABLE: Meta = Meta {
        id: "settings-unreadable",
        severity: Severity::Medium,
        title: "The hook's settings cannot be read",
        message: "The `[hook]` table cannot be read, so none of its ignores holds: {}.",
        fix: "Correct the table.",
    };
    pub const NOT_CHECKED: Meta = Meta {
        id: "not-checked",
        severity: Severity::High,
        title: "A file could not be checked",
        message: "This file was not checked: {}.",
        fix: "Split it, or have a person look at it.",
    };
    pub const COVERAGE: Meta = Meta {
        id: "coverage",
        severity: Severity::Medium,
        title: "Changed lines are not tested",
        message: "No test runs {}.",
        fix: "Add a test that runs them.",
    };
    pub const COVERAGE_UNKNOWN: Meta = Meta {
        id: "coverage-unknown",
        severity: Severity::Medium,
        title: "A changed file is not in the coverage report",
        message: "The coverage report does not know this file, so nobody can say whether a test runs it.",
        fix: "Run the tests with coverage for this file, or have it counted as untested in the report.",
    };

    /// All of them, for lists.
    pub const ALL: [&'static Meta; 9] = [
        &Meta::COVERAGE,
        &Meta::COVERAGE_UNKNOWN,
        &Meta::IGNORE_ADDED,
        &Meta::IGNORE_EXPIRED,
        &Meta::IGNORE_MALFORMED,
        &Meta::IGNORE_UNMATCHED,
        &Meta::NOT_CHECKED,
        &Meta::SETTINGS_CHANGED,
        &Meta::SETTINGS_UNREADABLE,
    ];

    /// The one rule of these that a repository may ignore for a path.
    pub fn is_coverage(rule: &str) -> bool {
        rule == Meta::COVERAGE.id
    }
}
