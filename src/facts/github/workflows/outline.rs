//! Lines of jobs and steps in a workflow file, for a reader who wants to look there. YAML values carry no positions, so the
//! block structure is read by its indentation; a file in flow style has none and gets no lines.

use std::collections::BTreeMap;

/// One-based lines of a job's key and of its steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct JobLines {
    pub line: usize,
    pub steps: Vec<usize>,
}

/// The lines of every job by its key.
pub(super) fn lines(text: &str) -> BTreeMap<String, JobLines> {
    let rows: Vec<Row<'_>> = text.lines().enumerate().filter_map(|(at, line)| Row::of(at + 1, line)).collect();
    let jobs = below(&rows, 0, "jobs");
    let Some(indent) = jobs.first().map(|row| row.indent) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for (at, row) in jobs.iter().enumerate() {
        let Some(key) = row.key().filter(|_| row.indent == indent) else { continue };
        let body: Vec<Row<'_>> = jobs.iter().skip(at + 1).take_while(|row| row.indent > indent).copied().collect();
        found.insert(key.to_owned(), JobLines { line: row.line, steps: steps(&body) });
    }
    found
}

fn steps(job: &[Row<'_>]) -> Vec<usize> {
    let Some(indent) = job.first().map(|row| row.indent) else { return Vec::new() };
    let steps = below(job, indent, "steps");
    let Some(first) = steps.first().filter(|row| row.is_item()) else { return Vec::new() };
    steps.iter().filter(|row| row.indent == first.indent && row.is_item()).map(|row| row.line).collect()
}

/// The rows under the key at this indentation. A sequence may stand at its key's own indentation.
fn below<'a>(rows: &[Row<'a>], indent: usize, key: &str) -> Vec<Row<'a>> {
    let Some(at) = rows.iter().position(|row| row.indent == indent && row.key() == Some(key)) else {
        return Vec::new();
    };
    let inside = |row: &&Row<'_>| row.indent > indent || row.indent == indent && row.is_item();
    rows.iter().skip(at + 1).take_while(inside).copied().collect()
}

/// A line that is neither empty nor a comment.
#[derive(Debug, Clone, Copy)]
struct Row<'a> {
    line: usize,
    indent: usize,
    text: &'a str,
}

impl<'a> Row<'a> {
    fn of(line: usize, text: &'a str) -> Option<Row<'a>> {
        let body = text.trim_start_matches(' ');
        let nothing = body.trim().is_empty() || body.starts_with('#');
        (!nothing).then_some(Row { line, indent: text.len() - body.len(), text: body })
    }

    fn is_item(&self) -> bool {
        self.text == "-" || self.text.starts_with("- ")
    }

    fn key(&self) -> Option<&'a str> {
        let (key, rest) = self.text.split_once(':')?;
        let plain = rest.is_empty() || rest.starts_with(' ');
        plain.then(|| key.trim().trim_matches(['"', '\'']))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_and_steps_have_lines_whatever_a_script_says() {
        let text = "on: push\njobs:\n  build: # first\n    runs-on: ubuntu-latest\n    steps:\n    - run: |\n        jobs:\n          fake:\n    # note\n    - uses: a/b@v1\n\n  \"deploy\":\n    steps:\n      -\n        run: x\n";
        let found = lines(text);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["build", "deploy"]);
        assert_eq!(found["build"], JobLines { line: 3, steps: vec![6, 10] });
        assert_eq!(found["deploy"], JobLines { line: 12, steps: vec![14] });
        assert!(lines("jobs: {a: {steps: []}}").is_empty());
    }
}
