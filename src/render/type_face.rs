//! The faces of every report, and how wide a text runs in them. The page embeds the same faces as the paper, so one
//! measure serves both.
//!
//! Inter and JetBrains Mono, SIL Open Font License 1.1, subset to Latin, Latin Extended-A, arrows and marks; what they
//! lack is written as its code point.

use std::{borrow::Cow, cell::RefCell, collections::BTreeMap, rc::Rc};

use rustybuzz::{UnicodeBuffer, ttf_parser::GlyphId};

use super::artifact::RenderError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    Regular,
    Medium,
    SemiBold,
    Bold,
    Italic,
    Mono,
}

impl Face {
    pub const ALL: [Face; 6] = [Face::Regular, Face::Medium, Face::SemiBold, Face::Bold, Face::Italic, Face::Mono];

    /// The TrueType file.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Face::Regular => include_bytes!("../../templates/fonts/Inter-Regular.ttf"),
            Face::Medium => include_bytes!("../../templates/fonts/Inter-Medium.ttf"),
            Face::SemiBold => include_bytes!("../../templates/fonts/Inter-SemiBold.ttf"),
            Face::Bold => include_bytes!("../../templates/fonts/Inter-Bold.ttf"),
            Face::Italic => include_bytes!("../../templates/fonts/Inter-Italic.ttf"),
            Face::Mono => include_bytes!("../../templates/fonts/Mono-Regular.ttf"),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Face::Regular => "InterRegular",
            Face::Medium => "InterMedium",
            Face::SemiBold => "InterSemiBold",
            Face::Bold => "InterBold",
            Face::Italic => "InterItalic",
            Face::Mono => "MonoRegular",
        }
    }
}

/// A glyph with the bytes of the text that it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    pub id: u16,
    /// In em, with kerning.
    pub advance: f32,
    /// In em, as the font file has it.
    pub natural: f32,
    pub start: usize,
    pub end: usize,
}

/// A text as glyphs of one face.
#[derive(Debug, Clone, PartialEq)]
pub struct Shaped {
    pub glyphs: Vec<Glyph>,
    /// In em.
    pub width: f32,
}

/// All faces, with what they have shaped so far: a report repeats its words.
pub struct Faces {
    loaded: Vec<(Face, rustybuzz::Face<'static>)>,
    shaped: RefCell<[BTreeMap<String, Rc<Shaped>>; 6]>,
}

impl Faces {
    pub fn load() -> Result<Faces, RenderError> {
        let loaded = Face::ALL
            .into_iter()
            .map(|face| {
                let bytes = rustybuzz::Face::from_slice(face.bytes(), 0);
                bytes.map(|bytes| (face, bytes)).ok_or(RenderError::Font { name: face.name() })
            })
            .collect::<Result<_, _>>()?;
        Ok(Faces { loaded, shaped: RefCell::default() })
    }

    /// `text` with every character that `face` lacks written as its code point.
    pub fn covered<'a>(&self, text: &'a str, face: Face) -> Cow<'a, str> {
        if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
            return Cow::Borrowed(text);
        }
        let has = |c| self.face(face).is_some_and(|loaded| loaded.glyph_index(c).is_some());
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if has(c) {
                out.push(c);
            } else {
                out.extend(c.escape_unicode());
            }
        }
        Cow::Owned(out)
    }

    /// The same for a text of several lines.
    pub fn covered_lines<'a>(&self, text: &'a str, face: Face) -> Cow<'a, str> {
        match text.contains('\n') {
            true => Cow::Owned(text.split('\n').map(|line| self.covered(line, face)).collect::<Vec<_>>().join("\n")),
            false => self.covered(text, face),
        }
    }

    pub fn shape(&self, text: &str, face: Face) -> Rc<Shaped> {
        if let Some(shaped) = self.shaped.borrow().get(face as usize).and_then(|known| known.get(text)) {
            return Rc::clone(shaped);
        }
        let nothing = Shaped { glyphs: Vec::new(), width: 0.0 };
        let shaped = Rc::new(self.face(face).map_or(nothing, |loaded| shape(loaded, text)));
        if let Some(known) = self.shaped.borrow_mut().get_mut(face as usize) {
            known.insert(text.to_owned(), Rc::clone(&shaped));
        }
        shaped
    }

    /// In the unit of `size`.
    pub fn width(&self, text: &str, face: Face, size: f32) -> f32 {
        self.shape(text, face).width * size
    }

    fn face(&self, wanted: Face) -> Option<&rustybuzz::Face<'static>> {
        self.loaded.iter().find(|(face, _)| *face == wanted).map(|(_, loaded)| loaded)
    }
}

fn shape(face: &rustybuzz::Face<'static>, text: &str) -> Shaped {
    let em = face.units_per_em() as f32;
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(rustybuzz::Direction::LeftToRight);
    let output = rustybuzz::shape(face, &[], buffer);
    let (infos, positions) = (output.glyph_infos(), output.glyph_positions());
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(infos.len());
    let mut width = 0.0;
    let mut end = text.len();
    for (info, position) in infos.iter().zip(positions).rev() {
        let start = info.cluster as usize;
        if let Some(next) = glyphs.last().filter(|next| next.start != start) {
            end = next.start;
        }
        let advance = position.x_advance as f32 / em;
        let id = info.glyph_id as u16;
        let natural = face.glyph_hor_advance(GlyphId(id)).unwrap_or(0) as f32 / em;
        width += advance;
        glyphs.push(Glyph { id, advance, natural, start, end });
    }
    glyphs.reverse();
    Shaped { glyphs, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_cover_the_text_in_order_and_what_is_missing_is_spelled() {
        let faces = Faces::load().unwrap();
        let shaped = faces.shape("AVA → ✓", Face::Regular);
        assert_eq!(shaped.glyphs.first().unwrap().start, 0);
        assert_eq!(shaped.glyphs.last().unwrap().end, "AVA → ✓".len());
        assert!(shaped.glyphs.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert!(shaped.glyphs.iter().all(|glyph| glyph.id != 0));
        assert_eq!(faces.covered("Zoë 東", Face::Regular), "Zoë \\u{6771}");
    }

    #[test]
    fn every_mark_of_ours_is_in_every_face_that_draws_it() {
        let faces = Faces::load().unwrap();
        for mark in "▶○■✗✓?!●▲▼–→·…“”’×".chars() {
            for face in [Face::Regular, Face::Medium, Face::SemiBold, Face::Bold] {
                assert_eq!(faces.covered(&mark.to_string(), face), mark.to_string(), "{face:?}");
            }
        }
    }
}
