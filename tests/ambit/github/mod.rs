//! Collecting and lowering against GitHub in the test process: the whole organisation, and the same with less permission.

mod corpus;
mod deny;
mod faults;
mod killed;
mod merge;
mod rules;
mod weaker;

use ambit::{
    base::{
        clock::{Clock, ManualClock},
        secret::Secret,
    },
    collect::{
        Unwatched,
        github::{
            self, Plan, Share, Summary,
            client::{Client, Credential, Source},
        },
        wire::{Settings, Wire},
    },
    controls::config::Config,
    evidence::{GithubSource, Header, RunLog, Scope, Store},
    facts,
    model::{observed::Observed, world::Organization},
};

use crate::github_fake::{Fake, Scenario};

/// One collection of `acme`, or of some of its repositories.
pub struct Collected {
    pub store: Store,
    pub log: RunLog,
    pub summary: Result<Summary, github::Error>,
}

impl Collected {
    pub fn facts(&self) -> Observed<Organization> {
        facts::github::lower(&self.log, &Scope::new("github"))
    }
}

pub fn collect(fake: &Fake, token: &str, login: &str, repositories: &[&str]) -> Collected {
    collect_share(fake, token, login, repositories, Share::Everything)
}

pub fn collect_share(fake: &Fake, token: &str, login: &str, repositories: &[&str], share: Share) -> Collected {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let clock = ManualClock::shared("2026-11-25T03:00:00Z".parse().unwrap());
        let scope = Scope::new("github");
        let mut header = Header::new(clock.now(), "test");
        header.organisations = vec![login.to_owned()];
        header.repositories = repositories.iter().map(|name| (*name).to_owned()).collect();
        header.github = vec![GithubSource { scope: scope.clone(), base: fake.url(), identity: "test".to_owned() }];
        let store = Store::in_memory().await.unwrap();
        let writer = store.start(header.with_id()).await.unwrap();
        let wire = Wire::live(writer.clone(), Settings::default(), clock.clone()).unwrap();
        let credential = Credential::Token(Secret::new(token));
        let client = Client::new(wire, Source { scope, base: fake.url(), credential }).unwrap();
        let named: Vec<String> = repositories.iter().map(|name| (*name).to_owned()).collect();
        let plan = Plan { share, ..Plan::new(Some(login), &named, &Config::default()) };
        let summary = github::collect(&client, &plan, &Unwatched).await;
        writer.end(ambit::evidence::End { at: clock.now(), complete: true, why: None }).await.unwrap();
        Collected { log: store.load(writer.id()).await.unwrap(), store, summary }
    })
}

#[test]
fn an_owner_reads_the_whole_organisation() {
    let fake = Fake::start(Scenario::reach());
    let collected = collect(&fake, "ghp_admin", "acme", &[]);
    assert_eq!(collected.summary.as_ref().unwrap().read, 3);
    let facts = collected.facts();
    let org = facts.seen().unwrap();
    assert!(org.repositories.is_whole() && org.members.is_whole() && org.teams.is_whole());
    let shop = org.repositories.members().iter().find(|repo| repo.name.as_str() == "acme/shop").unwrap();
    assert_eq!(shop.branches.members().len(), 2, "main, and develop that a workflow names");
    assert_eq!(shop.rulesets.members().len(), 3);
    assert!(shop.rulesets.members().iter().all(|ruleset| ruleset.bypass.is_whole()));
    assert_eq!(shop.workflows.members().len(), 6);
    assert_eq!(shop.secrets.members().len(), 6);
    assert!(fake.log().len() <= 110, "{} requests for three repositories", fake.log().len());
    fake.assert_no_violations();
}

#[test]
fn a_bad_start_is_a_clear_error() {
    let fake = Fake::start(Scenario::reach());
    let outcome = |token: &str, login: &str| collect(&fake, token, login, &[]).summary.unwrap_err().to_string();
    assert!(outcome("ghp_wrong", "acme").starts_with("GitHub refuses the token: Bad credentials"));
    assert!(outcome("ghp_admin", "acne").starts_with("GitHub shows no organisation or person `acne`"));
    fake.assert_no_violations();
}

#[test]
fn a_run_that_hits_its_end_keeps_what_it_has() {
    let fake = Fake::start(Scenario::reach());
    fake.fault(serde_json::json!({"match": "/repos/acme/shop/keys", "kind": "reset", "times": 20}));
    let collected = collect(&fake, "ghp_admin", "acme", &["acme/shop"]);
    let facts = collected.facts();
    let shop = &facts.seen().unwrap().repositories.members()[0];
    assert!(shop.deploy_keys.gap("keys").unwrap().why.starts_with("failed"));
    assert!(shop.collaborators.is_whole());
}
