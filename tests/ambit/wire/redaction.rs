//! No secret leaves: not into the store, not into an error.

use ambit::{
    base::secret::Secret,
    collect::{
        aws::client::{self as aws_client, Account},
        github::client::{Client, Credential, Source},
    },
    evidence::{Answer, Scope},
};
use serde_json::json;

use super::{
    Bench, github,
    server::{Reply, Server},
};

const KEY: &str = include_str!("../../data/wire/app-key.pem");

fn app() -> Credential {
    Credential::App { app: 42, installation: 7, key_pem: Secret::new(KEY) }
}

#[tokio::test]
async fn an_installation_reads_only_and_its_token_stays_out_of_the_store() {
    let server = Server::start(|seen, nth| match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/app/installations/7") => Reply::new(
            200,
            r#"{"id":7,"permissions":{"contents":"write","administration":"read","workflows":"write"}}"#,
        ),
        ("POST", "/app/installations/7/access_tokens") => Reply::new(
            201,
            format!(
                r#"{{"token":"ghs_hush{nth}","expires_at":"2026-11-25T04:00:00Z","permissions":{{"contents":"read"}}}}"#
            ),
        ),
        // The first token is taken back at once.
        _ if seen.headers["authorization"] == "Bearer ghs_hush1" => Reply::new(401, r#"{"message":"Bad credentials"}"#),
        _ => Reply::new(200, "[]"),
    })
    .await;
    let (bench, wire, writer) = Bench::new().await;
    let source = |base: &str| Source { scope: Scope::new("github"), base: base.to_owned(), credential: app() };
    let client = Client::new(wire.clone(), source(&server.url)).unwrap();
    let (one, two) = tokio::join!(client.get("/a"), client.get("/b"));
    assert!(one.unwrap().ok() && two.unwrap().ok());
    let seen = server.seen();
    let mints: Vec<_> = seen.iter().filter(|seen| seen.method == "POST").collect();
    assert_eq!(mints[0].body, r#"{"permissions":{"administration":"read","contents":"read"}}"#);
    assert!(mints[0].headers["authorization"].starts_with("Bearer ey"), "signed as the app");
    let store = bench.everything();
    assert!(!store.contains("hush") && !store.contains("Bearer") && !store.contains("PRIVATE KEY"));
    let log = bench.load().await;
    let minted = log.records().iter().find(|r| r.operation == "mint installation token").unwrap();
    assert_eq!(log.json(minted).unwrap()["permissions"], json!({"contents": "read"}), "what was granted is evidence");
    let Answer::Response(response) = &minted.answer else { panic!() };
    assert_eq!(response.redactions, ["/token"]);
    assert!(response.received.is_some() && response.received != response.body, "both digests");
    assert_eq!(minted.caller.name, "GitHub App 42, installation 7");
    // Replay needs neither key nor token.
    drop((client, wire, writer));
    let replayed = Client::new(bench.replay().await, source("http://127.0.0.1:1")).unwrap();
    assert!(replayed.get("/a").await.unwrap().ok());
}

#[tokio::test]
async fn a_key_that_is_none_and_a_refused_mint_are_clear_errors() {
    let server = Server::start(|_, _| Reply::new(404, r#"{"message":"Integration not found"}"#)).await;
    let (_bench, wire, _writer) = Bench::new().await;
    let source = |credential| Source { scope: Scope::new("github"), base: server.url.clone(), credential };
    let broken = Credential::App { app: 1, installation: 7, key_pem: Secret::new("hush") };
    let error = Client::new(wire.clone(), source(broken)).err().unwrap().to_string();
    assert!(error.contains("RSA key in PEM") && !error.contains("hush"), "{error}");
    let error = Client::new(wire.clone(), source(app())).unwrap().get("/a").await.unwrap_err().to_string();
    assert!(error.contains("404") && error.contains("/app/installations/7"), "{error}");
    let bad = github(&wire, &server.url, "hush\nhush").get("/a").await.unwrap_err().to_string();
    assert!(!bad.contains("hush"), "{bad}");
}

#[tokio::test]
async fn tokens_in_headers_and_answers_stay_out_of_the_store() {
    let server = Server::start(|_, _| {
        Reply::new(200, r#"{"temp_clone_token":"hush-clone","url":"https://raw.example/f?token=hush-raw","name":"b"}"#)
            .with("set-cookie", "session=hush-cookie")
            .with("x-github-request-id", "1:2")
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let answer = github(&wire, &server.url, "ghp_hush-token").get("/repos/a/b").await.unwrap();
    assert!(!String::from_utf8_lossy(&answer.body).contains("hush"), "live and replay hear the same");
    assert!(!bench.everything().contains("hush"));
    let records = bench.records().await;
    assert_eq!(records[0].response().unwrap().redactions, ["/temp_clone_token", "/url"]);
    assert_eq!(records[0].header("x-github-request-id"), Some("1:2"));
    assert_eq!(records[0].caller.name, "GitHub classic personal access token");
}

#[tokio::test]
async fn an_assumed_roles_credentials_stay_out_of_the_store() {
    let server = Server::start(|seen, _| {
        if seen.body.contains("Action=AssumeRole") {
            return Reply::new(
                200,
                "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
                 <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret-hush</SecretAccessKey>\
                 <SessionToken>role-session-hush</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
                 <AssumedRoleUser><Arn>arn:aws:sts::2:assumed-role/auditor/ambit</Arn><AssumedRoleId>A:ambit</AssumedRoleId>\
                 </AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>",
            );
        }
        Reply::new(200, "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>2</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let source = aws_client::Source {
        scope: Scope::new("aws/2"),
        region: "eu-west-1".to_owned(),
        endpoint: Some(server.url.clone()),
        credential: aws_client::Credential::Keys {
            id: "AKIAHOME".to_owned(),
            secret: Secret::new("home-secret-hush"),
            session: None,
        },
        role: Some(aws_client::Role {
            arn: "arn:aws:iam::2:role/auditor".to_owned(),
            external_id: Some("ext".to_owned()),
        }),
    };
    let account = Account::connect(wire, source).await.unwrap();
    let identity = account.call("sts", "eu-west-1", "GetCallerIdentity", json!({})).await.unwrap();
    assert_eq!(identity.texts("Account"), ["2"]);
    let seen = server.seen();
    assert_eq!(seen.len(), 2, "one session for all calls");
    assert!(seen[0].body.contains("SecurityAudit") && seen[0].body.contains("ExternalId=ext"));
    assert!(seen[1].headers["authorization"].contains("Credential=ASIAROLE/"));
    assert_eq!(seen[1].headers["x-amz-security-token"], "role-session-hush");
    let store = bench.everything();
    for secret in ["hush", "ASIAROLE", "AKIAHOME", "Signature="] {
        assert!(!store.contains(secret), "{secret}");
    }
    let records = bench.records().await;
    assert_eq!(records.iter().map(|r| r.operation.as_str()).collect::<Vec<_>>(), ["AssumeRole", "GetCallerIdentity"]);
    assert_eq!((records[0].key, records[0].request_body), (None, None));
    assert_eq!(records[0].response().unwrap().redactions, [""]);
    assert_eq!(records[1].caller.name, "arn:aws:iam::2:role/auditor");
}
