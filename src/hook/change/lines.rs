//! Which lines of the new text are new.

use imara_diff::{Algorithm, Diff, InternedInput};

/// The new side of one file, line by line. Lines end at `\n` alone, as git counts them.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    added: Vec<bool>,
    moved: Vec<bool>,
    /// New lines (from 1) before which something was taken out.
    gaps: Vec<usize>,
    /// Runs of removed old lines and added new lines (from 0) that replaced them.
    hunks: Vec<(std::ops::Range<usize>, std::ops::Range<usize>)>,
}

impl Lines {
    /// Compares two texts (histogram diff, as `git diff --histogram`).
    pub fn compare(old: &str, new: &str) -> Lines {
        let input = InternedInput::new(old, new);
        let mut diff = Diff::compute(Algorithm::Histogram, &input);
        diff.postprocess_lines(&input);
        let mut lines = Lines { added: vec![false; input.after.len()], ..Lines::default() };
        for hunk in diff.hunks() {
            let before = hunk.before.start as usize..hunk.before.end as usize;
            let after = hunk.after.start as usize..hunk.after.end as usize;
            for index in after.clone() {
                if let Some(flag) = lines.added.get_mut(index) {
                    *flag = true;
                }
            }
            if !before.is_empty() {
                lines.gaps.push(after.start + 1);
            }
            lines.hunks.push((before, after));
        }
        lines.moved = vec![false; lines.added.len()];
        lines
    }

    /// Whether line `number` (from 1) is in the change at all, moved or not.
    pub fn changed(&self, number: usize) -> bool {
        self.flag(&self.added, number)
    }

    /// Whether line `number` (from 1) is new text: added and not moved.
    pub fn counts(&self, number: usize) -> bool {
        self.changed(number) && !self.flag(&self.moved, number)
    }

    /// Whether line `number` came from elsewhere in the change.
    pub fn moved(&self, number: usize) -> bool {
        self.flag(&self.moved, number)
    }

    /// Whether the change added to or took out of the lines `first..=last`.
    pub fn touches(&self, first: usize, last: usize) -> bool {
        (first..=last).any(|number| self.counts(number)) || self.gaps.iter().any(|gap| (first + 1..=last).contains(gap))
    }

    /// How many lines are new text.
    pub fn count(&self) -> usize {
        (1..=self.added.len()).filter(|number| self.counts(*number)).count()
    }

    pub(super) fn hunks(&self) -> &[(std::ops::Range<usize>, std::ops::Range<usize>)] {
        &self.hunks
    }

    pub(super) fn mark_moved(&mut self, index: usize) {
        if let Some(flag) = self.moved.get_mut(index) {
            *flag = true;
        }
    }

    fn flag(&self, flags: &[bool], number: usize) -> bool {
        number.checked_sub(1).and_then(|index| flags.get(index)).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    fn added(old: &str, new: &str) -> Vec<usize> {
        let lines = Lines::compare(old, new);
        (1..=new.lines().count()).filter(|n| lines.changed(*n)).collect()
    }

    #[test]
    fn only_new_lines_are_added() {
        assert_eq!(added("", "a\nb\n"), [1, 2]);
        assert_eq!(added("a\nb\n", "a\nx\nb\n"), [2]);
        assert!(added("a\nb\n", "b\n").is_empty());
        assert_eq!(added("a", "a\n"), [1], "a new line end changes the line, as git counts it");
    }

    #[test]
    fn what_is_taken_out_leaves_a_gap() {
        let lines = Lines::compare("f {\n  check();\n}\n", "f {\n}\n");
        assert!(lines.touches(1, 2));
        assert!(!lines.touches(1, 1));
        assert_eq!(lines.count(), 0);
    }
}
