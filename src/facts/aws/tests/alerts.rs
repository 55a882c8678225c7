use serde_json::json;

use super::{Recording, json_error, query_error};
use crate::model::{alert::Detection, observed::Reading};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarm";

fn detection(told: &Recording) -> Detection {
    told.lowered().detection
}

#[test]
fn rules_carry_their_pattern_state_and_targets() {
    let rules = json!({ "Rules": [
        { "Name": "deletions", "Arn": "arn:aws:events:eu-west-1:123456789012:rule/deletions", "State": "ENABLED",
          "EventPattern": "{\"source\":[\"aws.rds\"]}", "EventBusName": "default" },
        { "Name": "nightly", "Arn": "arn:aws:events:eu-west-1:123456789012:rule/nightly", "State": "DISABLED",
          "ScheduleExpression": "rate(1 day)" },
    ] });
    let targets = json!({ "Targets": [{ "Id": "1", "Arn": TOPIC }] });
    let told = Recording::new()
        .told("events", "eu-west-1", "ListRules", json!({}), &rules.to_string())
        .told("events", "eu-west-1", "ListTargetsByRule", json!({ "Rule": "deletions" }), &targets.to_string())
        .status("events", "us-west-2", "ListRules", json!({}), 400, &json_error("AccessDeniedException"));
    let rules = detection(&told).rules;
    assert!(matches!(rules.reading, Reading::Known { complete: false, .. }), "one Region was withheld");
    let [deletions, nightly] = rules.members() else { panic!("{rules:?}") };
    assert_eq!(deletions.pattern.as_deref(), Some(r#"{"source":["aws.rds"]}"#));
    assert_eq!(deletions.targets.members()[0].as_str(), TOPIC);
    assert_eq!((deletions.enabled, nightly.enabled, nightly.pattern.is_none()), (true, false, true));
    assert!(matches!(nightly.targets.reading, Reading::NotCollected { .. }));
}

#[test]
fn filters_alarms_and_topics_are_read_in_their_protocols() {
    let filters = json!({ "metricFilters": [{ "filterName": "f", "filterPattern": "{ $.eventName = StopLogging }",
        "logGroupName": "trail", "metricTransformations": [{ "metricName": "Stop", "metricNamespace": "Audit", "metricValue": "1" }] }] });
    let alarms = format!(
        "<DescribeAlarmsResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"><DescribeAlarmsResult><MetricAlarms><member>\
         <AlarmName>stop</AlarmName><AlarmArn>arn:aws:cloudwatch:eu-west-1:123456789012:alarm:stop</AlarmArn><ActionsEnabled>true</ActionsEnabled>\
         <AlarmActions><member>{TOPIC}</member></AlarmActions><MetricName>Stop</MetricName><Namespace>Audit</Namespace></member></MetricAlarms>\
         <CompositeAlarms/></DescribeAlarmsResult><ResponseMetadata/></DescribeAlarmsResponse>"
    );
    let topics = format!(
        "<ListTopicsResponse><ListTopicsResult><Topics><member><TopicArn>{TOPIC}</TopicArn></member></Topics></ListTopicsResult><ResponseMetadata/></ListTopicsResponse>"
    );
    let subscriptions = format!(
        "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>\
         <member><Protocol>email</Protocol><SubscriptionArn>{TOPIC}:80289ba6</SubscriptionArn><Endpoint>a@example.com</Endpoint></member>\
         <member><Protocol>email</Protocol><SubscriptionArn>PendingConfirmation</SubscriptionArn></member></Subscriptions>\
         </ListSubscriptionsByTopicResult><ResponseMetadata/></ListSubscriptionsByTopicResponse>"
    );
    let trails = json!({ "trailList": [{ "Name": "main", "TrailARN": "arn:t", "IsMultiRegionTrail": true, "LogFileValidationEnabled": true,
        "IncludeGlobalServiceEvents": true, "CloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:trail:*" }] });
    let told = Recording::new()
        .told("logs", "eu-west-1", "DescribeMetricFilters", json!({}), &filters.to_string())
        .told("monitoring", "eu-west-1", "DescribeAlarms", json!({}), &alarms)
        .told("sns", "eu-west-1", "ListTopics", json!({}), &topics)
        .told("sns", "eu-west-1", "ListSubscriptionsByTopic", json!({ "TopicArn": TOPIC }), &subscriptions)
        .told("cloudtrail", "eu-west-1", "DescribeTrails", json!({}), &trails.to_string())
        .status("sns", "us-west-2", "ListTopics", json!({}), 403, &query_error("AuthorizationError"));
    let found = detection(&told);
    let (filter, alarm) = (&found.filters.members()[0], &found.alarms.members()[0]);
    assert_eq!(alarm.metric.as_ref(), filter.metrics.first());
    assert_eq!((alarm.actions_enabled, alarm.actions[0].as_str()), (true, TOPIC));
    let confirmed: Vec<_> = found.topics.members()[0].subscriptions.members().iter().map(|s| s.confirmed).collect();
    assert_eq!(confirmed, [true, false]);
    assert_eq!(found.trail_log_groups.members(), ["trail"]);
    assert!(!found.topics.is_whole());
}
