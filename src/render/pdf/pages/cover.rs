//! The cover, and the contents that come after it.

use super::{
    super::{
        flow::Flow,
        list::{Entry, Image, Link, Mark, PAGE, Page, Role, Shape, Step, Target},
        picture::Picture,
        text::span,
        theme::{MEASURE, NAVY, PALE, SIDE, SOFT, TOP, WHITE},
    },
    clipped,
};
use crate::render::{type_face::Face, view::Report};

const BAND: f32 = 330.0;

pub fn draw(flow: &mut Flow, report: &Report, logo: Option<Picture>) {
    band(flow);
    match logo {
        Some(picture) => branded(flow, report, picture),
        None => brand(flow),
    }
    let title = flow.node(Role::Heading(1));
    if let Some(node) = flow.doc.nodes.get_mut(title) {
        node.title = Some(report.title.to_owned());
    }
    let heading = |text: &str| span(text).face(Face::Bold).size(31.0).color(WHITE);
    let (first, second) = report.title.split_once(" AI ").unwrap_or((report.title, ""));
    flow.text_at(Some(title), SIDE, 176.0, &heading(&format!("{first} ")));
    flow.text_at(Some(title), SIDE, 213.0, &heading(&format!("AI {second}")));
    let under = flow.node(Role::Paragraph);
    let line = format!("{}, as of {}", clipped(&report.organisation), report.as_of);
    flow.text_at(Some(under), SIDE, 242.0, &span(line).size(11.0).color(PALE));
    let edition = flow.node(Role::Paragraph);
    flow.text_right(Some(edition), SIDE + MEASURE, 83.0, &span(report.edition).size(9.0).color(PALE));
    let secret = flow.node(Role::Paragraph);
    flow.text_right(Some(secret), SIDE + MEASURE, 97.0, &span(clipped(&report.confidentiality)).size(9.0).color(PALE));
    flow.y = BAND + 48.0;
    facts(flow, report);
}

/// The dark field with a wave in the accent colour.
fn band(flow: &mut Flow) {
    let accent = flow.theme.accent;
    flow.block(None, [0.0, 0.0, PAGE.0, BAND], 0.0, Some(NAVY), None);
    let wave = vec![
        Step::Move(0.0, BAND),
        Step::Line(PAGE.0, BAND),
        Step::Line(PAGE.0, BAND - 44.0),
        Step::Curve([400.0, BAND, 200.0, BAND - 70.0, 0.0, BAND]),
        Step::Close,
    ];
    flow.shape(None, Shape { steps: wave, fill: Some(accent), stroke: None, dash: None });
}

/// The preparer's logo on a white plate.
fn branded(flow: &mut Flow, report: &Report, picture: Picture) {
    const BOX: (f32, f32) = (170.0, 42.0);
    let (width, height) = (picture.width.max(1) as f32, picture.height.max(1) as f32);
    let scale = (BOX.0 / width).min(BOX.1 / height);
    let (w, h) = (width * scale, height * scale);
    flow.block(None, [SIDE, 58.0, w + 16.0, h + 12.0], 7.0, Some(WHITE), None);
    let node = flow.node(Role::Figure);
    flow.describe(node, format!("Logo of {}", report.prepared_by.as_deref().unwrap_or(&report.organisation)));
    flow.push(Some(node), Mark::Image(Image { x: SIDE + 8.0, y: 64.0, w, h, picture }));
}

/// Our own mark: an open ring around a red point.
fn brand(flow: &mut Flow) {
    flow.block(None, [SIDE, 64.0, 38.0, 38.0], 9.0, Some(WHITE), None);
    let (x, y) = (SIDE + 19.0, 83.0);
    let ring = vec![
        Step::Move(x + 9.1, y - 6.2),
        Step::Curve([x + 5.6, y - 11.3, x - 1.3, y - 12.6, x - 6.2, y - 9.1]),
        Step::Curve([x - 11.3, y - 5.6, x - 12.6, y + 1.3, x - 9.1, y + 6.2]),
        Step::Curve([x - 5.6, y + 11.3, x + 1.3, y + 12.6, x + 6.2, y + 9.1]),
        Step::Curve([x + 7.3, y + 8.3, x + 8.3, y + 7.3, x + 9.1, y + 6.2]),
    ];
    flow.shape(None, Shape { steps: ring, fill: None, stroke: Some((flow.theme.accent, 4.0)), dash: None });
    flow.block(None, [x - 2.6, y - 2.6, 5.2, 5.2], 2.6, Some([179, 25, 43]), None);
    let name = flow.node(Role::Paragraph);
    flow.text_at(Some(name), SIDE + 50.0, 89.0, &span("ambit").face(Face::Bold).size(20.0).color(WHITE));
}

fn facts(flow: &mut Flow, report: &Report) {
    let people = [("Prepared for", &report.prepared_for), ("Prepared by", &report.prepared_by)];
    let people = people.into_iter().filter_map(|(label, value)| value.clone().map(|value| (label, value)));
    for (label, value) in people.chain(report.facts.iter().cloned()) {
        let y = flow.y;
        let node = flow.node(Role::Paragraph);
        flow.text_at(Some(node), SIDE, y + 10.0, &span(label).face(Face::SemiBold).size(8.6).color(SOFT));
        let mono = label == "Configuration" || label == "Run";
        let (face, size) = if mono { (Face::Mono, 8.2) } else { (Face::Regular, 10.2) };
        flow.block_text(
            Role::Paragraph,
            &[span(value).face(face).size(size)],
            SIDE + 110.0,
            MEASURE - 110.0,
            14.0,
            7.0,
        );
    }
}

/// The contents as pages of their own; drawn last, when every page number is known, and put after the cover.
pub fn contents(flow: &mut Flow) -> Vec<Page> {
    let entries = listed(&flow.doc.outline);
    let body = flow.doc.pages.len();
    let height: f32 = 38.0 + entries.iter().map(line_height).sum::<f32>();
    let room = PAGE.1 - TOP - super::super::theme::BOTTOM;
    let pages = (height / (room - 20.0)).ceil().max(1.0) as usize;
    flow.new_page();
    let y = flow.y;
    let title = flow.node(Role::Heading(1));
    if let Some(node) = flow.doc.nodes.get_mut(title) {
        node.title = Some("Contents".to_owned());
    }
    flow.text_at(Some(title), SIDE, y + 18.0, &span("Contents").face(Face::Bold).size(19.0).color(NAVY));
    flow.y += 38.0;
    flow.within(Role::Contents, |flow| {
        for entry in &entries {
            flow.need(line_height(entry));
            item(flow, entry, pages);
        }
    });
    let mut front = flow.doc.pages.split_off(body);
    front.resize_with(pages.max(front.len()), Page::default);
    front
}

/// Sections, and their parts where these are few; the bookmarks hold all.
fn listed(outline: &[Entry]) -> Vec<Entry> {
    const FEW: usize = 9;
    let parts = |at: usize| outline.iter().skip(at + 1).take_while(|entry| entry.level > 1);
    let mut listed = Vec::new();
    for (at, section) in outline.iter().enumerate().filter(|(_, entry)| entry.level == 1) {
        listed.push(section.clone());
        if parts(at).count() <= FEW {
            listed.extend(parts(at).cloned());
        }
    }
    listed
}

fn line_height(entry: &Entry) -> f32 {
    if entry.level == 1 { 18.0 } else { 12.6 }
}

/// A title, dots and the page it stands on.
fn item(flow: &mut Flow, entry: &Entry, pages: usize) {
    let (indent, face, size) = if entry.level == 1 { (0.0, Face::SemiBold, 10.0) } else { (16.0, Face::Regular, 8.8) };
    let y = flow.y;
    let base = y + if entry.level == 1 { 13.0 } else { 9.4 };
    let item = flow.node(Role::ContentsItem);
    let link = flow.under(item, |flow| flow.node(Role::Link));
    let number = span((entry.page + pages + 1).to_string()).face(face).size(size);
    let room = MEASURE - indent - 40.0;
    let mut title = span(entry.title.clone()).face(face).size(size);
    while flow.width(&title) > room && title.text.pop().is_some() {}
    if title.text.len() < entry.title.len() {
        title.text.push('…');
    }
    let width = flow.text_at(Some(link), SIDE + indent, base, &title);
    let number_width = flow.width(&number);
    let right = SIDE + MEASURE;
    flow.shape(
        None,
        Shape {
            steps: vec![
                Step::Move(SIDE + indent + width + 6.0, base - 1.0),
                Step::Line(right - number_width - 6.0, base - 1.0),
            ],
            fill: None,
            stroke: Some(([170, 178, 190], 0.6)),
            dash: Some((0.1, 3.0)),
        },
    );
    flow.text_at(Some(link), right - number_width, base, &number);
    let to = Target::Place(entry.page + pages, entry.y as u32);
    flow.push(
        Some(link),
        Mark::Link(Link { x: SIDE, y, w: MEASURE, h: line_height(entry) - 1.0, to, alt: entry.title.clone() }),
    );
    flow.y += line_height(entry);
}
