//! The display list through printpdf's operations; structure, bookmarks and metadata are added to what it hands back.

use std::collections::BTreeMap;

use printpdf::{
    Actions, BorderArray, Codepoint, Color, Destination, DictItem, ExternalStream, ExternalXObject, FontId, Line,
    LineCapStyle, LineDashPattern, LinePoint, LinkAnnotation, Mm, Op, PaintMode, ParsedFont, PdfDocument, PdfFont,
    PdfFontHandle, PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, Rect, TextItem, WindingOrder, XObject,
    XObjectId, XObjectTransform,
};

use super::{
    Backend,
    list::{Document, Image, Link, Mark, PAGE, Page, Rgb, Shape, Step, Target, Text},
    outline,
    picture::Picture,
    structure,
    tags::{self, Plan, Sequence},
};
use crate::render::{artifact::RenderError, type_face::Face};

pub struct Printpdf;

impl Backend for Printpdf {
    fn write(&self, document: &Document) -> Result<Vec<u8>, RenderError> {
        let plan = tags::plan(document);
        let mut pdf = PdfDocument::new(&document.meta.title);
        let mut unread = Vec::new();
        for face in Face::ALL {
            let font =
                ParsedFont::from_bytes(face.bytes(), 0, &mut unread).ok_or(RenderError::Font { name: face.name() })?;
            pdf.resources.fonts.map.insert(font_id(face), PdfFont::new(font));
        }
        let marks = document.pages.iter().flat_map(|page| &page.items).map(|item| &item.mark);
        if let Some(image) =
            marks.filter_map(|mark| if let Mark::Image(image) = mark { Some(image) } else { None }).next()
        {
            pdf.resources.xobjects.map.insert(logo(), pixels(&image.picture));
        }
        let pages = document
            .pages
            .iter()
            .zip(&plan.pages)
            .map(|(page, sequences)| PdfPage::new(Mm(210.0), Mm(297.0), operations(page, sequences)));
        pdf.with_pages(pages.collect());
        let mut file = pdf.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
        finish(&mut file, document, &plan)?;
        let mut bytes = Vec::new();
        // Without a level lopdf leaves object streams as they are, and these are most of a tagged file.
        let options = lopdf::SaveOptions::builder()
            .use_object_streams(true)
            .use_xref_streams(true)
            .max_objects_per_stream(400)
            .compression_level(9)
            .build();
        file.save_with_options(&mut bytes, options).map_err(|error| RenderError::Pdf(error.into()))?;
        Ok(bytes)
    }
}

/// What printpdf does not write: the structure tree, nested bookmarks, language, metadata and an id that stays.
fn finish(file: &mut lopdf::Document, document: &Document, plan: &Plan) -> Result<(), RenderError> {
    file.version = "1.7".to_owned();
    structure::write(file, document, plan).map_err(RenderError::Pdf)?;
    outline::write(file, document).map_err(RenderError::Pdf)?;
    super::metadata::write(file, document).map_err(RenderError::Pdf)?;
    file.compress();
    Ok(())
}

fn font_id(face: Face) -> FontId {
    FontId(face.name().to_owned())
}

fn operations(page: &Page, sequences: &[Sequence]) -> Vec<Op> {
    let mut ops = Vec::new();
    let mut number = 0;
    for sequence in sequences {
        match sequence.tag {
            None => ops.push(Op::BeginMarkedContent { tag: "Artifact".to_owned() }),
            Some(_) => {
                let map = BTreeMap::from([("MCID".to_owned(), DictItem::Int(number))]);
                ops.push(Op::BeginMarkedContentWithProperties {
                    tag: "Span".to_owned(),
                    properties: DictItem::Dict { map },
                });
                number += 1;
            }
        }
        for item in sequence.items.iter().filter_map(|at| page.items.get(*at)) {
            match &item.mark {
                Mark::Text(text) => draw_text(&mut ops, text),
                Mark::Shape(shape) => draw_shape(&mut ops, shape),
                Mark::Image(image) => draw_image(&mut ops, image),
                Mark::Link(_) => {}
            }
        }
        ops.push(Op::EndMarkedContent);
    }
    for item in &page.items {
        if let Mark::Link(link) = &item.mark {
            ops.push(annotation(link));
        }
    }
    ops
}

fn draw_text(ops: &mut Vec<Op>, text: &Text) {
    let glyphs = text.glyphs.iter().map(|glyph| {
        let source = text.text.get(glyph.start..glyph.end).unwrap_or_default();
        let kern = ((glyph.natural - glyph.advance) * 1000.0).round();
        let mut code = Codepoint::with_cid(glyph.id, kern, source.to_owned());
        if code.offset.abs() < 0.5 {
            code.offset = 0.0;
        }
        code
    });
    ops.extend([
        Op::StartTextSection,
        Op::SetFillColor { col: color(text.color) },
        Op::SetFont { font: PdfFontHandle::External(font_id(text.face)), size: Pt(text.size) },
        Op::SetTextCursor { pos: point(text.x, text.y) },
        Op::ShowText { items: vec![TextItem::GlyphIds(glyphs.collect())] },
        Op::EndTextSection,
    ]);
}

fn draw_shape(ops: &mut Vec<Op>, shape: &Shape) {
    let (points, closed) = outline_of(&shape.steps);
    ops.push(Op::SaveGraphicsState);
    if let Some(fill) = shape.fill {
        ops.push(Op::SetFillColor { col: color(fill) });
    }
    if let Some((stroke, width)) = shape.stroke {
        ops.extend([
            Op::SetOutlineColor { col: color(stroke) },
            Op::SetOutlineThickness { pt: Pt(width) },
            Op::SetLineCapStyle { cap: LineCapStyle::Round },
        ]);
    }
    if let Some((dash, gap)) = shape.dash {
        ops.push(Op::SetLineDashPattern { dash: LineDashPattern::new(0.0, &[dash, gap]) });
    }
    if closed {
        let mode = match (shape.fill, shape.stroke) {
            (Some(_), Some(_)) => PaintMode::FillStroke,
            (Some(_), None) => PaintMode::Fill,
            _ => PaintMode::Stroke,
        };
        let rings = vec![PolygonRing { points }];
        ops.push(Op::DrawPolygon { polygon: Polygon { rings, mode, winding_order: WindingOrder::NonZero } });
    } else {
        ops.push(Op::DrawLine { line: Line { points, is_closed: false } });
    }
    ops.push(Op::RestoreGraphicsState);
}

/// The one picture of a report.
fn logo() -> XObjectId {
    XObjectId("Logo".to_owned())
}

/// An image as the file holds it (ISO 32000-1, 8.9.5).
fn pixels(picture: &Picture) -> XObject {
    let name = |text: &str| DictItem::Name(text.as_bytes().to_vec());
    let dict = BTreeMap::from([
        ("Type".to_owned(), name("XObject")),
        ("Subtype".to_owned(), name("Image")),
        ("Width".to_owned(), DictItem::Int(i64::from(picture.width))),
        ("Height".to_owned(), DictItem::Int(i64::from(picture.height))),
        ("ColorSpace".to_owned(), name("DeviceRGB")),
        ("BitsPerComponent".to_owned(), DictItem::Int(8)),
    ]);
    let stream = ExternalStream { dict, content: picture.rgb.clone(), compress: true };
    XObject::External(ExternalXObject { stream, width: None, height: None, dpi: None })
}

fn draw_image(ops: &mut Vec<Op>, image: &Image) {
    let at = point(image.x, image.y + image.h);
    let transform = XObjectTransform {
        translate_x: Some(at.x),
        translate_y: Some(at.y),
        scale_x: Some(image.w),
        scale_y: Some(image.h),
        ..XObjectTransform::default()
    };
    ops.extend([Op::SaveGraphicsState, Op::UseXobject { id: logo(), transform }, Op::RestoreGraphicsState]);
}

fn outline_of(steps: &[Step]) -> (Vec<LinePoint>, bool) {
    let mut points = Vec::new();
    let mut closed = false;
    for step in steps {
        match *step {
            Step::Move(x, y) | Step::Line(x, y) => points.push(LinePoint { p: point(x, y), bezier: false }),
            Step::Curve([ax, ay, bx, by, x, y]) => {
                points.push(LinePoint { p: point(ax, ay), bezier: true });
                points.push(LinePoint { p: point(bx, by), bezier: true });
                points.push(LinePoint { p: point(x, y), bezier: false });
            }
            Step::Close => closed = true,
        }
    }
    (points, closed)
}

fn annotation(link: &Link) -> Op {
    let (page, y) = match link.to {
        Target::Place(page, y) => (page, y as f32),
        Target::Anchor(_) => (0, 0.0),
    };
    let to = Destination::Xyz { page: page + 1, left: Some(0.0), top: Some(PAGE.1 - y + 8.0), zoom: None };
    let rect = Rect {
        x: Pt(link.x),
        y: Pt(PAGE.1 - link.y - link.h),
        width: Pt(link.w),
        height: Pt(link.h),
        mode: None,
        winding_order: None,
    };
    let border = Some(BorderArray::Solid([0.0, 0.0, 0.0]));
    Op::LinkAnnotation { link: LinkAnnotation::new(rect, Actions::go_to(to), border, None, None) }
}

fn color([r, g, b]: Rgb) -> Color {
    let part = |channel: u8| f32::from(channel) / 255.0;
    Color::Rgb(printpdf::Rgb::new(part(r), part(g), part(b), None))
}

/// PDF counts from the foot of the page.
fn point(x: f32, y: f32) -> Point {
    Point { x: Pt(x), y: Pt(PAGE.1 - y) }
}
