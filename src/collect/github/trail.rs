//! What was done and what keeps the record. Lists of events are read as far as the run's period goes, and no further than
//! some pages: what they lack then is marked, not guessed.

use serde_json::Value;

use super::{
    Error, Plan,
    client::{Client, Listed},
};
use crate::{
    facts::github::{
        paths,
        rules::history,
        trail::{self, audit, pushes, runs},
    },
    model::id::RepoName,
};

/// Whether the organisation's bypasses could be read.
pub(super) async fn organization(client: &Client, plan: &Plan, login: &str) -> Result<bool, Error> {
    let before = plan.since.as_deref().and_then(audit::milliseconds);
    let at = |item: &Value| item.get("@timestamp").or(item.get("created_at")).and_then(Value::as_i64);
    let older =
        |listed: &Listed| before.is_some_and(|since| listed.items.last().and_then(at).is_some_and(|at| at < since));
    client.get_pages(&paths::audit_log(login), |listed| listed.pages.len() < trail::PAGES && !older(listed)).await?;
    client.get_paged(&paths::org(login, "/hooks")).await?;
    if let Some(enterprise) = &plan.enterprise {
        client.get(&paths::audit_streams(enterprise)).await?;
    }
    let bypasses = client.get_paged(&paths::org_bypasses(login)).await?;
    for item in bypasses.items.iter().take(pushes::SUITES) {
        let name = item.get("repository_name").and_then(Value::as_str).unwrap_or_default();
        suites(client, &pushes::suite_repository(login, name), std::slice::from_ref(item)).await?;
    }
    Ok(bypasses.complete)
}

/// What the settings and files of a repository say about its trail.
pub(super) struct Pipeline {
    pub environments: usize,
    /// Some environment asks for a reviewer, or it could not be read whether one does.
    pub reviewed: bool,
    /// Paths of workflow files that may use an environment, and of all others.
    pub workflows: Vec<(String, bool)>,
    pub webhooks: usize,
    /// The organisation's bypasses were not read.
    pub bypasses: bool,
}

/// Returns the changes of the repository's refs, for whoever follows them.
pub(super) async fn repository(
    client: &Client,
    plan: &Plan,
    name: &RepoName,
    pipeline: &Pipeline,
) -> Result<Vec<Value>, Error> {
    if !trail::deploys(pipeline.workflows.len(), pipeline.environments, pipeline.webhooks) {
        return Ok(Vec::new());
    }
    let since = plan.since.as_deref();
    let bounded = |listed: &Listed, field: &str| {
        let oldest = listed.items.last().and_then(|item| item.get(field)).and_then(Value::as_str);
        listed.pages.len() < trail::PAGES && since.is_none_or(|since| oldest.is_none_or(|at| at >= since))
    };
    let activity = client.get_pages(&paths::activity(name, since), |listed| bounded(listed, "timestamp")).await?;
    client.get(&paths::repo(name, "/code-security-configuration")).await?;
    if pipeline.bypasses {
        let listed = client.get_paged(&paths::bypasses(name)).await?;
        suites(client, name, &listed.items).await?;
    }
    if pipeline.environments > 0 {
        let pages = if since.is_some() { trail::PAGES } else { 1 };
        let listed = client.get_pages(&paths::runs(name, since), |listed| listed.pages.len() < pages).await?;
        if pipeline.reviewed {
            approvals(client, name, pipeline, &listed.items).await?;
        }
    }
    Ok(activity.items)
}

/// Which rules each of these pushes broke.
pub(super) async fn suites(client: &Client, name: &RepoName, items: &[Value]) -> Result<(), Error> {
    for id in items.iter().filter_map(|item| item.get("id")?.as_u64()).take(pushes::SUITES) {
        client.get(&paths::rule_suite(name, id)).await?;
    }
    Ok(())
}

async fn approvals(client: &Client, name: &RepoName, pipeline: &Pipeline, items: &[Value]) -> Result<(), Error> {
    let unrelated = |path: &str| pipeline.workflows.iter().any(|(file, deploys)| file == path && !deploys);
    let of = |item: &Value| {
        let path = item.get("path").and_then(Value::as_str).map(runs::plain)?;
        item.get("id").and_then(Value::as_u64).filter(|_| !unrelated(path))
    };
    for run in items.iter().filter_map(of).take(runs::APPROVALS) {
        client.get(&paths::run_approvals(name, run)).await?;
    }
    Ok(())
}

/// The versions of a ruleset that cover the period.
pub(super) async fn history(client: &Client, plan: &Plan, ruleset: &str) -> Result<(), Error> {
    let listed = client.get_paged(&paths::history(ruleset, None)).await?;
    let mut versions: Vec<(&str, u64)> = listed
        .items
        .iter()
        .filter_map(|item| Some((item.get("updated_at")?.as_str()?, item.get("version_id")?.as_u64()?)))
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    let wanted = history::wanted(versions.iter().map(|(at, _)| *at), plan.since.as_deref());
    for (_, version) in versions.into_iter().take(wanted) {
        client.get(&paths::history(ruleset, Some(version))).await?;
    }
    Ok(())
}
