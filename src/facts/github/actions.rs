//! Actions beside the workflow files: secret names, runners, OIDC subject templates, settings.

use serde_json::Value;

use super::{
    answer::{Reader, each, listed},
    paths,
    shape::{flag, list, number, repo_name, strings, text, texts},
};
use crate::model::{
    id::RepoName,
    observed::Observed,
    pipeline::{
        ActionsSettings, Environment, OrgSecret, Runner, SecretName, SecretScope, SubjectTemplate, WorkflowDefaults,
    },
    rules::RuleSource,
};

/// Secrets of the organisation with the repositories that may read them.
pub(super) fn org_secrets(reader: &Reader<'_>, login: &str) -> Observed<Vec<OrgSecret>> {
    each(reader.list(&paths::org(login, "/actions/secrets")).observed(), |item| org_secret(reader, login, item))
}

fn org_secret(reader: &Reader<'_>, login: &str, item: &Value) -> Option<OrgSecret> {
    let (name, visibility) = (text(item, "name")?, text(item, "visibility")?);
    let repositories = match visibility.as_str() {
        "selected" => each(reader.list(&paths::org_secret_repos(login, &name)).observed(), repo_name),
        // Not a list of repositories but all of a kind.
        _ => Observed::absent(Vec::new()),
    };
    Some(OrgSecret { name, visibility, repositories, updated_at: text(item, "updated_at") })
}

/// Secret names that the jobs of a repository can read, by where they live. One unread place leaves the list open.
pub(super) fn secrets(
    reader: &Reader<'_>,
    repo: &RepoName,
    private: bool,
    org: &Observed<Vec<OrgSecret>>,
    environments: &Observed<Vec<Environment>>,
) -> Observed<Vec<SecretName>> {
    let own = reader.list(&paths::repo(repo, "/actions/secrets")).observed();
    let own = named(own, &SecretScope::Repository);
    join(vec![own, from_organization(reader, repo, private, org), from_environments(environments)])
}

fn named(listed: Observed<Vec<Value>>, scope: &SecretScope) -> Observed<Vec<SecretName>> {
    each(listed, |item| {
        Some(SecretName { name: text(item, "name")?, scope: scope.clone(), updated_at: text(item, "updated_at") })
    })
}

/// From the organisation's own list where that was read with its selections, else from the repository's view of it.
fn from_organization(
    reader: &Reader<'_>,
    repo: &RepoName,
    private: bool,
    org: &Observed<Vec<OrgSecret>>,
) -> Observed<Vec<SecretName>> {
    let settled = org.is_whole() && org.members().iter().all(|secret| secret.repositories.is_whole());
    if !settled {
        let seen = reader.list(&paths::repo(repo, "/actions/organization-secrets")).observed();
        return named(seen, &SecretScope::Organization);
    }
    let visible = |secret: &&OrgSecret| match secret.visibility.as_str() {
        "private" => private,
        "selected" => secret.repositories.members().contains(repo),
        _ => true,
    };
    let name = |secret: &OrgSecret| SecretName {
        name: secret.name.clone(),
        scope: SecretScope::Organization,
        updated_at: secret.updated_at.clone(),
    };
    Observed::known(org.members().iter().filter(visible).map(name).collect(), org.evidence.clone())
}

fn from_environments(environments: &Observed<Vec<Environment>>) -> Observed<Vec<SecretName>> {
    environments.as_ref().and_then(|environments| {
        let each = environments.iter().map(|environment| {
            let scope = SecretScope::Environment(environment.name.clone());
            let name = |name: String| SecretName { name, scope: scope.clone(), updated_at: None };
            environment.secrets.clone().map(|names| names.into_iter().map(name).collect())
        });
        join(each.collect())
    })
}

/// One list out of several: whole when every part is, unread when every part is; otherwise what was seen, and incomplete.
pub(super) fn join<T>(parts: Vec<Observed<Vec<T>>>) -> Observed<Vec<T>> {
    let whole = parts.iter().all(Observed::is_whole);
    let some = parts.iter().any(|part| part.seen().is_some());
    let mut all = Vec::new();
    let mut evidence = Vec::new();
    let mut unread = None;
    for part in parts {
        evidence.extend(part.evidence.iter().cloned());
        match part.seen() {
            Some(_) => {
                part.map(|members| all.extend(members));
            }
            None if !part.is_whole() => unread = unread.or(Some(part)),
            None => {}
        }
    }
    match unread {
        Some(unread) if !some => unread,
        _ => listed(all, whole, evidence),
    }
}

/// Self-hosted runners below `path`.
pub(super) fn runners(reader: &Reader<'_>, path: &str) -> Observed<Vec<Runner>> {
    each(reader.list(path).observed(), runner)
}

fn runner(item: &Value) -> Option<Runner> {
    Some(Runner {
        id: number(item, "id")?,
        name: text(item, "name")?,
        labels: texts(list(item, "labels"), "name"),
        status: text(item, "status").unwrap_or_default(),
    })
}

/// How OIDC subjects are built, for a repository or as the organisation's template.
pub(super) fn subject_template(reader: &Reader<'_>, path: &str, layer: RuleSource) -> Observed<SubjectTemplate> {
    reader.object(path).observed().and_then(|answer| {
        // The organisation's answer has no such field: it is the template.
        let use_default = flag(&answer, "use_default").or((layer == RuleSource::Organization).then_some(false));
        match use_default {
            Some(use_default) => Observed::known(
                SubjectTemplate {
                    use_default,
                    claim_keys: strings(&answer, "include_claim_keys"),
                    prefix: text(&answer, "sub_claim_prefix"),
                },
                Vec::new(),
            ),
            None => Observed::failed("the answer has no `use_default`", Vec::new()),
        }
    })
}

pub(super) fn settings(reader: &Reader<'_>, repo: &RepoName) -> Observed<ActionsSettings> {
    reader.object(&paths::repo(repo, "/actions/permissions")).observed().and_then(|answer| {
        match flag(&answer, "enabled") {
            Some(enabled) => Observed::known(
                ActionsSettings {
                    enabled,
                    allowed_actions: text(&answer, "allowed_actions"),
                    sha_pinning_required: flag(&answer, "sha_pinning_required"),
                },
                Vec::new(),
            ),
            None => Observed::failed("the answer has no `enabled`", Vec::new()),
        }
    })
}

/// `GITHUB_TOKEN` defaults below `path`.
pub(super) fn workflow_defaults(reader: &Reader<'_>, path: &str) -> Observed<WorkflowDefaults> {
    reader.object(path).observed().and_then(|answer| {
        match (text(&answer, "default_workflow_permissions"), flag(&answer, "can_approve_pull_request_reviews")) {
            (Some(default_permissions), Some(can_approve_reviews)) => {
                Observed::known(WorkflowDefaults { default_permissions, can_approve_reviews }, Vec::new())
            }
            _ => Observed::failed("the answer lacks a default", Vec::new()),
        }
    })
}
