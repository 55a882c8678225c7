use serde_json::{Value, json};

use super::{HTML, Recording, json_error, query_error, s3_error};
use crate::model::{
    cloud::{DataStore, StoreKind},
    observed::{Observed, Reading},
};

/// After the sample of the RDS API Reference, DescribeDBInstances.
fn instances(members: &str) -> String {
    format!(
        "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBInstancesResult><DBInstances>{members}\
         </DBInstances></DescribeDBInstancesResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeDBInstancesResponse>"
    )
}

fn instance(region: &str, name: &str, more: &str) -> String {
    format!(
        "<DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier><DBInstanceArn>arn:aws:rds:{region}:123456789012:db:{name}</DBInstanceArn>\
         <BackupRetentionPeriod>7</BackupRetentionPeriod><StorageEncrypted>true</StorageEncrypted><PubliclyAccessible>false</PubliclyAccessible>\
         <TagList><Tag><Key>env</Key><Value>production</Value></Tag></TagList>{more}</DBInstance>"
    )
}

const BUCKETS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Buckets>\
    <Bucket><Name>shop</Name><CreationDate>2019-12-11T23:32:47+00:00</CreationDate><BucketRegion>us-west-2</BucketRegion></Bucket></Buckets>\
    </ListAllMyBucketsResult>";

fn stores(told: &Recording) -> Vec<DataStore> {
    told.lowered().stores.members().to_vec()
}

fn known<T: Clone>(reading: &Observed<T>) -> Option<T> {
    reading.seen().cloned()
}

#[test]
fn same_named_databases_of_two_regions_keep_their_own_settings() {
    let on = "<DeletionProtection>true</DeletionProtection>";
    let off = "<DeletionProtection>false</DeletionProtection>";
    let told = Recording::of_nothing()
        .told("rds", "eu-west-1", "DescribeDBInstances", json!({}), &instances(&instance("eu-west-1", "shop", on)))
        .told("rds", "us-west-2", "DescribeDBInstances", json!({}), &instances(&instance("us-west-2", "shop", off)));
    let found = stores(&told);
    assert_eq!(found.iter().map(|s| known(&s.deletion_protection)).collect::<Vec<_>>(), [Some(true), Some(false)]);
    assert_eq!(found[0].arn.region(), "eu-west-1");
    assert_eq!(known(&found[0].recovery.backup_days), Some(7));
    assert_eq!(known(&found[0].tags).unwrap()["env"], "production");
    assert!(told.lowered().stores.is_whole());
}

#[test]
fn a_clusters_instances_are_not_stores_and_a_missing_field_is_not_false() {
    let member = instance("eu-west-1", "a-1", "<DBClusterIdentifier>a</DBClusterIdentifier>");
    let alone = instance("eu-west-1", "b", "");
    let cluster = "<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters><DBCluster><DBClusterIdentifier>a</DBClusterIdentifier>\
        <DBClusterArn>arn:aws:rds:eu-west-1:123456789012:cluster:a</DBClusterArn><DeletionProtection>true</DeletionProtection>\
        </DBCluster></DBClusters></DescribeDBClustersResult><ResponseMetadata/></DescribeDBClustersResponse>";
    let told = Recording::of_nothing()
        .told("rds", "eu-west-1", "DescribeDBInstances", json!({}), &instances(&format!("{member}{alone}")))
        .told("rds", "eu-west-1", "DescribeDBClusters", json!({}), cluster);
    let found = stores(&told);
    assert_eq!(
        found.iter().map(|s| (s.kind, s.name.as_str())).collect::<Vec<_>>(),
        [(StoreKind::RdsInstance, "b"), (StoreKind::RdsCluster, "a")]
    );
    assert!(matches!(found[0].deletion_protection.reading, Reading::Failed { .. }));
}

#[test]
fn one_region_denied_leaves_the_list_open() {
    let told = Recording::of_nothing().status(
        "rds",
        "us-west-2",
        "DescribeDBInstances",
        json!({}),
        403,
        &query_error("AccessDenied"),
    );
    assert!(matches!(told.lowered().stores.reading, Reading::Known { complete: false, .. }));
    let html = Recording::of_nothing().status("rds", "us-west-2", "DescribeDBClusters", json!({}), 500, HTML);
    assert!(matches!(html.lowered().stores.reading, Reading::Known { complete: false, .. }));
}

fn table(told: Recording) -> DataStore {
    stores(&told.told("dynamodb", "eu-west-1", "ListTables", json!({}), r#"{"TableNames":["cart"]}"#)).remove(0)
}

#[test]
fn a_table_is_read_field_by_field() {
    let arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/cart";
    let on = json!({ "ContinuousBackupsDescription": { "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": "ENABLED" } } });
    let found = table(
        Recording::of_nothing()
            .told(
                "dynamodb",
                "eu-west-1",
                "DescribeTable",
                json!({ "TableName": "cart" }),
                r#"{"Table":{"TableName":"cart","DeletionProtectionEnabled":true}}"#,
            )
            .told("dynamodb", "eu-west-1", "DescribeContinuousBackups", json!({ "TableName": "cart" }), &on.to_string())
            .status(
                "dynamodb",
                "eu-west-1",
                "GetResourcePolicy",
                json!({ "ResourceArn": arn }),
                400,
                &json_error("PolicyNotFoundException"),
            )
            .told(
                "dynamodb",
                "eu-west-1",
                "ListTagsOfResource",
                json!({ "ResourceArn": arn }),
                r#"{"Tags":[{"Key":"env","Value":"dev"}]}"#,
            ),
    );
    assert_eq!(found.arn.as_str(), arn);
    assert_eq!(known(&found.deletion_protection), Some(true));
    assert_eq!(known(&found.recovery.point_in_time), Some(true));
    assert_eq!(found.resource_policy.reading, Reading::Absent);
    assert_eq!(known(&found.public), Some(false));
    assert_eq!(known(&found.tags).unwrap()["env"], "dev");
}

#[test]
fn a_table_that_may_not_be_described_is_still_there() {
    let denied = json_error("AccessDeniedException");
    let found = table(Recording::of_nothing().status(
        "dynamodb",
        "eu-west-1",
        "DescribeTable",
        json!({ "TableName": "cart" }),
        400,
        &denied,
    ));
    assert_eq!(found.deletion_protection.gap("x").unwrap().needs.unwrap().grant, "dynamodb:DescribeTable");
    assert!(matches!(found.resource_policy.reading, Reading::NotCollected { .. }));
    let wrong = json_error("ResourceNotFoundException");
    let gone = table(Recording::of_nothing().status(
        "dynamodb",
        "eu-west-1",
        "DescribeTable",
        json!({ "TableName": "cart" }),
        400,
        &wrong,
    ));
    assert!(
        matches!(gone.deletion_protection.reading, Reading::Failed { .. }),
        "a table that vanished is no unprotected table"
    );
}

/// The bucket `shop` in us-west-2, with one call told otherwise.
fn bucket(operation: &str, status: u16, body: &str) -> DataStore {
    let at = json!({ "Bucket": "shop" });
    let unset = |code: &str| (404, s3_error(code));
    let blocked = "<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls>\
        <BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    let mut told = Recording::of_nothing().told("s3", "eu-west-1", "ListBuckets", json!({}), BUCKETS).status(
        "s3",
        "eu-west-1",
        "GetAccountPublicAccessBlock",
        json!({}),
        404,
        &s3_error("NoSuchPublicAccessBlockConfiguration"),
    );
    for (name, (status, body)) in [
        ("GetBucketVersioning", (200, "<VersioningConfiguration/>".to_owned())),
        ("GetObjectLockConfiguration", unset("ObjectLockConfigurationNotFoundError")),
        ("GetBucketPolicy", unset("NoSuchBucketPolicy")),
        ("GetBucketTagging", unset("NoSuchTagSet")),
        ("GetBucketEncryption", unset("ServerSideEncryptionConfigurationNotFoundError")),
        ("GetPublicAccessBlock", (200, blocked.to_owned())),
        ("GetBucketPolicyStatus", unset("NoSuchBucketPolicy")),
        ("GetBucketAcl", (200, "<AccessControlPolicy><AccessControlList/></AccessControlPolicy>".to_owned())),
    ] {
        told = told.status("s3", "us-west-2", name, at.clone(), status, &body);
    }
    stores(&told.status("s3", "us-west-2", operation, at, status, body)).remove(0)
}

#[test]
fn a_bucket_without_settings_is_known_to_have_none() {
    let found = bucket(
        "GetBucketVersioning",
        200,
        "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>",
    );
    assert_eq!((found.region.as_str(), found.arn.as_str()), ("us-west-2", "arn:aws:s3:::shop"));
    assert_eq!(known(&found.recovery.versioning), Some(false));
    assert_eq!(known(&found.deletion_protection), Some(false));
    assert_eq!(found.resource_policy.reading, Reading::Absent);
    assert_eq!((known(&found.public), known(&found.encrypted)), (Some(false), Some(false)));
    assert_eq!(known(&found.tags).map(|tags| tags.len()), Some(0));
}

#[test]
fn only_the_documented_code_of_the_right_call_is_an_absence() {
    for (operation, code) in
        [("GetBucketPolicy", "NoSuchBucket"), ("GetBucketPolicy", "NoSuchTagSet"), ("GetBucketPolicy", "AccessDenied")]
    {
        let found = bucket(operation, 404, &s3_error(code));
        assert!(!found.resource_policy.is_whole(), "{code}");
    }
    let html = bucket("GetObjectLockConfiguration", 404, HTML);
    assert!(matches!(html.deletion_protection.reading, Reading::NotCollected { .. }));
}

#[test]
fn object_lock_protects_in_compliance_mode_only() {
    let lock = |mode: &str| {
        format!(
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>{mode}</Mode>\
             <Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>"
        )
    };
    let protected = |body: &str| known(&bucket("GetObjectLockConfiguration", 200, body).deletion_protection);
    assert_eq!(protected(&lock("COMPLIANCE")), Some(true));
    assert_eq!(protected(&lock("GOVERNANCE")), Some(false), "a bypass permission exists");
    let no_rule = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
    assert_eq!(protected(no_rule), Some(false));
}

#[test]
fn exposure_needs_an_opening_and_no_block() {
    let status =
        "<PolicyStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsPublic>TRUE</IsPublic></PolicyStatus>";
    assert_eq!(known(&bucket("GetBucketPolicyStatus", 200, status).public), Some(true), "S3 writes TRUE in capitals");
    let acl = "<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\">\
        <URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>";
    assert_eq!(known(&bucket("GetBucketAcl", 200, acl).public), Some(true));
    let denied = bucket("GetBucketPolicyStatus", 403, &s3_error("AccessDenied"));
    assert_eq!(denied.public.gap("x").unwrap().needs.unwrap().grant, "s3:GetBucketPolicyStatus");
}

#[test]
fn a_policy_stays_the_text_that_it_was() {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Sid":"b","Effect":"Deny"}]}"#;
    let found = bucket("GetBucketPolicy", 200, text);
    assert_eq!(known::<String>(&found.resource_policy).as_deref(), Some(text));
}

#[test]
fn locations_have_old_names() {
    let place = |body: Value| super::super::s3::location(&body);
    assert_eq!(place(json!("")), "us-east-1");
    assert_eq!(place(json!("EU")), "eu-west-1");
    assert_eq!(place(json!("ap-south-1")), "ap-south-1");
}
