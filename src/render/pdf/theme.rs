//! Colours and measures of the paper.

use super::list::Rgb;
use crate::render::{branding::Accent, words::Tone};

pub const INK: Rgb = [22, 27, 38];
pub const SOFT: Rgb = [86, 96, 114];
pub const LINE: Rgb = [221, 226, 234];
pub const WASH: Rgb = [247, 249, 252];
pub const NAVY: Rgb = [18, 38, 74];
pub const WHITE: Rgb = [255, 255, 255];
pub const PALE: Rgb = [200, 214, 240];
pub const BLUE: Rgb = [37, 99, 235];

/// Left and right margin.
pub const SIDE: f32 = 56.0;
pub const TOP: f32 = 78.0;
pub const BOTTOM: f32 = 66.0;
/// Width of the text.
pub const MEASURE: f32 = 595.28 - 2.0 * SIDE;

#[derive(Debug, Clone, Copy)]
pub struct Theme {
    pub accent: Rgb,
}

impl Theme {
    pub fn of(accent: Option<Accent>) -> Theme {
        Theme { accent: accent.map_or(BLUE, |Accent(rgb)| rgb) }
    }
}

pub fn tone(tone: Tone) -> Rgb {
    match tone {
        Tone::Bad => [179, 25, 43],
        Tone::Warn => [143, 77, 5],
        Tone::Info => [29, 78, 216],
        Tone::Good => [22, 101, 52],
        Tone::Mute => [91, 101, 119],
    }
}

/// `color` over white, at `part` of its strength.
pub fn tint(color: Rgb, part: f32) -> Rgb {
    color.map(|channel| (255.0 - (255.0 - f32::from(channel)) * part) as u8)
}
