//! Moved lines: text that the change takes out in one place and puts in at another is not new.

use std::collections::BTreeMap;

use super::{FileChange, Lines};

/// A run of moved lines needs this many letters and digits, or it is coincidence: git's own figure
/// (`COLOR_MOVED_MIN_ALNUM_COUNT` in diff.h, used by `git diff --color-moved=blocks`).
const LETTERS: usize = 20;

/// Marks moved lines across the files of a change. Indentation does not matter; each removed line is used once.
/// Inside one hunk (a block indented anew) the length of the run does not matter either.
pub fn mark_moves(files: &[FileChange], lines: &mut [Lines]) {
    let removed = Removed::collect(files, lines);
    let mut used = vec![false; removed.lines.len()];
    for (file, lines) in files.iter().zip(lines.iter_mut()) {
        let new: Vec<&str> = file.new.text().map(|text| text.split('\n').collect()).unwrap_or_default();
        let old: Vec<&str> = file.old.text().map(|text| text.split('\n').collect()).unwrap_or_default();
        for (before, after) in lines.hunks().to_vec() {
            let mut index = after.start;
            while index < after.end {
                let run = removed.longest_run(&new, index, after.end, &used);
                match run {
                    Some((first, length)) => {
                        for step in 0..length {
                            lines.mark_moved(index + step);
                            if let Some(flag) = used.get_mut(first + step) {
                                *flag = true;
                            }
                        }
                        index += length;
                    }
                    None => {
                        let here = new.get(index).map(|line| line.trim()).unwrap_or_default();
                        let kept = old.get(before.clone()).unwrap_or_default().iter().any(|line| line.trim() == here);
                        if kept {
                            lines.mark_moved(index);
                        }
                        index += 1;
                    }
                }
            }
        }
    }
}

/// All removed lines of a change, in order, with an empty line between hunks.
struct Removed<'a> {
    lines: Vec<&'a str>,
    places: BTreeMap<&'a str, Vec<usize>>,
}

/// How many places one line is looked for at: a hostile change repeats one line a million times.
const PLACES: usize = 64;

impl<'a> Removed<'a> {
    fn collect(files: &'a [FileChange], lines: &[Lines]) -> Removed<'a> {
        let mut all = Vec::new();
        for (file, lines) in files.iter().zip(lines) {
            let old: Vec<&str> = file.old.text().map(|text| text.split('\n').collect()).unwrap_or_default();
            for (before, _) in lines.hunks() {
                all.extend(old.get(before.clone()).unwrap_or_default().iter().map(|line| line.trim()));
                all.push("");
            }
        }
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, line) in all.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            let list = places.entry(line).or_default();
            if list.len() < PLACES {
                list.push(index);
            }
        }
        Removed { lines: all, places }
    }

    /// The longest run of unused removed lines equal to the new lines from `start`, if it is long enough to mean a move.
    fn longest_run(&self, new: &[&str], start: usize, end: usize, used: &[bool]) -> Option<(usize, usize)> {
        let candidates = self.places.get(new.get(start)?.trim())?;
        let length = |first: usize| {
            (start..end)
                .take_while(|index| {
                    let place = first + (index - start);
                    let line = new.get(*index).map(|line| line.trim());
                    line.is_some() && line == self.lines.get(place).copied() && used.get(place) == Some(&false)
                })
                .count()
        };
        let (first, run) = candidates.iter().map(|first| (*first, length(*first))).max_by_key(|(_, run)| *run)?;
        let letters: usize =
            new.get(start..start + run)?.iter().map(|line| line.chars().filter(|c| c.is_alphanumeric()).count()).sum();
        (letters >= LETTERS).then_some((first, run))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::change::Content;

    fn file(path: &str, old: &str, new: &str) -> FileChange {
        FileChange { path: path.into(), old: Content::Text(old.into()), new: Content::Text(new.into()) }
    }

    fn counted(files: &[FileChange]) -> Vec<usize> {
        let mut lines: Vec<Lines> = files
            .iter()
            .map(|f| Lines::compare(f.old.text().unwrap_or_default(), f.new.text().unwrap_or_default()))
            .collect();
        mark_moves(files, &mut lines);
        lines.iter().map(Lines::count).collect()
    }

    const BLOCK: &str = "fn verify_signature(bytes: &[u8]) -> bool {\n    true\n}\n";

    #[test]
    fn a_block_moved_to_another_file_is_not_new() {
        let files = [file("a.rs", &format!("x\n{BLOCK}"), "x\n"), file("b.rs", "y\n", &format!("y\n{BLOCK}"))];
        assert_eq!(counted(&files), [0, 0]);
    }

    #[test]
    fn a_second_copy_is_new() {
        let files = [file("a.rs", &format!("x\n{BLOCK}"), "x\n"), file("b.rs", "", &format!("{BLOCK}{BLOCK}"))];
        assert_eq!(counted(&files), [0, 3]);
    }

    #[test]
    fn a_short_line_that_stood_elsewhere_is_new() {
        let files = [file("a.rs", "a\ntrue\n", "a\n"), file("b.rs", "", "true\n")];
        assert_eq!(counted(&files), [0, 1]);
    }

    #[test]
    fn indenting_anew_is_not_new() {
        assert_eq!(counted(&[file("a.py", "pass\n", "if x:\n    pass\n")]), [1]);
    }
}
