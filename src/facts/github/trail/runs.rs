//! Runs of a repository's workflows, and what the reviewers of environments said of each.

use serde_json::Value;

use super::{
    super::{
        answer::{Reader, each},
        changes::since,
        paths,
        shape::{account, list, number, text, texts},
    },
    within,
};
use crate::model::{
    id::{EnvironmentName, RepoName},
    observed::Observed,
    pipeline::{Environment, Workflow, WorkflowFile},
    trail::{EnvironmentApproval, PipelineRun},
};

/// Runs whose approvals are asked for at most, newest first.
pub const APPROVALS: usize = 100;

/// A run may need no approval where no environment asks for a reviewer.
pub(super) fn runs(
    reader: &Reader<'_>,
    repo: &RepoName,
    workflows: &Observed<Vec<WorkflowFile>>,
    environments: &Observed<Vec<Environment>>,
) -> Observed<Vec<PipelineRun>> {
    if environments.is_whole() && environments.members().is_empty() {
        return Observed::known(Vec::new(), environments.evidence.clone());
    }
    let reviewed = environments.members().iter().any(|environment| !environment.reviewers.members().is_empty());
    let unreviewed = !reviewed && environments.is_whole();
    let items = reader.list(&paths::runs(repo, since(reader))).observed();
    let read = each(items, |item| {
        let path = text(item, "path")?;
        let none = unreviewed || !uses_environment(workflows, plain(&path));
        run(reader, repo, item, none)
    });
    within(read, since(reader), |run| &run.at)
}

/// GitHub writes `.github/workflows/deploy.yml`, sometimes with `@` and a ref behind.
pub fn plain(path: &str) -> &str {
    path.split('@').next().unwrap_or(path)
}

fn uses_environment(workflows: &Observed<Vec<WorkflowFile>>, path: &str) -> bool {
    let file = workflows.members().iter().find(|file| match file {
        WorkflowFile::Parsed(workflow) => workflow.path == path,
        WorkflowFile::Unreadable { path: unreadable, .. } => unreadable == path,
    });
    match file {
        Some(WorkflowFile::Parsed(workflow)) => may_deploy(workflow),
        // Gone from the head, or unreadable: it may have.
        _ => true,
    }
}

/// Whether a job of the workflow names an environment, or calls a workflow that may.
pub fn may_deploy(workflow: &Workflow) -> bool {
    workflow.jobs.iter().any(|job| job.environment.is_some() || job.calls.is_some())
}

/// `none`: nobody can have been asked.
fn run(reader: &Reader<'_>, repo: &RepoName, item: &Value, none: bool) -> Option<PipelineRun> {
    let id = number(item, "id")?;
    let approvals = match none {
        true => Observed::known(Vec::new(), Vec::new()),
        false => {
            let answer = reader.object(&paths::run_approvals(repo, id)).observed();
            each(answer.and_then(array), approval)
        }
    };
    Some(PipelineRun {
        id,
        workflow: plain(&text(item, "path")?).to_owned(),
        event: text(item, "event")?,
        branch: text(item, "head_branch"),
        sha: text(item, "head_sha")?,
        actor: item.get("actor").and_then(account),
        triggered_by: item.get("triggering_actor").and_then(account),
        at: text(item, "created_at")?,
        conclusion: text(item, "conclusion"),
        approvals,
    })
}

/// This list and some others have no pages.
pub(super) fn array(answer: Value) -> Observed<Vec<Value>> {
    match answer {
        Value::Array(items) => Observed::known(items, Vec::new()),
        _ => Observed::failed("the answer is no list", Vec::new()),
    }
}

fn approval(item: &Value) -> Option<EnvironmentApproval> {
    let names = texts(list(item, "environments"), "name");
    Some(EnvironmentApproval {
        environments: names.into_iter().map(EnvironmentName::new).collect(),
        state: text(item, "state")?,
        by: account(item.get("user")?)?,
    })
}
