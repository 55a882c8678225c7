//! The review histories of `tests/data/changes`, and the attributes that depend on deployments.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    attributes::{self, Attribute, Judges, Tested},
    history::{History, Sources},
    incidents::Incidents,
    persons::Persons,
    reverts::Reverts,
};
use crate::{
    analysis::tiers::Tiers,
    controls::{agents::Signatures, config::Config},
    model::{
        actor::{Account, AccountKind},
        change::{CheckResult, Commit, PullRequest, Review},
        observed::Observed,
        rules::{Branch, Rule},
        trail::{RepositoryTrail, RuleSuite, SuiteResult},
        truth::Truth,
        world::Repository,
    },
};

const CONFIG: &str = "[people.bob]\nname = \"Bob\"\naccounts = [\"github:bob\", \"github:bob-private\"]\n\
                      [people.carol]\nname = \"Carol\"\naccounts = [\"github:carol\", \"mailto:carol@acme.example\"]\n\
                      [[agent]]\nname = \"acme bot\"\nkind = \"bot\"\nacts_as = [\"github:acme-bot\"]\nowner = \"carol\"\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default = "bob")]
    author: String,
    #[serde(default = "bob")]
    merged_by: String,
    #[serde(default)]
    head: String,
    #[serde(default)]
    body: String,
    edited: Option<String>,
    #[serde(default)]
    reviews: Vec<[String; 4]>,
    commits: Option<Vec<[String; 2]>>,
    #[serde(default)]
    checks: Vec<[String; 3]>,
    #[serde(default)]
    bypass: bool,
    #[serde(default)]
    unread: Vec<String>,
    expect: BTreeMap<Attribute, String>,
    kind: Option<String>,
    order: Option<String>,
}

fn bob() -> String {
    "bob".to_owned()
}

pub(crate) fn account(login: &str) -> Option<Account> {
    let known = [("claude[bot]", 209825114), ("cursor[bot]", 206951365), ("renovate[bot]", 29139614)];
    let id = known.iter().find(|(name, _)| *name == login).map_or(1, |(_, id)| *id);
    let kind = if login.ends_with("[bot]") { AccountKind::Bot } else { AccountKind::User };
    (login != "~").then(|| Account { id, login: login.to_owned(), kind })
}

fn at(time: &str) -> String {
    format!("2026-05-04T{time}:00Z")
}

fn commit(author: &str, message: &str) -> Commit {
    let by_mail = author.contains('@');
    Commit {
        sha: "c1".to_owned(),
        author_name: String::new(),
        author_email: if by_mail { author.to_owned() } else { String::new() },
        author: if by_mail { None } else { account(author) },
        committer_email: "noreply@github.com".to_owned(),
        message: message.to_owned(),
        authored_at: at("09:00"),
    }
}

fn seen<T>(case: &Case, what: &str, value: Vec<T>) -> Observed<Vec<T>> {
    match case.unread.iter().any(|name| name == what) {
        true => Observed::partial(value, Vec::new()),
        false => Observed::known(value, Vec::new()),
    }
}

fn pull(case: &Case) -> PullRequest {
    let review = |[by, state, time, on]: &[String; 4]| Review {
        author: account(by),
        state: state.clone(),
        commit: Some(on.clone()).filter(|on| on != "~"),
        submitted_at: Some(at(time)),
        worded: None,
    };
    let commits = case.commits.clone().unwrap_or_else(|| vec![[case.author.clone(), "one".to_owned()]]);
    let check = |[name, state, time]: &[String; 3]| CheckResult {
        name: name.clone(),
        state: state.clone(),
        at: Some(at(time)),
    };
    PullRequest {
        number: 12,
        title: "Change".to_owned(),
        author: account(&case.author),
        merged_by: account(&case.merged_by),
        merged_at: at("12:00"),
        created_at: at("08:00"),
        base: "main".into(),
        head: case.head.clone(),
        head_sha: "h2".to_owned(),
        merge_sha: Some("m1".to_owned()),
        body: case.body.clone(),
        labels: Vec::new(),
        edited_at: case.edited.as_deref().map(at),
        reviews: seen(case, "reviews", case.reviews.iter().map(review).collect()),
        commits: seen(case, "commits", commits.iter().map(|[by, message]| commit(by, message)).collect()),
        lines: None,
        checks: seen(case, "checks", case.checks.iter().map(check).collect()),
    }
}

/// A repository whose main requires the check `test`.
pub(crate) fn repository() -> Repository {
    let mut repository = Repository::unread("acme/shop", "main", "not in this test");
    let parameters = serde_json::json!({"required_status_checks": [{"context": "test"}]});
    repository.branches = Observed::known(
        vec![Branch {
            name: "main".into(),
            head: Some("m1".to_owned()),
            classic: Observed::absent(Vec::new()),
            rules: Observed::known(
                vec![Rule { kind: "required_status_checks".to_owned(), parameters, ruleset_id: Some(1) }],
                Vec::new(),
            ),
        }],
        Vec::new(),
    );
    repository
}

fn suites(case: &Case) -> Observed<Vec<RuleSuite>> {
    let suite = RuleSuite {
        id: 1,
        git_ref: "refs/heads/main".to_owned(),
        before: "m0".to_owned(),
        after: "m1".to_owned(),
        actor: Some("alice".to_owned()),
        at: at("12:00"),
        result: SuiteResult::Bypass,
        evaluations: Observed::known(Vec::new(), Vec::new()),
    };
    seen(case, "bypasses", if case.bypass { vec![suite] } else { Vec::new() })
}

fn tested(case: &Case) -> Tested {
    let config = Config::parse("ambit.toml", CONFIG.as_bytes()).unwrap();
    let (signatures, persons) = (Signatures::built_in().unwrap(), Persons::of(&config));
    let mut repository = repository();
    repository.trail = RepositoryTrail { bypasses: suites(case), ..repository.trail };
    let (tiers, reverts) = (Tiers::new(&config, &[]), Reverts::default());
    let incidents = Observed::known(Incidents::default(), Vec::new());
    let history = History::new(Sources {
        repository: &repository,
        tiers: &tiers,
        lines: &[],
        reverts: &reverts,
        incidents: &incidents,
        read_at: "2026-05-20T00:00:00Z",
    });
    attributes::test(Judges { signatures: &signatures, persons: &persons }, &history, &pull(case))
}

#[test]
fn every_review_history_gets_its_attributes() {
    let cases: Vec<Case> =
        yaml_serde::from_str(include_str!("../../../tests/data/changes/review-histories.yaml")).unwrap();
    assert!(cases.len() >= 40, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let tested = tested(case);
        for (attribute, expected) in &case.expect {
            let judged = tested.get(*attribute);
            let sign = match judged.held {
                Truth::True => "+",
                Truth::False => "-",
                Truth::Unknown => "?",
            };
            if sign != expected {
                wrong.push(format!("{}: {attribute:?} is {sign}, not {expected}: {}", case.name, judged.reason));
            }
        }
        let (kind, order) = (tested.author.kind.as_str(), tested.order.word());
        if case.kind.as_deref().is_some_and(|expected| expected != kind) {
            wrong.push(format!("{}: kind is {kind}", case.name));
        }
        if case.order.as_deref().is_some_and(|expected| expected != order) {
            wrong.push(format!("{}: order is {order}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
