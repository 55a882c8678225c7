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

/// Markdown (CommonMark and GitHub's) that stays text, inside a line or a table cell: punctuation that could open a
/// construct is escaped. GitHub looks for mentions and issue numbers after rendering, so `@` and `#` are followed by a
/// zero-width space, as Renovate does; it links `www.` without a scheme (GFM, 6.9), so that dot is escaped.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in plain(text).chars().enumerate() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("\\#&#8203;"),
            ':' => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '+' | '!' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '-' | '=' if at == 0 => {
                out.push('\\');
                out.push(c);
            }
            '.' if www(&out) || out.bytes().all(|b| b.is_ascii_digit()) => out.push_str("\\."),
            _ => out.push(c),
        }
    }
    out
}

fn www(text: &str) -> bool {
    text.len() >= 3 && text.bytes().rev().take(3).all(|b| b.eq_ignore_ascii_case(&b'w'))
}

/// A SARIF plain-text message: no embedded link (3.11.6) and no placeholder (3.11.5) can start in it. Lines stay.
pub fn sarif(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.split('\n').map(plain).collect::<Vec<_>>().join("\n").chars() {
        match c {
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// A path as a relative URI reference (RFC 3986, 4.2): segments percent-encoded, without dot segments or a scheme.
pub fn uri_path(path: &str) -> String {
    let segments = path.split('/').filter(|segment| !matches!(*segment, "" | "." | ".."));
    segments.map(uri_segment).collect::<Vec<_>>().join("/")
}

fn uri_segment(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
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
        assert_eq!(markdown("[x](y) <b> @me `c`"), "\\[x\\]\\(y\\) &lt;b&gt; @&#8203;me \\`c\\`");
        assert!(!markdown("https://evil.example").contains("https://"));
        assert_eq!(markdown("www.evil.example v1.2 #7"), "www\\.evil.example v1.2 \\#&#8203;7");
        assert_eq!([markdown("1. a"), markdown("- a"), markdown("a - b")], ["1\\. a", "\\- a", "a - b"]);
    }

    #[test]
    fn sarif_messages_hold_no_link_and_no_placeholder() {
        assert_eq!(sarif("[x](1) {0}\nb\u{202E}"), "\\[x\\](1) {{0}}\nb\\\\u{{202e}}");
    }

    #[test]
    fn a_path_stays_below_its_root() {
        assert_eq!(uri_path("../../etc/pass wd?x#y"), "etc/pass%20wd%3Fx%23y");
        assert_eq!(uri_path(".github/workflows/deploy.yml"), ".github/workflows/deploy.yml");
        assert_eq!(uri_path("https://evil.example/a"), "https%3A/evil.example/a");
    }
}
