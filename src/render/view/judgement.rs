//! Findings, what unknowns cost, criteria, answers and changes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::report::{self, Assessment, Outcome};

use super::{
    Count, order,
    paths::{Fix, fix},
    text::{line, lines, name, shown},
};
use crate::render::words::{self, Tone, Word};

#[derive(Debug, Serialize)]
pub struct Finding {
    pub id: String,
    pub check: String,
    pub title: String,
    pub outcome: Word,
    pub severity: Word,
    pub mode: &'static str,
    pub subject: String,
    pub statement: String,
    pub evidence: Vec<String>,
    pub needs: Vec<String>,
    pub paths: Vec<String>,
    pub fixes: Vec<Fix>,
    pub location: Option<String>,
    pub owner: Option<String>,
    pub due: Option<String>,
    pub response: Option<String>,
    pub accepted: Option<String>,
}

/// A grant and what it would settle.
#[derive(Debug, Serialize)]
pub struct Price {
    pub grant: String,
    pub findings: usize,
    pub checks: usize,
    pub requests: usize,
    /// `settles 4 findings of 2 checks and 1 denied request`.
    pub settles: String,
}

#[derive(Debug, Serialize)]
pub struct Criterion {
    pub id: String,
    pub framework: String,
    pub title: String,
    pub in_scope: bool,
    pub tests: Vec<Test>,
    pub touched: Vec<String>,
    pub untouched: Vec<String>,
    pub populations: Vec<String>,
    pub attested: Vec<String>,
    pub not_tested: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Test {
    pub check: String,
    pub title: String,
    pub result: Word,
    /// `design, as of 2026-11-24 06:00 UTC`.
    pub kind: String,
    /// `3 exceptions in 23 tested`.
    pub base: String,
    pub findings: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Answer {
    pub id: String,
    pub question: String,
    pub answer: Word,
    pub statement: String,
    pub as_of: String,
    pub limits: Vec<String>,
    pub owner: Option<String>,
    pub evidence: Vec<String>,
    pub findings: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Change {
    pub fix: Fix,
    /// `closes 3 paths`.
    pub closes: String,
    pub paths: Vec<String>,
    pub findings: Vec<String>,
}

pub fn findings(assessment: &Assessment) -> Vec<Finding> {
    let titles: BTreeMap<_, _> = assessment.checks.iter().map(|check| (&check.id, &check.title)).collect();
    order::findings(assessment)
        .into_iter()
        .map(|finding| {
            let title = titles.get(&finding.check).map_or_else(|| shown(&finding.check), |title| line(title));
            row(finding, title)
        })
        .collect()
}

fn row(finding: &report::Finding, title: String) -> Finding {
    Finding {
        id: shown(&finding.id),
        check: shown(&finding.check),
        title,
        outcome: words::outcome(finding.outcome),
        severity: severity(finding),
        mode: words::mode(finding.mode),
        subject: name(&finding.subject),
        statement: line(&finding.statement),
        evidence: finding.evidence.iter().map(shown).collect(),
        needs: finding.needs.iter().map(need).collect(),
        paths: finding.paths.iter().map(shown).collect(),
        fixes: finding.remedies.iter().map(fix).collect(),
        location: finding.location.as_ref().map(location),
        owner: finding.owner.as_deref().map(line),
        due: finding.due.as_deref().map(line),
        response: finding.response.as_deref().map(line),
        accepted: finding.accepted.as_ref().map(accepted),
    }
}

/// Severity says how bad a fail would be; where nothing failed it does not call for attention.
fn severity(finding: &report::Finding) -> Word {
    let word = words::severity(finding.severity);
    match finding.outcome {
        Outcome::Fail | Outcome::Unknown | Outcome::Broken => word,
        Outcome::Manual | Outcome::Pass | Outcome::NotApplicable => Word { tone: Tone::Mute, ..word },
    }
}

fn need(gap: &crate::model::observed::Gap) -> String {
    match &gap.needs {
        Some(needs) => line(&format!("{} ({}): grant {needs}", gap.what, gap.why)),
        None => line(&format!("{} ({})", gap.what, gap.why)),
    }
}

fn location(at: &report::Location) -> String {
    match at.line {
        Some(number) => line(&format!("{} {}:{number}", at.repository, at.path)),
        None => line(&format!("{} {}", at.repository, at.path)),
    }
}

fn accepted(accepted: &report::Accepted) -> String {
    let control = accepted.compensating_control.as_deref().map(|control| format!("; compensating control: {control}"));
    line(&format!(
        "{}; owner {}, approved by {}, until {}{}",
        accepted.reason,
        accepted.owner,
        accepted.approver,
        accepted.until,
        control.unwrap_or_default()
    ))
}

pub fn outcomes(assessment: &Assessment) -> Vec<Count> {
    let all =
        [Outcome::Fail, Outcome::Unknown, Outcome::Broken, Outcome::Manual, Outcome::Pass, Outcome::NotApplicable];
    all.into_iter()
        .map(|outcome| Count {
            word: words::outcome(outcome),
            n: assessment.findings.iter().filter(|finding| finding.outcome == outcome).count(),
        })
        .filter(|count| count.n > 0)
        .collect()
}

/// Every grant that something waits for, the one that settles most first.
pub fn prices(assessment: &Assessment) -> Vec<Price> {
    #[derive(Default)]
    struct Sum<'a> {
        findings: BTreeSet<&'a str>,
        checks: BTreeSet<&'a str>,
        requests: usize,
    }
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for finding in &assessment.findings {
        for needs in finding.needs.iter().filter_map(|gap| gap.needs.as_ref()) {
            let sum = sums.entry(needs.to_string()).or_default();
            sum.findings.insert(finding.id.as_str());
            sum.checks.insert(finding.check.as_str());
        }
    }
    for grant in assessment.coverage.denied.iter().filter_map(|row| row.needs.as_ref()) {
        sums.entry(grant.clone()).or_default().requests += 1;
    }
    let mut prices: Vec<Price> = sums
        .into_iter()
        .map(|(grant, sum)| price(line(&grant), sum.findings.len(), sum.checks.len(), sum.requests))
        .collect();
    prices.sort_by(|a, b| (b.findings, b.requests, &a.grant).cmp(&(a.findings, a.requests, &b.grant)));
    prices
}

fn price(grant: String, findings: usize, checks: usize, requests: usize) -> Price {
    let mut parts = Vec::new();
    if findings > 0 {
        parts.push(format!("{} of {}", words::count(findings, "finding"), words::count(checks, "check")));
    }
    if requests > 0 {
        parts.push(words::count(requests, "denied request"));
    }
    Price { grant, findings, checks, requests, settles: parts.join(" and ") }
}

pub fn criteria(assessment: &Assessment) -> Vec<Criterion> {
    assessment
        .criteria
        .iter()
        .map(|criterion| Criterion {
            id: shown(&criterion.id),
            framework: line(&criterion.framework),
            title: line(&criterion.title),
            in_scope: criterion.in_scope,
            tests: criterion.tests.iter().map(test).collect(),
            touched: lines(&criterion.points_of_focus.touched),
            untouched: lines(&criterion.points_of_focus.untouched),
            populations: lines(&criterion.populations),
            attested: lines(&criterion.attested),
            not_tested: lines(&criterion.not_tested),
        })
        .collect()
}

fn test(test: &report::CriterionTest) -> Test {
    let kind = match test.kind.as_str() {
        "config" => "design, as of",
        "population" => "operation, up to",
        other => other,
    };
    let mut base = format!("{} in {} tested", words::count(test.exceptions, "exception"), test.tested);
    if test.not_determinable > 0 {
        base.push_str(&format!(", {} not determinable", test.not_determinable));
    }
    Test {
        check: shown(&test.check),
        title: line(&test.title),
        result: words::test_result(test.result),
        kind: format!("{} {}", line(kind), words::instant(&test.as_of)),
        base,
        findings: test.findings.iter().map(shown).collect(),
    }
}

pub fn answers(assessment: &Assessment) -> Vec<Answer> {
    assessment
        .answers
        .iter()
        .map(|answer| Answer {
            id: shown(&answer.id),
            question: line(&answer.question),
            answer: words::answer(answer.answer),
            statement: line(&answer.statement),
            as_of: words::instant(&answer.as_of),
            limits: lines(&answer.limits),
            owner: answer.owner.as_deref().map(line),
            evidence: answer.evidence.iter().map(shown).collect(),
            findings: answer.findings.iter().map(shown).collect(),
        })
        .collect()
}

pub fn changes(assessment: &Assessment) -> Vec<Change> {
    assessment
        .changes
        .iter()
        .map(|change| Change {
            fix: fix(&change.remedy),
            closes: match change.paths.len() {
                0 => format!("answers {}", words::count(change.findings.len(), "finding")),
                paths => format!("closes {}", words::count(paths, "path")),
            },
            paths: change.paths.iter().map(shown).collect(),
            findings: change.findings.iter().map(shown).collect(),
        })
        .collect()
}
