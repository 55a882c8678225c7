//! A GitHub that is unwell, or that moves while it is read: the facts are those of a calm run, or they say what is missing.

use std::{sync::Arc, time::Duration};

use ambit::{
    base::{
        clock::{Clock, ManualClock},
        secret::Secret,
    },
    collect::{
        Unwatched,
        github::{
            self, Plan,
            client::{Client, Credential, Source},
        },
        wire::{self, Settings, Wire},
    },
    controls::config::Config,
    evidence::{self, End, GithubSource, Header, RunLog, RunWriter, Scope, Store},
    facts,
};
use serde_json::{Value, json};

use super::{collect, weaker::overclaims};
use crate::github_fake::{Fake, Scenario};

const TOKEN: &str = "ghp_admin";

/// A run that can stop and go on, at a clock that moves by waiting only.
struct Run {
    fake: Fake,
    store: Store,
    /// Of the store: only a folder has the lock that tells when a stopped attempt has ended.
    _folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    header: Header,
}

impl Run {
    async fn new(fake: Fake) -> Run {
        // Where the fake's own clock stands.
        let clock = ManualClock::shared("2026-05-28T20:26:40Z".parse().unwrap());
        let mut header = Header::new(clock.now(), "test");
        header.organisations = vec!["acme".to_owned()];
        header.github =
            vec![GithubSource { scope: Scope::new("github"), base: fake.url(), identity: "test".to_owned() }];
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(folder.path()).await.unwrap();
        Run { fake, store, _folder: folder, clock, header: header.with_id() }
    }

    /// Collects, from the start or from where the last attempt stopped.
    async fn go(&self, settings: Settings, resume: bool) -> Result<(), github::Error> {
        let (wire, writer) = if resume {
            let (writer, log) = self.unfinished().await;
            (Wire::resume(writer.clone(), log, settings, self.clock.clone()).unwrap(), writer)
        } else {
            let writer = self.store.start(self.header.clone()).await.unwrap();
            (Wire::live(writer.clone(), settings, self.clock.clone()).unwrap(), writer)
        };
        let credential = Credential::Token(Secret::new(TOKEN));
        let source = Source { scope: Scope::new("github"), base: self.fake.url(), credential };
        let client = Client::new(wire, source).unwrap();
        github::collect(&client, &Plan::new(Some("acme"), &[], &Config::default()), &Unwatched).await?;
        writer.end(End { at: self.clock.now(), complete: true, why: None }).await.unwrap();
        Ok(())
    }

    /// The lock is let go once the last request of the stopped attempt has ended.
    async fn unfinished(&self) -> (RunWriter, RunLog) {
        for _ in 0..500 {
            match self.store.resume(&self.header.id).await {
                Err(evidence::Error::Locked { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
                resumed => return resumed.unwrap(),
            }
        }
        panic!("the stopped attempt never let go of the run");
    }

    async fn facts(&self) -> Value {
        without_evidence(self.whole_facts().await)
    }

    async fn whole_facts(&self) -> Value {
        let log = self.store.load(&self.header.id).await.unwrap();
        serde_json::to_value(facts::github::lower(&log, &Scope::new("github"))).unwrap()
    }
}

/// Which record tells a fact depends on when it was asked.
pub fn without_evidence(mut facts: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.remove("evidence");
                object.values_mut().for_each(walk);
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut facts);
    facts
}

fn patient() -> Settings {
    Settings { patience: Duration::from_secs(7200), ..Settings::default() }
}

async fn calm() -> Run {
    let run = Run::new(Fake::start(Scenario::reach())).await;
    run.go(patient(), false).await.unwrap();
    run
}

#[tokio::test]
async fn what_passes_leaves_no_trace_in_the_facts() {
    let calm = calm().await.facts().await;
    for fault in [
        json!({"match": "/rulesets", "kind": "secondary", "retry_after": 5}),
        json!({"match": "/environments", "kind": "secondary"}),
        json!({"match": "/rules/branches", "kind": "secondary", "status": 429, "times": 2}),
        json!({"match": "^GET /orgs/acme/teams", "kind": "reset"}),
        json!({"match": "^GET /repos/acme/shop/keys", "kind": "truncate", "times": 2}),
        json!({"match": "/actions/secrets", "status": 502, "times": 3}),
        // More than the client asks again: the batch is halved and asked for anew.
        json!({"match": "^POST /graphql", "status": 502, "times": 4}),
        json!({"match": "^POST /graphql", "kind": "reset"}),
    ] {
        let run = Run::new(Fake::start(Scenario::reach())).await;
        run.fake.fault(fault.clone());
        run.go(patient(), false).await.unwrap();
        assert!(run.facts().await == calm, "after {fault}");
        run.fake.assert_no_violations();
    }
}

/// The hour's requests end in the middle: the run stops and keeps what it has, and goes on in the next hour where it was.
#[tokio::test]
async fn a_spent_hour_is_no_lost_work() {
    let calm = calm().await;
    let asked = calm.fake.log().len();
    let run = Run::new(Fake::start(Scenario::reach())).await;
    run.fake.limit("core", 40);
    let impatient = Settings { patience: Duration::from_secs(60), ..Settings::default() };
    let mut stops = 0;
    while let Err(error) = run.go(impatient.clone(), stops > 0).await {
        assert!(matches!(error, github::Error::Wire(wire::Error::Exhausted { .. })), "{error}");
        stops += 1;
        assert!(stops < 5, "it never ends");
        run.fake.advance(Duration::from_secs(3601));
        run.clock.sleep(Duration::from_secs(3601)).await;
    }
    assert!(stops >= 2, "{stops} stops in {asked} requests");
    assert!(run.facts().await == calm.facts().await);
    let answered = run.fake.log().iter().filter(|entry| entry.status != 403).count();
    assert_eq!(answered, asked, "nothing that was answered was asked again");
    run.fake.assert_no_violations();
}

#[tokio::test]
async fn nobody_follows_to_another_host() {
    let calm = calm().await.whole_facts().await;
    let elsewhere = Fake::start(Scenario::reach());
    let run = Run::new(Fake::start(Scenario::reach())).await;
    let to = format!("{}/repos/acme/shop/rulesets", elsewhere.url());
    let moved = json!({"message": "Moved Permanently", "url": to});
    run.fake.fault(json!({
        "match": "^GET /repos/acme/shop/rulesets\\?", "status": 301, "body": moved, "headers": [["location", to]], "times": 9,
    }));
    let next = format!("<{}/orgs/acme/members?page=2>; rel=\"next\"", elsewhere.url());
    run.fake.fault(json!({
        "match": "^GET /orgs/acme/members\\?per_page", "status": 200, "body": [], "headers": [["link", next]], "times": 9,
    }));
    run.go(patient(), false).await.unwrap();
    assert!(elsewhere.log().is_empty(), "{:?}", elsewhere.log());
    let facts = run.whole_facts().await;
    let claims = overclaims(&calm, &facts);
    assert!(claims.is_empty(), "{claims:?}");
    let org = &facts["reading"]["known"]["value"];
    assert_eq!(org["members"]["reading"]["known"]["complete"], false);
    let shop = org["repositories"]["reading"]["known"]["value"].as_array().unwrap();
    let shop = shop.iter().find(|repository| repository["name"] == "acme/shop").unwrap();
    assert_ne!(shop["rulesets"]["reading"]["known"]["complete"], true, "{}", shop["rulesets"]["reading"]);
}

/// Rows move while the pages are read: one shows twice, so another was missed.
#[test]
fn a_list_that_moves_under_us_is_not_whole() {
    let people = |ids: std::ops::Range<u64>| -> Vec<Value> {
        let row = &Scenario::reach().rest["/orgs/acme/members"][0];
        let person = |id: u64| {
            let mut row = row.clone();
            row["id"] = json!(id);
            row["login"] = json!(format!("person-{id}"));
            row
        };
        ids.map(person).collect()
    };
    let mut scenario = Scenario::reach();
    scenario.patch("/orgs/acme/members".to_owned(), json!(people(1000..1120)));
    let members = |fake: &Fake| {
        let facts = collect(fake, TOKEN, "acme", &["acme/docs"]).facts();
        facts.seen().unwrap().members.clone()
    };
    let whole = members(&Fake::start(scenario.clone()));
    assert!(whole.is_whole() && whole.members().len() == 120);
    let fake = Fake::start(scenario);
    // Somebody joined at the top between page 1 and page 2.
    fake.fault(json!({"match": "^GET /orgs/acme/members\\?.*page=2", "status": 200, "body": people(1099..1120)}));
    let moved = members(&fake);
    assert!(!moved.is_whole(), "{} people, one of them twice", moved.members().len());
    let to_json = |facts| json!({"reading": serde_json::to_value(facts).unwrap()["reading"], "evidence": []});
    let claims = overclaims(&to_json(&whole), &to_json(&moved));
    assert!(claims.is_empty(), "{claims:?}");
}
