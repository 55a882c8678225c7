//! Tolerant reading of GitHub's JSON: a missing or odd field is `None`, an unknown enum value survives as text.

use serde_json::Value;

use crate::model::{
    actor::{Account, AccountKind, Permission},
    id::RepoName,
};

pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

pub(super) fn number(value: &Value, name: &str) -> Option<u64> {
    value.get(name)?.as_u64()
}

pub(super) fn flag(value: &Value, name: &str) -> Option<bool> {
    value.get(name)?.as_bool()
}

pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts under `name` of every member.
pub(super) fn texts(items: &[Value], name: &str) -> Vec<String> {
    items.iter().filter_map(|item| text(item, name)).collect()
}

/// The texts of an array of strings.
pub(super) fn strings(value: &Value, name: &str) -> Vec<String> {
    list(value, name).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A REST "simple-user".
pub(super) fn account(value: &Value) -> Option<Account> {
    Some(Account {
        id: number(value, "id")?,
        login: text(value, "login")?,
        kind: account_kind(value.get("type")?.as_str()?),
    })
}

pub(super) fn account_kind(kind: &str) -> AccountKind {
    match kind {
        "User" | "EnterpriseUserAccount" => AccountKind::User,
        "Bot" => AccountKind::Bot,
        "Organization" => AccountKind::Organization,
        "Mannequin" => AccountKind::Mannequin,
        other => AccountKind::Other(other.to_owned()),
    }
}

/// A GraphQL `Actor`. GraphQL calls a bot `dependabot` where REST says `dependabot[bot]`; one bot must have one login.
/// A deleted account has no id any more.
pub(super) fn actor(value: &Value) -> Option<Account> {
    let kind = account_kind(value.get("__typename")?.as_str()?);
    let mut login = text(value, "login")?;
    if kind == AccountKind::Bot && !login.ends_with("[bot]") {
        login.push_str("[bot]");
    }
    Some(Account { id: number(value, "databaseId").unwrap_or_default(), login, kind })
}

pub(super) fn repo_name(value: &Value) -> Option<RepoName> {
    text(value, "full_name").map(RepoName::new)
}

/// What somebody may do on a repository: the role's name, and its place in GitHub's order where that is known. A custom
/// role counts by the highest of the `permissions` it comes with.
pub(super) fn role(value: &Value) -> (String, Option<Permission>) {
    let highest = ["admin", "maintain", "push", "triage", "pull"]
        .into_iter()
        .find(|name| value.get("permissions").is_some_and(|map| flag(map, name) == Some(true)));
    let name = text(value, "role_name").or_else(|| text(value, "permission")).or(highest.map(str::to_owned));
    let name = name.unwrap_or_default();
    let permission = Permission::parse(&name).or(highest.and_then(Permission::parse));
    (name, permission)
}
