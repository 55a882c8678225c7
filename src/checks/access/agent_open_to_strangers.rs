//! Strangers do not steer agents that hold rights.
//!
//! Fails for a job that runs an agent and holds a token that writes, secrets or a machine, where somebody who may not write to the
//! repository can start it, write what its prompt holds, or bring the code that it works on. The same job without any rights passes.
//! Which inputs of which action open a door is data (`controls/agent-actions.yaml`); `if` conditions are read as far as they ask for a person.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::{
        agents::Identity,
        guardrails::entry::{self, Judged},
    },
    model::{
        observed::Gap,
        pipeline::{Job, Workflow},
        severity::Severity,
        world::Repository,
    },
};

check!(
    agent_open_to_strangers,
    "access",
    "Strangers do not steer agents that hold rights",
    High,
    ApprovalBypass,
    "agents_guarded"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let mut any = false;
    for repository in sight.repositories(sheet) {
        for workflow in sight.workflows(sheet, repository) {
            for job in workflow.jobs.iter().filter(|job| entry::runs_agent(sight.signatures, job)) {
                any = true;
                judge(sight, sheet, repository, workflow, job);
            }
        }
    }
    if !any && sheet.is_empty() {
        sheet.not_applicable("workflows", "no workflow that was read runs an agent", &[]);
    }
}

fn judge(sight: &Sight<'_>, sheet: &mut Sheet<'_>, repository: &Repository, workflow: &Workflow, job: &Job) {
    let name = repository.name.as_str();
    let subject = format!("{name} {} job {}", workflow.path, job.id);
    match entry::judge(sight.surroundings(repository), workflow, job) {
        Judged::Shut => {
            let statement =
                format!("no stranger steers job {} of {} in {name} while it holds rights", job.id, workflow.path);
            sheet.pass(subject, statement, &workflow.evidence);
        }
        Judged::Perhaps(_) => {
            let what = format!("whether strangers steer job {} of {}", job.id, workflow.path);
            let gap = repository.workflow_defaults.gap(format!("workflow token defaults of {name}"));
            let hangs = || Gap {
                what: what.clone(),
                why: "another job or an action that is not known decides".to_owned(),
                needs: None,
                evidence: workflow.evidence.clone(),
            };
            sheet.unknown(subject, format!("{what} could not be told"), vec![gap.unwrap_or_else(hangs)]);
        }
        Judged::Open { entry, holds } => {
            let statement = format!(
                "job {} of {} in {name} runs an agent: {}, and it holds {}",
                job.id,
                workflow.path,
                entry.says,
                holds.join(" and ")
            );
            let own = |identity: &Identity| matches!(identity, Identity::Job { repository: at, workflow: path, job: id } if *at == repository.name && *path == workflow.path && *id == job.id);
            let alone = sight.alone_to_production(|agent| own(&agent.identity));
            let severity = if alone.is_empty() { entry.severity } else { Severity::Critical };
            sheet
                .fail(subject, statement, &workflow.evidence)
                .severity(severity)
                .paths(alone)
                .at(name, &workflow.path, entry.line.or(job.line))
                .fix(
                    "close_agent_to_strangers",
                    &[("job", &job.id), ("workflow", &workflow.path), ("how", entry.mend)],
                );
        }
    }
}
