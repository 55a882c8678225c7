//! Several accounts, Regions and denials through one endpoint: nothing mixed, nothing lost, nothing guessed.

use std::sync::Arc;

use ambit::{
    base::{
        clock::{Clock, ManualClock},
        secret::Secret,
    },
    collect::{
        Unwatched,
        aws::{self, Summary, client::Credential},
        wire::{Settings, Wire},
    },
    controls::operations::{self, Protocol},
    evidence::{AwsSource, Header, RunLog, Scope, Store},
    facts,
    model::{
        observed::{Observed, Reading},
        world::CloudAccount,
    },
};

use crate::wire::server::{Reply, Seen, Server};

const HTML: &str = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>";

fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/audit")
}

/// Collects the accounts, each by a role of its own, and returns what was recorded.
async fn collected(server: &Server, accounts: &[&str], regions: &[&str]) -> (RunLog, Vec<Summary>) {
    let clock = ManualClock::shared("2026-11-25T03:00:00Z".parse().unwrap());
    let regions: Vec<String> = regions.iter().map(|region| (*region).to_owned()).collect();
    let store = Store::in_memory().await.unwrap();
    let mut header = Header::new(clock.now(), "test");
    for account in accounts {
        header.aws.push(AwsSource {
            scope: Scope::new(*account),
            regions: regions.clone(),
            endpoint: Some(server.url.clone()),
            role: Some(role(account)),
            identity: "test".to_owned(),
        });
    }
    let writer = store.start(header.with_id()).await.unwrap();
    let run = writer.id().clone();
    let clock: Arc<dyn Clock> = clock;
    let wire = Wire::live(writer.clone(), Settings::default(), clock.clone()).unwrap();
    let mut summaries = Vec::new();
    for account in accounts {
        let reading = aws::Reading {
            scope: Scope::new(*account),
            regions: regions.clone(),
            endpoint: Some(server.url.clone()),
            credential: Credential::Keys { id: "AKIABASE".to_owned(), secret: Secret::new("hush"), session: None },
            role: Some(role(account)),
        };
        summaries.push(aws::collect(&wire, reading, &Unwatched).await.unwrap());
    }
    writer.end(ambit::evidence::End { at: clock.now(), complete: true, why: None }).await.unwrap();
    (store.load(&run).await.unwrap(), summaries)
}

fn lowered(log: &RunLog, account: &str) -> CloudAccount {
    facts::aws::lower(log, &Scope::new(account))
}

/// The account that a request speaks for, by the access key that its role was given, and its SigV4 Region.
fn speaker(seen: &Seen) -> (String, String) {
    let credential = seen.headers["authorization"].split("Credential=").nth(1).unwrap();
    let parts: Vec<&str> = credential.split('/').collect();
    (parts[0].trim_start_matches("ASIA").to_owned(), parts[2].to_owned())
}

fn operation(seen: &Seen) -> String {
    let target = seen.headers.get("x-amz-target").and_then(|target| target.split('.').nth(1)).map(str::to_owned);
    let action = seen.body.strip_prefix("Action=").and_then(|rest| rest.split('&').next()).map(str::to_owned);
    target.or(action).unwrap_or_else(|| format!("{} {}", seen.method, seen.path.split('?').next().unwrap_or_default()))
}

fn query(operation: &str, inner: &str) -> String {
    format!(
        "<{operation}Response><{operation}Result>{inner}</{operation}Result><ResponseMetadata/></{operation}Response>"
    )
}

/// An AWS with an account for every role, except that `333…` lets nobody in. Each account holds a role and, in each
/// Region, a database of the same names; what it does not know it answers with a page for people.
fn cloud(seen: &Seen) -> Reply {
    let operation = operation(seen);
    if operation == "AssumeRole" {
        let account = ["111111111111", "222222222222"].into_iter().find(|account| seen.body.contains(account));
        return match account {
            Some(account) => {
                let credentials = format!(
                    "<Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                     <SessionToken>t</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration></Credentials>"
                );
                Reply::new(200, query("AssumeRole", &credentials)).with("content-type", "text/xml")
            }
            None => Reply::new(
                403,
                "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
            ),
        };
    }
    let (account, region) = speaker(seen);
    let body = match operation.as_str() {
        "GetCallerIdentity" => {
            format!("<Arn>arn:aws:sts::{account}:assumed-role/audit/ambit</Arn><Account>{account}</Account>")
        }
        "GetAccountAuthorizationDetails" => format!(
            "<RoleDetailList><member><RoleName>deploy</RoleName><Arn>arn:aws:iam::{account}:role/deploy</Arn></member></RoleDetailList>"
        ),
        "DescribeDBInstances" => format!(
            "<DBInstances><DBInstance><DBInstanceIdentifier>shop</DBInstanceIdentifier>\
             <DBInstanceArn>arn:aws:rds:{region}:{account}:db:shop</DBInstanceArn><DeletionProtection>{}</DeletionProtection>\
             </DBInstance></DBInstances>",
            account.starts_with('1') == region.starts_with("eu"),
        ),
        _ => return Reply::new(404, HTML).with("content-type", "text/html"),
    };
    Reply::new(200, query(&operation, &body)).with("content-type", "text/xml")
}

#[tokio::test]
async fn two_accounts_are_read_and_a_third_that_refuses_is_reported() {
    let server = Server::start(|seen, _| cloud(seen)).await;
    let accounts = ["111111111111", "222222222222", "333333333333"];
    let (log, summaries) = collected(&server, &accounts, &["eu-west-1", "us-west-2"]).await;
    assert!(summaries[0].calls > 10 && summaries[1].calls > 10);
    assert!(summaries[2].not_entered.is_some() && summaries[2].calls == 0, "{:?}", summaries[2]);
    for account in ["111111111111", "222222222222"] {
        let found = lowered(&log, account);
        assert_eq!(found.caller.seen().unwrap().account.as_str(), account);
        let roles: Vec<_> = found.principals.seen().unwrap().roles.iter().map(|role| role.arn.clone()).collect();
        assert_eq!(roles, [format!("arn:aws:iam::{account}:role/deploy")]);
        let protected: Vec<_> = found
            .stores
            .members()
            .iter()
            .map(|store| (store.arn.account(), store.arn.region(), store.deletion_protection.seen().copied()))
            .collect();
        let first = account.starts_with('1');
        assert_eq!(protected, [(account, "eu-west-1", Some(first)), (account, "us-west-2", Some(!first))]);
        assert!(!found.stores.is_whole(), "tables and buckets were not there to ask");
    }
    let closed = lowered(&log, "333333333333");
    let Reading::Failed { why } = &closed.caller.reading else { panic!("{:?}", closed.caller) };
    assert_eq!(why, "the role could not be assumed: HTTP 403");
    assert!(matches!(closed.stores.reading, Reading::NotCollected { .. }), "{:?}", closed.stores);
}

/// The protocol of the service that a request is signed for.
fn protocol(seen: &Seen) -> Protocol {
    let scope = seen.headers["authorization"].split("Credential=").nth(1).unwrap();
    let name = scope.split('/').nth(3).unwrap();
    operations::services().iter().find(|service| service.service == name).unwrap().protocol
}

/// "You may not", as each protocol says it.
fn denial(protocol: Protocol) -> Reply {
    match protocol {
        Protocol::Json => Reply::new(400, r#"{"__type":"AccessDeniedException","Message":"not authorized"}"#),
        Protocol::Query => {
            let error = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>m</Message></Error></ErrorResponse>";
            Reply::new(403, error).with("content-type", "text/xml")
        }
        Protocol::RestJson => {
            Reply::new(403, r#"{"message":"not authorized"}"#).with("x-amzn-errortype", "AccessDeniedException")
        }
        Protocol::RestXml => Reply::new(403, "<Error><Code>AccessDenied</Code><Message>m</Message></Error>"),
    }
}

/// Every call denied, in the shape of its own protocol: each reading says so and names the grant.
#[tokio::test]
async fn a_denied_account_is_denied_field_by_field() {
    let server = Server::start(|seen, _| {
        let operation = operation(seen);
        if matches!(operation.as_str(), "AssumeRole" | "GetCallerIdentity") {
            return cloud(seen);
        }
        denial(protocol(seen))
    })
    .await;
    let (log, _) = collected(&server, &["111111111111"], &["eu-west-1"]).await;
    let found = lowered(&log, "111111111111");
    let denied = |grant: Option<String>, wanted: &str| assert_eq!(grant.as_deref(), Some(wanted));
    fn grant<T>(reading: &Observed<T>) -> Option<String> {
        Some(reading.gap("x")?.needs?.grant)
    }
    denied(grant(&found.principals), "iam:GetAccountAuthorizationDetails");
    denied(grant(&found.oidc_providers), "iam:ListOpenIDConnectProviders");
    denied(grant(&found.scps), "organizations:DescribeOrganization");
    denied(grant(&found.stores), "rds:DescribeDBInstances");
    denied(grant(&found.trails), "cloudtrail:DescribeTrails");
    denied(grant(&found.safeguards.copies), "rds:DescribeDBSnapshots");
    denied(grant(&found.safeguards.vaults), "backup:ListBackupVaults");
    denied(grant(&found.safeguards.restores), "backup:ListRestoreJobs");
    denied(grant(&found.safeguards.plans), "backup:ListBackupPlans");
    denied(grant(&found.rcps), "organizations:DescribeOrganization");
    denied(grant(&found.membership), "organizations:DescribeOrganization");
    denied(grant(&found.access.center), "sso:ListInstances");
    denied(grant(&found.keys), "kms:ListKeys");
    denied(grant(&found.logging.event_data_stores), "cloudtrail:ListEventDataStores");
    denied(grant(&found.logging.invocations), "bedrock:GetModelInvocationLoggingConfiguration");
    denied(grant(&found.logging.streams), "firehose:ListDeliveryStreams");
    denied(grant(&found.logging.lakes), "securitylake:ListDataLakes");
    denied(grant(&found.detection.detectors), "guardduty:ListDetectors");
    denied(grant(&found.detection.hubs), "securityhub:DescribeHub");
    denied(grant(&found.detection.rules), "events:ListRules");
    denied(grant(&found.detection.filters), "logs:DescribeMetricFilters");
    denied(grant(&found.detection.alarms), "cloudwatch:DescribeAlarms");
    denied(grant(&found.detection.topics), "sns:ListTopics");
    let coverage = facts::aws::coverage(&log, &Scope::new("111111111111"));
    assert_eq!((coverage.answered, coverage.failed.len(), coverage.skipped.len()), (1, 0, 0), "{:?}", coverage.failed);
    let rows = coverage.planned - 2;
    assert_eq!(coverage.denied.len(), rows, "a row for each; snapshots of disks are asked for twice");
    assert!(coverage.denied.iter().all(|row| row.needs.is_some()));
}
