//! The executive page: the headline, its path drawn, the matrix, at most five changes.

use super::{
    super::{
        drawing,
        flow::Flow,
        list::Role,
        text::{Span, chip, span},
        theme::{self, INK, MEASURE, NAVY, SIDE, SOFT, WASH},
    },
    bold, small,
};
use crate::render::{
    figure,
    type_face::Face,
    view::{Change, Report},
};

pub fn draw(flow: &mut Flow, report: &Report) {
    flow.heading(1, "Executive summary", &[]);
    headline(flow, report);
    if report.headline.worst.is_some() {
        drawing::tiles(flow, &report.headline.counts);
    } else {
        flow.paragraph(&[span(
            "No path found in what was read. What was not read stands under “What was not checked”.",
        )]);
    }
    for text in &report.withheld {
        flow.note(text);
    }
    if let Some(path) = &report.headline.path {
        flow.heading(2, "The path, step by step", &[]);
        let drawn = figure::path(path, figure::PAPER, flow.faces);
        drawing::figure(flow, &drawn);
        let caption = format!("{} ({}), {}. Path ", path.deed, path.action, path.humans);
        let caption = span(caption).face(Face::Italic).size(8.2).color(SOFT);
        let reference = flow.reference(&path.id);
        flow.block_text(Role::Paragraph, &[caption, reference], SIDE, MEASURE, 11.6, 2.0);
    }
    changes(flow, &report.changes);
    if !report.matrix.rows.is_empty() {
        flow.need(drawing::matrix_height(&report.matrix));
        flow.heading(2, "Permission matrix", &[]);
        drawing::matrix(flow, &report.matrix);
    }
    prices(flow, report);
}

/// The sentence on a tinted field with a bar in the colour of the verdict.
fn headline(flow: &mut Flow, report: &Report) {
    let color = report.headline.worst.map_or(NAVY, |word| theme::tone(word.tone));
    let lead = span(report.headline.sentence.clone()).face(Face::SemiBold).size(12.6).color(NAVY);
    let width = MEASURE - 32.0;
    let lines = super::super::text::wrap(std::slice::from_ref(&lead), width, flow.faces).len() as f32;
    let more: Vec<Span> = report.headline.lines.iter().map(|line| small(line.clone()).color(INK)).collect();
    let rows: usize =
        more.iter().map(|text| super::super::text::wrap(std::slice::from_ref(text), width, flow.faces).len()).sum();
    let height = 18.0 + lines * 16.6 + rows as f32 * 11.6 + more.len() as f32 * 3.0;
    flow.need(height);
    let y = flow.y;
    flow.block(None, [SIDE, y, MEASURE, height], 6.0, Some(WASH), None);
    flow.block(None, [SIDE, y, 4.0, height], 2.0, Some(color), None);
    flow.y += 9.0;
    flow.block_text(Role::Paragraph, &[lead], SIDE + 18.0, width, 16.6, 3.0);
    for text in more {
        flow.block_text(Role::Paragraph, &[text], SIDE + 18.0, width, 11.6, 3.0);
    }
    flow.y = y + height + 7.0;
}

fn changes(flow: &mut Flow, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    flow.heading(2, "What to change first", &[]);
    flow.within(Role::List, |flow| {
        for (at, change) in changes.iter().take(5).enumerate() {
            flow.within(Role::ListItem, |flow| numbered(flow, at + 1, change));
        }
    });
}

fn numbered(flow: &mut Flow, number: usize, change: &Change) {
    flow.need(40.0);
    let y = flow.y;
    let accent = flow.theme.accent;
    flow.block(None, [SIDE, y + 0.5, 15.0, 15.0], 7.5, Some(accent), None);
    let body = flow.node(Role::ListBody);
    flow.under(body, |flow| {
        let mark = flow.node(Role::Paragraph);
        flow.text_center(
            Some(mark),
            SIDE + 7.5,
            y + 10.9,
            &span(number.to_string()).face(Face::SemiBold).size(8.4).color(theme::WHITE),
        );
        let fix = &change.fix;
        flow.block_text(Role::Paragraph, &[bold(fix.change.clone()).size(9.2)], SIDE + 24.0, MEASURE - 24.0, 12.6, 0.5);
        let facts = format!(
            "{} · {} · {} · {}. May break: {}",
            change.closes, fix.who, fix.time, fix.reversible, fix.may_break
        );
        flow.block_text(Role::Paragraph, &[small(facts).size(8.2).color(SOFT)], SIDE + 24.0, MEASURE - 24.0, 11.4, 1.8);
    });
}

fn prices(flow: &mut Flow, report: &Report) {
    if report.prices.is_empty() {
        return;
    }
    flow.heading(2, "What the unknowns cost", &[]);
    flow.within(Role::List, |flow| {
        for price in report.prices.iter().take(5) {
            let grant = small(price.grant.clone()).face(Face::Mono).size(7.8);
            flow.bullet(&[small("Grant "), grant, small(format!(" to settle {}.", price.settles))]);
        }
    });
}

/// A verdict beside a heading.
pub fn beside(word: crate::render::words::Word) -> Vec<Span> {
    vec![span(" "), chip(word)]
}
