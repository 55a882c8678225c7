//! Floor 3: recorded answers become typed nouns. Pure: the same log gives the same facts, and no request is made.

pub mod aws;
pub mod github;

use crate::{
    evidence::RunLog,
    model::{
        observed::Observed,
        world::{Coverage, RunFacts, World},
    },
};

/// Everything that a run recorded, as one value.
pub fn world(log: &RunLog) -> World {
    let header = log.header();
    let forge = match header.github.first() {
        Some(source) => github::lower(log, &source.scope),
        None => Observed::not_collected("GitHub was left out of this run"),
    };
    World {
        run: run(log),
        forge,
        accounts: header.aws.iter().map(|source| aws::lower(log, &source.scope)).collect(),
        cloud_skipped: header.aws.is_empty().then(|| "AWS was left out of this run".to_owned()),
        coverage: coverage(log),
    }
}

fn run(log: &RunLog) -> RunFacts {
    let header = log.header();
    let accounts = header.aws.iter().map(|source| source.scope.as_str().to_owned());
    RunFacts {
        id: header.id.clone(),
        started: header.started.to_string(),
        tool_version: header.tool_version.clone(),
        scope: header.organisations.iter().chain(&header.repositories).cloned().chain(accounts).collect(),
        config_digest: header.config.as_ref().map(|file| file.digest.to_string()),
        complete: log.end().is_some_and(|end| end.complete),
    }
}

fn coverage(log: &RunLog) -> Coverage {
    let (github, aws) = (github::coverage(log), aws::coverage(log));
    Coverage {
        planned: github.planned + aws.planned,
        answered: github.answered + aws.answered,
        denied: [github.denied, aws.denied].concat(),
        failed: [github.failed, aws.failed].concat(),
        skipped: [github.skipped, aws.skipped].concat(),
    }
}
