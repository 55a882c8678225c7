//! Rules, metric filters, alarms and topics; GuardDuty and Security Hub.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{
    alert::{Alarm, Detection, Detector, EventRule, Metric, MetricFilter, Subscription, Topic},
    id::{Arn, EvidenceId, Region},
    observed::Observed,
};

use super::{
    account::Account,
    answer::unexpected,
    fields::{items, text, truth},
};

pub(super) fn detection(account: &Account<'_>) -> Detection {
    Detection {
        rules: account.list("events", "ListRules", "Rules", &|body, region, evidence| {
            rule(account, body, region, evidence).map(Some)
        }),
        filters: account.list("logs", "DescribeMetricFilters", "metricFilters", &filter),
        alarms: account.list("monitoring", "DescribeAlarms", "MetricAlarms", &alarm),
        topics: account.list("sns", "ListTopics", "Topics", &|body, region, _| topic(account, body, region).map(Some)),
        trail_log_groups: account
            .list("cloudtrail", "DescribeTrails", "trailList", &|body, _, _| {
                Ok(log_group(text(body, "CloudWatchLogsLogGroupArn").unwrap_or_default()))
            })
            .map(|names| names.into_iter().collect::<BTreeSet<_>>().into_iter().collect()),
        detectors: account.by_region(|region| vec![detectors(account, region)]),
        hubs: account.by_region(|region| vec![hub(account, region)]),
    }
}

/// GuardDuty "ListDetectors": at most one a Region, none where it was never switched on.
fn detectors(account: &Account<'_>, region: &Region) -> Observed<Vec<Detector>> {
    let listed = account.ask("guardduty", region.as_str(), "ListDetectors", &[]);
    listed.read(|pages| {
        let ids = pages.iter().flat_map(|page| items(page, "detectorIds")).filter_map(Value::as_str);
        Ok(ids.map(|id| detector(account, region, id)).collect())
    })
}

fn detector(account: &Account<'_>, region: &Region, id: &str) -> Detector {
    let asked = account.ask("guardduty", region.as_str(), "GetDetector", &[("DetectorId", id)]);
    let on = |feature: &&Value| text(feature, "status") == Some("ENABLED");
    Detector {
        id: id.to_owned(),
        region: region.clone(),
        enabled: asked.one(|body| Some(text(body, "status")? == "ENABLED")),
        features: asked.one(|body| {
            let features = items(body, "features").into_iter().filter(on);
            Some(features.filter_map(|feature| text(feature, "name")).map(str::to_owned).collect())
        }),
        evidence: asked.evidence,
    }
}

/// "DescribeHub" answers `InvalidAccessException` where Security Hub is not enabled (Security Hub API Reference).
fn hub(account: &Account<'_>, region: &Region) -> Observed<Vec<Region>> {
    let asked = account.ask("securityhub", region.as_str(), "DescribeHub", &[]);
    asked.read_or_absent(&["InvalidAccessException", "ResourceNotFoundException"], |_| Ok(vec![region.clone()]))
}

fn rule(account: &Account<'_>, body: &Value, region: &Region, evidence: &[EvidenceId]) -> Result<EventRule, String> {
    let name = text(body, "Name").ok_or_else(unexpected)?;
    let targets = account.ask("events", region.as_str(), "ListTargetsByRule", &[("Rule", name)]);
    Ok(EventRule {
        arn: Arn::new(text(body, "Arn").ok_or_else(unexpected)?),
        name: name.to_owned(),
        region: region.clone(),
        // `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS` adds read events (API Reference, "Rule").
        enabled: text(body, "State").is_some_and(|state| state.starts_with("ENABLED")),
        pattern: text(body, "EventPattern").map(str::to_owned),
        targets: targets.read(|pages| {
            let found = pages.iter().flat_map(|page| items(page, "Targets"));
            found.map(|target| text(target, "Arn").map(Arn::new).ok_or_else(unexpected)).collect()
        }),
        evidence: evidence.to_vec(),
    })
}

fn metric(body: &Value, namespace: &str, name: &str) -> Option<Metric> {
    Some(Metric { namespace: text(body, namespace)?.to_owned(), name: text(body, name)?.to_owned() })
}

fn filter(body: &Value, region: &Region, evidence: &[EvidenceId]) -> Result<Option<MetricFilter>, String> {
    let transformations = items(body, "metricTransformations").into_iter();
    Ok(Some(MetricFilter {
        name: text(body, "filterName").ok_or_else(unexpected)?.to_owned(),
        region: region.clone(),
        log_group: text(body, "logGroupName").ok_or_else(unexpected)?.to_owned(),
        pattern: text(body, "filterPattern").unwrap_or_default().to_owned(),
        metrics: transformations.filter_map(|t| metric(t, "metricNamespace", "metricName")).collect(),
        evidence: evidence.to_vec(),
    }))
}

fn alarm(body: &Value, region: &Region, evidence: &[EvidenceId]) -> Result<Option<Alarm>, String> {
    let actions = items(body, "AlarmActions").into_iter();
    Ok(Some(Alarm {
        arn: Arn::new(text(body, "AlarmArn").ok_or_else(unexpected)?),
        name: text(body, "AlarmName").ok_or_else(unexpected)?.to_owned(),
        region: region.clone(),
        metric: metric(body, "Namespace", "MetricName"),
        actions_enabled: truth(body, "ActionsEnabled").ok_or_else(unexpected)?,
        actions: actions.filter_map(Value::as_str).map(Arn::new).collect(),
        evidence: evidence.to_vec(),
    }))
}

/// A subscription without an ARN of its own waits for its owner ("PendingConfirmation"), or was taken back ("Deleted").
fn topic(account: &Account<'_>, body: &Value, region: &Region) -> Result<Topic, String> {
    let arn = text(body, "TopicArn").ok_or_else(unexpected)?;
    let asked = account.ask("sns", region.as_str(), "ListSubscriptionsByTopic", &[("TopicArn", arn)]);
    Ok(Topic {
        arn: Arn::new(arn),
        subscriptions: asked.read(|pages| {
            let found = pages.iter().flat_map(|page| items(page, "Subscriptions"));
            let subscription = |body: &Value| Subscription {
                protocol: text(body, "Protocol").unwrap_or_default().to_owned(),
                confirmed: text(body, "SubscriptionArn").is_some_and(|arn| arn.starts_with("arn:")),
            };
            Ok(found.map(subscription).collect())
        }),
    })
}

/// The name in a log group's ARN, `arn:…:log-group:NAME:*`.
pub fn log_group(arn: &str) -> Option<String> {
    let arn = Arn::new(arn);
    let name = arn.resource().strip_prefix("log-group:")?;
    Some(name.strip_suffix(":*").unwrap_or(name).to_owned())
}
