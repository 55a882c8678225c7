//! Floor 3: recorded answers become typed nouns. Pure: the same log gives the same facts, and no request is made.

pub mod aws;
pub mod files;
pub mod github;
pub mod join;

use crate::{
    evidence::RunLog,
    model::{
        observed::Observed,
        world::{Coverage, CoverageRow, RunFacts, World},
    },
};

/// Everything that a run recorded, as one value; of a run that joins others, what all of them saw.
pub fn world(log: &RunLog) -> World {
    if log.parts().is_empty() {
        return of_one(log);
    }
    let parts = log.parts().iter().map(|part| join::Part { who: who(part), world: of_one(part) });
    join::worlds(run(log), parts.collect())
}

/// The identities of a run and when it was made.
fn who(log: &RunLog) -> String {
    let header = log.header();
    let github = header.github.iter().map(|source| source.identity.as_str());
    let aws = header.aws.iter().map(|source| source.scope.as_str());
    format!("{} at {}", github.chain(aws).collect::<Vec<_>>().join(" and "), header.started)
}

fn of_one(log: &RunLog) -> World {
    let header = log.header();
    let forge = match header.github.first() {
        Some(source) => github::lower(log, &source.scope),
        None => Observed::not_collected("GitHub was left out of this run"),
    };
    World {
        run: run(log),
        forge,
        accounts: aws::scopes(log).iter().map(|scope| aws::lower(log, scope)).collect(),
        cloud_skipped: header.aws.is_empty().then(|| "AWS was left out of this run".to_owned()),
        coverage: coverage(log),
    }
}

fn run(log: &RunLog) -> RunFacts {
    let header = log.header();
    // A report counts from when the answers came, not from when they were joined.
    let started = log.sources().map(|source| source.header().started).max().unwrap_or(header.started);
    let accounts = header.aws.iter().map(|source| source.scope.as_str().to_owned());
    RunFacts {
        id: header.id.clone(),
        started: started.to_string(),
        tool_version: header.tool_version.clone(),
        scope: header.organisations.iter().chain(&header.repositories).cloned().chain(accounts).collect(),
        config_digest: header.config.as_ref().map(|file| file.digest.to_string()),
        complete: log.end().is_some_and(|end| end.complete),
    }
}

/// What was asked in a run and how it went, over all identities.
pub fn coverage(log: &RunLog) -> Coverage {
    let header = log.header();
    let github = header.github.iter().map(|source| github::coverage(log, &source.scope));
    let aws = aws::scopes(log);
    let aws = aws.iter().map(|scope| aws::coverage(log, scope));
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
