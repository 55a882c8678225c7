//! Where records go, keys, and who may get in.

use serde_json::{Value, json};

use super::{HTML, Recording, json_error, query};
use crate::model::{
    access::Assignment,
    observed::{Observed, Reading},
};

const REGION: &str = "eu-west-1";
const GROUP: &str = "arn:aws:logs:eu-west-1:123456789012:log-group:audit:*";

fn seen<T: Clone>(reading: &Observed<T>) -> Option<T> {
    reading.seen().cloned()
}

#[test]
fn a_trails_log_group_is_followed_to_where_it_sends_its_events() {
    let trail = json!({ "trailList": [{ "Name": "main", "TrailARN": "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main",
        "HomeRegion": REGION, "S3BucketName": "logs", "IsMultiRegionTrail": true, "LogFileValidationEnabled": true,
        "IncludeGlobalServiceEvents": true, "CloudWatchLogsLogGroupArn": GROUP, "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/k" }] });
    let stream = json!({ "DeliveryStreamDescription": { "DeliveryStreamARN": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/siem",
        "Destinations": [{ "HttpEndpointDestinationDescription": { "EndpointConfiguration": { "Url": "https://siem.example/in?k=v" } } }] } });
    let filter = json!({ "subscriptionFilters": [{ "filterName": "all", "filterPattern": "",
        "destinationArn": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/siem" }] });
    let groups =
        json!({ "logGroups": [{ "logGroupName": "audit-old", "retentionInDays": 1 }, { "logGroupName": "audit" }] });
    let told = Recording::new()
        .told("cloudtrail", REGION, "DescribeTrails", json!({}), &trail.to_string())
        .told("cloudtrail", "us-west-2", "DescribeTrails", json!({}), r#"{"trailList":[]}"#)
        .told("bedrock", REGION, "GetModelInvocationLoggingConfiguration", json!({}), "{}")
        .told("bedrock", "us-west-2", "GetModelInvocationLoggingConfiguration", json!({}), "{}")
        .told("logs", REGION, "DescribeLogGroups", json!({ "logGroupNamePrefix": "audit" }), &groups.to_string())
        .told("logs", REGION, "DescribeSubscriptionFilters", json!({ "logGroupName": "audit" }), &filter.to_string())
        .told(
            "firehose",
            REGION,
            "ListDeliveryStreams",
            json!({}),
            r#"{"DeliveryStreamNames":["siem"],"HasMoreDeliveryStreams":false}"#,
        )
        .told(
            "firehose",
            "us-west-2",
            "ListDeliveryStreams",
            json!({}),
            r#"{"DeliveryStreamNames":[],"HasMoreDeliveryStreams":true}"#,
        )
        .told(
            "firehose",
            REGION,
            "DescribeDeliveryStream",
            json!({ "DeliveryStreamName": "siem" }),
            &stream.to_string(),
        );
    let found = told.lowered().logging;
    let group = &found.log_groups.members()[0];
    assert_eq!((group.name.as_str(), &group.retention_days.reading), ("audit", &Reading::Absent));
    let to = &seen(&group.subscriptions).unwrap()[0].destination;
    let stream = &found.streams.members()[0];
    assert_eq!(*to, stream.arn);
    let destination = &seen(&stream.destinations).unwrap()[0];
    assert_eq!((destination.kind.as_str(), destination.to.as_str()), ("http", "https://siem.example/in"));
    assert!(!found.streams.is_whole(), "the second Region says that it has more");
    assert_eq!(seen(&found.invocations).map(|on| on.len()), Some(0), "off in both Regions");
}

#[test]
fn prompts_are_logged_where_bedrock_says_so() {
    let on = json!({ "loggingConfig": { "cloudWatchConfig": { "logGroupName": "prompts" }, "textDataDeliveryEnabled": false } });
    let told = Recording::new()
        .told("bedrock", REGION, "GetModelInvocationLoggingConfiguration", json!({}), &on.to_string())
        .status("bedrock", "us-west-2", "GetModelInvocationLoggingConfiguration", json!({}), 403, r#"{"message":"no"}"#)
        .header("x-amzn-errortype", "AccessDeniedException");
    let found = told.lowered().logging.invocations;
    assert!(!found.is_whole());
    assert_eq!((found.members()[0].text, found.members()[0].log_group.as_deref()), (false, Some("prompts")));
}

#[test]
fn selectors_tell_which_data_events_are_logged() {
    let events = |selectors: &Value| super::super::selectors::data_events(selectors);
    let basic = |values: &Value| {
        json!({ "EventSelectors": [{ "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true,
            "DataResources": [{ "Type": "AWS::S3::Object", "Values": values }] }] })
    };
    let all = events(&basic(&json!(["arn:aws:s3"])));
    assert_eq!((all[0].reads, all[0].writes, all[0].resources.is_empty()), (false, true, true));
    assert_eq!(events(&basic(&json!(["arn:aws:s3:::shop/"])))[0].resources, ["arn:aws:s3:::shop/"]);
    let advanced = |more: Value| {
        let mut fields = vec![
            json!({ "Field": "eventCategory", "Equals": ["Data"] }),
            json!({ "Field": "resources.type", "Equals": ["AWS::BedrockAgentCore::Gateway"] }),
        ];
        fields.push(more);
        events(&json!({ "AdvancedEventSelectors": [{ "FieldSelectors": fields }] })).remove(0)
    };
    let writes = advanced(json!({ "Field": "readOnly", "Equals": ["false"] }));
    assert_eq!(
        (writes.resource_type.as_str(), writes.reads, writes.writes, writes.narrowed),
        ("AWS::BedrockAgentCore::Gateway", false, true, false)
    );
    assert!(advanced(json!({ "Field": "eventName", "Equals": ["DeleteObject"] })).narrowed);
    assert!(advanced(json!({ "Field": "resources.ARN", "NotStartsWith": ["arn:x"] })).narrowed);
    assert_eq!(advanced(json!({ "Field": "resources.ARN", "StartsWith": ["arn:x"] })).resources, ["arn:x"]);
    assert!(events(&json!({ "AdvancedEventSelectors": [{ "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }] }] })).is_empty());
}

#[test]
fn keys_of_a_service_are_left_out_and_grants_are_rights_beside_the_policy() {
    let arn = |id: &str| format!("arn:aws:kms:eu-west-1:123456789012:key/{id}");
    let list = json!({ "Keys": [{ "KeyId": "own", "KeyArn": arn("own") }, { "KeyId": "aws", "KeyArn": arn("aws") }] });
    let described =
        |manager: &str| json!({ "KeyMetadata": { "KeyManager": manager, "KeyState": "Enabled" } }).to_string();
    let grants = json!({ "Grants": [{ "GrantId": "g", "GranteePrincipal": "arn:aws:iam::123456789012:role/ci", "Operations": ["Decrypt"],
        "Constraints": { "EncryptionContextSubset": { "a": "b" } } }] });
    let which = |id: &str| json!({ "KeyId": arn(id) });
    let told = Recording::new()
        .told("kms", REGION, "ListKeys", json!({}), &list.to_string())
        .told("kms", "us-west-2", "ListKeys", json!({}), r#"{"Keys":[]}"#)
        .told("kms", REGION, "DescribeKey", which("own"), &described("CUSTOMER"))
        .told("kms", REGION, "DescribeKey", which("aws"), &described("AWS"))
        .told("kms", REGION, "ListGrants", which("own"), &grants.to_string())
        .status("kms", REGION, "GetKeyPolicy", which("own"), 400, &json_error("AccessDeniedException"));
    let keys = told.lowered().keys;
    assert_eq!((keys.members().len(), keys.is_whole()), (1, true));
    let key = &keys.members()[0];
    assert!(matches!(key.policy.reading, Reading::Denied { .. }));
    let grant = &seen(&key.grants).unwrap()[0];
    assert_eq!((grant.grantee.as_str(), grant.constrained), ("arn:aws:iam::123456789012:role/ci", true));
}

const INSTANCE: &str = "arn:aws:sso:::instance/ssoins-1";
const SET: &str = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";

fn center() -> Recording {
    let instance = json!({ "InstanceArn": INSTANCE });
    let assigned = json!({ "AccountAssignments": [{ "AccountId": "123456789012", "PermissionSetArn": SET, "PrincipalType": "GROUP", "PrincipalId": "g-1" }] });
    let store = json!({ "IdentityStoreId": "d-1" });
    Recording::new()
        .told(
            "sso",
            REGION,
            "ListInstances",
            json!({}),
            &json!({ "Instances": [{ "InstanceArn": INSTANCE, "IdentityStoreId": "d-1" }] }).to_string(),
        )
        .told(
            "organizations",
            "us-east-1",
            "ListAccounts",
            json!({}),
            r#"{"Accounts":[{"Id":"123456789012","Status":"ACTIVE"},{"Id":"9","Status":"SUSPENDED"}]}"#,
        )
        .told("sso", REGION, "ListPermissionSets", instance, &json!({ "PermissionSets": [SET] }).to_string())
        .told(
            "sso",
            REGION,
            "ListAccountAssignments",
            json!({ "InstanceArn": INSTANCE, "AccountId": "123456789012", "PermissionSetArn": SET }),
            &assigned.to_string(),
        )
        .told(
            "identitystore",
            REGION,
            "ListUsers",
            store.clone(),
            r#"{"Users":[{"UserId":"u-1","UserName":"alice"},{"UserId":"u-2","UserName":"bob"}]}"#,
        )
        .told("identitystore", REGION, "ListGroups", store, r#"{"Groups":[{"GroupId":"g-1","DisplayName":"admins"}]}"#)
}

#[test]
fn an_assignment_is_joined_to_its_people() {
    let which = json!({ "IdentityStoreId": "d-1", "GroupId": "g-1" });
    let members = r#"{"GroupMemberships":[{"MemberId":{"UserId":"u-1"}}]}"#;
    let told = center().told("identitystore", REGION, "ListGroupMemberships", which, members);
    let found = told.lowered().access.center;
    let center = found.seen().unwrap();
    let assignment: &Assignment = &center.assignments.members()[0];
    assert!(center.assignments.is_whole() && assignment.to_group);
    assert_eq!(seen(&center.people(assignment)), Some(vec!["alice".to_owned()]));
    let unread = center_of(&super::Recording::lowered(&self::center()));
    assert!(unread.people(&unread.assignments.members()[0]).seen().is_none(), "the group was not asked about");
}

fn center_of(account: &crate::model::world::CloudAccount) -> crate::model::access::IdentityCenter {
    account.access.center.seen().unwrap().clone()
}

#[test]
fn no_instance_is_none_and_a_page_for_people_is_no_answer() {
    let none = Recording::new().told("sso", REGION, "ListInstances", json!({}), r#"{"Instances":[]}"#);
    assert_eq!(none.lowered().access.center.reading, Reading::Absent);
    let html = Recording::new().status("sso", REGION, "ListInstances", json!({}), 500, HTML);
    assert!(matches!(html.lowered().access.center.reading, Reading::NotCollected { .. }));
}

#[test]
fn what_a_principal_used_is_known_once_the_report_is_ready() {
    let user = "<UserDetailList><member><UserName>ci</UserName><Arn>arn:aws:iam::123456789012:user/ci</Arn></member></UserDetailList>";
    let job = |status: &str| {
        let services = "<ServicesLastAccessed><member><ServiceNamespace>s3</ServiceNamespace><LastAuthenticated>2026-11-20T06:00:00Z</LastAuthenticated>\
            <TrackedActionsLastAccessed><member><ActionName>PutObject</ActionName><LastAccessedTime>2026-11-20T06:00:00Z</LastAccessedTime></member>\
            </TrackedActionsLastAccessed></member><member><ServiceNamespace>rds</ServiceNamespace></member></ServicesLastAccessed>";
        query("GetServiceLastAccessedDetails", &format!("<JobStatus>{status}</JobStatus>{services}"))
    };
    let told = |status: &str| {
        Recording::new()
            .told("iam", "us-east-1", "GetAccountAuthorizationDetails", json!({}), &query("GetAccountAuthorizationDetails", user))
            .told("iam", "us-east-1", "GenerateServiceLastAccessedDetails", json!({ "Arn": "arn:aws:iam::123456789012:user/ci" }),
                &query("GenerateServiceLastAccessedDetails", "<JobId>j</JobId>"))
            .told("iam", "us-east-1", "GetServiceLastAccessedDetails", json!({ "JobId": "j" }), &job(status))
            .told("iam", "us-east-1", "ListAccessKeys", json!({ "UserName": "ci" }), &query("ListAccessKeys",
                "<AccessKeyMetadata><member><AccessKeyId>AKIA1</AccessKeyId><Status>Active</Status></member></AccessKeyMetadata>"))
            .told("iam", "us-east-1", "GetAccessKeyLastUsed", json!({ "AccessKeyId": "AKIA1" }), &query("GetAccessKeyLastUsed",
                "<UserName>ci</UserName><AccessKeyLastUsed><Region>N/A</Region><ServiceName>N/A</ServiceName></AccessKeyLastUsed>"))
            .lowered()
            .access
    };
    let ready = told("COMPLETED");
    let services = seen(&ready.uses.members()[0].services).unwrap();
    assert_eq!((services[0].actions.len(), services[1].last.is_none()), (1, true));
    assert_eq!(ready.access_keys.members()[0].last_used.reading, Reading::Absent, "never used");
    assert!(matches!(told("IN_PROGRESS").uses.members()[0].services.reading, Reading::Failed { .. }));
}
