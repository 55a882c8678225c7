//! What stands on the pages, in order.

mod basis;
mod cover;
mod judgement;
mod reach;
mod recovery;
mod summary;

use std::collections::BTreeSet;

use super::{
    flow::Flow,
    list::{Document, Meta, PAGE, Page, Role},
    picture::Picture,
    text::{Span, span},
    theme::{LINE, MEASURE, SIDE, SOFT, Theme},
};
use crate::render::{type_face::Face, type_face::Faces, view::Report};

/// Cover, contents and all sections, with running heads.
pub fn lay_out(report: &Report, faces: &Faces, theme: Theme, meta: Meta, logo: Option<Picture>) -> Document {
    let mut flow = Flow::new(faces, theme, meta, ids(report));
    cover::draw(&mut flow, report, logo);
    flow.new_page();
    summary::draw(&mut flow, report);
    reach::draw(&mut flow, report);
    recovery::draw(&mut flow, report);
    judgement::draw(&mut flow, report);
    basis::draw(&mut flow, report);
    let front = cover::contents(&mut flow);
    let mut document = flow.finish(front);
    running_heads(&mut document, report, faces);
    document
}

/// Everything that a link may lead to.
fn ids(report: &Report) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    ids.extend(report.agents.iter().map(|agent| agent.id.clone()));
    ids.extend(report.routes.iter().take(reach::FULL).flat_map(reach::shown).map(|end| end.id.clone()));
    ids.extend(report.findings.iter().map(|finding| finding.id.clone()));
    ids.extend(report.evidence.iter().map(|row| row.id.clone()));
    ids
}

/// Edition and confidentiality above, tool and page number below, on every page but the cover.
fn running_heads(document: &mut Document, report: &Report, faces: &Faces) {
    let count = document.pages.len();
    let pages = std::mem::take(&mut document.pages);
    let mut done = Vec::with_capacity(count);
    for (at, page) in pages.into_iter().enumerate() {
        done.push(if at == 0 { page } else { headed(page, at + 1, count, report, faces) });
    }
    document.pages = done;
}

fn headed(page: Page, number: usize, count: usize, report: &Report, faces: &Faces) -> Page {
    let meta = Meta {
        title: String::new(),
        author: String::new(),
        subject: String::new(),
        creator: String::new(),
        created: jiff::Timestamp::UNIX_EPOCH,
    };
    let mut flow = Flow::new(faces, Theme::of(None), meta, BTreeSet::new());
    let left = format!("{} · {}", clipped(&report.organisation), report.edition);
    let foot = format!("{} · run of {}", report.tool, report.as_of);
    let (right, bottom) = (SIDE + MEASURE, PAGE.1);
    flow.text_at(None, SIDE, 44.0, &span(left).size(8.0).face(Face::Medium).color(SOFT));
    flow.text_right(None, right, 44.0, &span(clipped(&report.confidentiality)).size(8.0).color(SOFT));
    flow.rule((SIDE, 52.0), (right, 52.0), LINE, 0.7);
    flow.rule((SIDE, bottom - 46.0), (right, bottom - 46.0), LINE, 0.7);
    flow.text_at(None, SIDE, bottom - 33.0, &span(foot).size(7.6).color(SOFT));
    flow.text_right(
        None,
        right,
        bottom - 33.0,
        &span(format!("Page {number} of {count}")).size(7.6).face(Face::Medium).color(SOFT),
    );
    let mut items = page.items;
    items.extend(flow.doc.pages.pop().unwrap_or_default().items);
    Page { items }
}

fn clipped(text: &str) -> String {
    crate::render::view::clip(text, 60)
}

/// A label and its value in two columns.
fn pair(flow: &mut Flow, label: &str, value: &[Span]) {
    const LABEL: f32 = 86.0;
    flow.need(13.0);
    let y = flow.y;
    let node = flow.node(Role::Paragraph);
    flow.text_at(Some(node), SIDE, y + 9.4, &span(label).size(8.4).color(SOFT));
    flow.block_text(Role::Paragraph, value, SIDE + LABEL, MEASURE - LABEL, 12.4, 1.6);
}

fn small(text: impl Into<String>) -> Span {
    span(text).size(8.4)
}

fn bold(text: impl Into<String>) -> Span {
    span(text).face(Face::SemiBold)
}
