//! A change passes staging before production.
//!
//! Fails for a production environment that a job deploys to without a job of the same workflow before it (`needs`) that deploys to a
//! staging environment. That a team usually looks at staging first is a habit and is not counted.

use std::collections::BTreeSet;

use crate::checks::{Sheet, Sight, check};
use crate::model::{
    observed::Gap,
    pipeline::{EnvironmentRef, Job, Workflow},
    tier::Tier,
    truth::Truth,
    world::Repository,
};

check!(
    staging_skipped,
    "gates",
    "A change passes staging before production",
    High,
    EnvironmentConfusion,
    "staging_first"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, environment) in sight.production_environments(sheet) {
        let name = repository.name.as_str();
        let subject = format!("{name} environment {}", environment.name.as_str());
        let deploys = |job: &Job| match &job.environment {
            Some(EnvironmentRef::Named(named)) => named.as_str().eq_ignore_ascii_case(environment.name.as_str()),
            Some(EnvironmentRef::Expression(_)) | None => false,
        };
        let mut jobs = Vec::new();
        for workflow in repository.parsed_workflows() {
            jobs.extend(workflow.jobs.iter().filter(|job| deploys(job)).map(|job| (workflow, job)));
        }
        let evidence = [repository.workflows.evidence.clone(), repository.environments.evidence.clone()].concat();
        let skipping = jobs.iter().find(|(workflow, job)| staged(sight, repository, workflow, job) == Truth::False);
        let unsure = jobs.iter().find(|(workflow, job)| staged(sight, repository, workflow, job) == Truth::Unknown);
        let unread = repository.workflows.gap(format!("workflows of {name}"));
        match (skipping, unsure, unread) {
            (Some((workflow, job)), _, _) => {
                let statement = format!(
                    "job {} of {} deploys {name} to {} without a job before it that deployed to staging",
                    job.id, workflow.path, environment.name
                );
                sheet
                    .fail(subject, statement, &evidence)
                    .at(name, &workflow.path, job.line)
                    .fix("stage_before_production", &[("job", job.id.as_str()), ("workflow", workflow.path.as_str())]);
            }
            (None, _, Some(gap)) => {
                sheet.unknown(subject, format!("what deploys to {} could not be told", environment.name), vec![gap]);
            }
            (None, Some((workflow, job)), None) => {
                let gap = Gap {
                    what: format!("what runs before job {} of {}", job.id, workflow.path),
                    why: "another workflow or an expression decides".to_owned(),
                    needs: None,
                    evidence: workflow.evidence.clone(),
                };
                let statement = format!("whether {} is deployed to after staging could not be told", environment.name);
                sheet.unknown(subject, statement, vec![gap]);
            }
            (None, None, None) if jobs.is_empty() => {
                let statement = format!("no workflow that was read deploys to {} by its name", environment.name);
                let gap =
                    Gap { what: statement.clone(), why: "something else deploys".to_owned(), needs: None, evidence };
                sheet.unknown(subject, statement, vec![gap]);
            }
            (None, None, None) => {
                sheet.pass(
                    subject,
                    format!("every job that deploys to {} runs after staging", environment.name),
                    &evidence,
                );
            }
        }
    }
}

/// Whether a job that deploys to staging runs before this one. A reusable workflow or a computed environment may be it.
fn staged(sight: &Sight<'_>, repository: &Repository, workflow: &Workflow, job: &Job) -> Truth {
    let mut open: Vec<&str> = job.needs.iter().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    let mut staged = Truth::False;
    while let Some(id) = open.pop() {
        let Some(before) = workflow.jobs.iter().find(|job| job.id == id).filter(|_| seen.insert(id)) else { continue };
        open.extend(before.needs.iter().map(String::as_str));
        staged = staged.or(match &before.environment {
            Some(EnvironmentRef::Named(name)) => {
                (sight.tiers.environment(repository, name.as_str()).tier == Tier::Staging).into()
            }
            Some(EnvironmentRef::Expression(_)) => Truth::Unknown,
            None if before.calls.is_some() => Truth::Unknown,
            None => Truth::False,
        });
    }
    let chained = workflow.triggers.iter().any(|trigger| trigger.event == "workflow_run");
    if chained { staged.or(Truth::Unknown) } else { staged }
}
