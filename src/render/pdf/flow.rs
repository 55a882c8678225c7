//! The cursor that runs down the pages: headings, paragraphs, lists and figures, each with its place in the structure.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    list::{Document, Entry, Item, Link, Mark, Meta, Node, NodeId, PAGE, Page, Rgb, Role, Shape, Step, Target, Text},
    text::{self, Line, PILL, Piece, Span, span},
    theme::{self, BOTTOM, MEASURE, NAVY, SIDE, SOFT, TOP, Theme},
};
use crate::render::type_face::{Face, Faces};

pub struct Flow<'a> {
    pub faces: &'a Faces,
    pub theme: Theme,
    pub doc: Document,
    /// From the top of the current page.
    pub y: f32,
    parent: NodeId,
    /// Ids that will have a place, so that no link leads nowhere.
    known: BTreeSet<String>,
    anchors: BTreeMap<String, (usize, f32)>,
}

impl<'a> Flow<'a> {
    pub fn new(faces: &'a Faces, theme: Theme, meta: Meta, known: BTreeSet<String>) -> Flow<'a> {
        let root = Node { role: Role::Document, parent: 0, alt: None, title: None };
        let doc = Document { pages: vec![Page::default()], outline: Vec::new(), nodes: vec![root], meta };
        Flow { faces, theme, doc, y: TOP, parent: 0, known, anchors: BTreeMap::new() }
    }

    pub fn page(&self) -> usize {
        self.doc.pages.len() - 1
    }

    pub fn new_page(&mut self) {
        self.doc.pages.push(Page::default());
        self.y = TOP;
    }

    /// A new page unless `height` fits on this one.
    pub fn need(&mut self, height: f32) {
        if self.y + height > PAGE.1 - BOTTOM && self.y > TOP {
            self.new_page();
        }
    }

    pub fn node(&mut self, role: Role) -> NodeId {
        self.doc.nodes.push(Node { role, parent: self.parent, alt: None, title: None });
        self.doc.nodes.len() - 1
    }

    /// What is read aloud in place of a figure, or of a mark.
    pub fn describe(&mut self, node: NodeId, alt: impl Into<String>) {
        if let Some(node) = self.doc.nodes.get_mut(node) {
            node.alt = Some(alt.into());
        }
    }

    /// Nodes made by `f` stand under a new one.
    pub fn within<T>(&mut self, role: Role, f: impl FnOnce(&mut Self) -> T) -> T {
        let node = self.node(role);
        self.under(node, f)
    }

    pub fn under<T>(&mut self, node: NodeId, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.parent, node);
        let result = f(self);
        self.parent = before;
        result
    }

    /// Makes this place reachable by `id`.
    pub fn anchor(&mut self, id: &str) {
        let place = (self.page(), self.y);
        self.anchors.entry(id.to_owned()).or_insert(place);
    }

    /// The span as a link to `id`, if this report has it.
    pub fn leading_to(&self, id: &str, span: Span) -> Span {
        if !self.known.contains(id) {
            return span;
        }
        Span { link: Some(Target::Anchor(id.to_owned())), ..span.color(self.theme.accent) }
    }

    /// A stable id that leads to its row, if this report has it.
    pub fn reference(&self, id: &str) -> Span {
        let text = span(format!("{id} ")).face(Face::Mono).size(7.0).color(self.theme.accent);
        self.leading_to(id, text)
    }

    /// Some ids, and how many more there are: a page of them is read by nobody.
    pub fn references(&self, ids: &[String]) -> Vec<Span> {
        const FEW: usize = 12;
        let mut spans: Vec<Span> = ids.iter().take(FEW).map(|id| self.reference(id)).collect();
        if ids.len() > FEW {
            spans.push(span(format!("and {} more in assessment.json", ids.len() - FEW)).size(7.4).color(SOFT));
        }
        spans
    }

    pub fn push(&mut self, tag: Option<NodeId>, mark: Mark) {
        if let Some(page) = self.doc.pages.last_mut() {
            page.items.push(Item { tag, mark });
        }
    }

    /// One line from `x`, its baseline at `y`; its width.
    pub fn text_at(&mut self, tag: Option<NodeId>, x: f32, y: f32, span: &Span) -> f32 {
        let text = self.faces.covered(&span.text, span.face).into_owned();
        self.run(tag, x, y, text, span)
    }

    pub fn text_right(&mut self, tag: Option<NodeId>, right: f32, y: f32, span: &Span) {
        let width = self.width(span);
        self.text_at(tag, right - width, y, span);
    }

    pub fn text_center(&mut self, tag: Option<NodeId>, center: f32, y: f32, span: &Span) {
        let width = self.width(span);
        self.text_at(tag, center - width / 2.0, y, span);
    }

    pub fn width(&self, span: &Span) -> f32 {
        let text = self.faces.covered(&span.text, span.face);
        text::glyphs(&text, span.face, self.faces).1 * span.size
    }

    fn run(&mut self, tag: Option<NodeId>, x: f32, y: f32, text: String, span: &Span) -> f32 {
        let (glyphs, width) = text::glyphs(&text, span.face, self.faces);
        if !glyphs.is_empty() {
            let (face, size, color) = (span.face, span.size, span.color);
            self.push(tag, Mark::Text(Text { face, size, color, x, y, text, glyphs }));
        }
        width * span.size
    }

    pub fn shape(&mut self, tag: Option<NodeId>, shape: Shape) {
        self.push(tag, Mark::Shape(shape));
    }

    /// A box with corners of `radius`.
    pub fn block(
        &mut self,
        tag: Option<NodeId>,
        at: [f32; 4],
        radius: f32,
        fill: Option<Rgb>,
        stroke: Option<(Rgb, f32)>,
    ) {
        self.shape(tag, Shape { steps: rounded(at, radius), fill, stroke, dash: None });
    }

    pub fn rule(&mut self, from: (f32, f32), to: (f32, f32), color: Rgb, width: f32) {
        let steps = vec![Step::Move(from.0, from.1), Step::Line(to.0, to.1)];
        self.shape(None, Shape { steps, fill: None, stroke: Some((color, width)), dash: None });
    }

    /// A line of pieces; pills behind their words, links over theirs.
    pub fn line(&mut self, tag: NodeId, x: f32, base: f32, line: &Line) {
        for piece in line {
            let x = x + piece.x;
            if piece.span.chip {
                self.pill(tag, x, base, piece);
            } else if let Some(to) = &piece.span.link {
                self.linked(tag, (x, base), piece, to.clone());
            } else {
                self.run(Some(tag), x, base, piece.text.clone(), piece.span);
            }
        }
    }

    fn pill(&mut self, tag: NodeId, x: f32, base: f32, piece: &Piece) {
        let size = piece.span.size;
        let at = [x, base - size * 1.1, piece.width, size * 1.52];
        self.block(None, at, size, Some(theme::tint(piece.span.color, 0.12)), None);
        self.run(Some(tag), x + PILL, base - size * 0.03, piece.text.clone(), piece.span);
    }

    fn linked(&mut self, tag: NodeId, (x, base): (f32, f32), piece: &Piece, to: Target) {
        let node = self.under(tag, |flow| flow.node(Role::Link));
        let text = piece.text.trim_end().to_owned();
        let size = piece.span.size;
        let alt = text.clone();
        let w = self.run(Some(node), x, base, text, piece.span);
        self.rule((x, base + 1.5), (x + w, base + 1.5), theme::tint(piece.span.color, 0.5), 0.4);
        self.push(Some(node), Mark::Link(Link { x, y: base - size, w, h: size * 1.3, to, alt }));
    }

    /// Spans as lines of `lead`, with two lines kept together at either end.
    pub fn block_text(&mut self, role: Role, spans: &[Span], x: f32, width: f32, lead: f32, after: f32) -> NodeId {
        let node = self.node(role);
        let lines = text::wrap(spans, width, self.faces);
        let count = lines.len();
        for (at, line) in lines.iter().enumerate() {
            let first = at == 0 && count > 1;
            let before_last = count >= 3 && at + 2 == count;
            self.need(if first || before_last { lead * 2.0 } else { lead });
            self.line(node, x, self.y + lead * 0.76, line);
            self.y += lead;
        }
        self.y += after;
        node
    }

    pub fn paragraph(&mut self, spans: &[Span]) {
        self.block_text(Role::Paragraph, spans, SIDE, MEASURE, 14.0, 6.0);
    }

    pub fn note(&mut self, text: &str) {
        self.block_text(Role::Paragraph, &[span(text).size(8.4).color(SOFT)], SIDE, MEASURE, 12.0, 5.0);
    }

    /// A heading in the outline; what follows stays with it.
    pub fn heading(&mut self, level: u8, title: &str, spans: &[Span]) {
        let (size, before, after, keep) = if level == 1 { (19.0, 20.0, 12.0, 130.0) } else { (11.5, 12.0, 4.0, 84.0) };
        if self.y > TOP {
            self.y += before;
        }
        self.need(keep);
        self.doc.outline.push(Entry { level, title: title.to_owned(), page: self.page(), y: self.y });
        let face = if level == 1 { Face::Bold } else { Face::SemiBold };
        let mut all = vec![span(title).face(face).size(size).color(NAVY)];
        all.extend_from_slice(spans);
        let node = self.block_text(Role::Heading(level), &all, SIDE, MEASURE, size * 1.3, after);
        if let Some(node) = self.doc.nodes.get_mut(node) {
            node.title = Some(title.to_owned());
        }
        if level == 1 {
            let accent = self.theme.accent;
            self.block(None, [SIDE, self.y - after + 4.0, 34.0, 2.4], 1.2, Some(accent), None);
            self.y += 6.0;
        }
    }

    /// One item of a list; call inside `within(Role::List, …)`.
    pub fn bullet(&mut self, spans: &[Span]) {
        let accent = self.theme.accent;
        self.within(Role::ListItem, |flow| {
            flow.need(26.0);
            let y = flow.y;
            flow.block(None, [SIDE + 4.0, y + 5.0, 3.4, 3.4], 1.7, Some(accent), None);
            flow.block_text(Role::ListBody, spans, SIDE + 16.0, MEASURE - 16.0, 13.0, 2.5);
        });
    }

    /// `height` points that stay together, described by `alt`.
    pub fn figure(&mut self, height: f32, alt: &str, draw: impl FnOnce(&mut Self, f32, NodeId)) {
        self.need(height);
        let node = self.node(Role::Figure);
        self.describe(node, alt);
        let y = self.y;
        draw(self, y, node);
        self.y = y + height;
    }

    /// The document with `front` pages put after the cover, links led to their places and running heads drawn.
    pub fn finish(mut self, front: Vec<Page>) -> Document {
        let shift = front.len();
        let moved = |page: usize| if page == 0 { 0 } else { page + shift };
        self.doc.pages.splice(1..1, front);
        for entry in &mut self.doc.outline {
            entry.page = moved(entry.page);
        }
        for item in self.doc.pages.iter_mut().flat_map(|page| &mut page.items) {
            if let Mark::Link(link) = &mut item.mark
                && let Target::Anchor(id) = &link.to
            {
                let (page, y) = self.anchors.get(id).copied().unwrap_or((0, 0.0));
                link.to = Target::Place(moved(page), y.max(0.0) as u32);
            }
        }
        self.doc
    }
}

/// Four sides with corners drawn as curves.
fn rounded([x, y, w, h]: [f32; 4], radius: f32) -> Vec<Step> {
    use Step::{Close, Curve, Line, Move};
    let r = radius.min(h / 2.0).min(w / 2.0);
    if r <= 0.0 {
        return vec![Move(x, y), Line(x + w, y), Line(x + w, y + h), Line(x, y + h), Close];
    }
    // The control points that bring a cubic curve closest to a quarter circle.
    let k = r * 0.5523;
    vec![
        Move(x + r, y),
        Line(x + w - r, y),
        Curve([x + w - r + k, y, x + w, y + r - k, x + w, y + r]),
        Line(x + w, y + h - r),
        Curve([x + w, y + h - r + k, x + w - r + k, y + h, x + w - r, y + h]),
        Line(x + r, y + h),
        Curve([x + r - k, y + h, x, y + h - r + k, x, y + h - r]),
        Line(x, y + r),
        Curve([x, y + r - k, x + r - k, y, x + r, y]),
        Close,
    ]
}
