//! Boxes and arrows of a drawn path or pipeline, measured once for the page and the paper.

use serde::Serialize;

use super::{
    type_face::{Face, Faces},
    view::{Edge, Node, Path, Target},
    words::{Tone, Word},
};

#[derive(Debug, Serialize)]
pub struct Figure {
    pub width: f32,
    pub height: f32,
    /// Of names; the rest follows from it.
    pub size: f32,
    pub boxes: Vec<Block>,
    pub arrows: Vec<Arrow>,
    /// The figure in words, for who cannot see it.
    pub alt: String,
}

#[derive(Debug, Serialize)]
pub struct Block {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
    pub kind: &'static str,
    pub lines: Vec<Label>,
    pub place: Place,
}

/// The first box, the last one, or one between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Start,
    Middle,
    End,
}

#[derive(Debug, Serialize)]
pub struct Label {
    pub x: f32,
    pub y: f32,
    pub text: String,
}

#[derive(Debug, Serialize)]
pub struct Arrow {
    /// Corners from tail to head.
    pub points: Vec<(f32, f32)>,
    pub verdict: Word,
    /// Above the line: mark and word.
    pub label: Option<Label>,
    /// Below it.
    pub note: Option<Label>,
    /// One-based, to link the hop's explanation.
    pub hop: usize,
}

/// Sizes in the unit of the medium.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub width: f32,
    /// A box of a pipeline.
    pub block: f32,
    /// The narrowest box of a path: one row rather than two.
    pub narrow: f32,
    pub gap: f32,
    pub size: f32,
}

/// On the page, in CSS pixels.
pub const SCREEN: Style = Style { width: 1000.0, block: 132.0, narrow: 132.0, gap: 85.0, size: 12.0 };
/// On A4, in points.
pub const PAPER: Style = Style { width: 483.28, block: 88.0, narrow: 61.0, gap: 43.7, size: 7.6 };

const NAME_LINES: usize = 3;

/// A path as boxes in rows of equal length; a row that is full goes on below.
pub fn path(path: &Path, style: Style, faces: &Faces) -> Figure {
    let nodes: Vec<_> = std::iter::once(&path.start).chain(path.hops.iter().map(|hop| &hop.to)).collect();
    let grid = Grid::of(&nodes, style, faces);
    let boxes = nodes.iter().enumerate().map(|(index, node)| {
        let place = match index {
            0 => Place::Start,
            _ if index + 1 == nodes.len() => Place::End,
            _ => Place::Middle,
        };
        let (x, y) = grid.at(index);
        block(
            (x, y, grid.block, grid.height),
            node.kind,
            fitted(&node.name, grid.block, style.size, faces),
            place,
            style,
        )
    });
    let arrows = path.hops.iter().enumerate().map(|(index, hop)| {
        let points = if (index + 1) % grid.per_row == 0 { grid.around(index) } else { grid.across(index) };
        arrow(points, hop.verdict, Some(hop.capability), index + 1, style)
    });
    Figure {
        width: style.width,
        height: grid.total(nodes.len()),
        size: style.size,
        boxes: boxes.collect(),
        arrows: arrows.collect(),
        alt: in_words(path),
    }
}

/// Where the boxes of a path stand.
struct Grid {
    per_row: usize,
    block: f32,
    gap: f32,
    height: f32,
    row_gap: f32,
}

impl Grid {
    fn of(nodes: &[&Node], style: Style, faces: &Faces) -> Grid {
        let most = (((style.width + style.gap) / (style.narrow + style.gap)) as usize).max(1);
        let per_row = nodes.len().div_ceil(nodes.len().div_ceil(most).max(1)).max(1);
        let block = (style.width - style.gap * (per_row - 1) as f32) / per_row as f32;
        let block = block.min(style.block * 1.5);
        let lines = nodes.iter().map(|node| fitted(&node.name, block, style.size, faces).len()).max().unwrap_or(1);
        Grid {
            per_row,
            block,
            gap: style.gap,
            height: style.size * (3.3 + 1.22 * lines as f32),
            row_gap: style.size * 3.4,
        }
    }

    fn at(&self, index: usize) -> (f32, f32) {
        let (row, column) = (index / self.per_row, index % self.per_row);
        (column as f32 * (self.block + self.gap), 1.0 + row as f32 * (self.height + self.row_gap))
    }

    fn total(&self, nodes: usize) -> f32 {
        let rows = nodes.div_ceil(self.per_row);
        rows as f32 * (self.height + self.row_gap) - self.row_gap + 2.0
    }

    fn across(&self, index: usize) -> Vec<(f32, f32)> {
        let (x, y) = self.at(index);
        let y = y + self.height / 2.0;
        vec![(x + self.block + 2.0, y), (x + self.block + self.gap - 2.0, y)]
    }

    /// From the foot of a full row's last box to the head of the next row's first one.
    fn around(&self, index: usize) -> Vec<(f32, f32)> {
        let (from, to) = (self.at(index), self.at(index + 1));
        let (start, end) = (from.0 + self.block / 2.0, to.0 + self.block / 2.0);
        let (foot, middle) = (from.1 + self.height + 1.0, from.1 + self.height + self.row_gap / 2.0);
        vec![(start, foot), (start, middle), (end, middle), (end, to.1 - 2.0)]
    }
}

fn in_words(path: &Path) -> String {
    let hops = path
        .hops
        .iter()
        .map(|hop| format!(", {} ({}) {} {}", hop.capability, hop.verdict.text, hop.to.kind, hop.to.name));
    format!("Path from {} {}{}.", path.start.kind, path.start.name, hops.collect::<String>())
}

fn arrow(points: Vec<(f32, f32)>, verdict: Word, note: Option<&str>, hop: usize, style: Style) -> Arrow {
    let middle = points.len() / 2;
    let (a, b) = (points.get(middle - 1).copied(), points.get(middle).copied());
    let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
    let (x, y) = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
    let label = |text: String, dy: f32| Label { x, y: y + dy, text };
    Arrow {
        label: note.map(|_| label(format!("{} {}", verdict.mark, verdict.text), -style.size * 0.5)),
        note: note.map(|note| label(note.to_owned(), style.size * 1.15)),
        points,
        verdict,
        hop,
    }
}

fn block(
    (x, y, w, h): (f32, f32, f32, f32),
    kind: &'static str,
    name: Vec<String>,
    place: Place,
    style: Style,
) -> Block {
    let leading = style.size * 1.22;
    let top = y + style.size * 1.6 + (h - style.size * 2.2 - name.len() as f32 * leading) / 2.0 + style.size * 0.95;
    let lines = name
        .into_iter()
        .enumerate()
        .map(|(row, text)| Label { x: x + w / 2.0, y: top + row as f32 * leading, text })
        .collect();
    Block { x, y, w, h, kind, lines, place }
}

/// A name in at most three lines, broken after separators, its end replaced by `…` when it does not fit.
fn fitted(name: &str, block: f32, size: f32, faces: &Faces) -> Vec<String> {
    let width = block - size * 1.2;
    let mut lines = vec![String::new()];
    for part in parts(&faces.covered(name, Face::SemiBold), width, size, faces) {
        let fits = lines.last().is_some_and(|line| {
            faces.width(&format!("{line}{part}"), Face::SemiBold, size) <= width || line.is_empty()
        });
        if !fits {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(&part);
        }
    }
    if lines.len() > NAME_LINES {
        lines.truncate(NAME_LINES);
        if let Some(last) = lines.last_mut() {
            while faces.width(&format!("{last}…"), Face::SemiBold, size) > width && last.pop().is_some() {}
            last.push('…');
        }
    }
    lines
}

/// Pieces that may stand on a line of their own.
fn parts(name: &str, width: f32, size: f32, faces: &Faces) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in name.chars() {
        let Some(part) = parts.last_mut() else { break };
        part.push(c);
        if matches!(c, '/' | ':' | '-' | '_' | '.' | ' ' | '@') || faces.width(part, Face::SemiBold, size) > width * 0.9
        {
            parts.push(String::new());
        }
    }
    parts
}

/// A pipeline: a column a stage, arrows by verdict.
pub fn target(target: &Target, style: Style, faces: &Faces) -> Figure {
    let stages = Stages::of(target, style, faces);
    let mut boxes = Vec::new();
    for (column, nodes) in target.columns.iter().enumerate() {
        let place = match column {
            0 => Place::Start,
            _ if column + 1 == target.columns.len() => Place::End,
            _ => Place::Middle,
        };
        for (row, node) in nodes.iter().take(ROWS).enumerate() {
            let (x, y) = stages.at(target, (column, row));
            let more = nodes.len() > ROWS && row + 1 == ROWS;
            let name = if more { format!("{} more", nodes.len() - row) } else { node.name.clone() };
            let name = fitted(&name, stages.block, stages.style.size, faces);
            boxes.push(block((x, y, stages.block, stages.height), node.kind, name, place, stages.style));
        }
    }
    let mut lanes = 0;
    let mut arrows = Vec::new();
    for (index, edge) in target.edges.iter().enumerate() {
        let long = edge.to.0 != edge.from.0 + 1;
        lanes += usize::from(long);
        let points = stages.line(target, edge, long.then_some(lanes));
        arrows.push(arrow(points, edge.verdict, None, index + 1, style));
    }
    let height = stages.lane(lanes) + style.size * 0.4;
    Figure { width: style.width, height, size: stages.style.size, arrows, boxes, alt: target_in_words(target) }
}

/// Boxes drawn in one column; the last stands for what follows.
const ROWS: usize = 6;

/// Where the boxes of a pipeline stand: columns of equal width, centred.
struct Stages {
    block: f32,
    gap: f32,
    height: f32,
    row_gap: f32,
    total: f32,
    style: Style,
}

impl Stages {
    fn of(target: &Target, style: Style, faces: &Faces) -> Stages {
        let columns = target.columns.len().max(1) as f32;
        let gap = (style.width * 0.045).max(14.0);
        let block = ((style.width - gap * (columns - 1.0)) / columns).min(style.block * 1.3);
        let size = if columns > 6.0 { style.size * 0.86 } else { style.size };
        let gap = ((style.width - block * columns) / (columns - 1.0).max(1.0)).min(style.gap);
        let names = target.columns.iter().flatten().map(|node| fitted(&node.name, block, size, faces).len());
        let lines = names.max().unwrap_or(1) as f32;
        let (height, row_gap) = (size * (3.0 + 1.22 * lines), style.size * 1.1);
        let rows = target.columns.iter().map(|column| column.len().min(ROWS)).max().unwrap_or(1).max(1);
        let total = rows as f32 * (height + row_gap) - row_gap;
        Stages { block, gap, height, row_gap, total, style: Style { size, ..style } }
    }

    fn at(&self, target: &Target, (column, row): (usize, usize)) -> (f32, f32) {
        let here = target.columns.get(column).map_or(1, |column| column.len().clamp(1, ROWS)) as f32;
        let top = (self.total - (here * (self.height + self.row_gap) - self.row_gap)) / 2.0;
        let y = 1.0 + top + row.min(ROWS - 1) as f32 * (self.height + self.row_gap);
        (column as f32 * (self.block + self.gap), y)
    }

    /// Where a line that passes stages runs, below all boxes.
    fn lane(&self, lane: usize) -> f32 {
        1.0 + self.total + lane as f32 * self.style.size * 0.9
    }

    /// Straight to the next stage, or through a lane.
    fn line(&self, target: &Target, edge: &Edge, lane: Option<usize>) -> Vec<(f32, f32)> {
        let (from, to) = (self.at(target, edge.from), self.at(target, edge.to));
        let tail = (from.0 + self.block + 1.0, from.1 + self.height / 2.0);
        let head = (to.0 - 2.0, to.1 + self.height / 2.0);
        let Some(lane) = lane else { return vec![tail, head] };
        let (out, into, below) = (tail.0 + self.gap * 0.3, head.0 - self.gap * 0.45, self.lane(lane));
        vec![tail, (out, tail.1), (out, below), (into, below), (into, head.1), head]
    }
}

fn target_in_words(target: &Target) -> String {
    let stages: Vec<String> = target
        .columns
        .iter()
        .map(|column| column.iter().map(|node| format!("{} {}", node.kind, node.name)).collect::<Vec<_>>().join(", "))
        .collect();
    format!("Pipeline to {}: {}.", target.name, stages.join("; then "))
}

/// Whether a line of this tone is drawn dashed, so that a grey print still tells it.
pub fn dashed(tone: Tone) -> bool {
    matches!(tone, Tone::Warn | Tone::Mute)
}
