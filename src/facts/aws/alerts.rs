//! Rules, metric filters, alarms and topics.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{
    alert::{Alarm, Detection, EventRule, Metric, MetricFilter, Subscription, Topic},
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
        rules: lists(account, "events", "ListRules", "Rules", &|body, region, evidence| {
            rule(account, body, region, evidence)
        }),
        filters: lists(account, "logs", "DescribeMetricFilters", "metricFilters", &filter),
        alarms: lists(account, "monitoring", "DescribeAlarms", "MetricAlarms", &alarm),
        topics: lists(account, "sns", "ListTopics", "Topics", &|body, region, _| topic(account, body, region)),
        trail_log_groups: lists(account, "cloudtrail", "DescribeTrails", "trailList", &|body, _, _| {
            Ok(log_group(body))
        })
        .map(|names| names.into_iter().filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()),
    }
}

type Lower<'a, T> = &'a dyn Fn(&Value, &Region, &[EvidenceId]) -> Result<T, String>;

/// The members of one list of one operation, over all Regions.
fn lists<T>(
    account: &Account<'_>,
    service: &str,
    operation: &str,
    list: &str,
    lower: Lower<'_, T>,
) -> Observed<Vec<T>> {
    account.by_region(|region| {
        let asked = account.ask(service, region.as_str(), operation, &[]);
        let members = asked.read(|pages| {
            let found = pages.iter().flat_map(|page| items(page, list));
            found.map(|body| lower(body, region, &asked.evidence)).collect()
        });
        vec![members]
    })
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

fn filter(body: &Value, region: &Region, evidence: &[EvidenceId]) -> Result<MetricFilter, String> {
    let transformations = items(body, "metricTransformations").into_iter();
    Ok(MetricFilter {
        name: text(body, "filterName").ok_or_else(unexpected)?.to_owned(),
        region: region.clone(),
        log_group: text(body, "logGroupName").ok_or_else(unexpected)?.to_owned(),
        pattern: text(body, "filterPattern").unwrap_or_default().to_owned(),
        metrics: transformations.filter_map(|t| metric(t, "metricNamespace", "metricName")).collect(),
        evidence: evidence.to_vec(),
    })
}

fn alarm(body: &Value, region: &Region, evidence: &[EvidenceId]) -> Result<Alarm, String> {
    let actions = items(body, "AlarmActions").into_iter();
    Ok(Alarm {
        arn: Arn::new(text(body, "AlarmArn").ok_or_else(unexpected)?),
        name: text(body, "AlarmName").ok_or_else(unexpected)?.to_owned(),
        region: region.clone(),
        metric: metric(body, "Namespace", "MetricName"),
        actions_enabled: truth(body, "ActionsEnabled").ok_or_else(unexpected)?,
        actions: actions.filter_map(Value::as_str).map(Arn::new).collect(),
        evidence: evidence.to_vec(),
    })
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

/// The name of the log group, `arn:…:log-group:NAME:*`; empty for a trail that delivers to none.
fn log_group(body: &Value) -> String {
    let arn = Arn::new(text(body, "CloudWatchLogsLogGroupArn").unwrap_or_default());
    let name = arn.resource().strip_prefix("log-group:").unwrap_or_default();
    name.strip_suffix(":*").unwrap_or(name).to_owned()
}
