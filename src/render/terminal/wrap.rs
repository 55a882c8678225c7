//! Lines of a width in terminal columns, where a CJK character takes two (Unicode UAX #11).

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` in lines of at most `columns`, broken at spaces, and inside a word only when it alone is too long.
pub fn lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace().flat_map(|word| pieces(word, columns)) {
        let gap = usize::from(!line.is_empty());
        if !line.is_empty() && width(&line) + gap + width(&word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// A word in parts that fit, cut after a separator where one is near.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    if width(word) <= columns {
        return vec![word.to_owned()];
    }
    let mut pieces = vec![String::new()];
    for c in word.chars() {
        let size = c.width().unwrap_or(0);
        let piece = pieces.last().map_or(0, |piece| width(piece));
        let soft =
            piece > columns * 2 / 3 && pieces.last().is_some_and(|piece| piece.ends_with(['/', ':', '-', '.', '_']));
        if piece + size > columns || soft {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

/// `text` in one line of at most `columns`.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if width(&out) + c.width().unwrap_or(0) + 1 > columns {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// `text` filled with spaces to `columns`.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text)).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_asked() {
        let text = "an agent may 東京東京東京東京 arn:aws:rds:eu-west-1:491820013377:db:shop-prod/with-a-long-tail end";
        for columns in [10, 20, 33, 80] {
            for line in lines(text, columns) {
                assert!(width(&line) <= columns, "{columns}: {line}");
            }
        }
        assert_eq!(lines(text, 200), [text]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(cut("東京都", 5), "東京…");
        assert_eq!(pad("東京", 6), "東京  ");
    }
}
