//! Floor 3: recorded answers become typed nouns. Pure: the same log gives the same facts, and no request is made.

pub mod aws;
pub mod github;

use crate::{
    evidence::RunLog,
    model::world::{Coverage, CoverageRow},
};

/// What was asked in a run and how it went, over all identities.
pub fn coverage(log: &RunLog) -> Coverage {
    let header = log.header();
    let github = header.github.iter().map(|source| github::coverage(log, &source.scope));
    let aws = header.aws.iter().map(|source| aws::coverage(log, &source.scope));
    let mut all = Coverage::default();
    for part in github.chain(aws) {
        all.planned += part.planned;
        all.answered += part.answered;
        all.denied.extend(part.denied);
        all.failed.extend(part.failed);
        all.skipped.extend(part.skipped);
    }
    all.skipped.extend(cut_short(log));
    all
}

/// A run that did not reach its end lacks what it would still have asked.
fn cut_short(log: &RunLog) -> Option<CoverageRow> {
    let why = match log.end() {
        Some(end) if end.complete => return None,
        Some(end) => end.why.clone().unwrap_or_else(|| "it was ended early".to_owned()),
        None => "it was cut off".to_owned(),
    };
    Some(CoverageRow { what: "the rest of the run".to_owned(), why, needs: None, evidence: Vec::new() })
}
