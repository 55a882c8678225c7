//! What a field holds: the scenario's GraphQL repositories, files from its REST bodies, and what an identity may not see.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::core::base64;
use super::super::rules::Rest;
use super::super::state::Identity;

/// Why a field came back null, as GitHub says it.
pub struct Failure {
    pub kind: &'static str,
    pub message: String,
}

pub struct Source<'a> {
    pub repositories: &'a BTreeMap<String, Value>,
    pub rest: &'a Rest,
    pub who: &'a Identity,
    pub rate_limit: Value,
}

/// One field of one object.
pub struct Asked<'a> {
    /// The concrete type of the object.
    pub on: &'a str,
    pub field: &'a str,
    pub args: &'a Map<String, Value>,
    pub object: &'a Value,
    /// The type of the field, as the schema writes it.
    pub ty: &'a str,
}

/// The operation whose permission files need, also when GraphQL reads them.
const CONTENTS: &str = "GET /repos/{owner}/{repo}/contents/{path}";

/// Where a tree entry's object is found again: under names that no schema has.
const REPOSITORY: &str = "$repository";

fn forbidden() -> Failure {
    Failure { kind: "FORBIDDEN", message: "Resource not accessible by integration".to_owned() }
}

impl Source<'_> {
    pub fn resolve(&self, asked: &Asked<'_>) -> Result<Value, Failure> {
        let place = format!("{}.{}", asked.on, asked.field);
        if self.who.deny_fields.contains(&place) {
            return Err(forbidden());
        }
        if self.who.null_fields.contains(&place) {
            return Ok(Value::Null);
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match place.as_str() {
            "Query.rateLimit" => Ok(self.rate_limit.clone()),
            "Query.repository" => {
                self.repository(&format!("{}/{}", text(&asked.args["owner"]), text(&asked.args["name"])))
            }
            "Repository.object" if self.who.denial(CONTENTS).is_some() => Err(forbidden()),
            "Repository.object" => {
                let expression = text(&asked.args["expression"]);
                Ok(self.git_object(&asked.object["nameWithOwner"], expression.trim_start_matches("HEAD:")))
            }
            "TreeEntry.object" => Ok(self.git_object(&asked.object[REPOSITORY], &text(&asked.object["path"]))),
            _ => Ok(member(asked)),
        }
    }

    fn repository(&self, full: &str) -> Result<Value, Failure> {
        let missing = || Failure {
            kind: "NOT_FOUND",
            message: format!("Could not resolve to a Repository with the name '{full}'."),
        };
        self.repositories.get(full).filter(|_| self.who.sees(full)).cloned().ok_or_else(missing)
    }

    /// A folder's entries, or a file's text; null where nothing is.
    fn git_object(&self, repository: &Value, path: &str) -> Value {
        let full = repository.as_str().unwrap_or_default();
        let path = path.trim_end_matches('/');
        let tree = self.rest.get(&format!("/repos/{full}/git/trees/main?recursive=1"));
        let entries = tree.and_then(|t| t["tree"].as_array()).map(Vec::as_slice).unwrap_or_default();
        let found = entries.iter().find(|entry| entry["path"] == path);
        match found {
            None if !path.is_empty() => Value::Null,
            Some(file) if file["type"] == "blob" => {
                let content = &self.rest[&format!("/repos/{full}/contents/{path}")]["content"];
                json!({
                    "__typename": "Blob", "oid": file["sha"], "text": base64(content.as_str().unwrap_or_default()),
                    "byteSize": file["size"], "isBinary": false, "isTruncated": false,
                })
            }
            folder => {
                let entry = |entry: &Value| {
                    let at = entry["path"].as_str()?;
                    let (above, name) = at.rsplit_once('/').unwrap_or(("", at));
                    let entry = json!({
                        "name": name, "path": at, "type": entry["type"], "oid": entry["sha"], REPOSITORY: full,
                    });
                    (above == path).then_some(entry)
                };
                let entries: Vec<Value> = entries.iter().filter_map(entry).collect();
                json!({ "__typename": "Tree", "oid": folder.map_or(&Value::Null, |f| &f["sha"]), "entries": entries })
            }
        }
    }
}

/// A stored member; lists become connections, and what a scenario does not say is the least that the schema allows.
fn member(asked: &Asked<'_>) -> Value {
    let stored = asked.object.get(asked.field);
    let is_connection = asked.ty.trim_matches(['[', ']', '!']).ends_with("Connection");
    match stored {
        Some(Value::Array(rows)) if is_connection => connection(rows, asked.args),
        None if is_connection => connection(&[], asked.args),
        Some(value) => value.clone(),
        None => empty(asked.ty),
    }
}

fn empty(ty: &str) -> Value {
    match ty {
        "Boolean!" => json!(false),
        "Int!" => json!(0),
        "String!" | "ID!" | "URI!" => json!(""),
        "DateTime!" => json!("2026-01-01T00:00:00Z"),
        "GitObjectID!" => json!("0".repeat(40)),
        list if list.starts_with('[') && list.ends_with('!') => json!([]),
        _ => Value::Null,
    }
}

/// One page of the rows; cursors are opaque to a client and plain here.
fn connection(rows: &[Value], args: &Map<String, Value>) -> Value {
    let keeps = |row: &&Value| {
        let among = |arg: &str, field: &str, otherwise: &str| {
            let wanted = args.get(arg).and_then(Value::as_array);
            wanted.is_none_or(|all| all.iter().any(|w| w == row[field].as_str().unwrap_or(otherwise)))
        };
        let base = args.get("baseRefName").is_none_or(|name| name.is_null() || *name == row["baseRefName"]);
        among("states", "state", "MERGED") && among("environments", "environment", "") && base
    };
    let rows: Vec<&Value> = rows.iter().filter(keeps).collect();
    let number = |arg: &str| args.get(arg).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let after = args.get("after").and_then(Value::as_str).and_then(|c| c.strip_prefix("cursor:")?.parse().ok());
    let (start, size) = match number("last") {
        Some(last) => (rows.len().saturating_sub(last), last),
        None => (after.unwrap_or(0), number("first").unwrap_or(0)),
    };
    let nodes: Vec<Value> = rows.iter().skip(start).take(size).map(|row| (*row).clone()).collect();
    let end = start + nodes.len();
    let cursor = |n: usize| format!("cursor:{n}");
    let edges: Vec<Value> =
        nodes.iter().enumerate().map(|(i, node)| json!({ "node": node, "cursor": cursor(start + i + 1) })).collect();
    json!({
        "totalCount": rows.len(), "edges": edges,
        "pageInfo": {
            "hasNextPage": end < rows.len(), "hasPreviousPage": start > 0,
            "endCursor": if nodes.is_empty() { Value::Null } else { json!(cursor(end)) }, "startCursor": null,
        },
        "nodes": nodes,
    })
}
