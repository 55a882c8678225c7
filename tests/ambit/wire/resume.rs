//! Stop anywhere, go on: nothing that is on record is asked again, and what is no answer is.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use ambit::{collect::wire::Error, evidence::Stop};
use serde_json::json;

use super::{
    Bench, account, github, github_scope,
    server::{Reply, Server},
};

/// `pages` pages of a list, linked by number.
async fn list(pages: usize) -> Server {
    Server::start(move |seen, _| {
        let page = seen.page();
        let reply = Reply::new(200, format!("[{page}]"));
        match page < pages {
            true => reply.with(
                "link",
                format!("<http://{}/list?per_page=100&page={}>; rel=\"next\"", seen.headers["host"], page + 1),
            ),
            false => reply,
        }
    })
    .await
}

#[tokio::test]
async fn a_killed_run_goes_on_without_asking_again() {
    let server = list(3).await;
    let (bench, wire, writer) = Bench::new().await;
    let client = github(&wire, &server.url, "ghp_x");
    for n in 0..20 {
        client.get(&format!("/before/{n}")).await.unwrap();
    }
    let listed = client.get_paged("/list").await.unwrap();
    drop((client, wire, writer)); // no end mark: killed
    // The last write was cut short.
    let log = bench.path().join("runs").join(bench.run.as_str()).join("log");
    let torn = log.join(format!("{:08}.jsonl", std::fs::read_dir(&log).unwrap().count() + 1));
    std::fs::write(torn, b"{\"record\":{\"id\":\"e-12").unwrap();

    let wire = bench.resume().await;
    let client = github(&wire, &server.url, "ghp_x");
    for n in 0..20 {
        client.get(&format!("/before/{n}")).await.unwrap();
    }
    let again = client.get_paged("/list").await.unwrap();
    assert_eq!(again.items, listed.items);
    client.get("/after").await.unwrap();
    assert_eq!((server.count(), wire.tally().replayed, wire.tally().sent), (24, 23, 1));
    let records = bench.records().await;
    assert_eq!(records.len(), 24);
    assert_eq!(records.iter().map(|r| r.number).collect::<Vec<_>>(), (1..=24).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_request_in_the_air_is_recorded_though_its_caller_is_gone() {
    let server = Server::start(|_, _| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        Reply::new(200, "{}")
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let client = github(&wire, &server.url, "ghp_x");
    let asking = tokio::spawn(async move { client.get("/x").await });
    while server.count() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    asking.abort();
    for _ in 0..200 {
        if bench.records().await.len() == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("asked, and not on record");
}

#[tokio::test]
async fn failed_and_denied_answers_are_asked_again_when_that_may_help() {
    let server = Server::start(|seen, nth| match seen.path.split('?').next().unwrap() {
        "/flaky" if nth < 4 => Reply::new(502, ""),
        "/denied" => Reply::new(403, r#"{"message":"Resource not accessible"}"#),
        "/hidden" => Reply::new(404, "{}"),
        _ => Reply::new(200, "{}"),
    })
    .await;
    let (bench, wire, writer) = Bench::new().await;
    let client = github(&wire, &server.url, "ghp_one");
    let paths = ["/flaky", "/denied", "/hidden", "/known"];
    for path in paths {
        client.get(path).await.unwrap();
    }
    assert!(!client.get_paged("/denied").await.unwrap().ok());
    assert_eq!(server.count(), 8);
    drop((client, wire, writer));
    // The same credential would hear the same denial; a failure may have passed.
    let wire = bench.resume().await;
    for path in paths {
        github(&wire, &server.url, "ghp_one").get(path).await.unwrap();
    }
    github(&wire, &server.url, "ghp_one").get_paged("/denied").await.unwrap();
    assert_eq!(server.seen()[8..].iter().map(|seen| seen.path.as_str()).collect::<Vec<_>>(), ["/flaky"]);
    drop(wire);
    // Another credential may see more.
    let wire = bench.resume().await;
    for path in paths {
        github(&wire, &server.url, "ghp_two").get(path).await.unwrap();
    }
    assert_eq!(server.seen()[9..].iter().map(|seen| seen.path.as_str()).collect::<Vec<_>>(), ["/denied", "/hidden"]);
}

#[tokio::test]
async fn a_list_with_a_missing_page_starts_over() {
    let server = list(3).await;
    let (bench, wire, writer) = Bench::new().await;
    let client = github(&wire, &server.url, "ghp_x");
    client.get("/list?per_page=100").await.unwrap(); // page 1 of 3, then killed
    drop((client, wire, writer));
    assert_eq!(
        bench.load().await.pages(&github_scope(), "/list?per_page=100").stop,
        Stop::Missing("/list?page=2&per_page=100".to_owned())
    );
    let wire = bench.resume().await;
    assert!(github(&wire, &server.url, "ghp_x").get_paged("/list").await.unwrap().complete);
    assert_eq!((server.count(), wire.tally().replayed), (4, 0), "all three pages of one moment");
    let log = bench.load().await;
    let pages = log.pages(&github_scope(), "/list?per_page=100");
    assert!(pages.complete() && pages.records.iter().map(|r| r.number).eq([2, 3, 4]));
}

#[tokio::test]
async fn a_polled_question_reaches_the_service_and_replay_sees_its_end() {
    let server = Server::start(|_, nth| Reply::new(200, format!(r#"{{"state":{nth}}}"#))).await;
    let (bench, wire, writer) = Bench::new().await;
    let client = github(&wire, &server.url, "ghp_x");
    client.get("/report").await.unwrap();
    drop((client, wire, writer));
    let wire = bench.resume().await;
    let client = github(&wire, &server.url, "ghp_x");
    assert_eq!(client.get("/report").await.unwrap().json(), json!({"state": 0}), "on record");
    assert_eq!(client.get("/report").await.unwrap().json(), json!({"state": 1}), "used once, then asked");
    let replayed = github(&bench.replay().await, &server.url, "").get("/report").await.unwrap();
    assert_eq!(replayed.json(), json!({"state": 1}));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn replay_is_the_same_without_a_network() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |seen, _| {
        asked.fetch_add(1, SeqCst);
        match (seen.headers.get("x-amz-target").map(String::as_str), seen.path.as_str()) {
            (Some("DynamoDB_20120810.ListTables"), _) => Reply::new(200, r#"{"TableNames":["t1","t2"]}"#),
            (_, "/denied") => Reply::new(403, r#"{"message":"Resource not accessible"}"#),
            _ => Reply::new(200, r#"[{"id":1}]"#),
        }
    })
    .await;
    let (bench, live, _writer) = Bench::new().await;
    let mut heard = Vec::new();
    let url = server.url.clone();
    for wire in [live, bench.replay().await] {
        // Replay needs no token and no key, but it needs what was asked.
        let wire = if wire.clock().is_some() { wire } else { bench.replay().await };
        let client = github(&wire, &url, "ghp_x");
        let account = account(&wire, &url, "1").await;
        let listed = client.get_paged("/list").await.unwrap();
        let denied = client.get("/denied").await.unwrap();
        let tables = account.call("dynamodb", "eu-west-1", "ListTables", json!({})).await.unwrap();
        heard.push(format!("{listed:?} {denied:?} {tables:?}"));
        if wire.clock().is_none() {
            let error = client.get("/never-asked").await.unwrap_err();
            assert!(matches!(error, Error::NotRecorded { .. }), "{error}");
        }
    }
    assert_eq!(heard[0], heard[1]);
    assert_eq!(server.count(), 3);
}
