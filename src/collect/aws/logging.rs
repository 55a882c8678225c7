//! Where records of what was done are kept and go: trails, CloudTrail Lake, Bedrock, log groups, streams, Security Lake.

use std::collections::BTreeSet;

use serde_json::json;

use super::session::Session;
use crate::{collect::wire::Error, facts::aws::log_group_name};

/// A trail is named in every Region that it covers, and answers for itself in its home Region.
pub(super) async fn trails(session: Session, regions: Vec<String>) -> Result<(), Error> {
    let (mut trails, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for region in &regions {
        let answer = session.call("cloudtrail", region, "DescribeTrails", json!({})).await?;
        trails.extend(answer.texts("TrailARN").into_iter().zip(answer.texts("HomeRegion")));
        let named = answer.texts("CloudWatchLogsLogGroupArn").into_iter();
        groups.extend(named.filter_map(|arn| Some((arn.split(':').nth(3)?.to_owned(), log_group_name(&arn)?))));
    }
    for (arn, home) in trails {
        session.call("cloudtrail", &home, "GetTrailStatus", json!({ "Name": arn })).await?;
        session.call("cloudtrail", &home, "GetEventSelectors", json!({ "TrailName": arn })).await?;
    }
    for region in &regions {
        let logged = session.call("bedrock", region, "GetModelInvocationLoggingConfiguration", json!({})).await?;
        groups.extend(logged.texts("logGroupName").into_iter().map(|name| (region.clone(), name)));
    }
    for (region, name) in groups {
        session.call("logs", &region, "DescribeLogGroups", json!({ "logGroupNamePrefix": name })).await?;
        session.call("logs", &region, "DescribeSubscriptionFilters", json!({ "logGroupName": name })).await?;
    }
    Ok(())
}

pub(super) async fn stores_and_streams(session: Session, region: String) -> Result<(), Error> {
    let ask =
        |service: &'static str, operation: &'static str, params| session.call(service, &region, operation, params);
    for arn in ask("cloudtrail", "ListEventDataStores", json!({})).await?.texts("EventDataStoreArn") {
        ask("cloudtrail", "GetEventDataStore", json!({ "EventDataStore": arn })).await?;
    }
    for name in ask("firehose", "ListDeliveryStreams", json!({})).await?.texts("DeliveryStreamNames") {
        ask("firehose", "DescribeDeliveryStream", json!({ "DeliveryStreamName": name })).await?;
    }
    if !ask("securitylake", "ListDataLakes", json!({ "regions": region })).await?.texts("dataLakeArn").is_empty() {
        ask("securitylake", "ListSubscribers", json!({})).await?;
    }
    Ok(())
}
