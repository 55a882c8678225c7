//! Existing jobs: which run the code of their ref, and how an agent starts them.
//!
//! Source: GitHub docs, "Events that trigger workflows" and "Workflow syntax" (branch and tag filters of a trigger).

use crate::{
    base::fnmatch,
    model::{
        pipeline::{Job, Step, Trigger, Workflow},
        truth::Truth,
    },
    reach::actor::Standing,
};

/// One way to start a workflow so that it runs the code of a ref.
pub struct Start {
    pub event: String,
    pub git_ref: String,
    /// In words: `its push to main`.
    pub how: String,
}

/// A workflow whose state was not read counts as active.
pub fn is_active(workflow: &Workflow) -> bool {
    workflow.state.as_deref().is_none_or(|state| state == "active")
}

/// Whether the job checks out its own ref and runs something of it. A call to another workflow is not looked through here.
pub fn runs_code_of_ref(job: &Job) -> Truth {
    if job.calls.is_some() {
        return Truth::Unknown;
    }
    let uses = |step: &Step, what: &str| step.uses.as_deref().is_some_and(|uses| uses.starts_with(what));
    let local = job.steps.iter().any(|step| uses(step, "./"));
    let checkout = job.steps.iter().any(|step| uses(step, "actions/checkout") && !step.with.contains_key("repository"));
    (local || (checkout && job.steps.iter().any(|step| step.run.is_some()))).into()
}

/// The ways in which an agent of this standing starts the workflow on a branch; `fresh` for one that does not exist yet.
pub fn starts(standing: &Standing, default_branch: &str, workflow: &Workflow, branch: &str, fresh: bool) -> Vec<Start> {
    let way = |trigger: &Trigger| start(standing, default_branch, trigger, branch, fresh);
    workflow.triggers.iter().filter_map(way).collect()
}

fn start(standing: &Standing, default_branch: &str, trigger: &Trigger, branch: &str, fresh: bool) -> Option<Start> {
    let head = format!("refs/heads/{branch}");
    let (git_ref, how) = match trigger.event.as_str() {
        "push" if standing.pushes_start_workflows && takes(trigger, branch) => (head, format!("its push to {branch}")),
        "pull_request" if standing.pushes_start_workflows && fresh && takes(trigger, default_branch) => {
            ("refs/pull/1/merge".to_owned(), "its pull request".to_owned())
        }
        "workflow_dispatch" if standing.dispatches != Truth::False => (head, format!("its dispatch on {branch}")),
        // On the default branch everything else comes by itself in time: schedules, releases, other workflows.
        event if !fresh && branch == default_branch && !matches!(event, "push" | "pull_request") => {
            (head, format!("the next {event}"))
        }
        _ => return None,
    };
    Some(Start { event: trigger.event.clone(), git_ref, how })
}

/// Whether the trigger's filters take in a branch. Filters for tags alone take in none.
fn takes(trigger: &Trigger, branch: &str) -> bool {
    let hit = |patterns: &[String]| patterns.iter().any(|pattern| fnmatch::matches(pattern, branch));
    let every = trigger.branches.is_empty() && (trigger.tags.is_empty() || !trigger.branches_ignore.is_empty());
    (every || hit(&trigger.branches)) && !hit(&trigger.branches_ignore)
}
