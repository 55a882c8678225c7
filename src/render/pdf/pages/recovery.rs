//! What comes back after the worst, of data and of code, and who would hear of it.

use super::{
    super::{
        flow::Flow,
        table::{self, Row},
        text::{Span, chip, span},
        theme::SOFT,
    },
    bold, small,
};
use crate::render::{
    type_face::Face,
    view::{Alert, Report, Store},
};

/// Room for a title and a note above a table.
const TITLE: f32 = 100.0;

pub fn draw(flow: &mut Flow, report: &Report) {
    if report.stores.is_empty() && report.rollbacks.is_empty() && report.alerts.is_empty() {
        return;
    }
    flow.new_page();
    if !report.stores.is_empty() {
        stores(flow, report);
    }
    if !report.rollbacks.is_empty() {
        rollbacks(flow, report);
    }
    if !report.alerts.is_empty() {
        alerts(flow, report);
    }
}

fn stores(flow: &mut Flow, report: &Report) {
    flow.heading(1, "Recoverability", &[]);
    let mut counts: Vec<Span> = Vec::new();
    for count in &report.recoverable {
        let mut pill = chip(count.word);
        pill.text = format!("{} {} {}", count.word.mark, count.n, count.word.text);
        counts.extend([pill, span(" ")]);
    }
    counts.push(span("of the production stores, after the worst that one agent could do alone."));
    flow.paragraph(&counts);
    let rows: Vec<Row> = report.stores.iter().map(store_row).collect();
    table::draw(
        flow,
        &[("Verdict", 66.0), ("Store", 206.0), ("Protected", 78.0), ("Backed up", 90.0), ("Restored", 44.0)],
        &rows,
    );
}

fn store_row(store: &Store) -> Row {
    let mut body = vec![
        bold(format!("{} ", store.name)).size(8.6),
        small(format!("{}\n", store.tier)).color(SOFT),
        small(store.agents.clone()),
    ];
    if !store.unless.is_empty() {
        body.push(small(format!("\nUnless {}", store.unless.join("; or "))));
    }
    if let Some(fix) = &store.fix {
        body.push(small(format!("\nMakes it safe: {}", fix.change)));
    }
    Row::new(vec![
        vec![chip(store.verdict)],
        body,
        vec![small(store.protection.clone())],
        vec![small(store.backups.join("\n"))],
        vec![small(store.restored.clone())],
    ])
}

fn rollbacks(flow: &mut Flow, report: &Report) {
    const COLUMNS: [table::Column; 6] = [
        ("Repository", 74.0),
        ("Redeployed on request", 90.0),
        ("Started by", 84.0),
        ("Build kept", 80.0),
        ("Migrations", 78.0),
        ("In staging", 78.0),
    ];
    let cells = |row: &crate::render::view::Rollback| {
        [&row.repository, &row.redeploy, &row.started_by, &row.artifact, &row.migrations, &row.rehearsed]
            .map(|cell| vec![small(cell.clone())])
            .to_vec()
    };
    let rows: Vec<Row> = report.rollbacks.iter().map(|row| Row::new(cells(row))).collect();
    flow.need(TITLE + table::least(flow, &COLUMNS, &rows));
    flow.heading(1, "Code rollback", &[]);
    table::draw(flow, &COLUMNS, &rows);
}

fn alerts(flow: &mut Flow, report: &Report) {
    const COLUMNS: [table::Column; 5] =
        [("Outcome", 72.0), ("Actions", 190.0), ("Account", 60.0), ("Regions", 62.0), ("Rule or filter", 100.0)];
    let row = |row: &Alert| {
        let mut by = vec![small(format!("{} ", row.by))];
        by.extend(flow.references(&row.evidence));
        Row::new(vec![
            vec![chip(row.outcome)],
            vec![small(row.actions.join(" ")).face(Face::Mono).size(7.6)],
            vec![small(row.account.clone())],
            vec![small(row.regions.clone())],
            by,
        ])
    };
    let rows: Vec<Row> = report.alerts.iter().map(row).collect();
    flow.need(TITLE + table::least(flow, &COLUMNS, &rows));
    flow.heading(1, "Alert coverage", &[]);
    flow.note(
        "An event as CloudTrail writes it, held against every rule and filter and followed to a confirmed subscriber.",
    );
    table::draw(flow, &COLUMNS, &rows);
}
