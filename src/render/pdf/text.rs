//! Styled text and its lines.

use super::{
    list::{Rgb, Target},
    theme::INK,
};
use crate::render::{
    type_face::{Face, Faces, Glyph},
    words::Word,
};

/// A stretch of text of one look.
#[derive(Debug, Clone)]
pub struct Span {
    pub text: String,
    pub face: Face,
    pub size: f32,
    pub color: Rgb,
    pub link: Option<Target>,
    /// Set on a tinted pill.
    pub chip: bool,
}

pub fn span(text: impl Into<String>) -> Span {
    Span { text: text.into(), face: Face::Regular, size: 9.5, color: INK, link: None, chip: false }
}

/// A verdict or an outcome as a pill with its mark.
pub fn chip(word: Word) -> Span {
    let text = format!("{} {}", word.mark, word.text);
    Span { chip: true, ..span(text).face(Face::SemiBold).size(7.4).color(super::theme::tone(word.tone)) }
}

impl Span {
    pub fn face(mut self, face: Face) -> Span {
        self.face = face;
        self
    }

    pub fn size(mut self, size: f32) -> Span {
        self.size = size;
        self
    }

    pub fn color(mut self, color: Rgb) -> Span {
        self.color = color;
        self
    }
}

/// Part of a line: whole words of one span.
#[derive(Debug, Clone)]
pub struct Piece<'a> {
    pub x: f32,
    pub width: f32,
    pub text: String,
    pub span: &'a Span,
}

pub type Line<'a> = Vec<Piece<'a>>;

/// Space left and right of a pill's text.
pub const PILL: f32 = 4.5;

/// `spans` in lines of at most `width`; `\n` breaks.
pub fn wrap<'a>(spans: &'a [Span], width: f32, faces: &Faces) -> Vec<Line<'a>> {
    let mut lines = Lines { lines: vec![Vec::new()], x: 0.0, width };
    for span in spans {
        let text = faces.covered_lines(&span.text, span.face);
        if span.chip {
            lines.pill(span, text.into_owned(), faces);
            continue;
        }
        for (at, paragraph) in text.split('\n').enumerate() {
            if at > 0 {
                lines.end();
            }
            for word in paragraph.split_inclusive(' ') {
                lines.word(span, word, faces);
            }
        }
    }
    while lines.lines.len() > 1 && lines.lines.last().is_some_and(Vec::is_empty) {
        lines.lines.pop();
    }
    lines.lines
}

struct Lines<'a> {
    lines: Vec<Line<'a>>,
    x: f32,
    width: f32,
}

impl<'a> Lines<'a> {
    fn next(&mut self) {
        self.lines.push(Vec::new());
        self.x = 0.0;
    }

    /// A line that was ended, not filled: a space keeps its last word apart from the next where the text is read aloud.
    fn end(&mut self) {
        if let Some(last) = self.lines.last_mut().and_then(|line| line.last_mut()) {
            last.text.push(' ');
        }
        self.next();
    }

    fn pill(&mut self, span: &'a Span, text: String, faces: &Faces) {
        let width = faces.width(&text, span.face, span.size) + 2.0 * PILL;
        if self.x > 0.0 && self.x + width > self.width {
            self.next();
        }
        self.push(span, text, width);
        self.x += 3.0;
    }

    fn word(&mut self, span: &'a Span, word: &str, faces: &Faces) {
        let core = word.trim_end_matches(' ');
        let spaces = (word.len() - core.len()) as f32 * faces.width(" ", span.face, span.size);
        let wide = faces.width(core, span.face, span.size);
        if self.x > 0.0 && self.x + wide > self.width {
            self.next();
        }
        if wide > self.width {
            self.long(span, word, faces);
        } else if !core.is_empty() || self.x > 0.0 {
            self.append(span, word, wide + spaces);
        }
    }

    /// A word wider than the column, broken after a separator where one is near, else anywhere.
    fn long(&mut self, span: &'a Span, word: &str, faces: &Faces) {
        let mut part = String::new();
        let mut wide = 0.0;
        for c in word.trim_end_matches(' ').chars() {
            let advance = faces.width(c.encode_utf8(&mut [0; 4]), span.face, span.size);
            let soft = wide > self.width * 0.6 && part.ends_with(['/', ':', '-', '.', '_', '@', '=']);
            if !part.is_empty() && (wide + advance > self.width || soft) {
                self.append(span, &std::mem::take(&mut part), wide);
                self.next();
                wide = 0.0;
            }
            part.push(c);
            wide += advance;
        }
        if word.ends_with(' ') {
            part.push(' ');
            wide += faces.width(" ", span.face, span.size);
        }
        self.append(span, &part, wide);
    }

    fn append(&mut self, span: &'a Span, text: &str, width: f32) {
        let last = self.lines.last_mut().and_then(|line| line.last_mut());
        match last.filter(|piece| std::ptr::eq(piece.span, span)) {
            Some(piece) => {
                piece.text.push_str(text);
                piece.width += width;
                self.x += width;
            }
            None => self.push(span, text.to_owned(), width),
        }
    }

    fn push(&mut self, span: &'a Span, text: String, width: f32) {
        let x = self.x;
        if let Some(line) = self.lines.last_mut() {
            line.push(Piece { x, width, text, span });
        }
        self.x += width;
    }
}

/// The glyphs of a line's piece, word by word from the cache.
pub fn glyphs(text: &str, face: Face, faces: &Faces) -> (Vec<Glyph>, f32) {
    let mut glyphs = Vec::with_capacity(text.len());
    let (mut width, mut at) = (0.0, 0);
    for word in text.split_inclusive(' ') {
        for part in [word.trim_end_matches(' '), " "] {
            if part == " " && !word.ends_with(' ') {
                continue;
            }
            let shaped = faces.shape(part, face);
            glyphs.extend(shaped.glyphs.iter().map(|glyph| Glyph {
                start: glyph.start + at,
                end: glyph.end + at,
                ..glyph.clone()
            }));
            width += shaped.width;
            at += part.len();
        }
    }
    (glyphs, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_every_word_and_the_width() {
        let faces = Faces::load().unwrap();
        let spans = [
            span("An agent may reach "),
            span("arn:aws:rds:eu-west-1:491820013377:db:shop-prod").face(Face::Mono),
            span(" through the pipeline, 東."),
        ];
        for width in [60.0, 120.0, 400.0] {
            let lines = wrap(&spans, width, &faces);
            let text: String = lines.iter().flatten().map(|piece| piece.text.as_str()).collect();
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(
                squeezed(&text),
                squeezed(
                    "An agent may reach arn:aws:rds:eu-west-1:491820013377:db:shop-prod through the pipeline, \\u{6771}."
                )
            );
            for piece in lines.iter().flatten() {
                let (_, wide) = glyphs(piece.text.trim_end(), piece.span.face, &faces);
                assert!(piece.x + wide * piece.span.size <= width + 0.1, "{width}: {piece:?}");
            }
        }
    }
}
