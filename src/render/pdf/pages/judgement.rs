//! Findings, criteria with their tests, and answers.

use super::{
    super::{
        flow::Flow,
        table::{self, Row},
        text::{Span, chip, span},
        theme::SOFT,
    },
    bold, pair, small,
    summary::beside,
};
use crate::render::{
    type_face::Face,
    view::{Answer, Criterion, Finding, Report},
};

pub fn draw(flow: &mut Flow, report: &Report) {
    if !report.findings.is_empty() {
        findings(flow, report);
    }
    if !report.criteria.is_empty() {
        flow.new_page();
        flow.heading(1, "Criteria and their tests", &[]);
        flow.note("Results are per test. What a criterion adds up to is the auditor's conclusion; points of focus are guidance, not requirements.");
        for criterion in &report.criteria {
            draw_criterion(flow, criterion);
        }
    }
    if !report.answers.is_empty() {
        flow.new_page();
        flow.heading(1, "Answers", &[]);
        for answer in &report.answers {
            draw_answer(flow, answer);
        }
    }
}

fn findings(flow: &mut Flow, report: &Report) {
    flow.new_page();
    flow.heading(1, "Findings", &[]);
    let mut counts: Vec<Span> = Vec::new();
    for count in &report.outcomes {
        let mut pill = chip(count.word);
        pill.text = format!("{} {} {}", count.word.mark, count.n, count.word.text);
        counts.extend([pill, span(" ")]);
    }
    counts.push(span(format!("of {}", report.findings.len())));
    flow.paragraph(&counts);
    let rows: Vec<Row> = report.findings.iter().map(|finding| finding_row(flow, finding)).collect();
    table::draw(flow, &[("Outcome", 66.0), ("Severity", 58.0), ("Finding, with its paths and evidence", 360.0)], &rows);
}

fn finding_row(flow: &Flow, finding: &Finding) -> Row {
    let mut body = vec![
        bold(format!("{} ", finding.title)).size(8.6),
        small(format!("{}\n", finding.subject)).color(SOFT),
        small(finding.statement.clone()),
    ];
    let mut extra = |label: &str, text: &str| {
        body.push(small(format!("\n{label} ")).face(Face::SemiBold).size(8.0));
        body.push(small(text).size(8.0));
    };
    finding.needs.iter().for_each(|need| extra("To settle it:", need));
    finding
        .fixes
        .iter()
        .for_each(|fix| extra("Change:", &format!("{} {}, {}, {}", fix.change, fix.who, fix.time, fix.reversible)));
    finding.accepted.iter().for_each(|text| extra("Accepted:", text));
    finding.response.iter().for_each(|text| extra("Response:", text));
    let mut facts = vec![finding.mode.to_owned()];
    facts.extend(finding.location.clone());
    facts.extend(finding.owner.as_ref().map(|owner| format!("owner {owner}")));
    facts.extend(finding.due.as_ref().map(|due| format!("due {due}")));
    body.push(small(format!("\n{} · ", facts.join(" · "))).size(7.8).color(SOFT));
    body.push(small(format!("{} ", finding.id)).face(Face::Mono).size(7.0));
    for (label, ids) in [("· paths ", &finding.paths), ("· evidence ", &finding.evidence)] {
        if !ids.is_empty() {
            body.push(small(label).size(7.4).color(SOFT));
            body.extend(flow.references(ids));
        }
    }
    Row {
        cells: vec![vec![chip(finding.outcome)], vec![chip(finding.severity)], body],
        anchor: Some(finding.id.clone()),
    }
}

fn draw_criterion(flow: &mut Flow, criterion: &Criterion) {
    const TESTS: [table::Column; 4] = [("Result", 88.0), ("Test", 180.0), ("Base", 110.0), ("Kind", 106.0)];
    let rows: Vec<Row> = criterion
        .tests
        .iter()
        .map(|test| {
            let mut name = vec![small(format!("{} ", test.title))];
            name.extend(flow.references(&test.findings));
            Row::new(vec![
                vec![chip(test.result)],
                name,
                vec![small(test.base.clone())],
                vec![small(test.kind.clone())],
            ])
        })
        .collect();
    flow.need(90.0 + table::least(flow, &TESTS, &rows));
    flow.heading(2, &format!("{} {}", criterion.id, criterion.title), &[]);
    let scope = if criterion.in_scope { "" } else { "; out of scope" };
    flow.note(&format!("{}{scope}", criterion.framework));
    if criterion.tests.is_empty() {
        flow.paragraph(&[span("No test of this version touches it.")]);
    }
    table::draw(flow, &TESTS, &rows);
    let lists = [
        ("Points touched", criterion.touched.join(", ")),
        ("Untouched", criterion.untouched.join(", ")),
        ("Populations", criterion.populations.join("\n")),
        ("To attest", criterion.attested.join("\n")),
        ("Not tested", criterion.not_tested.join("\n")),
    ];
    for (label, text) in lists.into_iter().filter(|(_, text)| !text.is_empty()) {
        pair(flow, label, &[small(text)]);
    }
}

fn draw_answer(flow: &mut Flow, answer: &Answer) {
    flow.need(90.0);
    flow.heading(2, &answer.question, &beside(answer.answer));
    flow.paragraph(&[span(answer.statement.clone())]);
    if !answer.limits.is_empty() {
        pair(flow, "Limits", &[small(answer.limits.join(" "))]);
    }
    pair(flow, "As of", &[small(answer.as_of.clone())]);
    if let Some(owner) = &answer.owner {
        pair(flow, "Owner", &[small(owner.clone())]);
    }
    let mut refs = flow.references(&answer.findings);
    refs.extend(flow.references(&answer.evidence));
    if !refs.is_empty() {
        pair(flow, "Evidence", &refs);
    }
}
