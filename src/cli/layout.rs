//! Text for a terminal: headings, paragraphs and labelled lines that stay within its columns and carry no colour. Foreign
//! text is neutralised here, whatever came in.

use crate::{base::foreign, render::terminal::wrap};

/// Wider lines are hard to read.
const WIDEST: usize = 100;

/// A text as it grows.
pub struct Layout {
    out: String,
    width: usize,
}

impl Layout {
    /// An empty text of at most `width` columns.
    pub fn new(width: usize) -> Layout {
        Layout { out: String::new(), width: width.clamp(40, WIDEST) }
    }

    /// A line with a blank one before it, unless it is the first.
    pub fn heading(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.paragraph(0, text);
    }

    /// `text` in as many lines as it takes, each behind `indent` spaces.
    pub fn paragraph(&mut self, indent: usize, text: &str) {
        self.hanging(indent, "", 0, text);
    }

    /// A label, and beside it its text; the lines that follow stand under the text.
    pub fn row(&mut self, label: &str, column: usize, text: &str) {
        self.hanging(2, label, column, text);
    }

    /// A dash and its text.
    pub fn item(&mut self, indent: usize, text: &str) {
        self.hanging(indent, "-", 2, text);
    }

    fn hanging(&mut self, indent: usize, label: &str, column: usize, text: &str) {
        let (label, text) = (&foreign::plain(label), &foreign::plain(text));
        // A label that fills its column keeps the line to itself.
        let wide = column > 0 && wrap::width(label) >= column;
        if wide {
            self.line(&format!("{}{label}", " ".repeat(indent)));
        }
        for (at, part) in wrap::lines(text, self.width.saturating_sub(indent + column)).iter().enumerate() {
            let lead = if at == 0 && !wide { label.as_str() } else { "" };
            let gap = " ".repeat(column.saturating_sub(wrap::width(lead)));
            self.line(&format!("{}{lead}{gap}{part}", " ".repeat(indent)));
        }
    }

    /// The Markdown of a page: its paragraphs, lists and tables, each line as wide as fits.
    pub fn page(&mut self, markdown: &str) {
        let mut paragraph = String::new();
        for line in markdown.lines() {
            let item = line.trim_start().strip_prefix("- ");
            if item.is_some() || line.trim().is_empty() || line.starts_with(['|', '#']) {
                self.flush(&mut paragraph);
            }
            match item {
                Some(item) => self.item(2, &plain(item)),
                None if line.trim().is_empty() => self.line(""),
                None if line.starts_with('|') => self.line(&format!("  {line}")),
                None => {
                    paragraph.push_str(line.trim_start_matches('#').trim());
                    paragraph.push(' ');
                }
            }
        }
        self.flush(&mut paragraph);
    }

    fn flush(&mut self, paragraph: &mut String) {
        if !paragraph.trim().is_empty() {
            let text = plain(paragraph);
            self.paragraph(2, &text);
        }
        paragraph.clear();
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    pub fn finish(self) -> String {
        self.out
    }
}

/// Without the marks that only Markdown needs; code keeps its ticks.
fn plain(markdown: &str) -> String {
    markdown.replace("**", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_its_lists_and_stays_within_its_columns() {
        let mut layout = Layout::new(40);
        layout.page("A title\n\nA **paragraph** that goes on\nover two lines of source.\n- an item that is longer than one line may be\n- a second\n");
        layout.row("severity", 12, "critical, and then a word or two too many for it");
        let text = layout.finish();
        assert!(text.lines().all(|line| wrap::width(line) <= 40), "{text}");
        assert!(text.contains("  A paragraph that goes on over two\n  lines of source."), "{text}");
        assert!(text.contains("\n  - an item that is longer than one line\n    may be\n  - a second\n"), "{text}");
        assert!(text.contains("\n  severity    critical, and then a word\n              or two too"), "{text}");
    }

    #[test]
    fn a_label_that_fills_its_column_stands_alone() {
        let mut layout = Layout::new(40);
        layout.row("a_label_of_some_length", 10, "text");
        assert_eq!(layout.finish(), "  a_label_of_some_length\n            text\n");
    }
}
