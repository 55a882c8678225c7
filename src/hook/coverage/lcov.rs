//! lcov tracefiles. Format: geninfo(1), section "TRACEFILE FORMAT".

use std::collections::BTreeMap;

use super::{CoverageError, Hits, merge};

pub fn parse(text: &str) -> Result<BTreeMap<String, Hits>, CoverageError> {
    let mut files: BTreeMap<String, Hits> = BTreeMap::new();
    let mut current: Option<(String, Hits)> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r').trim();
        let bad = || CoverageError::Lcov { line: index + 1, text: line.chars().take(80).collect() };
        if let Some(name) = line.strip_prefix("SF:") {
            if current.is_some() {
                return Err(bad());
            }
            current = Some((name.to_owned(), Hits::new()));
        } else if let Some(data) = line.strip_prefix("DA:") {
            let (number, hits) = line_data(data).ok_or_else(bad)?;
            let (_, lines) = current.as_mut().ok_or_else(bad)?;
            let known = lines.entry(number).or_default();
            *known = (*known).max(hits);
        } else if line == "end_of_record" {
            let (name, lines) = current.take().ok_or_else(bad)?;
            merge(files.entry(name).or_default(), &lines);
        } else if !is_other_record(line) {
            return Err(bad());
        }
    }
    match current {
        Some((name, _)) => Err(CoverageError::Lcov { line: text.lines().count(), text: format!("no end of {name}") }),
        None => Ok(files),
    }
}

/// `DA:<line>,<count>[,<checksum>]`; some tools write a count below zero, which means "did not run".
fn line_data(data: &str) -> Option<(usize, u64)> {
    let mut parts = data.split(',');
    let number = parts.next()?.parse().ok()?;
    let count = parts.next()?;
    let hits = if count.starts_with('-') { 0 } else { count.parse().ok()? };
    Some((number, hits))
}

/// Records that say nothing about lines: `TN:`, `FN:`, `BRDA:` and the like, comments, empty lines.
fn is_other_record(line: &str) -> bool {
    line.is_empty()
        || line.starts_with('#')
        || line.split_once(':').is_some_and(|(name, _)| {
            !name.is_empty() && name.len() <= 8 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_over_tests() {
        let text = "TN:a\nSF:x.rs\nFN:1,f\nFNDA:1,f\nDA:1,1\nDA:2,0,abc=\nDA:3,-1\nBRDA:1,0,0,-\nLF:2\nend_of_record\nSF:x.rs\nDA:2,4\nend_of_record\n";
        assert_eq!(parse(text).unwrap()["x.rs"], Hits::from([(1, 1), (2, 4), (3, 0)]));
    }

    #[test]
    fn damage_is_an_error() {
        for text in
            ["SF:x\nDA:1\nend_of_record\n", "DA:1,1\n", "SF:x\nDA:1,1\n", "hello\n", "SF:x\nSF:y\nend_of_record\n"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
