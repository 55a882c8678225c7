//! The signed client and the SDK on the same wire: protocols, pages, retries, clocks.

use std::time::Duration;

use ambit::{
    base::clock::Clock,
    collect::aws::client::{Account, Heard, heard},
    evidence::{Scope, Stop},
};
use serde_json::json;

use super::{
    Bench, account,
    server::{Reply, Server},
};

#[tokio::test]
async fn four_protocols_are_spelled_and_signed() {
    let server = Server::start(|_, _| Reply::new(200, "{}")).await;
    let (bench, wire, _writer) = Bench::new().await;
    let account = account(&wire, &server.url, "1").await;
    let filter = json!({"Filter": ["User", "Role"]});
    account.call("iam", "eu-west-1", "GetAccountAuthorizationDetails", filter).await.unwrap();
    account.call("dynamodb", "eu-west-1", "DescribeTable", json!({"TableName": "t"})).await.unwrap();
    account.call("s3", "eu-north-1", "GetBucketVersioning", json!({"Bucket": "b.c d"})).await.unwrap();
    account.call("backup", "eu-west-1", "GetBackupVaultAccessPolicy", json!({"BackupVaultName": "v/1"})).await.unwrap();
    let seen = server.seen();
    assert_eq!(
        seen[0].body,
        "Action=GetAccountAuthorizationDetails&Version=2010-05-08&Filter.member.1=User&Filter.member.2=Role&MaxItems=1000"
    );
    assert!(seen[0].headers["authorization"].contains("/20261125/us-east-1/iam/aws4_request"), "{:?}", seen[0]);
    assert_eq!(seen[1].headers["x-amz-target"], "DynamoDB_20120810.DescribeTable");
    assert_eq!(
        (seen[1].headers["content-type"].as_str(), seen[1].body.as_str()),
        ("application/x-amz-json-1.0", r#"{"TableName":"t"}"#)
    );
    assert_eq!((seen[2].method.as_str(), seen[2].path.as_str()), ("GET", "/b.c%20d?versioning"));
    assert!(seen[2].headers["authorization"].contains("/eu-north-1/s3/aws4_request"));
    assert!(seen[2].headers.contains_key("x-amz-content-sha256"));
    assert_eq!(seen[3].path, "/backup-vaults/v%2F1/access-policy");
    for request in &seen {
        assert_eq!(request.headers["x-amz-security-token"], "aws-session-hush");
        assert!(request.headers["x-amz-date"].starts_with("20261125T0300"), "the run's clock signs");
    }
    let log = bench.load().await;
    let scope = Scope::new("aws/1");
    let details =
        log.call(&scope, "iam", "us-east-1", "GetAccountAuthorizationDetails", &[("Filter.member.2", "Role")]);
    assert!(details.complete());
    assert!(log.call(&scope, "dynamodb", "eu-west-1", "DescribeTable", &[("TableName", "t")]).complete());
    assert!(log.call(&scope, "s3", "eu-north-1", "GetBucketVersioning", &[("Bucket", "b.c d")]).complete());
    assert!(
        log.call(&scope, "backup", "eu-west-1", "GetBackupVaultAccessPolicy", &[("BackupVaultName", "v/1")]).complete()
    );
    assert_eq!(
        log.call(&scope, "s3", "eu-north-1", "GetBucketVersioning", &[("Bucket", "other")]).stop,
        Stop::NotAsked
    );
    let missing = account.call("s3", "eu-north-1", "GetBucketVersioning", json!({})).await.unwrap_err();
    assert!(missing.to_string().contains("`Bucket` is missing"), "{missing}");
}

#[tokio::test]
async fn pages_are_followed_by_token_and_found_in_order() {
    let server = Server::start(|seen, _| {
        let rds = |name: &str, marker: &str| {
            Reply::new(200, format!("<R><DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier></DBInstance></DBInstances>{marker}</DescribeDBInstancesResult></R>"))
        };
        match seen.body.as_str() {
            body if body.contains("Marker=m1") => rds("two", "<Marker>m2</Marker>"),
            body if body.contains("Marker=m2") => rds("three", ""),
            body if body.contains("DescribeDBInstances") => rds("one", "<Marker>m1</Marker>"),
            body if body.contains("ExclusiveStartTableName") => Reply::new(200, r#"{"TableNames":["b"]}"#),
            _ => Reply::new(200, r#"{"TableNames":["a"],"LastEvaluatedTableName":"a"}"#),
        }
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let account = account(&wire, &server.url, "1").await;
    let instances = account.call("rds", "eu-west-1", "DescribeDBInstances", json!({})).await.unwrap();
    assert_eq!(instances.texts("DBInstanceIdentifier"), ["one", "two", "three"]);
    let tables = account.call("dynamodb", "eu-west-1", "ListTables", json!({})).await.unwrap();
    assert_eq!((tables.texts("TableNames"), tables.complete), (vec!["a".to_owned(), "b".to_owned()], true));
    let log = bench.load().await;
    let pages = log.call(&Scope::new("aws/1"), "rds", "eu-west-1", "DescribeDBInstances", &[]);
    assert_eq!(pages.records.iter().map(|r| r.page.as_deref()).collect::<Vec<_>>(), [None, Some("m1"), Some("m2")]);
    assert!(pages.complete());
    assert_eq!(log.calls(&Scope::new("aws/1"), "dynamodb", "eu-west-1", "ListTables").len(), 1);
    assert!(log.calls(&Scope::new("aws/2"), "rds", "eu-west-1", "DescribeDBInstances").is_empty());
}

#[tokio::test]
async fn denials_and_pages_that_are_no_aws_answer_are_told_apart() {
    let server = Server::start(|seen, _| match seen.path.as_str() {
        "/b?policy" => Reply::new(404, "<Error><Code>NoSuchBucketPolicy</Code></Error>"),
        "/b?acl" => Reply::new(500, "<!doctype html><title>500 Internal Server Error</title>"),
        _ => Reply::new(400, r#"{"__type":"AccessDeniedException","Message":"no"}"#),
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let account = account(&wire, &server.url, "1").await;
    let bucket = json!({"Bucket": "b"});
    let policy = account.call("s3", "eu-west-1", "GetBucketPolicy", bucket.clone()).await.unwrap();
    assert_eq!((policy.status(), policy.code(), policy.ok()), (Some(404), Some("NoSuchBucketPolicy"), false));
    let acl = account.call("s3", "eu-west-1", "GetBucketAcl", bucket).await.unwrap();
    assert_eq!((acl.status(), acl.code()), (Some(500), None));
    let denied = account.call("organizations", "eu-west-1", "DescribeOrganization", json!({})).await.unwrap();
    assert_eq!((denied.code(), denied.complete), (Some("AccessDeniedException"), false));
    assert_eq!(server.count(), 1 + 3 + 1, "only the unwell one is asked again");
    let log = bench.load().await;
    let scope = Scope::new("aws/1");
    assert_eq!(
        log.call(&scope, "s3", "eu-west-1", "GetBucketPolicy", &[("Bucket", "b")]).records[0].code(),
        Some("NoSuchBucketPolicy")
    );
    assert_eq!(log.call(&scope, "s3", "eu-west-1", "GetBucketAcl", &[("Bucket", "b")]).stop, Stop::Status(500));
    assert_eq!(log.call(&scope, "organizations", "us-east-1", "DescribeOrganization", &[]).stop, Stop::Status(400));
}

#[tokio::test]
async fn throttling_is_waited_out_and_a_wrong_clock_is_put_right() {
    let server = Server::start(|seen, nth| match nth {
        0 | 1 => Reply::new(400, r#"{"__type":"ThrottlingException"}"#),
        2 => Reply::new(200, r#"{"Keys":[]}"#),
        _ if seen.headers["x-amz-date"].starts_with("20261125T03") => {
            Reply::new(403, r#"{"__type":"RequestTimeTooSkewed"}"#).with("date", "Wed, 25 Nov 2026 05:00:00 GMT")
        }
        _ => Reply::new(200, r#"{"Keys":[]}"#),
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let account = account(&wire, &server.url, "1").await;
    assert!(account.call("kms", "eu-west-1", "ListKeys", json!({})).await.unwrap().ok());
    assert_eq!(bench.clock.elapsed(), Duration::from_millis(1500));
    assert!(account.call("kms", "eu-west-1", "ListKeys", json!({"Limit": 4})).await.unwrap().ok());
    assert!(account.call("kms", "eu-west-1", "ListKeys", json!({"Limit": 5})).await.unwrap().ok());
    assert_eq!(server.count(), 3 + 2 + 1, "and stays right");
    let records = bench.records().await;
    assert_eq!(records.iter().map(|r| r.settled()).collect::<Vec<_>>(), [false, false, true, false, true, true]);
}

fn keys(ids: &[&str], marker: &str) -> Reply {
    let members: String = ids
        .iter()
        .map(|id| format!("<member><UserName>ann</UserName><AccessKeyId>{id}</AccessKeyId></member>"))
        .collect();
    let result = format!(
        "<ListAccessKeysResult><AccessKeyMetadata>{members}</AccessKeyMetadata>{marker}</ListAccessKeysResult>"
    );
    let body = format!(
        "<ListAccessKeysResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">{result}</ListAccessKeysResponse>"
    );
    Reply::new(200, body).with("content-type", "text/xml")
}

/// The identifiers of the user's keys, page by page, as a collector asks for them.
async fn keys_of_ann(account: &Account) -> Vec<String> {
    let mut pages = account.iam().list_access_keys().user_name("ann").into_paginator().send();
    let mut ids = Vec::new();
    while let Some(page) = pages.next().await {
        let Heard::Answer(page) = heard(page).unwrap() else { break };
        ids.extend(page.access_key_metadata().iter().filter_map(|key| key.access_key_id().map(str::to_owned)));
    }
    ids
}

const TRUNCATED: &str = "<IsTruncated>true</IsTruncated><Marker>m1</Marker>";

#[tokio::test]
async fn the_sdk_speaks_through_the_same_wire() {
    let server = Server::start(|seen, nth| match nth {
        0 => Reply::new(503, ""),
        _ if seen.body.contains("Marker=m1") => keys(&["AKIA2"], "<IsTruncated>false</IsTruncated>"),
        _ => keys(&["AKIA1"], TRUNCATED),
    })
    .await;
    let (bench, wire, writer) = Bench::new().await;
    let live = account(&wire, &server.url, "1").await;
    assert_eq!(keys_of_ann(&live).await, ["AKIA1", "AKIA2"]);
    for request in server.seen() {
        assert!(request.headers["authorization"].contains("/us-east-1/iam/aws4_request"), "{request:?}");
        assert!(request.headers["x-amz-date"].starts_with("20261125T0300"), "the run's clock signs");
        assert_eq!(request.headers["x-amz-security-token"], "aws-session-hush");
    }
    let records = bench.records().await;
    let told: Vec<_> = records.iter().map(|r| (r.operation.as_str(), r.attempt, r.page.as_deref())).collect();
    assert_eq!(told, [("ListAccessKeys", 1, None), ("ListAccessKeys", 2, None), ("ListAccessKeys", 1, Some("m1"))]);
    let log = bench.load().await;
    let found = log.call(&Scope::new("aws/1"), "iam", "us-east-1", "ListAccessKeys", &[("UserName", "ann")]);
    assert!(found.complete() && found.records.len() == 2, "the facts find them where the generic client's would be");
    // The generic client asks the same question under the same key.
    let generic = live.call("iam", "eu-west-1", "ListAccessKeys", json!({"UserName": "ann"})).await.unwrap();
    assert_eq!(generic.texts("AccessKeyId"), ["AKIA1", "AKIA2"]);
    let keys: Vec<_> = bench.records().await.iter().map(|record| record.key).collect();
    assert_eq!((keys.len(), keys[1], keys[2]), (5, keys[3], keys[4]));
    drop((live, wire, writer));
    let replayed = account(&bench.replay().await, "http://127.0.0.1:1", "1").await;
    assert_eq!(keys_of_ann(&replayed).await, ["AKIA1", "AKIA2"]);
    let resumed = account(&bench.resume().await, &server.url, "1").await;
    assert_eq!(keys_of_ann(&resumed).await, ["AKIA1", "AKIA2"]);
    assert_eq!(server.count(), 5, "nothing is asked twice");
}

/// A list of the SDK that broke off starts again at its first page: its token may have expired meanwhile.
#[tokio::test]
async fn a_list_of_the_sdk_that_broke_off_is_asked_for_anew() {
    let server = Server::start(|seen, nth| match seen.body.contains("Marker=m1") {
        true if nth < 9 => Reply::new(503, ""),
        true => keys(&["AKIA2"], ""),
        false => keys(&["AKIA1"], TRUNCATED),
    })
    .await;
    let (bench, wire, writer) = Bench::new().await;
    let live = account(&wire, &server.url, "1").await;
    assert_eq!(keys_of_ann(&live).await, ["AKIA1"], "the second page never came");
    assert_eq!(server.count(), 1 + 8, "an unwell service is asked eight times");
    assert!(bench.clock.elapsed() > Duration::from_secs(1), "waiting is the run's clock's");
    drop((live, wire, writer));
    let resumed = account(&bench.resume().await, &server.url, "1").await;
    assert_eq!(keys_of_ann(&resumed).await, ["AKIA1", "AKIA2"]);
    let pages: Vec<_> = server.seen().iter().skip(9).map(|seen| seen.body.contains("Marker=m1")).collect();
    assert_eq!(pages, [false, true]);
}

#[tokio::test]
async fn what_the_sdk_calls_an_error_is_an_answer_on_record() {
    let denial = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let server = Server::start(move |seen, _| match seen.body.contains("GetCredentialReport") {
        true => Reply::new(403, denial).with("content-type", "text/xml"),
        false => Reply::new(200, "<!doctype html>").with("content-type", "text/html"),
    })
    .await;
    let (bench, wire, _writer) = Bench::new().await;
    let account = account(&wire, &server.url, "1").await;
    let denied = heard(account.iam().get_credential_report().send().await).unwrap();
    assert!(matches!(denied, Heard::Refused));
    let unreadable = heard(account.iam().get_policy().policy_arn("arn:aws:iam::1:policy/p").send().await).unwrap();
    assert!(matches!(unreadable, Heard::Refused), "{unreadable:?}");
    assert_eq!(server.count(), 2, "neither is asked again");
    let records = bench.records().await;
    assert_eq!(records[0].code(), Some("AccessDenied"));
    let scope = Scope::new("aws/1");
    let report = bench.load().await;
    assert_eq!(report.call(&scope, "iam", "us-east-1", "GetCredentialReport", &[]).stop, Stop::Status(403));
    let nobody = super::account(&wire, "http://127.0.0.1:1", "1").await;
    let silence = heard(nobody.iam().get_credential_report().send().await).unwrap();
    assert!(matches!(silence, Heard::Silence), "{silence:?}");
}

#[tokio::test]
async fn two_accounts_never_share_an_answer() {
    let server = Server::start(|_, nth| Reply::new(200, format!("<R><Account>{nth}</Account></R>"))).await;
    let (bench, wire, _writer) = Bench::new().await;
    for number in ["1", "2"] {
        let account = account(&wire, &server.url, number).await;
        for region in ["eu-west-1", "us-east-1"] {
            account.call("sts", region, "GetCallerIdentity", json!({})).await.unwrap();
        }
    }
    let replay = bench.replay().await;
    let mut heard = Vec::new();
    for number in ["1", "2"] {
        let account = account(&replay, &server.url, number).await;
        for region in ["eu-west-1", "us-east-1"] {
            heard.extend(account.call("sts", region, "GetCallerIdentity", json!({})).await.unwrap().texts("Account"));
        }
    }
    assert_eq!((heard, server.count()), (["0", "1", "2", "3"].map(str::to_owned).to_vec(), 4));
}
