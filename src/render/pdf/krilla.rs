//! The same display list through krilla, which validates PDF/A-2a and PDF/UA-1 while it writes.

use std::collections::BTreeMap;

use krilla::{
    Document as Krilled, SerializeSettings,
    action::{Action, LinkAction},
    annotation::{Annotation, LinkAnnotation, Target as KrillaTarget},
    color::rgb,
    configure::{
        ConfigurationBuilder,
        validate::{Accessibility, Archival},
    },
    destination::{Destination, XyzDestination},
    geom::{Path, PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::{Page as KrillaPage, PageSettings},
    paint::{Fill, LineCap, Stroke, StrokeDash},
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node as KrillaNode, SpanTag, TableHeaderScope,
        Tag, TagGroup, TagKind, TagTree,
    },
    text::{Font, GlyphId, KrillaGlyph},
};

use super::{
    Backend,
    list::{Document, Image, Link, Mark, Meta, Node, PAGE, Rgb, Role, Shape, Step, Target, Text},
    tags::{self, Kid, Plan, Sequence},
};
use crate::render::{artifact::RenderError, type_face::Face};

pub struct Krilla;

impl Backend for Krilla {
    fn write(&self, document: &Document) -> Result<Vec<u8>, RenderError> {
        let plan = tags::plan(document);
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_A)
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(refused)?;
        let settings = SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() };
        let mut file = Krilled::new_with(settings);
        let fonts = fonts()?;
        let mut ids = Ids::default();
        for (at, page) in document.pages.iter().enumerate() {
            let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| refused("page size"))?;
            let mut sheet = file.start_page_with(size);
            let mut surface = sheet.surface();
            let sequences = plan.pages.get(at).map_or(&[][..], Vec::as_slice);
            draw(&mut surface, page, sequences, &fonts, at, &mut ids);
            surface.finish();
            links(&mut sheet, page, at, &mut ids)?;
            sheet.finish();
        }
        let mut tree = TagTree::new().with_lang(Some("en".to_owned()));
        tree.push(KrillaNode::Group(group(0, document, &plan, &ids)?));
        file.set_tag_tree(tree);
        file.set_outline(outline(document));
        file.set_metadata(metadata(&document.meta));
        file.finish().map_err(refused)
    }
}

/// What krilla will not write, in its own words.
fn refused(error: impl std::fmt::Debug) -> RenderError {
    RenderError::Refused { why: format!("{error:?}") }
}

/// Identifiers of marked content and of links, by page and number.
#[derive(Default)]
struct Ids {
    contents: BTreeMap<(usize, usize), Identifier>,
    annotations: BTreeMap<(usize, usize), Identifier>,
}

fn fonts() -> Result<BTreeMap<Face, Font>, RenderError> {
    let load = |face: Face| Font::new(face.bytes().to_vec().into(), 0).map(|font| (face, font));
    Face::ALL.into_iter().map(|face| load(face).ok_or(RenderError::Font { name: face.name() })).collect()
}

fn draw(
    surface: &mut Surface,
    page: &super::list::Page,
    sequences: &[Sequence],
    fonts: &BTreeMap<Face, Font>,
    at: usize,
    ids: &mut Ids,
) {
    let mut number = 0;
    for sequence in sequences {
        if sequence.tag.is_some() {
            let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            ids.contents.insert((at, number), id);
            number += 1;
        } else {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        }
        for item in sequence.items.iter().filter_map(|index| page.items.get(*index)) {
            match &item.mark {
                Mark::Text(text) => draw_text(surface, text, fonts),
                Mark::Shape(shape) => draw_shape(surface, shape),
                Mark::Image(image) => draw_image(surface, image),
                Mark::Link(_) => {}
            }
        }
        surface.end_tagged();
    }
}

fn draw_text(surface: &mut Surface, text: &Text, fonts: &BTreeMap<Face, Font>) {
    let Some(font) = fonts.get(&text.face) else { return };
    surface.set_stroke(None);
    surface.set_fill(Some(fill(text.color)));
    let glyphs: Vec<KrillaGlyph> = text
        .glyphs
        .iter()
        .map(|glyph| {
            let id = GlyphId::new(u32::from(glyph.id));
            KrillaGlyph::new(id, glyph.advance, 0.0, 0.0, 0.0, glyph.start..glyph.end, None)
        })
        .collect();
    surface.draw_glyphs(Point::from_xy(text.x, text.y), &glyphs, font.clone(), &text.text, text.size, false);
}

fn draw_shape(surface: &mut Surface, shape: &Shape) {
    surface.set_fill(shape.fill.map(fill));
    surface.set_stroke(shape.stroke.map(|(color, width)| Stroke {
        paint: paint(color),
        width,
        line_cap: LineCap::Round,
        dash: shape.dash.map(|(dash, gap)| StrokeDash { array: vec![dash, gap], offset: 0.0 }),
        ..Stroke::default()
    }));
    if let Some(path) = path(&shape.steps) {
        surface.draw_path(&path);
    }
}

/// A plain field where the logo stands: without its image decoders krilla has no pixels, and tags are what it checks.
fn draw_image(surface: &mut Surface, image: &Image) {
    surface.set_stroke(None);
    surface.set_fill(Some(fill([255, 255, 255])));
    let mut builder = PathBuilder::new();
    if let Some(rect) = Rect::from_xywh(image.x, image.y, image.w, image.h) {
        builder.push_rect(rect);
    }
    if let Some(field) = builder.finish() {
        surface.draw_path(&field);
    }
}

fn path(steps: &[Step]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for step in steps {
        match *step {
            Step::Move(x, y) => builder.move_to(x, y),
            Step::Line(x, y) => builder.line_to(x, y),
            Step::Curve([ax, ay, bx, by, x, y]) => builder.cubic_to(ax, ay, bx, by, x, y),
            Step::Close => builder.close(),
        }
    }
    builder.finish()
}

fn links(sheet: &mut KrillaPage, page: &super::list::Page, at: usize, ids: &mut Ids) -> Result<(), RenderError> {
    let marks = page.items.iter().filter_map(|item| match &item.mark {
        Mark::Link(link) => Some(link),
        _ => None,
    });
    for (number, link) in marks.enumerate() {
        let annotation = Annotation::new_link(annotation(link)?, Some(link.alt.clone()));
        ids.annotations.insert((at, number), sheet.add_tagged_annotation(annotation));
    }
    Ok(())
}

fn annotation(link: &Link) -> Result<LinkAnnotation, RenderError> {
    let target = match &link.to {
        Target::Place(page, y) => {
            let place = XyzDestination::new(*page, Point::from_xy(0.0, (*y as f32 - 8.0).max(0.0)));
            KrillaTarget::Destination(Destination::Xyz(place))
        }
        Target::Anchor(id) => KrillaTarget::Action(Action::Link(LinkAction::new(format!("#{id}")))),
    };
    let rect = Rect::from_xywh(link.x, link.y, link.w.max(1.0), link.h).ok_or_else(|| refused("link area"))?;
    Ok(LinkAnnotation::new(rect, target))
}

fn group(at: usize, document: &Document, plan: &Plan, ids: &Ids) -> Result<TagGroup, RenderError> {
    let node = document.nodes.get(at).ok_or_else(|| refused("structure"))?;
    let mut group = TagGroup::new(kind(node, document)?);
    for kid in plan.kids.get(at).into_iter().flatten() {
        match *kid {
            Kid::Node(child) => group.push(KrillaNode::Group(self::group(child, document, plan, ids)?)),
            Kid::Content(page, number) => {
                group.push(*ids.contents.get(&(page, number)).ok_or_else(|| refused("content"))?);
            }
            Kid::Annotation(page, number) => {
                group.push(*ids.annotations.get(&(page, number)).ok_or_else(|| refused("link"))?);
            }
        }
    }
    Ok(group)
}

fn kind(node: &Node, document: &Document) -> Result<TagKind, RenderError> {
    Ok(match node.role {
        Role::Document => Tag::Section.into(),
        Role::Heading(level) => {
            let level = std::num::NonZeroU16::new(u16::from(level)).ok_or_else(|| refused("heading level"))?;
            let title = node.title.clone().unwrap_or_else(|| document.meta.title.clone());
            Tag::Hn(level, Some(title)).into()
        }
        Role::Paragraph => Tag::P.into(),
        Role::Contents => Tag::TOC.into(),
        Role::ContentsItem => Tag::TOCI.into(),
        Role::List => Tag::L(ListNumbering::None).into(),
        Role::ListItem => Tag::LI.into(),
        Role::ListBody => Tag::LBody.into(),
        Role::Table => Tag::Table.into(),
        Role::TableHead => Tag::THead.into(),
        Role::TableBody => Tag::TBody.into(),
        Role::Row => Tag::TR.into(),
        Role::HeaderCell => Tag::TH(TableHeaderScope::Column).with_alt_text(node.alt.clone()).into(),
        Role::RowHeader => Tag::TH(TableHeaderScope::Row).into(),
        Role::Cell => Tag::TD.with_alt_text(node.alt.clone()).into(),
        Role::Figure => Tag::Figure(node.alt.clone()).into(),
        Role::Link => Tag::Link.into(),
    })
}

fn outline(document: &Document) -> Outline {
    let mut outline = Outline::new();
    let mut section: Option<OutlineNode> = None;
    for entry in &document.outline {
        let place = XyzDestination::new(entry.page, Point::from_xy(0.0, (entry.y - 8.0).max(0.0)));
        let node = OutlineNode::new(entry.title.clone(), place);
        match section.as_mut().filter(|_| entry.level > 1) {
            Some(section) => section.push_child(node),
            None => {
                if let Some(done) = section.replace(node) {
                    outline.push_child(done);
                }
            }
        }
    }
    if let Some(done) = section {
        outline.push_child(done);
    }
    outline
}

fn metadata(meta: &Meta) -> Metadata {
    let at = meta.created.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |value: i8| u8::try_from(value).unwrap_or(0);
    let created = DateTime::new(u16::try_from(at.year()).unwrap_or(1970))
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(meta.title.clone())
        .authors(vec![meta.author.clone()])
        .description(meta.subject.clone())
        .creator(meta.creator.clone())
        .language("en".to_owned())
        .creation_date(created)
}

fn paint([r, g, b]: Rgb) -> krilla::paint::Paint {
    rgb::Color::new(r, g, b).into()
}

fn fill(color: Rgb) -> Fill {
    Fill { paint: paint(color), opacity: NormalizedF32::ONE, rule: krilla::paint::FillRule::default() }
}
