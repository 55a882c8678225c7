//! Text that somebody outside wrote: names, titles, paths, messages. It is data in every format, never markup.
//!
//! Terminal escapes, bidirectional overrides (the "Trojan Source" class, CVE-2021-42574), invisible characters, CSV
//! formulas, Markdown and markup are neutralised here and nowhere else; every renderer asks for its own form.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A string from a judged system. `Display` is safe on a terminal and in a log; the raw bytes stay in the evidence.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Foreign(String);

impl Foreign {
    pub fn new(text: impl Into<String>) -> Foreign {
        Foreign(text.into())
    }

    /// The text as it was received. For comparison and for keys, never for a page.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Foreign {
    fn from(text: &str) -> Foreign {
        Foreign::new(text)
    }
}

impl From<String> for Foreign {
    fn from(text: String) -> Foreign {
        Foreign(text)
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(&self.0))
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", plain(&self.0))
    }
}

/// One line of visible characters: control, bidirectional and invisible ones become `\u{..}`, as Rust writes them.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Controls (C0, C1), bidirectional controls, zero-width and other default-ignorable characters (Unicode UAX #9, #31).
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A CSV cell that a spreadsheet will not run: a leading `=`, `+`, `-`, `@`, tab or return gets an apostrophe (OWASP, "CSV Injection").
pub fn csv(text: &str) -> String {
    let text = plain(text);
    match text.trim_start().chars().next() {
        Some('=' | '+' | '-' | '@' | '|' | '%') => format!("'{text}"),
        _ => text,
    }
}

/// Markdown (CommonMark and GitHub's) that stays text: every ASCII punctuation that could open a construct is escaped.
/// `@` gets a zero-width-free break as an entity, so that a pasted report mentions nobody.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            ':' => out.push_str("&#58;"),
            _ => out.push(c),
        }
    }
    out
}

/// A quoted CSS string: everything but letters, digits and spaces as a code point (CSS Syntax 3, 4.3.7).
pub fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in plain(text).chars() {
        if c.is_alphanumeric() || c == ' ' {
            out.push(c);
        } else {
            out.push_str(&format!("\\{:06x}", u32::from(c)));
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_and_bidi_controls_become_visible() {
        assert_eq!(plain("a\x1b[31mb\u{202E}c\u{200B}"), "a\\u{1b}[31mb\\u{202e}c\\u{200b}");
        assert_eq!(Foreign::new("x\ny").to_string(), "x\\u{a}y");
        assert_eq!(plain("Zoë 東京 🚀"), "Zoë 東京 🚀");
    }

    #[test]
    fn spreadsheets_run_nothing() {
        for hostile in ["=cmd()", "+1", "-1", "@SUM", " =1", "|x"] {
            assert!(csv(hostile).starts_with('\''), "{hostile}");
        }
        assert_eq!(csv("plain"), "plain");
    }

    #[test]
    fn css_strings_hold_no_syntax() {
        assert_eq!(css_string("a\"}</style>\\"), r#""a\000022\00007d\00003c\00002fstyle\00003e\00005c""#);
    }

    #[test]
    fn markdown_stays_text() {
        assert_eq!(markdown("[x](y) <b> @me `c`"), "\\[x\\]\\(y\\) &lt;b&gt; &#64;me \\`c\\`");
        assert!(!markdown("https://evil.example").contains("https://"));
    }
}
