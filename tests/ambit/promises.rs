//! Promise 1 on the recorded samples: whatever is denied, an outcome stays or turns unknown, a verdict stays or turns possible.
//! And the same store gives the same bytes, in whatever order its answers came.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use ambit::{
    assess,
    controls::{
        config::Config,
        operations::{self, Protocol},
    },
    evidence::{Answer, Api, End, Record, RunLog, Store},
    render::{Format, Options, render},
    report::{Assessment, Branding, Edition, Outcome, Severity, Verdict},
};
use bytes::Bytes;

pub async fn sample(name: &str) -> (Store, RunLog) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name).join("store");
    let store = Store::open(&folder).await.unwrap();
    let run = store.newest_complete().await.unwrap();
    let log = store.load(&run).await.unwrap();
    (store, log)
}

fn judge(log: &RunLog) -> Assessment {
    let config =
        log.header().config.as_ref().map(|file| Config::parse(&file.path, &log.object(&file.digest).unwrap()).unwrap());
    assess::of_run(log, &config.unwrap_or_default(), Branding::default(), Severity::High).unwrap()
}

/// The run again, each record as `change` leaves it with its body.
async fn rebuilt(
    log: &RunLog,
    records: Vec<&Record>,
    change: impl Fn(&Record) -> Option<(u16, Option<String>, Bytes)>,
) -> RunLog {
    let store = Store::in_memory().await.unwrap();
    if let Some(file) = &log.header().config {
        store.put(log.object(&file.digest).unwrap()).await.unwrap();
    }
    let writer = store.start(log.header().clone()).await.unwrap();
    for record in records {
        let mut record = record.clone();
        if let Some(digest) = record.request_body {
            writer.put(log.object(&digest).unwrap()).await.unwrap();
        }
        let kept = record.response().and_then(|r| r.body).map(|digest| log.object(&digest).unwrap());
        let replaced = change(&record);
        let body = replaced.as_ref().map(|(_, _, body)| body.clone()).or(kept);
        let digest = match body {
            Some(body) => Some(writer.put(body).await.unwrap()),
            None => None,
        };
        if let Answer::Response(response) = &mut record.answer {
            response.body = digest;
            if let Some((status, code, _)) = replaced {
                response.status = status;
                response.code = code;
                record.next = None;
            }
        }
        writer.append(record).await.unwrap();
    }
    writer.end(End { at: log.header().started, complete: true, why: None }).await.unwrap();
    let run = writer.id().clone();
    drop(writer);
    store.load(&run).await.unwrap()
}

/// What a record asked, without the names in it: `GET /repos/*/*/rulesets/*`, `iam:GetAccountAuthorizationDetails`.
fn operation(record: &Record) -> String {
    if record.api == Api::Aws || record.operation != "GET" {
        return format!("{}:{}", record.service, record.operation);
    }
    let path = record.path.split('?').next().unwrap();
    let mut parts: Vec<&str> = path.split('/').collect();
    let fixed = [
        "",
        "repos",
        "orgs",
        "users",
        "user",
        "rules",
        "branches",
        "protection",
        "rulesets",
        "environments",
        "actions",
        "secrets",
        "teams",
        "members",
        "contents",
        "keys",
    ];
    for at in 1..parts.len() {
        let named = matches!(
            parts[at - 1],
            "repos" | "orgs" | "users" | "branches" | "environments" | "secrets" | "teams" | "rulesets" | "contents"
        );
        let second = at >= 2 && parts[at - 2] == "repos";
        if (named && !fixed.contains(&parts[at])) || second || parts[at].chars().all(|c| c.is_ascii_digit()) {
            parts[at] = "*";
        }
    }
    format!("GET {}", parts.join("/"))
}

/// A denial in the protocol's own shape: status, AWS code, body.
fn denial(record: &Record, github: u16) -> (u16, Option<String>, Bytes) {
    if record.api == Api::Github {
        return match (record.operation.as_str(), github) {
            ("GET", 404) => (404, None, Bytes::from_static(br#"{"message":"Not Found","status":"404"}"#)),
            ("GET", _) => (
                403,
                None,
                Bytes::from_static(br#"{"message":"Resource not accessible by personal access token","status":"403"}"#),
            ),
            _ => (
                200,
                None,
                Bytes::from_static(
                    br#"{"data":null,"errors":[{"type":"FORBIDDEN","message":"Resource not accessible"}]}"#,
                ),
            ),
        };
    }
    let protocol = operations::find(&record.service, &record.operation).map(|(service, _)| service.protocol);
    match protocol {
        Some(Protocol::Json | Protocol::RestJson) => {
            let body = r#"{"__type":"AccessDeniedException","message":"not authorized"}"#;
            (400, Some("AccessDeniedException".to_owned()), Bytes::from(body))
        }
        Some(Protocol::RestXml) => (
            403,
            Some("AccessDenied".to_owned()),
            Bytes::from("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"),
        ),
        _ => {
            let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
            (403, Some("AccessDenied".to_owned()), Bytes::from(body))
        }
    }
}

/// What `less` claims that `full` does not.
fn overclaims(full: &Assessment, less: &Assessment) -> Vec<String> {
    let mut wrong = Vec::new();
    let unknown: BTreeSet<&str> =
        less.findings.iter().filter(|f| f.outcome == Outcome::Unknown).map(|f| f.check.as_str()).collect();
    let before: BTreeMap<&str, Outcome> = full.findings.iter().map(|f| (f.id.as_str(), f.outcome)).collect();
    let after: BTreeMap<&str, Outcome> = less.findings.iter().map(|f| (f.id.as_str(), f.outcome)).collect();
    for found in &full.findings {
        match after.get(found.id.as_str()) {
            Some(now) if *now == found.outcome || *now == Outcome::Unknown => {}
            Some(now) => {
                wrong.push(format!("{} on {}: {:?} became {now:?}", found.check, found.subject, found.outcome))
            }
            None if unknown.contains(found.check.as_str()) => {}
            None => wrong.push(format!(
                "{} on {}: {:?} vanished, and no unknown says so",
                found.check, found.subject, found.outcome
            )),
        }
    }
    for found in less.findings.iter().filter(|f| !before.contains_key(f.id.as_str())) {
        if !matches!(found.outcome, Outcome::Unknown | Outcome::Fail | Outcome::Manual) {
            wrong.push(format!("{} on {}: {:?} with less permission only", found.check, found.subject, found.outcome));
        }
    }
    let key = |path: &ambit::report::ReachPath| path.id.as_str().to_owned();
    let verdicts: BTreeMap<String, Verdict> = less.paths.iter().map(|path| (key(path), path.verdict)).collect();
    for path in &full.paths {
        match verdicts.get(&key(path)) {
            Some(now) if *now == path.verdict || *now == Verdict::Possible => {}
            Some(now) => wrong
                .push(format!("{} {} {}: {:?} became {now:?}", path.agent, path.action, path.resource, path.verdict)),
            None if path.verdict == Verdict::Closed || !unknown.is_empty() => {}
            None => {
                wrong.push(format!("{} {} {}: {:?} vanished", path.agent, path.action, path.resource, path.verdict))
            }
        }
    }
    wrong
}

#[tokio::test]
async fn whatever_is_denied_nothing_turns_better() {
    let mut cases = 0;
    let mut wrong = Vec::new();
    for name in ["acme-before", "acme-after"] {
        let (_, log) = sample(name).await;
        let full = judge(&log);
        let operations: BTreeSet<String> = log.records().iter().map(operation).collect();
        for denied in &operations {
            for status in [403, 404] {
                let github = denied.starts_with("GET ");
                if status == 404 && !github {
                    continue;
                }
                let less = rebuilt(&log, log.records().iter().collect(), |record| {
                    (operation(record) == *denied).then(|| denial(record, status))
                });
                let found = overclaims(&full, &judge(&less.await));
                wrong.extend(found.into_iter().map(|line| format!("{name} without {denied} ({status}): {line}")));
                cases += 1;
            }
        }
    }
    println!("denial matrix over outcomes and verdicts: {cases} cases");
    assert!(cases > 100, "{cases}");
    assert!(wrong.is_empty(), "{} overclaims in {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn the_same_store_gives_the_same_bytes() {
    let (_, log) = sample("acme-before").await;
    let (first, second) = (judge(&log), judge(&log));
    for format in Format::ALL {
        let options = Options { edition: Edition::Internal };
        let bytes = |assessment: &Assessment| -> Vec<Vec<u8>> {
            render(*format, assessment, &options).unwrap().into_iter().map(|artifact| artifact.bytes).collect()
        };
        assert!(bytes(&first) == bytes(&second), "{format:?}");
    }
}

#[tokio::test]
async fn the_order_of_answers_changes_nothing() {
    let (_, log) = sample("acme-before").await;
    let mut backwards: Vec<&Record> = log.records().iter().collect();
    backwards.reverse();
    let (one, other) = (judge(&log), judge(&rebuilt(&log, backwards, |_| None).await));
    assert_eq!(one.paths.len(), other.paths.len());
    for (a, b) in one.paths.iter().zip(&other.paths) {
        assert_eq!((&a.id, a.verdict, &a.sentence), (&b.id, b.verdict, &b.sentence));
    }
    for (a, b) in one.findings.iter().zip(&other.findings) {
        assert_eq!((&a.id, a.outcome, &a.statement), (&b.id, b.outcome, &b.statement));
    }
}
