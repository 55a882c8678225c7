//! For the person whose commit was stopped.

use std::fmt::Write;

use crate::hook::{Report, coverage::Share};

/// What was found, each with its place and what to do; at the end the counts with their base.
pub fn human(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "{}:{}:{}  {}", finding.path, finding.line, finding.column, finding.message);
        if !finding.excerpt.raw().is_empty() {
            let _ = writeln!(out, "    | {}", finding.excerpt);
        }
        let _ = writeln!(out, "    {}", finding.fix);
        let _ = writeln!(out, "    [{}, {}]\n", finding.rule, severity(finding));
    }
    let _ = writeln!(out, "{}", summary(report));
    out
}

/// One line: how much was found in how much.
fn summary(report: &Report) -> String {
    let found = match report.findings.len() {
        0 => "Nothing found".to_owned(),
        1 => "1 finding".to_owned(),
        n => format!("{n} findings"),
    };
    let mut line = format!(
        "{found} in {} of {}",
        count(report.lines_added, "line", "lines"),
        count(report.files_read, "file", "files")
    );
    if report.files_without_text > 0 {
        let _ = write!(line, "; {} without text not read", count(report.files_without_text, "file", "files"));
    }
    if report.ignored > 0 {
        let _ = write!(line, "; {} let pass by ignores from the base", report.ignored);
    }
    if let Some(Share { covered, executable, minimum }) = report.coverage {
        let _ = write!(line, "; tests ran {covered} of {executable} changed executable lines ({minimum} % asked)");
    }
    line.push('.');
    line
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn severity(finding: &crate::hook::Finding) -> String {
    format!("{:?}", finding.severity).to_lowercase()
}
