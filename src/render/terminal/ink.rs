//! Styles, only where colour is wanted.

use anstyle::{AnsiColor, Style};

use crate::render::words::Tone;

#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub color: bool,
}

impl Ink {
    pub fn strong(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    pub fn faint(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    pub fn tone(self, tone: Tone, text: &str) -> String {
        let color = match tone {
            Tone::Bad => AnsiColor::Red,
            Tone::Warn => AnsiColor::Yellow,
            Tone::Info => AnsiColor::Blue,
            Tone::Good => AnsiColor::Green,
            Tone::Mute => return self.faint(text),
        };
        self.paint(color.on_default().bold(), text)
    }

    fn paint(self, style: Style, text: &str) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }
}
