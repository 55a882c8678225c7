//! Tables: cells wrap, the heading is repeated on each page, a row is never split.

use super::{
    flow::Flow,
    list::{NodeId, PAGE, Role},
    text::{self, Line, Span, span},
    theme::{BOTTOM, LINE, MEASURE, NAVY, SIDE, TOP, WASH, WHITE},
};
use crate::render::type_face::Face;

/// Heading and share of the width.
pub type Column = (&'static str, f32);

pub struct Row {
    pub cells: Vec<Vec<Span>>,
    /// The id that links lead here by.
    pub anchor: Option<String>,
}

impl Row {
    pub fn new(cells: Vec<Vec<Span>>) -> Row {
        Row { cells, anchor: None }
    }
}

const PAD: f32 = 5.0;
const LEAD: f32 = 11.4;
const HEAD: f32 = 19.0;

pub fn draw(flow: &mut Flow, columns: &[Column], rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    let widths = widths(columns);
    flow.within(Role::Table, |flow| {
        flow.need(least(flow, columns, rows));
        head(flow, columns, &widths, true);
        let body = flow.node(Role::TableBody);
        for (at, row) in rows.iter().enumerate() {
            draw_row(flow, columns, &widths, body, row, at % 2 == 1);
        }
    });
    flow.y += 10.0;
}

fn widths(columns: &[Column]) -> Vec<f32> {
    let total: f32 = columns.iter().map(|(_, share)| share).sum();
    columns.iter().map(|(_, share)| share / total * MEASURE).collect()
}

/// How high the heading and the first row are: what a title above them needs to stay with them.
pub fn least(flow: &Flow, columns: &[Column], rows: &[Row]) -> f32 {
    rows.first().map_or(0.0, |row| HEAD + height(&cells(flow, &widths(columns), row)))
}

fn cells<'a>(flow: &Flow, widths: &[f32], row: &'a Row) -> Vec<Vec<Line<'a>>> {
    let lines = |(cell, width): (&'a Vec<Span>, &f32)| fitting(text::wrap(cell, width - 2.0 * PAD, flow.faces));
    row.cells.iter().zip(widths).map(lines).collect()
}

fn height(cells: &[Vec<Line<'_>>]) -> f32 {
    cells.iter().map(Vec::len).max().unwrap_or(1) as f32 * LEAD + 7.0
}

/// The heading; only the first one is read aloud.
fn head(flow: &mut Flow, columns: &[Column], widths: &[f32], read: bool) {
    let y = flow.y;
    flow.block(None, [SIDE, y, MEASURE, HEAD], 3.0, Some(NAVY), None);
    let row = read.then(|| {
        let head = flow.node(Role::TableHead);
        flow.under(head, |flow| flow.node(Role::Row))
    });
    let mut x = SIDE;
    for ((title, _), width) in columns.iter().zip(widths) {
        let tag = row.map(|row| flow.under(row, |flow| flow.node(Role::HeaderCell)));
        flow.text_at(tag, x + PAD, y + 12.6, &span(*title).face(Face::SemiBold).size(7.8).color(WHITE));
        x += width;
    }
    flow.y += HEAD;
}

fn draw_row(flow: &mut Flow, columns: &[Column], widths: &[f32], body: NodeId, row: &Row, striped: bool) {
    let cells = cells(flow, widths, row);
    let height = height(&cells);
    if flow.y + height > PAGE.1 - BOTTOM {
        flow.new_page();
        head(flow, columns, widths, false);
    }
    let y = flow.y;
    if striped {
        flow.block(None, [SIDE, y, MEASURE, height], 0.0, Some(WASH), None);
    }
    flow.rule((SIDE, y + height), (SIDE + MEASURE, y + height), LINE, 0.6);
    if let Some(anchor) = &row.anchor {
        flow.anchor(anchor);
    }
    let node = flow.under(body, |flow| flow.node(Role::Row));
    let mut x = SIDE;
    for (lines, width) in cells.iter().zip(widths) {
        let cell = flow.under(node, |flow| flow.node(Role::Cell));
        for (at, line) in lines.iter().enumerate() {
            flow.line(cell, x + PAD, y + 3.5 + LEAD * (at as f32 + 0.76), line);
        }
        x += width;
    }
    flow.y += height;
}

/// As many lines as a page holds below a heading; a cell that is cut ends in `…`.
fn fitting(mut lines: Vec<Line>) -> Vec<Line> {
    let most = ((PAGE.1 - BOTTOM - TOP - HEAD - 10.0) / LEAD) as usize;
    if lines.len() > most {
        lines.truncate(most);
        if let Some(piece) = lines.last_mut().and_then(|line| line.last_mut()) {
            piece.text = format!("{} …", piece.text.trim_end());
        }
    }
    lines
}
