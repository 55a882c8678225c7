//! The audit log: over the API, or from the export that an owner handed in.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    super::{
        answer::{Reader, each, unless},
        changes::since,
        paths,
        shape::text,
    },
    within,
};
use crate::{
    evidence::Record,
    model::{id::RepoName, observed::Observed, trail::AuditEntry},
};

/// How the record of a handed-in export is found.
pub const FILE: &str = "audit-log file";

/// What this credential reads, joined with what was handed in. Plans below Enterprise have no such API.
pub(super) fn audit_log(reader: &Reader<'_>, login: &str, plan: &Observed<String>) -> Observed<Vec<AuditEntry>> {
    let read = each(reader.list(&paths::audit_log(login)).observed(), |item| entry(item, login));
    let handed_in = reader.log.records().iter().find(|record| record.service == "file" && record.operation == FILE);
    let known = match (handed_in, plan.seen().map(String::as_str)) {
        // An export says what it holds, never what it leaves out.
        (Some(record), _) if read.seen().is_none() => unless(exported(reader, record, login), false),
        (_, Some(plan @ ("free" | "team"))) if read.seen().is_none() => Observed::unavailable(
            format!(
                "the audit log's API needs GitHub Enterprise, the plan is `{plan}`; an owner can export it (--audit-log)"
            ),
            read.evidence,
        ),
        _ => read,
    };
    within(known.map(newest_first), since(reader), |entry| &entry.at)
}

fn newest_first(mut entries: Vec<AuditEntry>) -> Vec<AuditEntry> {
    entries.sort_by(|a, b| b.cmp(a));
    entries.dedup();
    entries
}

/// An owner's export: a JSON array, or one JSON object a line ("Exporting audit log activity for your organization").
fn exported(reader: &Reader<'_>, record: &Record, login: &str) -> Observed<Vec<AuditEntry>> {
    let evidence = vec![record.id.clone()];
    let body = match reader.log.body(record) {
        Ok(body) => body,
        Err(damage) => return Observed::failed(damage.to_string(), evidence),
    };
    let Ok(text) = str::from_utf8(&body) else {
        return Observed::failed("the exported audit log is not UTF-8", evidence);
    };
    match values(text) {
        Ok(items) => each(Observed::known(items, evidence), |item| entry(item, login)),
        Err(why) => Observed::failed(why, evidence),
    }
}

/// The entries of an export.
///
/// # Errors
/// Says which line is no JSON.
pub fn values(text: &str) -> Result<Vec<Value>, String> {
    if let Ok(Value::Array(items)) = serde_json::from_str(text) {
        return Ok(items);
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|e| format!("line {} of the audit log is no JSON: {e}", at + 1))
        })
        .collect()
}

/// A moment as the audit log writes it, for a comparison.
pub fn milliseconds(rfc3339: &str) -> Option<i64> {
    rfc3339.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// Times are milliseconds since 1970 over the API and in exports.
fn entry(item: &Value, login: &str) -> Option<AuditEntry> {
    let at = item.get("@timestamp").or(item.get("created_at"))?.as_i64()?;
    let at = Timestamp::from_millisecond(at).ok()?;
    let first = |names: &[&str]| names.iter().find_map(|name| text(item, name));
    let repository = first(&["repo", "repository"]).map(|name| match name.contains('/') {
        true => name,
        false => format!("{login}/{name}"),
    });
    let action = text(item, "action")?;
    // An app is installed by somebody; that person is no target.
    let target = match action.starts_with("integration_installation.") {
        true => first(&["integration", "name"]),
        false => first(&["user", "team", "integration", "environment_name", "ruleset_name", "name", "branch"]),
    };
    Some(AuditEntry {
        at: at.to_string(),
        id: text(item, "_document_id").unwrap_or_default(),
        action,
        actor: text(item, "actor"),
        repository: repository.map(RepoName::new),
        target,
        credential: text(item, "programmatic_access_type"),
    })
}
