//! Read only by construction: what is not on the list costs a typed error and no connection.

use ambit::collect::{
    aws::client::heard,
    wire::{Error, Lane, Target, Wire},
};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{
    Bench, account, github,
    server::{Reply, Server},
};

fn refused(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(Error::within(error), Some(Error::Refused { .. }))
}

#[tokio::test]
async fn writes_through_both_sdks_are_refused_before_a_byte_is_sent() {
    let server = Server::start(|_, _| Reply::new(200, "{}")).await;
    let (bench, live, _writer) = Bench::new().await;
    for wire in [live, bench.replay().await] {
        let client = github(&wire, &server.url, "ghp_x");
        let octocrab = client.octocrab();
        let body = Some(json!({}));
        assert!(refused(&octocrab.post::<_, Value>("/repos/a/b/merges", body.as_ref()).await.unwrap_err()));
        assert!(refused(&octocrab.delete::<Value, _, _>("/repos/a/b", body.as_ref()).await.unwrap_err()));
        assert!(refused(&octocrab.put::<Value, _, _>("/repos/a/b/topics", body.as_ref()).await.unwrap_err()));
        assert!(refused(&octocrab.patch::<Value, _, _>("/repos/a/b", body.as_ref()).await.unwrap_err()));
        for elsewhere in ["http://elsewhere.invalid/x", "https://api.github.com.evil.invalid/x", "http://127.0.0.1:1/x"]
        {
            assert!(refused(&octocrab.get::<Value, _, _>(elsewhere, None::<&()>).await.unwrap_err()), "{elsewhere}");
        }
        for document in [
            "mutation { a }",
            "query A { a } mutation B { b }",
            "fragment F on X { a } mutation B { b }",
            "subscription { a }",
            "fragment F on X { a }",
            "query {",
            "# query\nmutation{a}",
            "",
        ] {
            assert!(refused(&client.graphql(document, json!({})).await.unwrap_err()), "{document}");
        }
        let account = account(&wire, &server.url, "1").await;
        for (service, operation) in [
            ("sts", "AssumeRole"),
            ("sts", "GetSessionToken"),
            ("iam", "DeleteRole"),
            ("secretsmanager", "GetSecretValue"),
            ("s3", "GetObject"),
            ("nosuch", "ListThings"),
        ] {
            let error = account.call(service, "eu-west-1", operation, json!({})).await.unwrap_err();
            assert!(refused(&error), "{service} {operation}: {error}");
        }
        let iam = account.iam();
        assert!(refused(&iam.create_role().role_name("x").assume_role_policy_document("{}").send().await.unwrap_err()));
        assert!(refused(&iam.delete_user().user_name("x").send().await.unwrap_err()));
        assert!(refused(&iam.get_user().user_name("x").send().await.unwrap_err()), "a read that is not on the list");
        let error = heard(iam.delete_user().user_name("x").send().await).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "a refusal is no answer: {error}");
    }
    assert_eq!((server.count(), bench.records().await.len()), (0, 0));
}

fn github_target(base: &str, graphql: &str) -> Target {
    Target::Github { base: base.parse().unwrap(), graphql: graphql.parse().unwrap() }
}

fn allowed(target: &Target, method: &str, url: &str, body: &str) -> bool {
    let request = Request::builder().method(method).uri(url).body(Bytes::from(body.to_owned())).unwrap();
    Wire::judge(target, &request).is_ok()
}

#[test]
fn github_is_judged_by_place_method_and_document() {
    let public = github_target("https://api.github.com", "https://api.github.com/graphql");
    let query = r#"{"query":"query Q { a } query R { b }","variables":{},"operationName":"R"}"#;
    assert!(allowed(&public, "GET", "https://api.github.com/orgs/a", ""));
    assert!(allowed(&public, "HEAD", "https://api.github.com:443/orgs/a", ""));
    assert!(allowed(&public, "POST", "https://api.github.com/graphql", query));
    assert!(allowed(&public, "POST", "https://api.github.com/graphql", r#"{"query":"{ a }"}"#));
    assert!(allowed(&public, "POST", "https://api.github.com/app/installations/7/access_tokens", "{}"));
    for (method, url, body) in [
        ("GET", "http://api.github.com/orgs/a", ""),
        ("GET", "https://api.github.com:8443/orgs/a", ""),
        ("GET", "https://uploads.github.com/orgs/a", ""),
        ("GET", "https://api.github.com/orgs/../user", ""),
        ("POST", "https://api.github.com/app/installations/7x/access_tokens", "{}"),
        ("POST", "https://api.github.com/app/installations//access_tokens", "{}"),
        ("POST", "https://api.github.com/graphql/", query),
        ("POST", "https://api.github.com/graphql", "[{\"query\":\"{ a }\"}]"),
        ("POST", "https://api.github.com/graphql", r#"{"query":"{ a }","extensions":{"persistedQuery":{}}}"#),
        ("POST", "https://api.github.com/graphql", r#"{"id":"1"}"#),
    ] {
        assert!(!allowed(&public, method, url, body), "{method} {url} {body}");
    }
    let enterprise = github_target("https://ghe.example/api/v3", "https://ghe.example/api/graphql");
    assert!(allowed(&enterprise, "GET", "https://ghe.example/api/v3/orgs/a", ""));
    assert!(allowed(&enterprise, "POST", "https://ghe.example/api/graphql", query));
    assert!(!allowed(&enterprise, "GET", "https://ghe.example/api/v30/orgs/a", ""));
    assert!(!allowed(&enterprise, "GET", "https://ghe.example/login", ""));
    assert!(!allowed(&enterprise, "POST", "https://ghe.example/graphql", query));
    let plain = github_target("http://ghe.example", "http://ghe.example/graphql");
    assert!(!allowed(&plain, "GET", "http://ghe.example/orgs/a", ""), "plain http beyond this machine");
    let local = github_target("http://127.0.0.1:4020", "http://127.0.0.1:4020/graphql");
    assert!(allowed(&local, "GET", "http://127.0.0.1:4020/orgs/a", ""));
}

#[test]
fn a_method_override_is_refused() {
    let public = github_target("https://api.github.com", "https://api.github.com/graphql");
    let request = Request::get("https://api.github.com/repos/a/b").header("X-HTTP-Method-Override", "DELETE");
    assert!(Wire::judge(&public, &request.body(Bytes::new()).unwrap()).is_err());
}

struct Aws {
    lane: Lane,
    service: &'static str,
    endpoint: Option<&'static str>,
}

impl Aws {
    fn evidence(service: &'static str) -> Aws {
        Aws { lane: Lane::Evidence, service, endpoint: None }
    }

    fn allows(&self, method: &str, url: &str, target: Option<&str>, name: Option<&str>, body: &str) -> bool {
        let mut request = Request::builder().method(method).uri(url);
        if !self.service.is_empty() {
            let scope = format!("Credential=AKID/20261125/eu-west-1/{}/aws4_request", self.service);
            request =
                request.header("authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"));
        }
        if let Some(target) = target {
            request = request.header("x-amz-target", target);
        }
        let endpoint = self.endpoint.map(|endpoint| endpoint.parse().unwrap());
        let target = Target::Aws { lane: self.lane, operation: name.map(str::to_owned), endpoint };
        Wire::judge(&target, &request.body(Bytes::from(body.to_owned())).unwrap()).is_ok()
    }
}

#[test]
fn aws_operations_are_judged_by_their_bytes() {
    let root = "https://x.amazonaws.com/";
    let iam = Aws::evidence("iam");
    assert!(iam.allows("POST", root, None, Some("ListAccessKeys"), "Action=ListAccessKeys&Version=1"));
    assert!(!iam.allows("POST", root, None, Some("ListAccessKeys"), "Action=DeleteRole"), "the name lies");
    assert!(!iam.allows("POST", root, None, Some("DeleteRole"), "Action=ListAccessKeys"), "one of them is wrong");
    assert!(!iam.allows("POST", root, None, None, "Action=ListAccessKeys&Action=DeleteRole"));
    assert!(!iam.allows("POST", root, None, None, "Action=DeleteRole&Action=ListAccessKeys"));
    assert!(!iam.allows("POST", root, None, None, "Action=ListAccessKeys&Acti%6Fn=DeleteRole"));
    assert!(!iam.allows("POST", &format!("{root}?Action=DeleteRole"), None, None, "Action=ListAccessKeys"));
    assert!(!iam.allows("GET", &format!("{root}?Action=DeleteRole"), None, None, ""));
    assert!(
        !Aws::evidence("rds").allows("POST", root, None, None, "Action=ListAccessKeys"),
        "another service's operation"
    );
    assert!(!Aws::evidence("").allows("POST", root, None, None, "Action=ListAccessKeys"), "unsigned");
    let dynamodb = Aws::evidence("dynamodb");
    assert!(dynamodb.allows("POST", root, Some("DynamoDB_20120810.ListTables"), None, "{}"));
    assert!(!dynamodb.allows("POST", root, Some("DynamoDB_20120810.DeleteTable"), Some("ListTables"), "{}"));
    assert!(!dynamodb.allows("POST", root, Some("Another_20120810.ListTables"), None, "{}"));
    assert!(!Aws::evidence("kms").allows("POST", root, Some("TrentService.GenerateDataKey"), None, "{}"));
}

#[test]
fn aws_rest_is_judged_by_method_and_path() {
    let s3 = Aws::evidence("s3");
    let at = |path: &str| format!("https://s3.eu-west-1.amazonaws.com{path}");
    assert!(s3.allows("GET", &at("/bucket?versioning"), None, Some("GetBucketVersioning"), ""));
    assert!(s3.allows("GET", "https://bucket.s3.eu-west-1.amazonaws.com/?versioning", None, None, ""));
    assert!(!s3.allows("GET", &at("/bucket?versioning"), None, Some("GetBucketPolicy"), ""), "the name lies");
    for path in [
        "/bucket",
        "/bucket?list-type=2",
        "/bucket/key",
        "/bucket/key?versioning",
        "/bucket?versioning&versions",
        "/bucket?torrent",
    ] {
        assert!(!s3.allows("GET", &at(path), None, None, ""), "{path}");
    }
    for method in ["PUT", "DELETE", "POST"] {
        assert!(!s3.allows(method, &at("/bucket?versioning"), None, Some("GetBucketVersioning"), ""));
    }
    let backup = Aws::evidence("backup");
    assert!(backup.allows(
        "GET",
        "https://backup.eu-west-1.amazonaws.com/backup-vaults/v/access-policy",
        None,
        None,
        ""
    ));
    assert!(!backup.allows(
        "DELETE",
        "https://backup.eu-west-1.amazonaws.com/backup-vaults/v/access-policy",
        None,
        None,
        ""
    ));
}

#[test]
fn aws_credentials_go_to_aws_or_the_configured_endpoint_only() {
    let form = "Action=ListAccessKeys";
    let public = Aws::evidence("iam");
    for url in [
        "https://evil.example/",
        "https://amazonaws.com.evil.example/",
        "http://iam.amazonaws.com/",
        "http://127.0.0.1:1/",
    ] {
        assert!(!public.allows("POST", url, None, None, form), "{url}");
    }
    let local = Aws { lane: Lane::Evidence, service: "iam", endpoint: Some("http://127.0.0.1:5000") };
    assert!(local.allows("POST", "http://127.0.0.1:5000/", None, None, form));
    assert!(!local.allows("POST", "http://127.0.0.1:5001/", None, None, form));
    assert!(!local.allows("POST", "https://iam.amazonaws.com/", None, None, form));
}

#[test]
fn the_two_lanes_do_not_mix() {
    let chain = Aws { lane: Lane::Credentials, service: "sts", endpoint: None };
    let sts = "https://sts.eu-west-1.amazonaws.com/";
    assert!(chain.allows("POST", sts, None, None, "Action=AssumeRole&RoleArn=x"));
    assert!(chain.allows("POST", sts, None, None, "Action=AssumeRoleWithWebIdentity&WebIdentityToken=x"));
    assert!(!chain.allows("POST", sts, None, None, "Action=GetCallerIdentity"), "that one is evidence");
    assert!(!chain.allows("POST", "https://evil.example/", None, None, "Action=AssumeRole"));
    assert!(!chain.allows("POST", "https://iam.amazonaws.com/", None, None, "Action=ListAccessKeys"));
    assert!(chain.allows("GET", "http://169.254.169.254/latest/meta-data/iam/security-credentials/", None, None, ""));
    assert!(!chain.allows("GET", "http://169.254.169.253/latest/meta-data/", None, None, ""));
    assert!(chain.allows("GET", "http://169.254.170.2/v2/credentials/x", None, None, ""));
    assert!(chain.allows(
        "GET",
        "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=r",
        None,
        None,
        ""
    ));
    assert!(chain.allows("POST", "https://oidc.eu-west-1.amazonaws.com/token", None, None, "{}"));
    assert!(!chain.allows("POST", "https://oidc.eu-west-1.amazonaws.com/client/register", None, None, "{}"));
    let evidence = Aws::evidence("sts");
    assert!(evidence.allows("POST", sts, None, None, "Action=GetCallerIdentity"));
    assert!(!evidence.allows("POST", sts, None, None, "Action=AssumeRole"));
    assert!(!evidence.allows("GET", "http://169.254.169.254/latest/meta-data/", None, None, ""));
}
