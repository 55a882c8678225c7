//! Repositories: which there are, and what was read of each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    actions,
    answer::{Reader, each, unless},
    changes::{self, Changes},
    environments, files,
    heads::{self, Head},
    lines::{self, Walk},
    paths, rules,
    shape::{account, flag, number, repo_name, role, text},
    trail, workflows,
};
use crate::model::{
    actor::{Collaborator, DeployKey},
    change::Deployment,
    id::{BranchName, EvidenceId, RepoName},
    observed::Observed,
    pipeline::{Environment, OrgSecret, WorkflowFile},
    rules::{Branch, RuleSource},
    world::Repository,
};

/// What the log holds of each repository where the path alone tells, gathered in one pass.
struct Index {
    /// Branches whose rules were asked for.
    branches: BTreeMap<RepoName, BTreeSet<BranchName>>,
    changes: BTreeMap<RepoName, Changes>,
    lines: BTreeMap<RepoName, Walk>,
    heads: BTreeMap<RepoName, Head>,
    bypasses: Observed<Vec<Value>>,
}

/// The repositories of `listing`, or exactly `wanted` where that is not empty. GitHub leaves out what the credential may not
/// see and does not say so: the list is whole only when it reaches the number that GitHub tells.
pub(super) fn repositories(
    reader: &Reader<'_>,
    listing: &str,
    expected: Option<u64>,
    secrets: &Observed<Vec<OrgSecret>>,
    wanted: &[RepoName],
) -> Observed<Vec<Repository>> {
    let index = Index {
        branches: asked_branches(reader),
        changes: changes::by_repository(reader),
        lines: lines::by_repository(reader),
        heads: heads::by_repository(reader),
        bypasses: trail::org_bypasses(reader),
    };
    let read = |item: &Value, evidence: &[EvidenceId]| repository(reader, item, evidence, secrets, &index);
    if wanted.is_empty() {
        let listed = reader.list(listing).observed();
        let evidence = listed.evidence.clone();
        let seen = u64::try_from(listed.members().len()).unwrap_or(u64::MAX);
        let whole = expected.is_some_and(|expected| seen >= expected);
        let read = each(listed, |item| read(item, &evidence));
        return unless(read, whole);
    }
    let answers = wanted.iter().map(|name| reader.object(&paths::repo(name, "")).observed());
    let parts = answers.map(|answer| {
        let evidence = answer.evidence.clone();
        answer.and_then(|item| match read(&item, &evidence) {
            Some(repository) => Observed::known(vec![repository], Vec::new()),
            None => Observed::failed("the answer describes no repository", Vec::new()),
        })
    });
    actions::join(parts.collect())
}

fn asked_branches(reader: &Reader<'_>) -> BTreeMap<RepoName, BTreeSet<BranchName>> {
    let mut branches: BTreeMap<RepoName, BTreeSet<BranchName>> = BTreeMap::new();
    for record in reader.log.records().iter().filter(|record| record.scope == *reader.scope) {
        let path = record.path.split('?').next().unwrap_or_default();
        let Some((repo, branch)) = path.split_once(paths::BRANCH_RULES) else { continue };
        let Some(name) = repo.strip_prefix("/repos/") else { continue };
        branches.entry(RepoName::new(paths::plain(name))).or_default().insert(BranchName::new(paths::plain(branch)));
    }
    branches
}

fn repository(
    reader: &Reader<'_>,
    item: &Value,
    evidence: &[EvidenceId],
    org_secrets: &Observed<Vec<OrgSecret>>,
    index: &Index,
) -> Option<Repository> {
    let name = repo_name(item)?;
    let private = flag(item, "private")?;
    let archived = flag(item, "archived").unwrap_or(false);
    let default_branch = text(item, "default_branch").unwrap_or_default();
    let at = |rest: &str| paths::repo(&name, rest);
    if archived {
        return Some(unread(item, name, private, default_branch, evidence));
    }
    let head = index.heads.get(&name);
    let files = files::read(reader, &name, &default_branch, head);
    let environments = environments::environments(reader, &name);
    let workflows = workflows::workflows(reader, &name, &files, head);
    let changes = index.changes.get(&name);
    Some(Repository {
        id: number(item, "id")?,
        owner_id: item.get("owner").and_then(|owner| number(owner, "id")).unwrap_or_default(),
        private,
        archived: false,
        fork: flag(item, "fork").unwrap_or(false),
        branches: unless(branches(reader, &name, index.branches.get(&name)), names_all(&workflows, &environments)),
        rulesets: rules::rulesets(reader, &name),
        collaborators: each(reader.list(&at("/collaborators?affiliation=direct")).observed(), collaborator),
        deploy_keys: each(reader.list(&at("/keys")).observed(), deploy_key),
        secrets: actions::secrets(reader, &name, private, org_secrets, &environments),
        runners: actions::runners(reader, &at("/actions/runners")),
        subject_template: actions::subject_template(
            reader,
            &at("/actions/oidc/customization/sub"),
            RuleSource::Repository,
        ),
        actions: actions::settings(reader, &name),
        workflow_defaults: actions::workflow_defaults(reader, &at("/actions/permissions/workflow")),
        codeowners: files::codeowners(reader, &name, &files, head),
        agent_files: files::agent_files(reader, &name, &files, head),
        pull_requests: changes::pull_requests(reader, changes),
        deployments: deployments(reader, &name, &environments),
        lines: lines::of_repository(index.lines.get(&name)),
        trail: trail::of_repository(reader, &name, &workflows, &environments, &index.bypasses),
        environments,
        workflows,
        default_branch,
        evidence: evidence.to_vec(),
        name,
    })
}

/// Whether everything that may name a branch was read: the workflows' triggers and the environments' policies.
fn names_all(workflows: &Observed<Vec<WorkflowFile>>, environments: &Observed<Vec<Environment>>) -> bool {
    let parsed = workflows.members().iter().all(|file| matches!(file, WorkflowFile::Parsed(_)));
    let policies = environments.members().iter().all(|environment| environment.branch_policy.is_whole());
    workflows.is_whole() && parsed && environments.is_whole() && policies
}

/// The branches that were looked at, with heads where the repository's branches were listed.
fn branches(reader: &Reader<'_>, repo: &RepoName, asked: Option<&BTreeSet<BranchName>>) -> Observed<Vec<Branch>> {
    let Some(asked) = asked else {
        return Observed::not_collected("no branch was asked for");
    };
    let listed = reader.list(&paths::repo(repo, "/branches")).observed();
    let head = |branch: &BranchName| {
        let found = listed.members().iter().find(|item| text(item, "name").as_deref() == Some(branch.as_str()))?;
        text(found.get("commit")?, "sha")
    };
    let branches = asked.iter().map(|name| rules::branch(reader, repo, name.clone(), head(name)));
    Observed::known(branches.collect(), Vec::new())
}

/// A deployment makes its environment, so a repository without environments has had none.
fn deployments(
    reader: &Reader<'_>,
    repo: &RepoName,
    environments: &Observed<Vec<Environment>>,
) -> Observed<Vec<Deployment>> {
    match environments.is_whole() && environments.members().is_empty() {
        true => Observed::known(Vec::new(), environments.evidence.clone()),
        false => environments::deployments(reader, repo),
    }
}

fn collaborator(item: &Value) -> Option<Collaborator> {
    let (role, permission) = role(item);
    Some(Collaborator { account: account(item)?, permission, role })
}

fn deploy_key(item: &Value) -> Option<DeployKey> {
    Some(DeployKey {
        id: number(item, "id")?,
        title: text(item, "title").unwrap_or_default(),
        read_only: flag(item, "read_only")?,
        created_at: text(item, "created_at"),
        last_used: text(item, "last_used"),
    })
}

/// An archived repository: nothing can be pushed or run there, so it is listed and not read further.
fn unread(item: &Value, name: RepoName, private: bool, default_branch: String, evidence: &[EvidenceId]) -> Repository {
    Repository {
        id: number(item, "id").unwrap_or_default(),
        owner_id: item.get("owner").and_then(|owner| number(owner, "id")).unwrap_or_default(),
        private,
        archived: true,
        fork: flag(item, "fork").unwrap_or(false),
        evidence: evidence.to_vec(),
        ..Repository::unread(name, &default_branch, "the repository is archived, which makes it read-only")
    }
}
