//! The exit code for scripts: 3 for a fail at or above the threshold, else 4 for something at or above it that could not
//! be told, else 0. Accepted findings pass over; what the scope excluded is not held against a run that did not read it.

use super::agree;
use crate::{
    controls::config::Config,
    model::id::FindingId,
    report::{Assessment, ExitReason, Finding, Outcome, Severity},
};

/// The code of the first reason; 0 without one.
pub fn exit_code(assessment: &Assessment) -> u8 {
    assessment.exit_reasons.first().map_or(0, |reason| reason.code)
}

pub(super) fn reasons(findings: &[Finding], fail_on: Severity, config: &Config) -> Vec<ExitReason> {
    let counts = |finding: &&Finding| finding.severity >= fail_on && finding.accepted.is_none();
    let fails = findings.iter().filter(counts).filter(|finding| finding.outcome == Outcome::Fail);
    let unknown = findings
        .iter()
        .filter(counts)
        .filter(|finding| matches!(finding.outcome, Outcome::Unknown | Outcome::Broken) && !excluded(config, finding));
    let word = severity(fail_on);
    [
        reason(3, fails, |count| {
            format!("{count} of {} findings {} at or above {word}", findings.len(), agree(count, "fails", "fail"))
        }),
        reason(4, unknown, |count| {
            format!("{count} of {} findings at or above {word} could not be told", findings.len())
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn reason<'a>(
    code: u8,
    findings: impl Iterator<Item = &'a Finding>,
    words: impl Fn(usize) -> String,
) -> Option<ExitReason> {
    let ids: Vec<FindingId> = findings.map(|finding| finding.id.clone()).collect();
    (!ids.is_empty()).then(|| ExitReason { code, reason: words(ids.len()), findings: ids })
}

/// Whether `[[scope.exclude]]` covers the finding's subject, or the repository before its `@` or `#`.
fn excluded(config: &Config, finding: &Finding) -> bool {
    let subject = finding.subject.raw();
    let repository = subject.split(['@', '#']).next().unwrap_or(subject);
    config.excluded(subject).is_some() || config.excluded(repository).is_some()
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}
