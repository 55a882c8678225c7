//! Two questions never share an answer; one question has one key in every process.

use ambit::{
    collect::wire::{Ask, Lane, Target, Wire},
    evidence::{Caller, Key, Scope},
};
use bytes::Bytes;
use http::Request;

fn key(scope: &str, target: Target, request: http::request::Builder, body: &str) -> Key {
    let caller = Caller { name: "test".to_owned(), credential: "1".to_owned() };
    let request = request.body(Bytes::from(body.to_owned())).unwrap();
    Wire::key(&Ask { scope: Scope::new(scope), caller, target, request, attempt: 1 }).unwrap()
}

fn aws(scope: &str, region: &str, service: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Key {
    let method = if body.is_empty() { "GET" } else { "POST" };
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential=AKID/20261125/{region}/{service}/aws4_request, Signature=0");
    let mut request = Request::builder().method(method).uri(url).header("authorization", authorization);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    key(scope, Target::Aws { lane: Lane::Evidence, operation: None, endpoint: None }, request, body)
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn all_differ(keys: &[Key]) {
    for (at, one) in keys.iter().enumerate() {
        for other in &keys[at + 1..] {
            assert_ne!(one, other);
        }
    }
}

#[test]
fn accounts_regions_services_operations_and_pages_have_keys_of_their_own() {
    let url = "https://rds.amazonaws.com/";
    let body = "Action=DescribeDBInstances&Version=1";
    all_differ(&[
        aws("aws/1", "eu-west-1", "rds", url, &[FORM], body),
        aws("aws/2", "eu-west-1", "rds", url, &[FORM], body),
        aws("aws/1", "us-east-1", "rds", url, &[FORM], body),
        aws("aws/1", "eu-west-1", "rds", url, &[FORM], "Action=DescribeDBClusters&Version=1"),
        aws("aws/1", "eu-west-1", "rds", url, &[FORM], "Action=DescribeDBInstances&Marker=m&Version=1"),
        aws(
            "aws/1",
            "eu-west-1",
            "dynamodb",
            "https://d.amazonaws.com/",
            &[("x-amz-target", "DynamoDB_20120810.ListTables")],
            "{}",
        ),
        aws(
            "aws/1",
            "eu-west-1",
            "dynamodb",
            "https://d.amazonaws.com/",
            &[("x-amz-target", "DynamoDB_20120810.ListBackups")],
            "{}",
        ),
    ]);
}

#[test]
fn buckets_in_the_host_or_in_the_path_have_keys_of_their_own() {
    all_differ(&[
        aws("aws/1", "eu-west-1", "s3", "https://a.s3.eu-west-1.amazonaws.com/?versioning", &[], ""),
        aws("aws/1", "eu-west-1", "s3", "https://b.s3.eu-west-1.amazonaws.com/?versioning", &[], ""),
        aws("aws/1", "eu-west-1", "s3", "https://s3.eu-west-1.amazonaws.com/a?versioning", &[], ""),
        aws("aws/1", "eu-west-1", "s3", "https://s3.eu-west-1.amazonaws.com/b?versioning", &[], ""),
        aws("aws/1", "eu-west-1", "s3", "https://s3.eu-west-1.amazonaws.com/b?acl", &[], ""),
    ]);
}

#[test]
fn time_signature_build_and_order_do_not_count() {
    let url = "https://iam.amazonaws.com/";
    let one = aws(
        "aws/1",
        "us-east-1",
        "iam",
        url,
        &[FORM, ("x-amz-date", "1"), ("amz-sdk-request", "attempt=1")],
        "Action=ListAccessKeys&MaxItems=9",
    );
    let two = aws(
        "aws/1",
        "us-east-1",
        "iam",
        url,
        &[FORM, ("x-amz-security-token", "t"), ("user-agent", "b")],
        "MaxItems=9&Action=ListAccessKeys",
    );
    assert_eq!(one, two);
    let json = [("x-amz-target", "DynamoDB_20120810.ListTables")];
    assert_eq!(
        aws("aws/1", "eu-west-1", "dynamodb", url, &json, r#"{"Limit":1,"A":[1.0]}"#),
        aws("aws/1", "eu-west-1", "dynamodb", url, &json, r#"{ "A": [1], "Limit": 1 }"#),
    );
}

fn github(scope: &str, base: &str, path: &str, headers: &[(&str, &str)]) -> Key {
    let mut request = Request::get(format!("{base}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let target = Target::Github { base: base.parse().unwrap(), graphql: format!("{base}/graphql").parse().unwrap() };
    key(scope, target, request, "")
}

#[test]
fn github_keys_hold_the_identity_and_the_media_type_but_neither_token_nor_host() {
    let base = "https://api.github.com";
    let one = github("github/a", base, "/orgs/x/repos?page=2&per_page=100", &[("authorization", "Bearer 1")]);
    let two = github(
        "github/a",
        "https://ghe.example/api/v3",
        "/orgs/x/repos?per_page=100&page=2",
        &[("authorization", "Bearer 2")],
    );
    assert_eq!(one, two);
    all_differ(&[
        one,
        github("github/b", base, "/orgs/x/repos?page=2&per_page=100", &[]),
        github("github/a", base, "/orgs/x/repos?page=3&per_page=100", &[]),
        github("github/a", base, "/orgs/x/repos?page=2&per_page=100", &[("accept", "application/vnd.github.raw+json")]),
    ]);
}
