//! What a scenario answers to one identity: stored bodies, derived bodies, defaults, and what the identity may not see.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::contract::{Args, Query, Route};
use super::graphql::Graph;
use super::http::decode;
use super::paging;
use super::rules::{self, Rest};

/// A scenario file: the same one that the Node fake serves.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Scenario {
    /// Body by path, or by `path?name=value` where a parameter changes it.
    pub rest: Rest,
    /// Body by path template, under objects that exist.
    pub defaults: Rest,
    /// Changed bodies by variant and path; null is gone.
    pub variants: BTreeMap<String, Rest>,
    pub tokens: BTreeMap<String, Identity>,
    pub installations: BTreeMap<String, Identity>,
    pub repo_ids: BTreeMap<String, u64>,
    pub graphql: Graph,
    /// `/api/v3` on GitHub Enterprise Server.
    pub prefix: String,
}

/// Who asks, and what GitHub keeps from them.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// Repositories it sees; all when absent.
    pub repositories: Option<Vec<String>>,
    /// Operations it may call at all; all when absent.
    pub allow: Option<Vec<String>>,
    pub deny: Vec<Denial>,
    pub omit: Vec<Omission>,
    pub only: Vec<Rows>,
    /// GraphQL fields ("Repository.deployKeys") that are null with a FORBIDDEN error.
    pub deny_fields: Vec<String>,
    /// GraphQL fields that are null without a word.
    pub null_fields: Vec<String>,
    pub headers: BTreeMap<String, String>,
    pub can_bypass: Option<String>,
    /// What an installation token was granted.
    pub permissions: Value,
    /// Bodies that are its own, such as `/user`.
    pub rest: Rest,
}

#[derive(Clone, Deserialize)]
pub struct Denial {
    /// An operation ("GET /orgs/{org}"), or its beginning and a star.
    #[serde(rename = "match")]
    pub op: String,
    #[serde(default = "forbidden")]
    pub status: u16,
    pub message: Option<String>,
    /// The header `x-accepted-github-permissions`.
    pub accepted: Option<String>,
}

/// Fields left out of a 200 answer without a word.
#[derive(Clone, Deserialize)]
pub struct Omission {
    #[serde(rename = "match")]
    pub op: String,
    pub fields: Vec<String>,
}

/// The only rows of a list that are shown.
#[derive(Clone, Deserialize)]
pub struct Rows {
    #[serde(rename = "match")]
    pub op: String,
    pub field: String,
    pub values: Vec<Value>,
}

fn forbidden() -> u16 {
    403
}

fn covers(pattern: &str, op: &str) -> bool {
    pattern.strip_suffix('*').map_or(op == pattern, |start| op.starts_with(start))
}

impl Identity {
    pub fn sees(&self, full: &str) -> bool {
        self.repositories.as_ref().is_none_or(|names| names.iter().any(|n| n == full))
    }

    pub fn denial(&self, op: &str) -> Option<Denial> {
        let allowed = self.allow.as_ref().is_none_or(|ops| ops.iter().any(|p| covers(p, op)));
        let hidden = Denial { op: op.to_owned(), status: 404, message: None, accepted: None };
        if allowed { self.deny.iter().find(|d| covers(&d.op, op)).cloned() } else { Some(hidden) }
    }

    /// The body with hidden repositories, rows and fields left out.
    fn view(&self, op: &str, mut body: Value) -> Value {
        let hidden: Vec<&String> = self.omit.iter().filter(|o| covers(&o.op, op)).flat_map(|o| &o.fields).collect();
        let strip = |object: &mut Value| {
            if let Some(map) = object.as_object_mut() {
                map.retain(|field, _| !hidden.contains(&field));
            }
        };
        match paging::rows_mut(&mut body) {
            Some(rows) => rows.iter_mut().for_each(strip),
            None => strip(&mut body),
        }
        if let (true, Some(may)) = (op.ends_with("/rulesets/{ruleset_id}"), &self.can_bypass) {
            body["current_user_can_bypass"] = json!(may);
        }
        let only: Vec<&Rows> = self.only.iter().filter(|o| covers(&o.op, op)).collect();
        paging::retain(&mut body, |row| {
            row["full_name"].as_str().is_none_or(|full| self.sees(full))
                && only.iter().all(|o| o.values.contains(&row[&o.field]))
        });
        body
    }
}

impl Scenario {
    /// Lays a named variant over the scenario.
    pub fn apply(&mut self, variant: &str) {
        let changes = self.variants.get(variant).unwrap_or_else(|| panic!("no variant {variant}")).clone();
        changes.into_iter().for_each(|(path, body)| self.patch(path, body));
    }

    /// Null removes.
    pub fn patch(&mut self, path: String, body: Value) {
        if body.is_null() {
            self.rest.remove(&path);
        } else {
            self.rest.insert(path, body);
        }
    }

    /// `/repositories/{id}/...` is the form GitHub itself puts into Link headers. On GitHub Enterprise Server GraphQL
    /// stands beside REST, not below it.
    pub fn canonical(&self, path: &str) -> String {
        if path == "/api/graphql" && self.prefix == "/api/v3" {
            return "/graphql".to_owned();
        }
        let path = path.strip_prefix(self.prefix.as_str()).unwrap_or(path);
        let alias = path.strip_prefix("/repositories/").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
        let named = alias.and_then(|(id, tail)| {
            let (full, _) = self.repo_ids.iter().find(|(_, known)| known.to_string() == id)?;
            Some(format!("/repos/{full}/{tail}").trim_end_matches('/').to_owned())
        });
        named.unwrap_or_else(|| path.to_owned())
    }

    /// The body for a request, or `None` for 404.
    pub fn body(&self, who: &Identity, route: &Route, args: &Args, path: &str, query: &Query) -> Option<Value> {
        let full = repository(args);
        if let Some(full) = &full {
            self.rest.get(&format!("/repos/{full}")).filter(|_| who.sees(full))?;
        }
        let own = || who.rest.get(path).or_else(|| self.stored(path, query)).cloned();
        let derived = || self.derived(route, args, &full.unwrap_or_default(), query);
        let found = own().or_else(derived).or_else(|| self.default(route, args))?;
        Some(who.view(&route.op(), found))
    }

    fn stored(&self, path: &str, query: &Query) -> Option<&Value> {
        let concrete = decode(path);
        let with_parameter = query.iter().find_map(|(k, v)| self.rest.get(&format!("{concrete}?{k}={v}")));
        with_parameter.or_else(|| self.rest.get(&concrete)).or_else(|| self.rest.get(path))
    }

    fn derived(&self, route: &Route, args: &Args, full: &str, query: &Query) -> Option<Value> {
        let has = |key: &str| query.iter().any(|(k, _)| k == key);
        let with_parents = !query.iter().any(|(k, v)| k == "includes_parents" && v == "false");
        match route.path.as_str() {
            "/repos/{owner}/{repo}/rules/branches/{branch}" => rules::effective(&self.rest, full, &args["branch"]),
            "/repos/{owner}/{repo}/rulesets" => {
                Some(rules::rulesets_over(&self.rest, full, with_parents).into_iter().map(rules::listed).collect())
            }
            "/repos/{owner}/{repo}/rulesets/{ruleset_id}" => {
                let over = rules::rulesets_over(&self.rest, full, with_parents);
                over.into_iter().find(|r| r["id"].as_u64() == args["ruleset_id"].parse().ok()).cloned()
            }
            "/orgs/{org}/rulesets" if self.rest.contains_key(&format!("/orgs/{}", args["org"])) => Some(
                rules::under(&self.rest, &format!("/orgs/{}", args["org"])).into_iter().map(rules::listed).collect(),
            ),
            "/repos/{owner}/{repo}/pulls" => Some(self.pulls(full).into()),
            "/repos/{owner}/{repo}/commits/{commit_sha}/pulls" => {
                let merged = |p: &Value| p["merge_commit_sha"] == args["commit_sha"].as_str();
                Some(self.pulls(full).into_iter().filter(merged).collect())
            }
            "/repos/{owner}/{repo}/commits/{ref}" => {
                let commits = self.rest.get(&format!("/repos/{full}/commits"))?.as_array()?;
                commits.iter().find(|c| c["sha"] == args["ref"].as_str()).cloned()
            }
            "/repos/{owner}/{repo}/git/trees/{tree_sha}" => self.tree(full, &args["tree_sha"], has("recursive")),
            _ => None,
        }
    }

    /// Pull requests as a list shows them, newest first: who merged one stands only in the single answer.
    fn pulls(&self, full: &str) -> Vec<Value> {
        let single = rules::numbered(&self.rest, &format!("/repos/{full}/pulls/"));
        let mut pulls: Vec<Value> = single.map(|(_, pull)| pull.clone()).collect();
        for pull in pulls.iter_mut().filter_map(Value::as_object_mut) {
            pull.retain(|field, _| !["merged", "merged_by"].contains(&field.as_str()));
        }
        pulls.sort_by_key(|p| std::cmp::Reverse(p["number"].as_u64()));
        pulls
    }

    /// The tree of a branch or commit (files do not differ by ref), or of one folder by its digest; one level, or all below.
    fn tree(&self, full: &str, at: &str, recursive: bool) -> Option<Value> {
        let whole = self.rest.get(&format!("/repos/{full}/git/trees/main?recursive=1"))?;
        let branches = self.rest.get(&format!("/repos/{full}/branches"))?.as_array()?;
        let entries = whole["tree"].as_array()?;
        let folder = entries.iter().find(|e| e["sha"] == at && e["type"] == "tree");
        let branch = branches.iter().any(|b| b["name"] == at || b["commit"]["sha"] == at);
        if !branch && folder.is_none() && whole["sha"] != at {
            return None;
        }
        let prefix = folder.and_then(|f| f["path"].as_str()).map_or(String::new(), |p| format!("{p}/"));
        let below = |entry: &Value| {
            let path = entry["path"].as_str()?.strip_prefix(&prefix)?;
            let mut entry = entry.clone();
            entry["path"] = json!(path);
            (recursive || !path.contains('/')).then_some(entry)
        };
        let tree: Vec<Value> = entries.iter().filter_map(below).collect();
        let sha = folder.map_or(&whole["sha"], |f| &f["sha"]);
        Some(json!({ "sha": sha, "truncated": whole["truncated"], "tree": tree }))
    }

    /// A default stands only under an object that exists: an unknown repository or environment stays 404.
    fn default(&self, route: &Route, args: &Args) -> Option<Value> {
        let parent = route.path.rsplit_once('}').map_or_else(String::new, |(start, _)| format!("{start}}}"));
        let concrete = args.iter().fold(parent, |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        let exists = concrete.is_empty() || self.rest.contains_key(&concrete);
        self.defaults.get(&route.path).filter(|_| exists).cloned()
    }

    pub fn branch_exists(&self, args: &Args) -> bool {
        let full = repository(args).unwrap_or_default();
        let branch = args.get("branch").map_or("", String::as_str);
        self.rest.contains_key(&format!("/repos/{full}/branches/{branch}"))
    }
}

/// "owner/name" of a request under a repository.
pub fn repository(args: &Args) -> Option<String> {
    Some(format!("{}/{}", args.get("owner")?, args.get("repo")?))
}
