//! What the report rests on: tiers, assertions, what was not checked, and the evidence index.

use super::{
    super::{
        flow::Flow,
        table::{self, Row},
        text::span,
        theme::SOFT,
    },
    bold, small,
};
use crate::render::{type_face::Face, view::Report};

pub fn draw(flow: &mut Flow, report: &Report) {
    flow.new_page();
    flow.heading(1, "What this report rests on", &[]);
    flow.paragraph(&[bold("What counts as a human. "), span(report.human_rule)]);
    flow.heading(2, "Tiers", &[]);
    let rows = report.tiers.iter().map(|row| {
        vec![
            vec![small(row.tier)],
            vec![small(row.kind.clone())],
            vec![small(row.subject.clone())],
            vec![small(row.basis)],
        ]
    });
    section(
        flow,
        &[("Tier", 70.0), ("Kind", 74.0), ("Subject", 200.0), ("Because", 140.0)],
        rows.map(Row::new).collect(),
        "Nothing was mapped to a tier; everything is judged as production.",
    );
    flow.heading(2, "What management asserts", &[]);
    let rows = report.assertions.iter().map(|row| {
        let followed = if row.followed { "yes" } else { "no, a fact contradicts it" };
        vec![
            vec![small(row.kind.clone())],
            vec![small(row.statement.clone())],
            vec![small(row.source.clone())],
            vec![small(followed)],
        ]
    });
    section(
        flow,
        &[("Kind", 56.0), ("Statement", 260.0), ("Source", 88.0), ("Followed", 80.0)],
        rows.map(Row::new).collect(),
        "Nothing.",
    );
    unread(flow, report);
    if !report.evidence.is_empty() {
        evidence(flow, report);
    }
}

fn section(flow: &mut Flow, columns: &[table::Column], rows: Vec<Row>, otherwise: &str) {
    if rows.is_empty() {
        flow.paragraph(&[span(otherwise)]);
    }
    table::draw(flow, columns, &rows);
}

fn unread(flow: &mut Flow, report: &Report) {
    let coverage = &report.coverage;
    flow.heading(1, "What was not checked", &[]);
    let cut =
        if coverage.complete { "" } else { " The run was cut short: what it lacks is not collected, never absent." };
    flow.paragraph(&[span(format!(
        "{} of {} planned requests were answered.{cut}",
        coverage.answered, coverage.planned
    ))]);
    let prices = report.prices.iter().map(|price| {
        Row::new(vec![vec![small(price.grant.clone()).face(Face::Mono).size(7.8)], vec![small(price.settles.clone())]])
    });
    table::draw(flow, &[("Grant", 220.0), ("Settles", 264.0)], &prices.collect::<Vec<_>>());
    let rows: Vec<Row> = coverage
        .rows
        .iter()
        .map(|row| {
            let mut what = vec![small(format!("{} ", row.what))];
            what.extend(flow.references(&row.evidence));
            let needs = row.needs.clone().unwrap_or_else(|| "nothing to grant".to_owned());
            Row::new(vec![vec![small(row.how)], what, vec![small(row.why.clone())], vec![small(needs)]])
        })
        .collect();
    table::draw(flow, &[("How", 52.0), ("Request", 186.0), ("Why", 126.0), ("Settled by", 120.0)], &rows);
}

fn evidence(flow: &mut Flow, report: &Report) {
    flow.new_page();
    flow.heading(1, "Evidence index", &[]);
    flow.paragraph(&[span("Each row is one recorded request. The digest is the SHA-256 of the stored answer, so that anyone who holds the store can check it.")]);
    let rows: Vec<Row> = report
        .evidence
        .iter()
        .map(|row| Row {
            cells: vec![
                vec![small(row.id.clone()).face(Face::Mono).size(7.0)],
                vec![small(format!("{}\n", row.request)), small(row.caller.clone()).size(7.6).color(SOFT)],
                vec![small(row.status.clone())],
                vec![small(row.at.clone()).size(7.8)],
                vec![small(row.digest.clone()).face(Face::Mono).size(6.8)],
            ],
            anchor: Some(row.id.clone()),
        })
        .collect();
    table::draw(
        flow,
        &[("Id", 72.0), ("Request and caller", 150.0), ("Status", 44.0), ("Time", 84.0), ("SHA-256", 150.0)],
        &rows,
    );
}
