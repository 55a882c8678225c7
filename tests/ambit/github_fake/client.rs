//! The GitHub client on the wire, against a GitHub that checks it.

use std::sync::Arc;
use std::time::Duration;

use ambit::base::clock::{Clock, ManualClock};
use ambit::base::secret::Secret;
use ambit::collect::github::client::{Client, Credential, Source};
use ambit::collect::wire::{Settings, Wire};
use ambit::evidence::{Header, Scope, Store};
use serde_json::json;

use super::limits::EPOCH;
use super::{Fake, Scenario};

/// A client whose clock stands where the fake's stands, and moves only by waiting.
async fn client(fake: &Fake, token: &str) -> (Client, Arc<ManualClock>) {
    let start = jiff::Timestamp::from_second(i64::try_from(EPOCH).unwrap()).unwrap();
    let clock = ManualClock::shared(start);
    let writer = Store::in_memory().await.unwrap().start(Header::new(clock.now(), "test")).await.unwrap();
    let settings = Settings { patience: Duration::from_secs(7200), ..Settings::default() };
    let wire = Wire::live(writer, settings, clock.clone()).unwrap();
    let credential = Credential::Token(Secret::new(token));
    let source = Source { scope: Scope::new("github"), base: fake.url(), credential };
    (Client::new(wire, source).unwrap(), clock)
}

#[tokio::test]
async fn lists_are_walked_by_repository_id_with_the_token_on_every_page() {
    let fake = Fake::start(Scenario::reach());
    let (client, _) = client(&fake, "ghs_least").await;
    let pulls = client.get_paged("/repos/acme/shop/pulls?state=closed&per_page=3").await.unwrap();
    assert!(pulls.complete && pulls.ok());
    assert_eq!((pulls.pages.len(), pulls.items.len()), (3, 7));
    assert!(fake.log().iter().all(|entry| entry.token == "ghs_least" && entry.status == 200));
    fake.assert_no_violations();
}

#[tokio::test]
async fn an_enterprise_server_is_walked_below_its_prefix() {
    let fake = Fake::start(Scenario { prefix: "/api/v3".to_owned(), ..Scenario::reach() });
    let (client, _) = client(&fake, "ghp_admin").await;
    let events = client.get_paged("/orgs/acme/audit-log?per_page=2").await.unwrap();
    assert_eq!((events.pages.len(), events.items.len(), events.complete), (2, 3, true));
    let secrets = client.get_paged("/repos/acme/shop/actions/secrets?per_page=2").await.unwrap();
    assert_eq!((secrets.pages.len(), secrets.items.len()), (2, 3));
    fake.assert_no_violations();
}

#[tokio::test]
async fn graphql_is_checked_by_the_schema_and_a_field_may_be_refused() {
    let fake = Fake::start(Scenario { prefix: "/api/v3".to_owned(), ..Scenario::reach() });
    let (client, _) = client(&fake, "ghp_admin").await;
    let ask = async |fields: &str| {
        let document =
            format!("query Ask($name: String!) {{ repository(owner: \"acme\", name: $name) {{ {fields} }} }}");
        client.graphql(&document, json!({ "name": "shop" })).await.unwrap().json()
    };
    fake.deny_field("ghp_admin", "PullRequest.mergedBy");
    fake.null_field("ghp_admin", "PullRequest.author");
    let answer = ask("pullRequests(first: 1) { nodes { number mergedBy { login } author { login } } }").await;
    let node = &answer["data"]["repository"]["pullRequests"]["nodes"][0];
    assert_eq!((&node["number"], &node["mergedBy"], &node["author"]), (&json!(1), &json!(null), &json!(null)));
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    assert_eq!(answer["errors"][0]["type"], "FORBIDDEN");
    assert_eq!(answer["errors"][0]["path"], json!(["repository", "pullRequests", "nodes", 0, "mergedBy"]));
    fake.assert_no_violations();

    ask("mergedPullRequests").await;
    assert_eq!(fake.violations(), ["graphql: Cannot query field \"mergedPullRequests\" on type \"Repository\"."]);
}

#[tokio::test]
async fn a_permission_is_no_reason_to_try_again_and_a_limit_is() {
    let fake = Fake::start(Scenario::reach());
    let (client, clock) = client(&fake, "ghs_least").await;
    assert_eq!(client.get("/orgs/acme/installations").await.unwrap().status, Some(403));
    assert_eq!(fake.calls("GET /orgs/{org}/installations"), 1);

    fake.fault(json!({ "match": "/branches$", "kind": "secondary", "retry_after": 7 }));
    let before = clock.now();
    assert!(client.get("/repos/acme/shop/branches").await.unwrap().ok());
    assert_eq!(fake.calls("GET /repos/{owner}/{repo}/branches"), 2);
    assert!(clock.now().duration_since(before).as_secs() >= 7, "it waited as long as it was asked to");
    fake.assert_no_violations();
}

#[tokio::test]
async fn a_broken_connection_and_a_body_cut_short_are_asked_for_again() {
    let fake = Fake::start(Scenario::reach());
    let (client, _) = client(&fake, "ghp_admin").await;
    for kind in ["reset", "truncate"] {
        fake.fault(json!({ "match": "/keys$", "kind": kind }));
        let keys = client.get("/repos/acme/infra/keys").await.unwrap();
        assert_eq!(keys.json()[0]["title"], "old CI", "after {kind}");
    }
    assert_eq!(fake.calls("GET /repos/{owner}/{repo}/keys"), 4);
    fake.assert_no_violations();
}

#[tokio::test]
async fn files_come_raw() {
    let fake = Fake::start(Scenario::reach());
    let (client, _) = client(&fake, "ghp_admin").await;
    let path = "/repos/acme/shop/contents/.github/workflows/deploy.yml";
    let file = client.get_as(path, "application/vnd.github.raw+json").await.unwrap();
    assert!(file.body.starts_with(b"name: deploy\n"), "{:?}", file.body);
    fake.assert_no_violations();
}

#[tokio::test]
async fn a_parameter_that_github_does_not_know_is_found_out() {
    let fake = Fake::start(Scenario::reach());
    let (client, _) = client(&fake, "ghp_admin").await;
    assert_eq!(client.get("/orgs/acme/repos?perpage=100").await.unwrap().status, Some(400));
    assert_eq!(fake.violations(), ["GET /orgs/{org}/repos: unknown query parameter `perpage`"]);
}
