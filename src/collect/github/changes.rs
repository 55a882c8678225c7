//! Merged pull requests with reviews, commits and checks: one GraphQL document, four points for 100. Of an hour's 5,000
//! points 50,000 pull requests take 2,000.

use serde_json::{Value, json};

use super::{
    Error, Plan,
    client::{Answer, Client},
};
use crate::model::id::{BranchName, RepoName};

/// Its name is [`crate::facts::github::changes::QUERY`].
const DOCUMENT: &str = "\
query Changes($owner: String!, $name: String!, $base: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: MERGED, baseRefName: $base, first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        number title body additions deletions createdAt updatedAt lastEditedAt mergedAt baseRefName headRefName headRefOid
        author { ...Who }
        mergedBy { ...Who }
        mergeCommit { oid }
        labels(first: 10) { nodes { name } }
        reviews(first: 20) { totalCount nodes { state body submittedAt author { ...Who } commit { oid } } }
        commits(last: 20) {
          totalCount
          nodes { commit { oid message authoredDate author { name email user { login databaseId } } committer { email } } }
        }
        statusCheckRollup {
          contexts(first: 50) {
            totalCount
            nodes {
              __typename
              ... on CheckRun { name conclusion completedAt }
              ... on StatusContext { context state createdAt }
            }
          }
        }
      }
    }
  }
}
fragment Who on Actor {
  __typename
  login
  ... on Bot { databaseId }
  ... on User { databaseId }
  ... on Mannequin { databaseId }
  ... on Organization { databaseId }
}";

/// Pull requests a page. GitHub ends what takes it over ten seconds, so a page that fails is asked for in smaller ones.
const SIZES: [usize; 4] = [100, 50, 25, 10];

/// Asks for the newest pull requests into each branch, back to the plan's period or count.
pub(super) async fn collect(
    client: &Client,
    plan: &Plan,
    name: &RepoName,
    branches: &[BranchName],
) -> Result<(), Error> {
    for branch in branches {
        let mut after: Option<String> = None;
        let mut read = 0;
        let mut sizes: &[usize] = &SIZES;
        while let [size, smaller @ ..] = sizes {
            let variables = json!({
                "owner": name.owner(), "name": name.name(), "base": branch.as_str(),
                "first": size.min(&plan.pull_requests.max(1)), "after": after,
            });
            let answer = client.graphql(DOCUMENT, variables).await?;
            let Some(page) = Page::of(&answer) else {
                if is_too_much(&answer) {
                    sizes = smaller;
                    continue;
                }
                break;
            };
            read += page.count;
            let before_period =
                plan.since.as_deref().is_some_and(|since| page.oldest.as_deref().is_some_and(|at| at < since));
            let enough = plan.since.is_none() && read >= plan.pull_requests;
            match page.next {
                Some(cursor) if !before_period && !enough => after = Some(cursor),
                _ => break,
            }
        }
    }
    Ok(())
}

/// What decides whether to go on.
struct Page {
    count: usize,
    oldest: Option<String>,
    next: Option<String>,
}

impl Page {
    fn of(answer: &Answer) -> Option<Page> {
        let body = answer.json();
        let connection = body.get("data")?.get("repository")?.get("pullRequests")?;
        let nodes = connection.get("nodes")?.as_array()?;
        let info = connection.get("pageInfo")?;
        let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
        let more = info.get("hasNextPage").and_then(Value::as_bool) == Some(true);
        Some(Page {
            count: nodes.len(),
            oldest: nodes.last().and_then(|node| text(node, "updatedAt")),
            next: if more { text(info, "endCursor") } else { None },
        })
    }
}

/// A time-out, or GitHub's own limit on what one document may cost it.
fn is_too_much(answer: &Answer) -> bool {
    let limited = |error: &Value| {
        let kind = error.get("type").and_then(Value::as_str).unwrap_or_default();
        matches!(kind, "RESOURCE_LIMITS_EXCEEDED" | "MAX_NODE_LIMIT_EXCEEDED")
    };
    match answer.status {
        None | Some(502 | 504) => true,
        Some(200) => answer.json().get("errors").and_then(Value::as_array).is_some_and(|all| all.iter().any(limited)),
        Some(_) => false,
    }
}
