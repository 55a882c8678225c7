//! Who is asked again, after how long, and how often. The clock moves by waiting only.

use std::time::Duration;

use ambit::{
    base::clock::Clock,
    collect::wire::{Error, Settings},
    evidence::Answer,
};
use serde_json::json;

use super::{
    Bench, github,
    server::{Reply, Server},
};

#[tokio::test]
async fn each_kind_of_refusal_has_its_own_wait() {
    let denied = Reply::new(403, r#"{"message":"Resource not accessible by integration"}"#);
    let secondary = Reply::new(403, r#"{"message":"You have exceeded a secondary rate limit."}"#);
    let spent = Reply::new(403, r#"{"message":"API rate limit exceeded for user ID 1."}"#)
        .with("x-ratelimit-remaining", "0")
        .with("x-ratelimit-reset", "1795575690"); // 90 s after the run's start
    let graphql = Reply::new(200, r#"{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}"#);
    // First answer, tries, wait in milliseconds.
    let cases = [
        (denied, 1, 0),
        (secondary.clone().with("retry-after", "7"), 2, 7_000),
        (secondary, 2, 60_000),
        (spent, 2, 91_000),
        (graphql, 2, 60_000),
        (Reply::new(429, "{}"), 2, 60_000),
        (Reply::new(502, "<html>"), 2, 500),
        (Reply::new(200, r#"{"a":"a body cut short on the way"}"#).cut(), 2, 500),
        (Reply::new(401, "{}"), 1, 0),
    ];
    for (first, tries, wait) in cases {
        let shown = format!("{first:?}");
        let server = Server::start(move |_, nth| if nth == 0 { first.clone() } else { Reply::new(200, "{}") }).await;
        let (bench, wire, _writer) = Bench::new().await;
        let answer = github(&wire, &server.url, "ghp_x").get("/x").await.unwrap();
        assert_eq!(answer.status, Some(if tries == 1 { answer.status.unwrap() } else { 200 }), "{shown}");
        assert_eq!((server.count(), bench.clock.elapsed()), (tries, Duration::from_millis(wait)), "{shown}");
        let records = bench.records().await;
        assert_eq!(records.len(), tries, "{shown}");
        assert_eq!(records.iter().map(|r| r.attempt).collect::<Vec<_>>(), (1..=tries as u32).collect::<Vec<_>>());
        assert!(records.last().unwrap().settled(), "{shown}");
        assert_eq!(records[0].settled(), tries == 1, "{shown}");
    }
}

#[tokio::test]
async fn an_unwell_server_is_asked_four_times_and_replays_as_what_it_was() {
    let server = Server::start(|_, _| Reply::new(503, "busy")).await;
    let (bench, wire, _writer) = Bench::new().await;
    let live = github(&wire, &server.url, "ghp_x").get("/x").await.unwrap();
    assert_eq!((live.status, server.count()), (Some(503), 4));
    assert_eq!(bench.clock.elapsed(), Duration::from_millis(500 + 1000 + 2000));
    let replayed = github(&bench.replay().await, &server.url, "").get("/x").await.unwrap();
    assert_eq!((replayed.status, &replayed.body[..], server.count()), (Some(503), &b"busy"[..], 4));
    assert_eq!(bench.clock.elapsed(), Duration::from_millis(3500), "replay never waits");
}

#[tokio::test]
async fn no_answer_at_all_is_recorded_and_is_an_answer() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (bench, wire, _writer) = Bench::new().await;
    let answer = github(&wire, &format!("http://{nobody}"), "ghp_x").get("/x?secret=hush").await.unwrap();
    assert_eq!((answer.status, answer.ok(), wire.tally().failed), (None, false, 4));
    let records = bench.records().await;
    assert_eq!(records.len(), 4);
    let Answer::Failure { why } = &records[3].answer else { panic!("{records:?}") };
    assert!(why.contains("refused") && !why.contains("hush"), "{why}");
}

#[tokio::test]
async fn patience_and_budget_end_a_run_with_a_hint() {
    let server = Server::start(|_, _| {
        Reply::new(403, r#"{"message":"API rate limit exceeded"}"#)
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", "1795582800")
    })
    .await;
    let (bench, wire, _writer) =
        Bench::with(Settings { patience: Duration::from_secs(60), ..Settings::default() }).await;
    let error = github(&wire, &server.url, "ghp_x").get("/x").await.unwrap_err();
    assert!(matches!(&error, Error::Exhausted { .. }) && error.to_string().contains("hint:"), "{error}");
    assert_eq!((server.count(), bench.records().await.len()), (1, 1), "what was read stays");

    let server = Server::start(|_, _| Reply::new(200, "{}")).await;
    let (bench, wire, _writer) = Bench::with(Settings { max_requests: Some(2), ..Settings::default() }).await;
    let client = github(&wire, &server.url, "ghp_x");
    client.get("/a").await.unwrap();
    client.get("/b").await.unwrap();
    assert!(matches!(client.get("/c").await, Err(Error::Exhausted { .. })));
    assert!(matches!(client.get("/d").await, Err(Error::Exhausted { .. })));
    assert_eq!((server.count(), wire.tally().sent, bench.records().await.len()), (2, 2, 2));
}

#[tokio::test]
async fn pacing_holds_900_points_a_minute_and_heeds_the_rate_headers() {
    let server = Server::start(|seen, _| {
        let left = if seen.path == "/last" { "0" } else { "4000" };
        Reply::new(200, "{}").with("x-ratelimit-remaining", left).with("x-ratelimit-reset", "1795575700")
    })
    .await;
    let paced = Settings { pace_loopback: true, patience: Duration::from_secs(3600), ..Settings::default() };
    let (bench, wire, _writer) = Bench::with(paced).await;
    let client = github(&wire, &server.url, "ghp_x");
    for n in 0..105 {
        client.get(&format!("/{n}")).await.unwrap();
    }
    assert_eq!(bench.clock.elapsed(), Duration::from_millis(75) * 5, "100 at once, then 800 a minute");
    client.graphql("{ a }", json!({})).await.unwrap();
    client.get("/last").await.unwrap();
    let before = bench.clock.elapsed();
    client.get("/after").await.unwrap();
    assert!(bench.clock.elapsed() - before > Duration::from_secs(99), "{:?}", bench.clock.elapsed() - before);
}
