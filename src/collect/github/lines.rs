//! First-parent commits of a branch back to the beginning of the period, and of what force pushes left behind.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Error, Plan, client::Client};
use crate::{
    facts::github::lines,
    model::{
        change::LineCommit,
        id::{BranchName, RepoName},
    },
};

/// Its name is [`lines::QUERY`]. History is not a connection over the first parent alone: merged branches come along.
const DOCUMENT: &str = "\
query History($owner: String!, $name: String!, $start: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    object(expression: $start) {
      __typename
      ... on Commit {
        history(first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes { oid committedDate messageHeadline parents(first: 2) { nodes { oid } } }
        }
      }
    }
  }
}";

/// Pages of one walk at most: 100,000 commits.
const PAGES: usize = 1000;

/// Walks each branch, then every commit that a force push on it replaced.
pub(super) async fn collect(
    client: &Client,
    plan: &Plan,
    name: &RepoName,
    branches: &[BranchName],
    activity: &[Value],
) -> Result<(), Error> {
    let Some(since) = plan.since.as_deref() else { return Ok(()) };
    let text = |item: &Value, field: &str| item.get(field).and_then(Value::as_str).map(str::to_owned);
    for branch in branches {
        let full = format!("refs/heads/{branch}");
        let mut pushes: Vec<&Value> =
            activity.iter().filter(|push| text(push, "ref").as_deref() == Some(full.as_str())).collect();
        pushes.sort_by_key(|push| text(push, "timestamp"));
        let inside = |push: &&&Value| text(push, "timestamp").is_some_and(|at| at.as_str() >= since);
        let base = pushes.iter().find(inside).and_then(|push| text(push, "before"));
        let mut seen = walk(client, name, branch.as_str(), |commit| stops(commit, base.as_deref(), since)).await?;
        for push in pushes.iter().filter(|push| text(push, "activity_type").as_deref() == Some("force_push")) {
            let Some(before) = text(push, "before").filter(|before| !seen.contains_key(before)) else { continue };
            let known: Vec<String> = seen.keys().cloned().collect();
            let met =
                |commit: &LineCommit| known.binary_search(&commit.sha).is_ok() || stops(commit, base.as_deref(), since);
            seen.extend(walk(client, name, &before, met).await?);
        }
    }
    Ok(())
}

/// Where a walk need not go on: the head when the period began, or where that is not known a commit made before it.
fn stops(commit: &LineCommit, base: Option<&str>, since: &str) -> bool {
    match base {
        Some(base) => commit.sha == base,
        None => commit.committed_at.as_str() < since,
    }
}

/// Reads page after page until the first-parent chain meets `end`, or history ends.
async fn walk(
    client: &Client,
    name: &RepoName,
    start: &str,
    end: impl Fn(&LineCommit) -> bool,
) -> Result<BTreeMap<String, LineCommit>, Error> {
    let mut seen: BTreeMap<String, LineCommit> = BTreeMap::new();
    let mut at: Option<String> = None;
    let mut after: Option<String> = None;
    for _ in 0..PAGES {
        let variables = json!({
            "owner": name.owner(), "name": name.name(), "start": start, "first": 100, "after": after,
        });
        let body = client.graphql(DOCUMENT, variables).await?.json();
        let history = body.pointer("/data/repository/object/history");
        let Some(nodes) = history.and_then(|history| history.get("nodes")?.as_array()) else { break };
        let commits: Vec<LineCommit> = nodes.iter().filter_map(lines::commit).collect();
        at = at.or_else(|| commits.first().map(|commit| commit.sha.clone()));
        seen.extend(commits.into_iter().map(|commit| (commit.sha.clone(), commit)));
        while let Some(commit) = at.as_ref().and_then(|sha| seen.get(sha)) {
            if end(commit) {
                return Ok(seen);
            }
            at = commit.parent.clone();
        }
        let next = history.and_then(|history| history.get("pageInfo")).filter(|info| info["hasNextPage"] == true);
        match next.and_then(|info| info.get("endCursor")?.as_str()) {
            Some(cursor) if at.is_some() => after = Some(cursor.to_owned()),
            _ => break,
        }
    }
    Ok(seen)
}
