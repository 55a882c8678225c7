//! Foreign text made fit for a line of a report.

use std::fmt::Display;

use crate::base::foreign::{self, Foreign};

/// Longest name that is shown whole. Full text stands in JSON and CSV.
const NAME: usize = 120;
/// Longest sentence.
const LINE: usize = 600;

/// A name: visible, and cut in the middle when nobody could read it.
pub fn name(text: &Foreign) -> String {
    clip(&foreign::plain(text.raw()), NAME)
}

/// A sentence of ours; names inside it may be foreign.
pub fn line(text: &str) -> String {
    clip(&foreign::plain(text), LINE)
}

pub fn lines(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| line(text)).collect()
}

pub fn shown(text: impl Display) -> String {
    clip(&text.to_string(), NAME)
}

/// `text` in at most `max` characters: its beginning and its end around `…`, because both tell names apart.
pub fn clip(text: &str, max: usize) -> String {
    let length = text.chars().count();
    if length <= max {
        return text.to_owned();
    }
    let tail = max / 3;
    let head = max - tail - 1;
    let mut out: String = text.chars().take(head).collect();
    out.push('…');
    out.extend(text.chars().skip(length - tail));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(clip("abcdefghij", 10), "abcdefghij");
        assert_eq!(clip("abcdefghijk", 7), "abcd…jk");
        assert_eq!(clip("東東東京京京", 4), "東東…京");
    }
}
