//! Merged pull requests, from GraphQL: 100 pull requests with reviews, commits and checks for four points.
//!
//! A null where something was asked for is a denial, with an error beside it or without.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    answer::{Reader, each, unless},
    shape::{actor, list, number, strings, text, texts},
};
use crate::model::{
    actor::Account,
    change::{CheckResult, Commit, PullRequest, Review},
    id::{BranchName, RepoName},
    observed::Observed,
};

/// The name of the query that asks for them.
pub const QUERY: &str = "Changes";

/// What shows pull requests, in the words of the permission table.
pub(super) const GRANT: &str = "repository pull requests: read";

/// The run setting with the first moment of the population, RFC 3339; without it the newest are a sample.
pub const SINCE: &str = "pull_requests_since";

/// The first moment of the run's period, where it has one.
pub(super) fn since<'a>(reader: &Reader<'a>) -> Option<&'a str> {
    reader.log.header().settings.get(SINCE).map(String::as_str)
}

/// What was read of one repository: every answered page, the newest attempt at each, in the order of asking.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pages: Vec<Page>,
}

#[derive(Debug)]
struct Page {
    base: String,
    after: Option<String>,
    pull_requests: Observed<Value>,
}

/// Every answer, by repository.
pub(super) fn by_repository(reader: &Reader<'_>) -> BTreeMap<RepoName, Changes> {
    let mut all: BTreeMap<RepoName, Changes> = BTreeMap::new();
    for call in reader.log.calls(reader.scope, "graphql", "", QUERY) {
        let param = |name: &str| call.params.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(owner), Some(name), Some(base)) = (param("owner"), param("name"), param("base")) else { continue };
        let answer = reader.single(&call.pages, |record| reader.log.json(record)).observed();
        all.entry(RepoName::new(format!("{owner}/{name}"))).or_default().add(Page {
            base,
            after: param("after"),
            pull_requests: connection(&answer, "pullRequests", GRANT),
        });
    }
    all
}

impl Changes {
    /// A page that was too much for GitHub is asked for again in smaller ones; what succeeded counts.
    fn add(&mut self, page: Page) {
        let same = |old: &&mut Page| old.base == page.base && old.after == page.after;
        match self.pages.iter_mut().find(same) {
            Some(old) if old.pull_requests.seen().is_none() => *old = page,
            Some(_) => {}
            None => self.pages.push(page),
        }
    }

    /// Whether the page after this one was answered.
    fn followed(&self, page: &Page) -> bool {
        let end = page.pull_requests.seen().and_then(|connection| text(connection.get("pageInfo")?, "endCursor"));
        let next = |other: &Page| other.base == page.base && other.after == end && other.pull_requests.seen().is_some();
        end.is_some() && self.pages.iter().any(next)
    }
}

/// One field of `data.repository`. Null is withheld, unless GitHub gives another reason.
pub(super) fn connection(answer: &Observed<Value>, field: &str, grant: &str) -> Observed<Value> {
    answer.as_ref().and_then(|answer| {
        let errors = list(answer, "errors");
        let repository = answer.get("data").and_then(|data| data.get("repository")).filter(|value| !value.is_null());
        match repository.and_then(|repository| repository.get(field)).filter(|value| !value.is_null()) {
            Some(value) => Observed::known(value.clone(), Vec::new()),
            None => withheld(errors, repository.map(|_| field), grant),
        }
    })
}

pub(super) fn withheld<T>(errors: &[Value], field: Option<&str>, grant: &str) -> Observed<T> {
    let concerns = |error: &&Value| match field {
        Some(field) => strings(error, "path").iter().any(|part| part == field),
        None => true,
    };
    let error = errors.iter().find(concerns);
    match error.map(|error| (text(error, "type"), text(error, "message").unwrap_or_default())) {
        None => Observed::denied("github", grant, Vec::new()),
        Some((Some(kind), _)) if ["FORBIDDEN", "NOT_FOUND", "INSUFFICIENT_SCOPES"].contains(&kind.as_str()) => {
            Observed::denied("github", grant, Vec::new())
        }
        Some((_, message)) => Observed::failed(message, Vec::new()),
    }
}

/// Merged pull requests, newest first. Whole when the last page was reached, or a page that ends before the period begins.
pub(super) fn pull_requests(reader: &Reader<'_>, changes: Option<&Changes>) -> Observed<Vec<PullRequest>> {
    let Some(changes) = changes else { return Observed::not_collected("no pull requests were asked for") };
    let since = since(reader);
    let read = changes.pages.iter().map(|page| merged(&page.pull_requests, since, changes.followed(page)));
    super::actions::join(read.collect()).map(|mut all| {
        all.sort_by(|a, b| (&b.merged_at, b.number).cmp(&(&a.merged_at, a.number)));
        // A list that moved between two pages shows one twice.
        all.dedup_by_key(|pull| pull.number);
        all
    })
}

fn merged(page: &Observed<Value>, since: Option<&str>, followed: bool) -> Observed<Vec<PullRequest>> {
    page.as_ref().and_then(|connection| {
        let nodes = list(connection, "nodes");
        let more = connection.get("pageInfo").and_then(|info| info.get("hasNextPage")).and_then(Value::as_bool);
        let before_period = since.is_some_and(|since| {
            nodes.last().and_then(|node| text(node, "updatedAt")).is_some_and(|at| at.as_str() < since)
        });
        let read = each(Observed::known(nodes.to_vec(), Vec::new()), pull_request);
        let read = read.map(|all| {
            all.into_iter().filter(|pull| since.is_none_or(|since| pull.merged_at.as_str() >= since)).collect()
        });
        unless(read, more == Some(false) || before_period || followed)
    })
}

fn pull_request(node: &Value) -> Option<PullRequest> {
    let who = |name: &str| node.get(name).and_then(actor);
    Some(PullRequest {
        number: number(node, "number")?,
        title: text(node, "title").unwrap_or_default(),
        author: who("author"),
        merged_by: who("mergedBy"),
        merged_at: text(node, "mergedAt")?,
        created_at: text(node, "createdAt").unwrap_or_default(),
        base: BranchName::new(text(node, "baseRefName")?),
        head: text(node, "headRefName").unwrap_or_default(),
        head_sha: text(node, "headRefOid").unwrap_or_default(),
        merge_sha: node.get("mergeCommit").and_then(|commit| text(commit, "oid")),
        body: text(node, "body").unwrap_or_default(),
        labels: node.get("labels").map(|labels| texts(list(labels, "nodes"), "name")).unwrap_or_default(),
        edited_at: text(node, "lastEditedAt"),
        reviews: nodes(node, "reviews", review),
        commits: nodes(node, "commits", commit),
        lines: number(node, "additions").zip(number(node, "deletions")).map(|(added, removed)| added + removed),
        checks: checks(node),
    })
}

/// The nodes of an inner connection, and whether those are all of them.
fn nodes<T>(of: &Value, field: &str, read: impl Fn(&Value) -> Option<T>) -> Observed<Vec<T>> {
    let Some(connection) = of.get(field).filter(|value| !value.is_null()) else {
        return Observed::denied("github", GRANT, Vec::new());
    };
    let nodes = list(connection, "nodes");
    let total = number(connection, "totalCount").unwrap_or(u64::MAX);
    let whole = u64::try_from(nodes.len()).is_ok_and(|seen| seen >= total);
    unless(each(Observed::known(nodes.to_vec(), Vec::new()), read), whole)
}

/// What ran on the head. Null says that nothing did, or that the head is gone or withheld: none of them can be told apart.
fn checks(node: &Value) -> Observed<Vec<CheckResult>> {
    match node.get("statusCheckRollup") {
        None => Observed::not_collected("checks were not asked for"),
        Some(Value::Null) => {
            Observed::failed("no check is shown for the head: none ran, or it is withheld", Vec::new())
        }
        Some(rollup) => nodes(rollup, "contexts", check),
    }
}

/// A `CheckRun`, or a `StatusContext` of the older interface.
fn check(node: &Value) -> Option<CheckResult> {
    let (name, state, at) = match text(node, "context") {
        Some(context) => (context, text(node, "state"), text(node, "createdAt")),
        None => (text(node, "name")?, text(node, "conclusion"), text(node, "completedAt")),
    };
    Some(CheckResult { name, state: state.map_or_else(|| "pending".to_owned(), |state| state.to_lowercase()), at })
}

fn review(node: &Value) -> Option<Review> {
    Some(Review {
        author: node.get("author").and_then(actor),
        state: text(node, "state")?,
        commit: node.get("commit").and_then(|commit| text(commit, "oid")),
        submitted_at: text(node, "submittedAt"),
        worded: text(node, "body").map(|body| !body.trim().is_empty()),
    })
}

fn commit(node: &Value) -> Option<Commit> {
    let commit = node.get("commit")?;
    let author = commit.get("author");
    let of_author = |name: &str| author.and_then(|author| text(author, name)).unwrap_or_default();
    Some(Commit {
        sha: text(commit, "oid")?,
        author_name: of_author("name"),
        author_email: of_author("email"),
        author: author.and_then(|author| author.get("user")).and_then(user),
        committer_email: commit.get("committer").and_then(|committer| text(committer, "email")).unwrap_or_default(),
        message: text(commit, "message")?,
        authored_at: text(commit, "authoredDate").unwrap_or_default(),
    })
}

/// A git author's account: always of type `User`, which GraphQL does not repeat.
fn user(value: &Value) -> Option<Account> {
    let kind = crate::model::actor::AccountKind::User;
    Some(Account { id: number(value, "databaseId").unwrap_or_default(), login: text(value, "login")?, kind })
}
