//! What would tell somebody: rules, metric filters and alarms, with the topics that they lead to.

use std::collections::BTreeSet;

use serde_json::json;

use super::session::{Parts, Session};
use crate::collect::wire::Error;

pub(super) async fn all(session: Session, region: String) -> Result<(), Error> {
    let mut parts = Parts::default();
    parts.start(rules(session.clone(), region.clone()));
    parts.start(alarms(session.clone(), region.clone()));
    parts.start(topics(session.clone(), region.clone()));
    parts.start(findings(session, region));
    parts.finish().await
}

/// AWS's own events arrive on the default bus alone ("Event buses in Amazon EventBridge").
async fn rules(session: Session, region: String) -> Result<(), Error> {
    let names = session.call("events", &region, "ListRules", json!({})).await?.texts("Name");
    for name in names.into_iter().collect::<BTreeSet<_>>() {
        session.call("events", &region, "ListTargetsByRule", json!({ "Rule": name })).await?;
    }
    Ok(())
}

async fn alarms(session: Session, region: String) -> Result<(), Error> {
    session.call("logs", &region, "DescribeMetricFilters", json!({})).await?;
    session.call("monitoring", &region, "DescribeAlarms", json!({})).await?;
    Ok(())
}

async fn topics(session: Session, region: String) -> Result<(), Error> {
    for topic in session.call("sns", &region, "ListTopics", json!({})).await?.texts("TopicArn") {
        session.call("sns", &region, "ListSubscriptionsByTopic", json!({ "TopicArn": topic })).await?;
    }
    Ok(())
}

/// GuardDuty and Security Hub, which watch by themselves.
async fn findings(session: Session, region: String) -> Result<(), Error> {
    for id in session.call("guardduty", &region, "ListDetectors", json!({})).await?.texts("detectorIds") {
        session.call("guardduty", &region, "GetDetector", json!({ "DetectorId": id })).await?;
    }
    session.call("securityhub", &region, "DescribeHub", json!({})).await?;
    Ok(())
}
