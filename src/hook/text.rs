//! Rules on lines of text: credentials and hard-coded values.

use std::collections::BTreeMap;

use super::{
    rules::{Body, Rules, TextRule, Texts},
    syntax::Seen,
};

/// What stands in place of a secret.
const MASK: &str = "********";

/// Everything the text rules see in one line. `number` is the line's, from 1.
pub fn see(rules: &Rules, number: usize, line: &str) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    for (rule, pattern) in rules.text_candidates(line) {
        let Some(text) = text_rule(rules, rule) else { continue };
        if text.allow_lines.is_match(line) {
            continue;
        }
        for span in pattern.values(line) {
            let value = line.get(span.clone()).unwrap_or_default();
            if !counts(text, value) {
                continue;
            }
            let before = line.get(..span.start).unwrap_or_default();
            let shown = if text.secret { MASK.to_owned() } else { value.chars().take(60).collect() };
            seen.push(Seen {
                rule,
                line: number,
                column: before.chars().count() + 1,
                first: number,
                last: number,
                identity: value.to_owned(),
                texts: Texts::from([("value".to_owned(), shown)]),
            });
        }
    }
    seen
}

/// `line` with every secret in it masked. What a credential rule would allow stays readable.
pub fn mask(rules: &Rules, line: &str) -> String {
    let mut spans: Vec<std::ops::Range<usize>> = Vec::new();
    for (rule, pattern) in rules.text_candidates(line) {
        if !text_rule(rules, rule).is_some_and(|text| text.secret) {
            continue;
        }
        spans.extend(pattern.values(line));
    }
    spans.sort_by_key(|span| (span.start, span.end));
    let mut out = String::new();
    let mut from = 0;
    for span in spans {
        if span.end <= from {
            continue;
        }
        out.push_str(line.get(from..span.start).unwrap_or_default());
        out.push_str(MASK);
        from = span.end;
    }
    out.push_str(line.get(from..).unwrap_or_default());
    out
}

fn text_rule(rules: &Rules, index: usize) -> Option<&TextRule> {
    match &rules.get(index)?.body {
        Body::Text(text) => Some(text),
        Body::Syntax(_) => None,
    }
}

fn counts(text: &TextRule, value: &str) -> bool {
    !text.allow.is_match(value) && text.min_entropy.is_none_or(|least| entropy(value) >= least)
}

/// Shannon entropy in bits a character.
fn entropy(value: &str) -> f64 {
    let mut counts: BTreeMap<char, f64> = BTreeMap::new();
    for c in value.chars() {
        *counts.entry(c).or_default() += 1.0;
    }
    let total: f64 = counts.values().sum();
    counts.values().map(|count| count / total).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::entropy;

    #[test]
    fn entropy_is_shannons() {
        assert!(entropy("aaaa").abs() < 1e-9);
        assert!((entropy("abcd") - 2.0).abs() < 1e-9);
        assert!((entropy("aabb") - 1.0).abs() < 1e-9);
    }
}
