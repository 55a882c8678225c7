//! Where an account's records of what was done are kept, and where they go: trails, stores of events, log groups, streams.

use serde::{Deserialize, Serialize};

use super::{
    id::{Arn, EvidenceId, Region},
    observed::Observed,
};

/// A CloudTrail trail and whether it writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    pub arn: Arn,
    pub name: String,
    pub home_region: Region,
    pub bucket: Option<String>,
    /// Its name.
    pub log_group: Option<String>,
    /// Absent: encrypted with S3's own key.
    pub key: Option<Arn>,
    pub multi_region: bool,
    pub organization: bool,
    pub log_file_validation: bool,
    pub global_events: bool,
    pub logging: Observed<bool>,
    /// Why the last delivery failed; absent where it did not ("GetTrailStatus", `LatestDeliveryError`).
    pub delivery_error: Observed<String>,
    /// False: selectors leave management write events out.
    pub management_writes: Observed<bool>,
    /// Empty: none are logged.
    pub data_events: Observed<Vec<DataEvents>>,
    pub evidence: Vec<EvidenceId>,
}

/// Data events that a selector lets through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DataEvents {
    /// `AWS::S3::Object`, `AWS::DynamoDB::Table`, `AWS::BedrockAgentCore::Gateway` …
    pub resource_type: String,
    pub reads: bool,
    pub writes: bool,
    /// ARNs, or beginnings of ARNs, that it is limited to; empty: every resource of the type.
    pub resources: Vec<String>,
    /// Further fields narrow it, such as `eventName`: not all events of these resources are logged.
    pub narrowed: bool,
}

/// A store of events of CloudTrail Lake ("GetEventDataStore").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventDataStore {
    pub arn: Arn,
    pub name: String,
    pub region: Region,
    /// `ENABLED`, `STOPPED_INGESTION`, `PENDING_DELETION` …
    pub status: Observed<String>,
    pub multi_region: Observed<bool>,
    pub organization: Observed<bool>,
    pub retention_days: Observed<u64>,
    pub termination_protection: Observed<bool>,
    pub management_writes: Observed<bool>,
    pub data_events: Observed<Vec<DataEvents>>,
    pub evidence: Vec<EvidenceId>,
}

/// Bedrock's logging of prompts and answers in one Region: off unless somebody switched it on
/// ("GetModelInvocationLoggingConfiguration").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvocationLogging {
    pub region: Region,
    /// Text goes into the record. False with a destination: only who, when and how much.
    pub text: bool,
    pub log_group: Option<String>,
    pub bucket: Option<String>,
    pub evidence: Vec<EvidenceId>,
}

/// A log group that audit records go to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogGroup {
    pub name: String,
    pub region: Region,
    /// Absent: kept for ever.
    pub retention_days: Observed<u64>,
    /// Absent: encrypted with CloudWatch's own key.
    pub key: Observed<Arn>,
    pub deletion_protection: Observed<bool>,
    /// Where its events are sent on to, as they come: a function, a stream, another account's destination.
    pub subscriptions: Observed<Vec<LogSubscription>>,
    pub evidence: Vec<EvidenceId>,
}

/// "DescribeSubscriptionFilters".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSubscription {
    pub name: String,
    /// Empty: every event.
    pub pattern: String,
    pub destination: Arn,
}

/// A stream of Data Firehose and where it delivers ("DescribeDeliveryStream").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryStream {
    pub arn: Arn,
    pub name: String,
    pub region: Region,
    pub destinations: Observed<Vec<Destination>>,
    pub evidence: Vec<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Destination {
    /// `s3`, `http`, `splunk`, `opensearch`, `redshift`, `snowflake`, or the service's own word.
    pub kind: String,
    /// A bucket's ARN or an endpoint's address without its query.
    pub to: String,
}

/// Security Lake in one Region ("ListDataLakes").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecurityLake {
    pub arn: Arn,
    pub region: Region,
    pub bucket: Option<Arn>,
    /// `INITIALIZED`, `COMPLETED`, `FAILED` …
    pub status: String,
    /// Who reads from it, by name.
    pub subscribers: Observed<Vec<String>>,
    pub evidence: Vec<EvidenceId>,
}

/// All of an account's records beside its trails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logging {
    pub event_data_stores: Observed<Vec<EventDataStore>>,
    /// One entry for each Region where it is on.
    pub invocations: Observed<Vec<InvocationLogging>>,
    /// Those that trails and Bedrock write to.
    pub log_groups: Observed<Vec<LogGroup>>,
    pub streams: Observed<Vec<DeliveryStream>>,
    pub lakes: Observed<Vec<SecurityLake>>,
}
