//! Lowering from recorded answers, in the shapes that AWS documents for each protocol.

mod alerts;
mod backups;
mod identity;
mod organization;
mod stores;
mod trails;

use serde_json::{Value, json};

use crate::{
    base::{
        clock::{Clock, ManualClock},
        digest::Digest,
    },
    evidence::{Answer, Api, AwsSource, Caller, Header, Key, Next, Params, Record, Response, RunLog, Scope, Store},
    model::{id::EvidenceId, world::CloudAccount},
};

pub(super) const ACCOUNT: &str = "123456789012";

pub(super) const REGIONS: [&str; 2] = ["eu-west-1", "us-west-2"];

/// Service, operation, parameters, and what it answers where there is nothing; for the query protocol only what it wraps.
const NOTHING: &[(&str, &str, &str, &str)] = &[
    ("rds", "DescribeDBInstances", "{}", "<DBInstances/>"),
    ("rds", "DescribeDBClusters", "{}", "<DBClusters/>"),
    ("rds", "DescribeDBSnapshots", "{}", "<DBSnapshots/>"),
    ("rds", "DescribeDBClusterSnapshots", "{}", "<DBClusterSnapshots/>"),
    ("rds", "DescribeDBInstanceAutomatedBackups", "{}", "<DBInstanceAutomatedBackups/>"),
    ("dynamodb", "ListTables", "{}", r#"{"TableNames":[]}"#),
    ("dynamodb", "ListBackups", "{}", r#"{"BackupSummaries":[]}"#),
    ("ec2", "DescribeVolumes", "{}", "<DescribeVolumesResponse><volumeSet/></DescribeVolumesResponse>"),
    ("ec2", "DescribeSnapshots", r#"{"Owner.1":"self"}"#, SNAPSHOTS),
    ("ec2", "DescribeSnapshots", r#"{"Owner.1":"self","RestorableBy.1":"all"}"#, SNAPSHOTS),
    ("elasticfilesystem", "DescribeFileSystems", "{}", r#"{"FileSystems":[]}"#),
    ("elasticache", "DescribeReplicationGroups", "{}", "<ReplicationGroups/>"),
    ("elasticache", "DescribeCacheClusters", "{}", "<CacheClusters/>"),
    ("elasticache", "DescribeServerlessCaches", "{}", "<ServerlessCaches/>"),
    ("elasticache", "DescribeSnapshots", "{}", "<Snapshots/>"),
    ("elasticache", "DescribeServerlessCacheSnapshots", "{}", "<ServerlessCacheSnapshots/>"),
    ("memorydb", "DescribeClusters", "{}", r#"{"Clusters":[]}"#),
    ("memorydb", "DescribeSnapshots", "{}", r#"{"Snapshots":[]}"#),
    ("redshift", "DescribeClusters", "{}", "<Clusters/>"),
    ("redshift", "DescribeClusterSnapshots", "{}", "<Snapshots/>"),
    ("es", "ListDomainNames", "{}", r#"{"DomainNames":[]}"#),
    ("backup", "ListBackupVaults", "{}", r#"{"BackupVaultList":[]}"#),
    ("backup", "ListRestoreJobs", "{}", r#"{"RestoreJobs":[]}"#),
    ("backup", "ListBackupPlans", "{}", r#"{"BackupPlansList":[]}"#),
    ("backup", "ListRestoreTestingPlans", "{}", r#"{"RestoreTestingPlans":[]}"#),
];

const SNAPSHOTS: &str = "<DescribeSnapshotsResponse><snapshotSet/></DescribeSnapshotsResponse>";

/// The query protocol's wrapping of an answer.
pub(super) fn query(operation: &str, inner: &str) -> String {
    format!(
        "<{operation}Response><{operation}Result>{inner}</{operation}Result><ResponseMetadata/></{operation}Response>"
    )
}

/// Recorded answers, to be lowered.
#[derive(Default)]
pub(super) struct Recording {
    calls: Vec<Told>,
}

struct Told {
    scope: String,
    service: String,
    region: String,
    operation: String,
    params: Value,
    page: Option<String>,
    next: Option<String>,
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl Recording {
    /// With the caller's answer, which AWS never denies.
    pub fn new() -> Recording {
        Recording::default().told("sts", "eu-west-1", "GetCallerIdentity", json!({}), &caller(ACCOUNT))
    }

    /// Every list of stores and copies is empty in both Regions, so that a test adds only what it is about.
    pub fn of_nothing() -> Recording {
        let mut told = Recording::new();
        for region in REGIONS {
            for (service, operation, params, body) in NOTHING {
                let body = match *service {
                    "rds" | "elasticache" | "redshift" => query(operation, body),
                    _ => (*body).to_owned(),
                };
                told = told.told(service, region, operation, serde_json::from_str(params).unwrap(), &body);
            }
        }
        told.told(
            "s3",
            "eu-west-1",
            "ListBuckets",
            json!({}),
            "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
        )
    }

    pub fn told(self, service: &str, region: &str, operation: &str, params: Value, body: &str) -> Recording {
        self.status(service, region, operation, params, 200, body)
    }

    pub fn status(
        mut self,
        service: &str,
        region: &str,
        operation: &str,
        params: Value,
        status: u16,
        body: &str,
    ) -> Recording {
        self.calls.push(Told {
            scope: "aws/main".to_owned(),
            service: service.to_owned(),
            region: region.to_owned(),
            operation: operation.to_owned(),
            params,
            page: None,
            next: None,
            status,
            headers: Vec::new(),
            body: body.to_owned(),
        });
        self
    }

    /// The last answer is the page after `page`, and names `next`.
    pub fn page(mut self, page: Option<&str>, next: Option<&str>) -> Recording {
        let told = self.calls.last_mut().unwrap();
        (told.page, told.next) = (page.map(str::to_owned), next.map(str::to_owned));
        self
    }

    /// The last answer came with this header.
    pub fn header(mut self, name: &'static str, value: &'static str) -> Recording {
        self.calls.last_mut().unwrap().headers.push((name, value));
        self
    }

    /// The last answer was given to another identity.
    pub fn through(mut self, scope: &str) -> Recording {
        self.calls.last_mut().unwrap().scope = scope.to_owned();
        self
    }

    pub fn log(&self) -> RunLog {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let clock = ManualClock::shared("2026-11-25T00:00:00Z".parse().unwrap());
            let store = Store::in_memory().await.unwrap();
            let mut header = Header::new(clock.now(), "test");
            for scope in ["aws/main", "aws/other"] {
                header.aws.push(AwsSource {
                    scope: Scope::new(scope),
                    regions: REGIONS.map(str::to_owned).to_vec(),
                    endpoint: None,
                    role: None,
                    identity: "test".to_owned(),
                });
            }
            let writer = store.start(header.with_id()).await.unwrap();
            let run = writer.id().clone();
            for told in &self.calls {
                let body = writer.put(told.body.clone().into()).await.unwrap();
                writer.append(record(told, body, clock.now())).await.unwrap();
            }
            writer.end(crate::evidence::End { at: clock.now(), complete: true, why: None }).await.unwrap();
            store.load(&run).await.unwrap()
        })
    }

    pub fn lowered(&self) -> CloudAccount {
        super::lower(&self.log(), &Scope::new("aws/main"))
    }
}

fn record(told: &Told, body: Digest, at: jiff::Timestamp) -> Record {
    let params: Params = told.params.as_object().unwrap().clone().into_iter().collect();
    let key =
        format!("{} {} {} {} {} {:?}", told.scope, told.service, told.region, told.operation, told.params, told.page);
    Record {
        id: EvidenceId::new(""),
        number: 0,
        key: Some(Key(Digest::of(key.as_bytes()))),
        scope: Scope::new(&*told.scope),
        api: Api::Aws,
        service: told.service.clone(),
        region: told.region.clone(),
        operation: told.operation.clone(),
        method: "POST".to_owned(),
        url: "https://example.invalid/".to_owned(),
        path: "/".to_owned(),
        accept: String::new(),
        params,
        request_body: None,
        at,
        took_ms: 1,
        caller: Caller { name: "test".to_owned(), credential: "c".to_owned() },
        attempt: 1,
        page: told.page.clone(),
        next: told.next.clone().map(Next::Page),
        answer: Answer::Response(Response {
            status: told.status,
            headers: told.headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            body: Some(body),
            size: told.body.len() as u64,
            received: None,
            redactions: Vec::new(),
            code: None,
            transient: false,
        }),
    }
}

/// STS API Reference, GetCallerIdentity, sample response.
pub(super) fn caller(account: &str) -> String {
    format!(
        r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
   <Arn>arn:aws:iam::{account}:user/Alice</Arn>
    <UserId>AIDACKCEVSQ6C2EXAMPLE</UserId>
    <Account>{account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>"#
    )
}

/// The query protocol's error (Smithy, "AWS query protocol", operation error serialization).
pub(super) fn query_error(code: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>User is not authorized</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    )
}

/// S3's error ("Error responses", Amazon S3 API Reference).
pub(super) fn s3_error(code: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>m</Message><RequestId>r</RequestId></Error>"
    )
}

/// The JSON protocols' error with its shape's name in full.
pub(super) fn json_error(code: &str) -> String {
    json!({ "__type": format!("com.amazonaws.example.v20120810#{code}"), "Message": "m" }).to_string()
}

/// What moto and gateways answer where they do not know an operation.
pub(super) const HTML: &str =
    "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>\n";
