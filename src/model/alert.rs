//! What would tell somebody that something was done: event rules, metric filters with alarms, and topics.

use serde::{Deserialize, Serialize};

use super::{
    id::{Arn, EvidenceId, Region},
    observed::Observed,
};

/// The detection of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Rules on the default event bus, where AWS's own events arrive.
    pub rules: Observed<Vec<EventRule>>,
    pub filters: Observed<Vec<MetricFilter>>,
    pub alarms: Observed<Vec<Alarm>>,
    pub topics: Observed<Vec<Topic>>,
    /// Names of the log groups that trails deliver to.
    pub trail_log_groups: Observed<Vec<String>>,
    pub detectors: Observed<Vec<Detector>>,
    /// Regions where Security Hub is on.
    pub hubs: Observed<Vec<Region>>,
}

/// A rule of EventBridge ("ListRules").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRule {
    pub arn: Arn,
    pub name: String,
    pub region: Region,
    pub enabled: bool,
    /// Absent for a rule that runs by schedule.
    pub pattern: Option<String>,
    pub targets: Observed<Vec<Arn>>,
    pub evidence: Vec<EvidenceId>,
}

/// A metric filter of CloudWatch Logs ("DescribeMetricFilters").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricFilter {
    pub name: String,
    pub region: Region,
    pub log_group: String,
    pub pattern: String,
    pub metrics: Vec<Metric>,
    pub evidence: Vec<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Metric {
    pub namespace: String,
    pub name: String,
}

/// An alarm of CloudWatch ("DescribeAlarms").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub arn: Arn,
    pub name: String,
    pub region: Region,
    pub metric: Option<Metric>,
    pub actions_enabled: bool,
    /// What happens when it goes off.
    pub actions: Vec<Arn>,
    pub evidence: Vec<EvidenceId>,
}

/// A topic of SNS. Whose address a subscription holds is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    pub arn: Arn,
    pub subscriptions: Observed<Vec<Subscription>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// `email`, `sms`, `https`, `lambda` …
    pub protocol: String,
    /// False until its owner has confirmed it.
    pub confirmed: bool,
}

/// GuardDuty in one Region ("GetDetector").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detector {
    pub id: String,
    pub region: Region,
    pub enabled: Observed<bool>,
    /// Protection plans that are on: `CLOUD_TRAIL`, `S3_DATA_EVENTS`, `RDS_LOGIN_EVENTS` …
    pub features: Observed<Vec<String>>,
    pub evidence: Vec<EvidenceId>,
}
