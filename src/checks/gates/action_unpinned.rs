//! Jobs that deploy or run an agent use actions by commit.
//!
//! Fails for a job that mints cloud tokens, reads secrets or runs an agent, and that uses an action of another owner by a tag or a branch: who can
//! move that ref runs code with what the job holds. The repository's own actions and those of `actions/` and `github/` are left out.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::agents,
    model::{
        observed::Gap,
        pipeline::{Job, Workflow, WorkflowFile},
    },
};

check!(
    action_unpinned,
    "gates",
    "Jobs that deploy or run an agent use actions by commit",
    Medium,
    PrivilegeEscalation,
    "pipeline_guarded"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        for file in sheet.members(name, &format!("workflows of {name}"), &repository.workflows) {
            match file {
                WorkflowFile::Unreadable { path, why, evidence } => {
                    let gap = Gap { what: path.clone(), why: why.clone(), needs: None, evidence: evidence.clone() };
                    sheet.unknown(
                        format!("{name} {path}"),
                        format!("{path} could not be understood: {why}"),
                        vec![gap],
                    );
                }
                WorkflowFile::Parsed(workflow) => judge(sight, sheet, name, workflow),
            }
        }
    }
}

fn judge(sight: &Sight<'_>, sheet: &mut Sheet<'_>, repository: &str, workflow: &Workflow) {
    for job in workflow.jobs.iter().filter(|job| holds_power(sight, workflow, job)) {
        let subject = format!("{repository} {} job {}", workflow.path, job.id);
        let moving: Vec<(&str, Option<usize>)> = job
            .steps
            .iter()
            .filter_map(|step| step.uses.as_deref().filter(|uses| is_moving(uses)).map(|uses| (uses, step.line)))
            .collect();
        match moving.first() {
            None => {
                sheet.pass(subject, format!("job {} uses actions of others by commit", job.id), &workflow.evidence);
            }
            Some((_, line)) => {
                let names: Vec<&str> = moving.iter().map(|(uses, _)| *uses).collect();
                let statement = format!(
                    "job {} holds credentials and runs {} by a ref that its owner can move",
                    job.id,
                    names.join(", ")
                );
                sheet
                    .fail(subject, statement, &workflow.evidence)
                    .at(repository, &workflow.path, *line)
                    .fix("pin_actions", &[("action", &names.join(", ")), ("workflow", &workflow.path)]);
            }
        }
    }
}

fn holds_power(sight: &Sight<'_>, workflow: &Workflow, job: &Job) -> bool {
    workflow.mints_tokens(job)
        || !job.secrets.is_empty()
        || job.reads_all_secrets
        || job.steps.iter().any(|step| agents::agent_step(sight.signatures, step).is_some())
}

/// A ref that is no full commit id, of an owner who is neither the platform nor the repository itself.
fn is_moving(uses: &str) -> bool {
    let Some((target, reference)) = uses.split_once('@') else { return false };
    let own = target.starts_with("./")
        || target.starts_with("actions/")
        || target.starts_with("github/")
        || target.starts_with("docker://");
    let pinned = reference.len() == 40 && reference.chars().all(|c| c.is_ascii_hexdigit());
    !own && !pinned
}
