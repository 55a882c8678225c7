//! The rules table: what protects a branch, from GitHub's answers over the lowered facts to how far each actor gets.

use std::{collections::BTreeMap, path::Path};

use ambit::{
    analysis::rules::{Pass, RefActor, RefPass, change_branch, create_branch},
    model::{actor::Permission, id::BranchName, world::Repository},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::collect;
use crate::github_fake::{Fake, Scenario};

const TOKEN: &str = "ghp_admin";
const SHOP: &str = "/repos/acme/shop";

/// One row of `tests/data/github/rules.yaml`; the file says what each field means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    protection: Option<Value>,
    #[serde(default)]
    rulesets: Vec<Layer>,
    /// Fields of the repository itself.
    #[serde(default)]
    body: BTreeMap<String, Value>,
    #[serde(default)]
    set: BTreeMap<String, Value>,
    #[serde(default)]
    refused: Vec<Value>,
    #[serde(default)]
    omitted: Vec<Value>,
    asked: Option<String>,
    expect: Expected,
    #[serde(default)]
    creates: BTreeMap<String, String>,
    needs: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expected {
    Actors(BTreeMap<String, String>),
    State(State),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Archived,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    layer: String,
    approvals: Option<u64>,
    rules: Option<Value>,
    #[serde(default)]
    bypass: Vec<Value>,
    #[serde(default = "active")]
    enforcement: String,
    #[serde(default = "default_branch")]
    branches: Vec<String>,
    /// The condition on names, for layers above the repository.
    repositories: Option<Value>,
}

fn active() -> String {
    "active".to_owned()
}

fn default_branch() -> Vec<String> {
    vec!["~DEFAULT_BRANCH".to_owned()]
}

impl Layer {
    /// Where the ruleset is kept, and its body as "Get a repository ruleset" shows it.
    fn body(&self, id: u64) -> (String, Value) {
        let (kind, source, under) = match self.layer.as_str() {
            "repository" => ("Repository", "acme/shop", SHOP),
            "organization" => ("Organization", "acme", "/orgs/acme"),
            "enterprise" => ("Enterprise", "acme-group", "/enterprises/acme-group"),
            other => panic!("no layer {other}"),
        };
        let review = |approvals: u64| {
            json!([{"type": "pull_request", "parameters": {
                "required_approving_review_count": approvals, "dismiss_stale_reviews_on_push": true,
                "require_code_owner_review": false, "require_last_push_approval": true,
                "required_review_thread_resolution": false,
            }}])
        };
        let rules = self.rules.clone().unwrap_or_else(|| review(self.approvals.unwrap()));
        let mut conditions = json!({"ref_name": {"include": self.branches, "exclude": []}});
        if kind != "Repository" {
            let all = || json!({"include": ["~ALL"], "exclude": [], "protected": false});
            conditions["repository_name"] = self.repositories.clone().unwrap_or_else(all);
        }
        let body = json!({
            "id": id, "name": format!("ruleset {id}"), "source_type": kind, "source": source, "target": "branch",
            "enforcement": self.enforcement, "conditions": conditions, "rules": rules, "bypass_actors": self.bypass,
        });
        (format!("{under}/rulesets/{id}"), body)
    }
}

impl Row {
    /// `acme` with nothing that protects `shop` but what the row says.
    fn scenario(&self) -> Scenario {
        let mut scenario = Scenario::reach();
        let old = |path: &String| path.contains("/rulesets/") || path.starts_with("/repos/acme/shop/branches/main/");
        scenario.rest.retain(|path, _| !old(path));
        for (id, layer) in (1..).zip(&self.rulesets) {
            let (path, body) = layer.body(id);
            scenario.patch(path, body);
        }
        if let Some(protection) = &self.protection {
            scenario.patch(format!("{SHOP}/branches/main/protection"), protection.clone());
        }
        for (path, body) in &self.set {
            scenario.patch(path.clone(), body.clone());
        }
        for (field, value) in &self.body {
            scenario.rest.get_mut(SHOP).unwrap()[field] = value.clone();
        }
        let identity = scenario.tokens.get_mut(TOKEN).unwrap();
        for denial in &self.refused {
            identity.deny.insert(0, serde_json::from_value(denial.clone()).unwrap());
        }
        identity.omit.extend(self.omitted.iter().map(|omission| serde_json::from_value(omission.clone()).unwrap()));
        scenario
    }

    fn read(&self) -> Repository {
        let fake = Fake::start(self.scenario());
        let asked = self.asked.as_deref().unwrap_or("acme/shop");
        if self.asked.is_some() {
            let to = format!("{}{SHOP}", fake.url());
            fake.fault(json!({
                "match": format!("^GET /repos/{asked}(/|\\?|$)"), "status": 301, "times": 99,
                "body": {"message": "Moved Permanently", "url": to}, "headers": [["location", to]],
            }));
        }
        let facts = collect(&fake, TOKEN, "acme", &[asked]).facts();
        if self.asked.is_none() {
            fake.assert_no_violations();
        }
        facts.seen().unwrap().repositories.members()[0].clone()
    }
}

fn actor(name: &str) -> RefActor {
    let writer = RefActor { login: name.to_owned(), ..RefActor::plain_writer() };
    let app = |id: u64, slug: &str| RefActor { app: Some((id, slug.to_owned())), ..writer.clone() };
    match name {
        "writer" => writer,
        "maintainer" => RefActor { permission: Permission::Maintain, ..writer },
        "admin" => RefActor { permission: Permission::Admin, ..writer },
        "owner" => RefActor::administrator(),
        "app" => app(1_236_702, "claude"),
        "another app" => app(2740, "renovate"),
        "team member" => RefActor { teams: Some(vec![(601, "platform".to_owned())]), ..writer },
        "of unread teams" => RefActor { teams: None, ..writer },
        "bob" => RefActor { user_id: Some(102), ..writer },
        "unseen" => RefActor { unseen: true, ..writer },
        other => panic!("no actor {other}"),
    }
}

fn words(pass: &RefPass) -> String {
    let way = match pass.pass {
        Pass::Free => "free".to_owned(),
        Pass::Gated => format!("gated {}", pass.approvals),
        Pass::Possible => "possible".to_owned(),
        Pass::Blocked => "blocked".to_owned(),
    };
    if pass.by_bypass { format!("{way} bypass") } else { way }
}

/// Where the row and the facts disagree.
fn wrong(row: &Row, shop: &Repository) -> Vec<String> {
    let expected = match &row.expect {
        Expected::Actors(expected) => expected,
        Expected::State(State::Archived) if shop.archived && shop.branches.seen().is_none() => return Vec::new(),
        Expected::State(State::Archived) => return vec!["it counts as in use".to_owned()],
    };
    let main = shop.branches.members().iter().find(|branch| branch.name.as_str() == "main").unwrap();
    let new = BranchName::from("agent/fix");
    let changes = expected.iter().map(|(who, wanted)| (who, wanted, change_branch(shop, main, &actor(who))));
    let creates = row.creates.iter().map(|(who, wanted)| (who, wanted, create_branch(shop, &new, &actor(who))));
    let mut wrong = Vec::new();
    for (who, wanted, pass) in changes.chain(creates) {
        if words(&pass) != *wanted {
            wrong.push(format!("{who} is {} instead of {wanted}: {}", words(&pass), pass.because));
        }
        if pass.evidence.is_empty() {
            wrong.push(format!("{who} is {} without evidence: {}", words(&pass), pass.because));
        }
        let named = |grant: &String| pass.gaps.iter().any(|gap| gap.needs.as_ref().is_some_and(|n| n.grant == *grant));
        if row.needs.as_ref().is_some_and(|grant| !named(grant)) {
            wrong.push(format!("{who}: no gap names {:?}, but {:?}", row.needs, pass.gaps));
        }
    }
    wrong
}

#[test]
fn what_protects_a_branch_and_whom_it_stops() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/github/rules.yaml");
    let mut yaml: yaml_serde::Value = yaml_serde::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    yaml.apply_merge().unwrap();
    let rows: Vec<Row> = yaml_serde::from_value(yaml).unwrap();
    println!("rules table: {} rows", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .flat_map(|row| wrong(row, &row.read()).into_iter().map(|line| format!("{}: {line}", row.name)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows.len() >= 40);
}
