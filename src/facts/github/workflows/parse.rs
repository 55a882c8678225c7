//! A workflow file as a person may have written it: what can be read is read, and what a typed model cannot hold is kept
//! as text. Only a file that is no YAML mapping or has no jobs says nothing at all.

use yaml_serde::{Mapping, Value};

use super::{
    expression::SecretUse,
    job,
    outline::{self, JobLines},
};
use crate::model::{
    id::EvidenceId,
    pipeline::{Job, TokenPermissions, Trigger, Workflow, WorkflowFile},
};

/// GitHub runs no workflow file above this size; neither do we read one.
const LARGEST: usize = 1 << 20;

/// Parses one file. `path` stands for its name where it gives none.
pub fn parse(path: &str, text: &str, evidence: Vec<EvidenceId>) -> WorkflowFile {
    match workflow(path, text, evidence.clone()) {
        Ok(workflow) => WorkflowFile::Parsed(workflow),
        Err(why) => WorkflowFile::Unreadable { path: path.to_owned(), why, evidence },
    }
}

fn workflow(path: &str, text: &str, evidence: Vec<EvidenceId>) -> Result<Workflow, String> {
    if text.len() > LARGEST {
        return Err(format!("it has {} bytes", text.len()));
    }
    let value: Value = yaml_serde::from_str(text).map_err(|e| format!("not YAML: {e}"))?;
    let file = value.as_mapping().ok_or("it is no YAML mapping")?;
    let jobs = get(file, "jobs").and_then(Value::as_mapping).filter(|jobs| !jobs.is_empty()).ok_or("it has no jobs")?;
    // YAML 1.1 tools turn the key `on` into `true` when they write a file anew.
    let on = get(file, "on").or_else(|| file.get(Value::Bool(true)));
    let lines = outline::lines(text);
    let mut shared = SecretUse::default();
    if let Some(env) = get(file, "env") {
        scan(env, false, &mut shared);
    }
    let jobs: Result<Vec<Job>, String> = jobs
        .iter()
        .map(|(key, body)| {
            let id = scalar(key).ok_or("a job's key is no text")?;
            let at = lines.get(&id).cloned().unwrap_or_default();
            job::job(&id, body, &shared, &at).ok_or_else(|| format!("job `{id}` is no mapping"))
        })
        .collect();
    Ok(Workflow {
        path: path.to_owned(),
        name: get(file, "name").and_then(scalar).unwrap_or_else(|| path.to_owned()),
        state: None,
        triggers: on.map(triggers).unwrap_or_default(),
        permissions: get(file, "permissions").and_then(permissions),
        jobs: jobs?,
        evidence,
    })
}

/// `on:` in its three forms: a name, a list of names, a mapping with filters. Unknown events stay.
fn triggers(on: &Value) -> Vec<Trigger> {
    match on {
        Value::Sequence(events) => events.iter().filter_map(scalar).map(|event| trigger(event, None)).collect(),
        Value::Mapping(events) => {
            events.iter().filter_map(|(event, filters)| Some(trigger(scalar(event)?, filters.as_mapping()))).collect()
        }
        one => scalar(one).map(|event| trigger(event, None)).into_iter().collect(),
    }
}

fn trigger(event: String, filters: Option<&Mapping>) -> Trigger {
    let texts = |name: &str| filters.and_then(|filters| get(filters, name)).map(texts).unwrap_or_default();
    let mut tags = texts("tags");
    if tags.is_empty() && !texts("tags-ignore").is_empty() {
        // All but those: some tag fires it, and without a branch filter no branch does.
        tags.push("**".to_owned());
    }
    Trigger {
        branches: texts("branches"),
        branches_ignore: texts("branches-ignore"),
        tags,
        paths: texts("paths"),
        types: texts("types"),
        event,
    }
}

/// `permissions:` as a blanket word or by name. A word that GitHub does not know gives no permission that we could name.
pub(super) fn permissions(value: &Value) -> Option<TokenPermissions> {
    use github_actions_models::common::{BasePermission, Permission, Permissions};
    let blanket = |level: &str| Some(TokenPermissions::from([("*".to_owned(), level.to_owned())]));
    match yaml_serde::from_value::<Permissions>(value.clone()) {
        Ok(Permissions::Base(BasePermission::ReadAll)) => blanket("read"),
        Ok(Permissions::Base(BasePermission::WriteAll)) => blanket("write"),
        Ok(Permissions::Base(BasePermission::Default)) => None,
        Ok(Permissions::Explicit(levels)) => {
            let level = |level: Permission| match level {
                Permission::Read => "read",
                Permission::Write => "write",
                Permission::None => "none",
            };
            Some(levels.into_iter().map(|(name, given)| (name, level(given).to_owned())).collect())
        }
        // One odd level does not hide the others.
        Err(_) => value
            .as_mapping()
            .map(|levels| levels.iter().filter_map(|(name, level)| Some((scalar(name)?, scalar(level)?))).collect()),
    }
}

pub(super) fn get<'a>(mapping: &'a Mapping, name: &str) -> Option<&'a Value> {
    mapping.get(name).filter(|value| !value.is_null())
}

/// A text, number or boolean as GitHub would write it into an environment variable.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Tagged(tagged) => scalar(&tagged.value),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// One text or a list of texts.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Sequence(items) => items.iter().filter_map(scalar).collect(),
        one => scalar(one).into_iter().collect(),
    }
}

/// Every text in a value; those under `if` are expressions without braces.
pub(super) fn scan(value: &Value, bare: bool, found: &mut SecretUse) {
    match value {
        Value::Sequence(items) => items.iter().for_each(|item| scan(item, false, found)),
        Value::Mapping(members) => {
            for (key, member) in members {
                scan(key, false, found);
                scan(member, key.as_str() == Some("if"), found);
            }
        }
        Value::Tagged(tagged) => scan(&tagged.value, bare, found),
        one => {
            if let Some(text) = scalar(one) {
                found.scan(&text, bare);
            }
        }
    }
}

impl JobLines {
    /// The line of a step, where the outline saw as many steps as the file has.
    pub(super) fn step(&self, at: usize, of: usize) -> Option<usize> {
        self.steps.get(at).copied().filter(|_| self.steps.len() == of)
    }
}
