//! Drawings: tiles, paths and pipelines, and the permission matrix.

use super::{
    flow::Flow,
    list::{NodeId, Rgb, Role, Shape, Step},
    text::span,
    theme::{self, INK, MEASURE, NAVY, SIDE, SOFT, WASH, WHITE},
};
use crate::render::{
    figure::{Arrow, Block, Figure, Place, dashed},
    type_face::Face,
    view::{Count, Matrix},
};

/// Counts by verdict, four in a row.
pub fn tiles(flow: &mut Flow, counts: &[Count]) {
    let words: Vec<String> = counts.iter().map(|count| format!("{} {}", count.n, count.word.text)).collect();
    let gap = 10.0;
    let width = (MEASURE - gap * (counts.len().max(1) - 1) as f32) / counts.len().max(1) as f32;
    flow.figure(46.0, &format!("Ways to production resources: {}", words.join(", ")), |flow, y, node| {
        for (at, count) in counts.iter().enumerate() {
            let x = SIDE + at as f32 * (width + gap);
            let color = theme::tone(count.word.tone);
            flow.block(
                None,
                [x, y, width, 42.0],
                6.0,
                Some(theme::tint(color, 0.07)),
                Some((theme::tint(color, 0.35), 0.7)),
            );
            flow.text_at(
                Some(node),
                x + 10.0,
                y + 20.0,
                &span(count.n.to_string()).face(Face::Bold).size(16.0).color(color),
            );
            let word = format!("{} {}", count.word.mark, count.word.text);
            flow.text_at(Some(node), x + 10.0, y + 33.0, &span(word).face(Face::SemiBold).size(8.2).color(color));
        }
    });
}

/// Boxes and arrows.
pub fn figure(flow: &mut Flow, figure: &Figure) {
    flow.figure(figure.height + 6.0, &figure.alt, |flow, y, node| {
        for arrow in &figure.arrows {
            draw_arrow(flow, (SIDE, y), node, arrow);
        }
        for block in &figure.boxes {
            draw_block(flow, (SIDE, y), node, block, figure.size);
        }
    });
}

fn draw_block(flow: &mut Flow, (dx, dy): (f32, f32), node: NodeId, block: &Block, size: f32) {
    let red = theme::tone(crate::render::words::Tone::Bad);
    let (fill, stroke) = match block.place {
        Place::Start => (theme::tint(flow.theme.accent, 0.08), (flow.theme.accent, 0.9)),
        Place::Middle => (WASH, (NAVY, 0.8)),
        Place::End => (theme::tint(red, 0.07), (red, 1.2)),
    };
    flow.block(None, [dx + block.x, dy + block.y, block.w, block.h], 6.0, Some(fill), Some(stroke));
    let center = dx + block.x + block.w / 2.0;
    flow.text_center(Some(node), center, dy + block.y + size * 1.35, &span(block.kind).size(size * 0.84).color(SOFT));
    for line in &block.lines {
        let text = span(line.text.clone()).face(Face::SemiBold).size(size).color(INK);
        flow.text_center(Some(node), center, dy + line.y, &text);
    }
}

fn draw_arrow(flow: &mut Flow, (dx, dy): (f32, f32), node: NodeId, arrow: &Arrow) {
    let color = theme::tone(arrow.verdict.tone);
    let points: Vec<(f32, f32)> = arrow.points.iter().map(|(x, y)| (x + dx, y + dy)).collect();
    let steps =
        points.iter().enumerate().map(|(at, (x, y))| if at == 0 { Step::Move(*x, *y) } else { Step::Line(*x, *y) });
    let dash = match arrow.verdict.text {
        "closed" => Some((0.8, 2.4)),
        _ if dashed(arrow.verdict.tone) => Some((3.6, 2.4)),
        _ => None,
    };
    flow.shape(None, Shape { steps: steps.collect(), fill: None, stroke: Some((color, 1.2)), dash });
    if let [.., before, last] = points.as_slice() {
        flow.shape(None, head(*before, *last, color));
    }
    for (label, face, size, color) in
        [(&arrow.label, Face::SemiBold, 6.6, color), (&arrow.note, Face::Regular, 6.2, SOFT)]
    {
        if let Some(label) = label {
            let text = span(label.text.clone()).face(face).size(size).color(color);
            flow.text_center(Some(node), dx + label.x, dy + label.y, &text);
        }
    }
}

/// A triangle at the end of a line.
fn head(from: (f32, f32), to: (f32, f32), color: Rgb) -> Shape {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).sqrt().max(0.01);
    let (ux, uy) = (dx / length * 5.4, dy / length * 5.4);
    let side = |turn: f32| Step::Line(to.0 - ux - uy * 0.55 * turn, to.1 - uy + ux * 0.55 * turn);
    let steps = vec![Step::Move(to.0, to.1), side(1.0), side(-1.0), Step::Close];
    Shape { steps, fill: Some(color), stroke: None, dash: None }
}

const ROW: f32 = 17.0;
const NAMES: f32 = 118.0;

/// What keeps a matrix on one page with its heading and legend, if one page can hold it.
pub fn matrix_height(matrix: &Matrix) -> f32 {
    let height = 31.0 + 32.0 + ROW * matrix.rows.len() as f32 + 6.0 + 17.0;
    height.min(super::list::PAGE.1 - theme::TOP - theme::BOTTOM)
}

/// Agents by tier and capability.
pub fn matrix(flow: &mut Flow, matrix: &Matrix) {
    let cell = (MEASURE - NAMES) / (matrix.tiers.len() * matrix.capabilities.len()).max(1) as f32;
    flow.within(Role::Table, |flow| {
        flow.need(33.0 + ROW * 3.0);
        matrix_head(flow, matrix, cell, true);
        let body = flow.node(Role::TableBody);
        for row in &matrix.rows {
            if flow.y + ROW > super::list::PAGE.1 - theme::BOTTOM {
                flow.new_page();
                matrix_head(flow, matrix, cell, false);
            }
            let y = flow.y;
            let node = flow.under(body, |flow| flow.node(Role::Row));
            let name = flow.under(node, |flow| flow.node(Role::RowHeader));
            let label = fitted(flow, &row.agent, NAMES - 10.0);
            flow.text_at(Some(name), SIDE + 4.0, y + 11.6, &span(label).face(Face::Medium).size(8.2));
            for (at, value) in row.cells.iter().enumerate() {
                let x = SIDE + NAMES + at as f32 * cell;
                let tag = flow.under(node, |flow| flow.node(Role::Cell));
                flow.describe(tag, value.label.as_str());
                let color = theme::tone(value.word.tone);
                let stroke = (value.word.mark == "✗").then_some((color, 0.8));
                flow.block(
                    None,
                    [x + 1.0, y + 0.8, cell - 2.0, ROW - 1.8],
                    2.6,
                    Some(theme::tint(color, 0.11)),
                    stroke,
                );
                flow.text_center(
                    Some(tag),
                    x + cell / 2.0,
                    y + 11.6,
                    &span(value.word.mark).face(Face::SemiBold).size(8.4).color(color),
                );
            }
            flow.y += ROW;
        }
    });
    flow.y += 6.0;
    legend(flow);
}

fn matrix_head(flow: &mut Flow, matrix: &Matrix, cell: f32, read: bool) {
    let y = flow.y;
    let row = read.then(|| {
        let head = flow.node(Role::TableHead);
        flow.under(head, |flow| flow.node(Role::Row))
    });
    let tag = |flow: &mut Flow| row.map(|row| flow.under(row, |flow| flow.node(Role::HeaderCell)));
    let corner = tag(flow);
    flow.text_at(corner, SIDE + 4.0, y + 26.0, &span("Agent").face(Face::SemiBold).size(7.8).color(SOFT));
    let group = matrix.capabilities.len();
    for (at, tier) in matrix.tiers.iter().enumerate() {
        let x = SIDE + NAMES + (at * group) as f32 * cell;
        let width = group as f32 * cell;
        flow.block(None, [x + 1.0, y, width - 2.0, 15.0], 3.0, Some(NAVY), None);
        flow.text_center(None, x + width / 2.0, y + 10.4, &span(*tier).face(Face::SemiBold).size(7.8).color(WHITE));
        for (column, capability) in matrix.capabilities.iter().enumerate() {
            let header = tag(flow);
            if let Some(header) = header {
                flow.describe(header, format!("{capability} in {tier}"));
            }
            let center = x + (column as f32 + 0.5) * cell;
            flow.text_center(header, center, y + 26.0, &span(short(capability)).size(6.6).color(SOFT));
        }
    }
    flow.y += 32.0;
}

/// A column is too narrow for the longest word.
fn short(capability: &str) -> &str {
    if capability == "approve" { "appr." } else { capability }
}

fn fitted(flow: &Flow, name: &str, width: f32) -> String {
    let mut text = name.to_owned();
    let wide = |text: &str| flow.width(&span(text).face(Face::Medium).size(8.2)) > width;
    if wide(&text) {
        while wide(&format!("{text}…")) && text.pop().is_some() {}
        text.push('…');
    }
    text
}

fn legend(flow: &mut Flow) {
    let text = "✗ yes, not allowed   ✓ yes, allowed   ■ only with a person's approval   ○ possible   ? unknown   – no";
    flow.note(text);
}
