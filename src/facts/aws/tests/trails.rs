use serde_json::{Value, json};

use super::{Recording, json_error};
use crate::{evidence::Scope, facts::aws::coverage, model::observed::Reading};

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main";

fn trail() -> String {
    json!({ "trailList": [{ "Name": "main", "TrailARN": ARN, "HomeRegion": "eu-west-1", "S3BucketName": "logs",
        "IsMultiRegionTrail": true, "LogFileValidationEnabled": true, "IncludeGlobalServiceEvents": true,
        "IsOrganizationTrail": false }] })
    .to_string()
}

/// A trail of many Regions, named in both; its status and selectors are asked for in its home Region.
fn told(selectors: &Value) -> Recording {
    Recording::new()
        .told("cloudtrail", "eu-west-1", "DescribeTrails", json!({}), &trail())
        .told("cloudtrail", "us-west-2", "DescribeTrails", json!({}), &trail())
        .told("cloudtrail", "eu-west-1", "GetTrailStatus", json!({ "Name": ARN }), r#"{"IsLogging":true}"#)
        .told("cloudtrail", "eu-west-1", "GetEventSelectors", json!({ "TrailName": ARN }), &selectors.to_string())
}

#[test]
fn a_trail_of_many_regions_is_one_trail() {
    let selectors = json!({ "EventSelectors": [{ "ReadWriteType": "All", "IncludeManagementEvents": true }] });
    let trails = told(&selectors).lowered().trails;
    assert!(trails.is_whole());
    let [trail] = trails.members() else { panic!("{trails:?}") };
    assert_eq!((trail.logging.seen(), trail.management_writes.seen()), (Some(&true), Some(&true)));
}

#[test]
fn selectors_may_leave_management_writes_out() {
    let advanced = |fields: Value| json!({ "AdvancedEventSelectors": [{ "Name": "x", "FieldSelectors": fields }] });
    let category = json!({ "Field": "eventCategory", "Equals": ["Management"] });
    for (selectors, writes) in [
        (json!({ "EventSelectors": [{ "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true }] }), true),
        (json!({ "EventSelectors": [{ "ReadWriteType": "ReadOnly", "IncludeManagementEvents": true }] }), false),
        (json!({ "EventSelectors": [{ "ReadWriteType": "All", "IncludeManagementEvents": false }] }), false),
        (json!({ "EventSelectors": [] }), true),
        (advanced(json!([category])), true),
        (advanced(json!([category, { "Field": "readOnly", "Equals": ["true"] }])), false),
        (advanced(json!([category, { "Field": "readOnly", "Equals": ["false"] }])), true),
        (advanced(json!([category, { "Field": "eventSource", "NotEquals": ["kms.amazonaws.com"] }])), true),
        (advanced(json!([category, { "Field": "eventSource", "Equals": ["kms.amazonaws.com"] }])), false),
        (advanced(json!([{ "Field": "eventCategory", "Equals": ["Data"] }])), false),
    ] {
        let trails = told(&selectors).lowered().trails;
        assert_eq!(trails.members()[0].management_writes.seen(), Some(&writes), "{selectors}");
    }
}

#[test]
fn a_status_withheld_is_not_a_trail_that_stands_still() {
    let trails = Recording::new()
        .told("cloudtrail", "eu-west-1", "DescribeTrails", json!({}), &trail())
        .status(
            "cloudtrail",
            "eu-west-1",
            "GetTrailStatus",
            json!({ "Name": ARN }),
            400,
            &json_error("AccessDeniedException"),
        )
        .lowered()
        .trails;
    assert!(matches!(trails.reading, Reading::Known { complete: false, .. }), "us-west-2 was not asked");
    assert!(matches!(trails.members()[0].logging.reading, Reading::Denied { .. }));
}

#[test]
fn coverage_has_a_row_for_each_denied_operation_and_region() {
    let denied = json_error("AccessDeniedException");
    let log = Recording::new()
        .status("cloudtrail", "eu-west-1", "DescribeTrails", json!({}), 400, &denied)
        .told("dynamodb", "eu-west-1", "DescribeTable", json!({ "TableName": "a" }), r#"{"Table":{}}"#)
        .status("dynamodb", "eu-west-1", "DescribeTable", json!({ "TableName": "b" }), 400, &denied)
        .status("rds", "eu-west-1", "DescribeDBInstances", json!({}), 500, super::HTML)
        .status(
            "s3",
            "us-east-1",
            "GetBucketPolicy",
            json!({ "Bucket": "a" }),
            404,
            &super::s3_error("NoSuchBucketPolicy"),
        )
        .status("rds", "us-west-2", "DescribeDBInstances", json!({}), 400, &super::query_error("Throttling"))
        .log();
    let coverage = coverage(&log, &Scope::new("aws/main"));
    assert_eq!((coverage.planned, coverage.answered), (7, 3));
    let rows: Vec<_> = coverage.denied.iter().map(|row| (row.what.as_str(), row.why.as_str())).collect();
    assert_eq!(
        rows,
        [
            ("cloudtrail:DescribeTrails eu-west-1", "AccessDeniedException"),
            ("dynamodb:DescribeTable eu-west-1", "AccessDeniedException (1 of 2 calls)"),
        ]
    );
    assert_eq!(coverage.denied[0].needs.as_deref(), Some("cloudtrail:DescribeTrails"));
    assert_eq!(coverage.failed[0].why, "Throttling");
    assert_eq!(coverage.skipped[0].what, "rds:DescribeDBInstances eu-west-1");
}
