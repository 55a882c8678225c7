//! First-parent commits, from GraphQL: a hundred commits with their first two parents for two points.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    answer::Reader,
    changes::withheld,
    shape::{list, text},
};
use crate::model::{
    change::{Line, LineCommit},
    id::RepoName,
    observed::Observed,
};

/// The name of the query that asks for them.
pub const QUERY: &str = "History";

const GRANT: &str = "repository contents: read";

/// The pages of a repository's histories by what each begins at, in the order of asking.
pub(super) type Walk = BTreeMap<String, Vec<Observed<Value>>>;

/// Every answer, by repository.
pub(super) fn by_repository(reader: &Reader<'_>) -> BTreeMap<RepoName, Walk> {
    let mut all: BTreeMap<RepoName, Walk> = BTreeMap::new();
    for call in reader.log.calls(reader.scope, "graphql", "", QUERY) {
        let param = |name: &str| call.params.get(name).and_then(Value::as_str);
        let (Some(owner), Some(name), Some(start)) = (param("owner"), param("name"), param("start")) else { continue };
        let answer = reader.single(&call.pages, |record| reader.log.json(record)).observed();
        let walk = all.entry(RepoName::new(format!("{owner}/{name}"))).or_default();
        walk.entry(start.to_owned()).or_default().push(history(&answer));
    }
    all
}

/// The `history` connection of one answer. Null is withheld, or a commit that is gone.
pub(super) fn history(answer: &Observed<Value>) -> Observed<Value> {
    answer.as_ref().and_then(|answer| {
        let object = answer.get("data").and_then(|data| data.get("repository")?.get("object"));
        match object.and_then(|object| object.get("history")).filter(|history| !history.is_null()) {
            Some(history) => Observed::known(history.clone(), Vec::new()),
            None => withheld(list(answer, "errors"), Some("object"), GRANT),
        }
    })
}

/// The first-parent chain of every start. A chain is as long as what was read; whoever uses it says how far it must reach.
pub(super) fn of_repository(walk: Option<&Walk>) -> Observed<Vec<Line>> {
    let Some(walk) = walk else {
        return Observed::not_collected("commits are read for a run that has a period");
    };
    let mut evidence = Vec::new();
    let mut lines = Vec::new();
    let mut whole = true;
    for (start, pages) in walk {
        evidence.extend(pages.iter().flat_map(|page| page.evidence.iter().cloned()));
        let read: Vec<&Value> = pages.iter().filter_map(Observed::seen).collect();
        let head = read.iter().find_map(|page| list(page, "nodes").first()).and_then(|node| text(node, "oid"));
        match head {
            Some(head) => lines.push(Line { start: start.clone(), commits: chain(&nodes(read), head) }),
            None => whole = false,
        }
    }
    match (whole, lines.is_empty()) {
        (true, _) => Observed::known(lines, evidence),
        (false, false) => Observed::partial(lines, evidence),
        (false, true) => walk.values().flatten().find(|page| page.seen().is_none()).map_or_else(
            || Observed::failed("no commit was shown", evidence),
            |page| page.as_ref().and_then(|_| Observed::failed("no commit was shown", Vec::new())),
        ),
    }
}

fn nodes(pages: Vec<&Value>) -> BTreeMap<String, LineCommit> {
    let commits = pages.into_iter().flat_map(|page| list(page, "nodes")).filter_map(commit);
    commits.map(|commit| (commit.sha.clone(), commit)).collect()
}

/// Reads one commit of a page; the collector follows the same chain while it asks.
pub fn commit(node: &Value) -> Option<LineCommit> {
    let parents = node.get("parents").map(|parents| list(parents, "nodes")).unwrap_or_default();
    Some(LineCommit {
        sha: text(node, "oid")?,
        parent: parents.first().and_then(|parent| text(parent, "oid")),
        merge: parents.len() > 1,
        committed_at: text(node, "committedDate").unwrap_or_default(),
        headline: text(node, "messageHeadline").unwrap_or_default(),
    })
}

fn chain(commits: &BTreeMap<String, LineCommit>, head: String) -> Vec<LineCommit> {
    let first = commits.get(&head);
    std::iter::successors(first, |commit| commits.get(commit.parent.as_ref()?)).cloned().collect()
}
