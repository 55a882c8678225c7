//! GitHub's lists: every page with the token, no page from elsewhere, and facts that find them without asking.

use ambit::evidence::{Next, Stop, first_page, path_segment};
use serde_json::json;

use super::{
    Bench, github, github_scope,
    server::{Reply, Server},
};

/// Three pages, linked by repository id as GitHub does.
async fn three_pages(prefix: &'static str) -> Server {
    Server::start(move |seen, _| {
        let host = format!("http://{}", seen.headers["host"]);
        let link =
            |page: u32| format!("<{host}{prefix}/repositories/7/rulesets?per_page=100&page={page}>; rel=\"next\"");
        match seen.page() {
            2 => Reply::new(200, r#"[{"id":2}]"#).with("link", link(3)),
            3 => Reply::new(200, r#"[{"id":3}]"#),
            _ => Reply::new(200, r#"[{"id":1}]"#).with("link", link(2)),
        }
    })
    .await
}

#[tokio::test]
async fn every_page_carries_the_token_also_below_a_prefix() {
    for prefix in ["", "/api/v3"] {
        let server = three_pages(prefix).await;
        let (bench, wire, _writer) = Bench::new().await;
        let client = github(&wire, &format!("{}{prefix}", server.url), "ghp_x");
        let listed = client.get_paged("/repos/a/b/rulesets").await.unwrap();
        assert_eq!(listed.items, [json!({"id": 1}), json!({"id": 2}), json!({"id": 3})]);
        assert!(listed.complete && listed.pages.len() == 3);
        let seen = server.seen();
        assert_eq!(seen.len(), 3);
        for request in &seen {
            assert_eq!(request.headers["authorization"], "Bearer ghp_x");
            assert_eq!(request.headers["accept"], "application/vnd.github+json");
            assert_eq!(request.headers["x-github-api-version"], "2022-11-28");
            assert!(request.headers["user-agent"].starts_with("ambit/"));
            assert!(request.path.starts_with(prefix));
        }
        let log = bench.load().await;
        let pages = log.pages(&github_scope(), &first_page("/repos/a/b/rulesets"));
        assert_eq!((pages.records.len(), pages.complete(), pages.status()), (3, true, Some(200)));
        assert_eq!(log.json(pages.records[2]).unwrap(), json!([{"id": 3}]));
        assert_eq!(pages.evidence(), listed.pages.iter().map(|page| page.evidence.clone()).collect::<Vec<_>>());
        assert_eq!(log.pages(&github_scope(), "/repos/a/c/rulesets").stop, Stop::NotAsked);
    }
}

#[tokio::test]
async fn a_link_or_redirect_to_another_host_is_recorded_and_not_followed() {
    let trap = Server::start(|_, _| Reply::new(200, "[]")).await;
    let away = trap.url.clone();
    let server = Server::start(move |seen, _| match seen.path.starts_with("/moved") {
        true => Reply::new(302, "").with("location", format!("{away}/file?signature=hush")),
        false => Reply::new(200, "[1]").with("link", format!("<{away}/x?page=2>; rel=\"next\"")),
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let client = github(&wire, &server.url, "ghp_x");
    let listed = client.get_paged("/list").await.unwrap();
    assert!(!listed.complete && listed.items == [json!(1)]);
    assert_eq!(client.get("/moved").await.unwrap().status, Some(302));
    assert_eq!((trap.count(), server.count()), (0, 2));
    let log = bench.load().await;
    assert_eq!(log.pages(&github_scope(), "/list?per_page=100").stop, Stop::Elsewhere(format!("{}/x", trap.url)));
    assert_eq!(log.records()[1].next, Some(Next::Elsewhere(format!("{}/file", trap.url))));
    assert!(!bench.everything().contains("hush"));
}

#[tokio::test]
async fn a_renamed_repository_is_found_where_it_moved_to() {
    let server = Server::start(|seen, _| {
        let to = format!("http://{}/repositories/7/rulesets?per_page=100", seen.headers["host"]);
        match seen.path.starts_with("/repositories/7") {
            true => Reply::new(200, "[1]"),
            false => Reply::new(301, "{}").with("location", to),
        }
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let listed = github(&wire, &server.url, "ghp_x").get_paged("/repos/a/old/rulesets").await.unwrap();
    assert!(listed.complete && listed.items == [json!(1)]);
    assert_eq!(server.seen()[1].headers["authorization"], "Bearer ghp_x");
    let log = bench.load().await;
    let pages = log.pages(&github_scope(), "/repos/a/old/rulesets?per_page=100");
    assert_eq!((pages.records.len(), pages.complete(), pages.status()), (1, true, Some(200)));
}

#[tokio::test]
async fn denials_failures_and_circles_are_answers_and_never_complete() {
    let server = Server::start(|seen, _| {
        let link = format!("<http://{}{}>; rel=\"next\"", seen.headers["host"], seen.path);
        match seen.path.split('?').next().unwrap() {
            "/denied" => Reply::new(403, r#"{"message":"Resource not accessible by integration"}"#)
                .with("x-accepted-github-permissions", "administration=read"),
            "/circle" => Reply::new(200, "[1]").with("link", link),
            "/object" => Reply::new(200, r#"{"total_count":1,"workflows":[{"id":5}]}"#),
            _ => Reply::new(404, r#"{"message":"Not Found"}"#),
        }
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let client = github(&wire, &server.url, "ghp_x");
    let denied = client.get_paged("/denied").await.unwrap();
    assert_eq!((denied.status(), denied.ok(), denied.complete, denied.items.len()), (Some(403), false, false, 0));
    let circle = client.get_paged("/circle").await.unwrap();
    assert!(!circle.complete && circle.items.len() == 1);
    let object = client.get_paged("/object").await.unwrap();
    assert!(object.complete && object.items == [json!({"id": 5})]);
    let missing = client.get(&format!("/branches/{}", path_segment("release/1.0 ü"))).await.unwrap();
    assert_eq!((missing.status, missing.json()["message"].as_str()), (Some(404), Some("Not Found")));
    let log = bench.load().await;
    let pages = log.pages(&github_scope(), "/denied?per_page=100");
    assert_eq!(pages.stop, Stop::Status(403));
    assert_eq!(pages.records[0].header("x-accepted-github-permissions"), Some("administration=read"));
    assert!(matches!(log.pages(&github_scope(), "/circle?per_page=100").stop, Stop::Failed(_)));
    assert_eq!(log.pages(&github_scope(), "/branches/release%2F1.0%20%C3%BC").stop, Stop::Status(404));
    assert_eq!((wire.tally().sent, wire.tally().denied), (4, 2));
}

#[tokio::test]
async fn graphql_is_recorded_by_name_and_variables() {
    let server = Server::start(|_, _| {
        Reply::new(200, r#"{"data":{"repository":{"id":"R_1"}},"errors":[{"type":"FORBIDDEN"}]}"#)
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let client = github(&wire, &server.url, "ghp_x");
    let document = "query Repo($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }";
    let answer = client.graphql(document, json!({"owner": "a", "name": "b"})).await.unwrap();
    assert_eq!(answer.json()["data"]["repository"]["id"], "R_1", "data beside errors is kept");
    client.graphql(document, json!({"owner": "a", "name": "c"})).await.unwrap();
    assert_eq!(server.seen()[0].path, "/graphql");
    let log = bench.load().await;
    assert_eq!(log.calls(&github_scope(), "graphql", "", "Repo").len(), 2);
    let pages = log.call(&github_scope(), "graphql", "", "Repo", &[("name", "c")]);
    assert_eq!(pages.records[0].params["owner"], "a");
    assert!(
        String::from_utf8_lossy(&log.object(&pages.records[0].request_body.unwrap()).unwrap()).contains("query Repo")
    );
}
