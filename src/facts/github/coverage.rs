//! What was asked of GitHub and how each call went: one row for every call that brought no answer about the world.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    answer::{Got, Reader},
    paths,
    shape::{flag, text},
};
use crate::{
    evidence::{Api, Key, Next, Record, RunLog, Scope},
    model::{
        observed::{Observed, Reading},
        world::{Coverage, CoverageRow},
    },
};

/// The calls of one identity.
pub fn coverage(log: &RunLog, scope: &Scope) -> Coverage {
    let reader = Reader { log, scope };
    let mut asked: BTreeMap<Key, &Record> = BTreeMap::new();
    for record in log.records().iter().filter(|record| record.scope == *scope && record.api == Api::Github) {
        if let Some((key, answer)) = record.key.and_then(|key| Some((key, log.answer(&key)?))) {
            asked.insert(key, answer);
        }
    }
    let mut coverage = Coverage { planned: asked.len(), ..Coverage::default() };
    for record in asked.into_values() {
        match fate(&reader, record) {
            Fate::Answered => coverage.answered += 1,
            Fate::Denied(row) => coverage.denied.push(row),
            Fate::Failed(row) => coverage.failed.push(row),
            Fate::Unavailable(row) => coverage.skipped.push(row),
        }
    }
    coverage.skipped.extend(archived(&reader));
    for rows in [&mut coverage.denied, &mut coverage.failed, &mut coverage.skipped] {
        rows.sort();
        rows.dedup();
    }
    coverage
}

/// How one call went.
enum Fate {
    Answered,
    Denied(CoverageRow),
    Failed(CoverageRow),
    /// The plan has nothing of the kind.
    Unavailable(CoverageRow),
}

fn fate(reader: &Reader<'_>, record: &Record) -> Fate {
    let moved = matches!((record.status(), &record.next), (Some(300..=399), Some(Next::Page(_))));
    if moved || proves_absence(reader, record) {
        return Fate::Answered;
    }
    let reading = match record.operation.as_str() {
        "GET" => reader.of(record).observed().map(|_| ()),
        _ => graphql(reader, record),
    };
    let row = |why: &str, needs: Option<String>| CoverageRow {
        what: what(record),
        why: why.to_owned(),
        needs,
        evidence: vec![record.id.clone()],
    };
    match reading.reading {
        Reading::Known { .. } | Reading::Absent => Fate::Answered,
        Reading::Denied { needs } => Fate::Denied(row(&status(record), Some(needs.to_string()))),
        Reading::Unavailable { edition } => Fate::Unavailable(row(&edition, None)),
        Reading::Failed { why } | Reading::NotCollected { why } => Fate::Failed(row(&why, None)),
    }
}

/// A 404 or 409 that says itself that there is nothing, or that another answer explains.
fn proves_absence(reader: &Reader<'_>, record: &Record) -> bool {
    let path = record.path.split('?').next().unwrap_or_default();
    let Got::<Value>::Refused(refusal) = reader.of(record) else { return false };
    match refusal.status {
        409 => path.contains("/git/trees/"),
        // A person has no page as an organisation.
        404 if path.strip_prefix("/orgs/").is_some_and(|login| !login.contains('/')) => {
            let login = paths::plain(path.trim_start_matches("/orgs/"));
            let user = reader.object(&paths::user(&login)).observed();
            user.seen().is_some_and(|user| text(user, "type").as_deref() == Some("User"))
        }
        404 if path.ends_with("/contents/docs/CODEOWNERS") => true,
        404 => matches!(refusal.message.as_str(), "Branch not protected" | "Branch not found"),
        403 => refusal.is_plan(),
        _ => false,
    }
}

/// A GraphQL answer is 200 whatever it withholds.
fn graphql(reader: &Reader<'_>, record: &Record) -> Observed<()> {
    let answer: Observed<Value> = reader.of(record).observed();
    if record.operation == super::changes::QUERY {
        return super::changes::connection(&answer, "pullRequests", super::changes::GRANT).map(|_| ());
    }
    if record.operation == super::lines::QUERY {
        return super::lines::history(&answer).map(|_| ());
    }
    let hidden = |data: &Value| data.as_object().is_none_or(|nodes| nodes.values().any(Value::is_null));
    answer.and_then(|answer| match answer.get("data") {
        Some(data) if !hidden(data) => Observed::known((), Vec::new()),
        _ => Observed::denied("github", "repository contents: read", Vec::new()),
    })
}

/// `GET /repos/acme/shop/keys`, or `POST /graphql Changes acme/shop main`.
fn what(record: &Record) -> String {
    if record.operation == "GET" {
        return format!("GET {}", record.path.split('?').next().unwrap_or_default());
    }
    let param = |name: &str| record.params.get(name).and_then(Value::as_str).unwrap_or_default();
    match record.operation.as_str() {
        super::changes::QUERY => {
            format!("POST /graphql {} {}/{} {}", record.operation, param("owner"), param("name"), param("base"))
        }
        super::lines::QUERY => {
            format!("POST /graphql {} {}/{} {}", record.operation, param("owner"), param("name"), param("start"))
        }
        _ => format!("POST /graphql {} {}/{} and others", record.operation, param("o0"), param("n0")),
    }
}

fn status(record: &Record) -> String {
    record.status().map_or_else(|| "no answer".to_owned(), |status| format!("HTTP {status}"))
}

/// Archived repositories are listed and not read further.
fn archived(reader: &Reader<'_>) -> Vec<CoverageRow> {
    let header = reader.log.header();
    let logins = header.organisations.iter();
    let lists =
        logins.flat_map(|login| [paths::org(login, "/repos"), paths::user_repos(login), paths::OWN_REPOS.to_owned()]);
    let mut rows = Vec::new();
    for listed in lists.map(|path| reader.list(&path).observed()) {
        for item in listed.members().iter().filter(|item| flag(item, "archived") == Some(true)) {
            rows.push(CoverageRow {
                what: text(item, "full_name").unwrap_or_default(),
                why: "archived, which makes it read-only".to_owned(),
                needs: None,
                evidence: listed.evidence.clone(),
            });
        }
    }
    rows
}
