//! Events as CloudTrail writes them, for the actions that matter.

use serde_json::{Value, json};

use crate::model::id::Region;

/// An action and the event that it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The IAM action.
    pub action: &'static str,
    /// CloudTrail's name for it, where that differs from the action's.
    name: Option<&'static str>,
    /// The service has no Regions; its events arrive in us-east-1.
    pub global: bool,
    /// The type of resource of a data event, `AWS::S3::Object`: a trail logs those only where it selects them.
    pub data: Option<&'static str>,
    /// A request parameter that names the resource.
    parameter: (&'static str, &'static str),
}

const fn event(action: &'static str, parameter: (&'static str, &'static str)) -> Event {
    Event { action, name: None, global: false, data: None, parameter }
}

const fn renamed(action: &'static str, name: &'static str, parameter: (&'static str, &'static str)) -> Event {
    Event { action, name: Some(name), global: false, data: None, parameter }
}

const fn global(action: &'static str, parameter: (&'static str, &'static str)) -> Event {
    Event { action, name: None, global: true, data: None, parameter }
}

const fn data(action: &'static str, resource: &'static str, parameter: (&'static str, &'static str)) -> Event {
    Event { action, name: None, global: false, data: Some(resource), parameter }
}

/// The events that destroy data, remove its recovery, widen a grant or blind the watch.
///
/// Source of the names: each service's "Logging … API calls with CloudTrail"; S3's differ ("Amazon S3 CloudTrail events").
pub const WATCHED: [Event; 35] = [
    event("rds:DeleteDBInstance", ("dBInstanceIdentifier", "shop")),
    event("rds:DeleteDBCluster", ("dBClusterIdentifier", "shop")),
    event("rds:ModifyDBInstance", ("dBInstanceIdentifier", "shop")),
    event("rds:ModifyDBCluster", ("dBClusterIdentifier", "shop")),
    event("rds:DeleteDBSnapshot", ("dBSnapshotIdentifier", "nightly")),
    event("rds:DeleteDBClusterSnapshot", ("dBClusterSnapshotIdentifier", "nightly")),
    event("dynamodb:DeleteTable", ("tableName", "cart")),
    event("dynamodb:UpdateTable", ("tableName", "cart")),
    event("dynamodb:UpdateContinuousBackups", ("tableName", "cart")),
    event("dynamodb:DeleteBackup", ("backupArn", "arn:aws:dynamodb:eu-west-1:123456789012:table/cart/backup/1")),
    event("s3:DeleteBucket", ("bucketName", "shop")),
    event("s3:PutBucketVersioning", ("bucketName", "shop")),
    renamed("s3:PutLifecycleConfiguration", "PutBucketLifecycle", ("bucketName", "shop")),
    event("s3:PutBucketPolicy", ("bucketName", "shop")),
    event("ec2:DeleteVolume", ("volumeId", "vol-0123456789abcdef0")),
    event("ec2:DeleteSnapshot", ("snapshotId", "snap-0123456789abcdef0")),
    event("elasticfilesystem:DeleteFileSystem", ("fileSystemId", "fs-01234567")),
    data("s3:DeleteObject", "AWS::S3::Object", ("bucketName", "shop")),
    data("dynamodb:DeleteItem", "AWS::DynamoDB::Table", ("tableName", "cart")),
    event("backup:UpdateRecoveryPointLifecycle", ("backupVaultName", "main")),
    event("backup:DeleteBackupPlan", ("backupPlanId", "7dd0a1a2-0000-4000-8000-000000000000")),
    event("backup:DeleteRecoveryPoint", ("backupVaultName", "main")),
    event("backup:DeleteBackupVault", ("backupVaultName", "main")),
    event("backup:DeleteBackupVaultLockConfiguration", ("backupVaultName", "main")),
    event("backup:PutBackupVaultAccessPolicy", ("backupVaultName", "main")),
    event("kms:ScheduleKeyDeletion", ("keyId", "1234abcd-12ab-34cd-56ef-1234567890ab")),
    event("kms:DisableKey", ("keyId", "1234abcd-12ab-34cd-56ef-1234567890ab")),
    event("cloudtrail:StopLogging", ("name", "main")),
    event("cloudtrail:DeleteTrail", ("name", "main")),
    event("cloudtrail:PutEventSelectors", ("trailName", "main")),
    global("iam:AttachRolePolicy", ("roleName", "deploy")),
    global("iam:PutRolePolicy", ("roleName", "deploy")),
    global("iam:UpdateAssumeRolePolicy", ("roleName", "deploy")),
    global("iam:DeleteRolePermissionsBoundary", ("roleName", "deploy")),
    global("iam:CreateAccessKey", ("userName", "ci")),
];

impl Event {
    /// Its service's prefix, `rds`.
    pub fn service(&self) -> &'static str {
        self.action.split(':').next().unwrap_or_default()
    }

    /// CloudTrail's record of a call that succeeded, made by a role's session.
    ///
    /// Source: AWS CloudTrail User Guide, "CloudTrail record contents".
    pub fn record(&self, region: &Region) -> Value {
        let (parameter, value) = self.parameter;
        json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": "AROAEXAMPLEID:session",
                "arn": "arn:aws:sts::123456789012:assumed-role/deploy/session",
                "accountId": "123456789012",
                "sessionContext": { "sessionIssuer": { "type": "Role", "arn": "arn:aws:iam::123456789012:role/deploy", "userName": "deploy" } },
            },
            "eventTime": "2026-11-25T00:00:00Z",
            "eventSource": format!("{}.amazonaws.com", self.service()),
            "eventName": self.name.or_else(|| self.action.split(':').nth(1)).unwrap_or_default(),
            "awsRegion": region.as_str(),
            "sourceIPAddress": "192.0.2.1",
            "userAgent": "aws-cli/2",
            "requestParameters": { parameter: value },
            "responseElements": null,
            "eventID": "0e4c1a6e-0000-4000-8000-000000000000",
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": self.data.is_none(),
            "recipientAccountId": "123456789012",
            "eventCategory": if self.data.is_some() { "Data" } else { "Management" },
        })
    }

    /// The record as EventBridge delivers it.
    ///
    /// Source: Amazon EventBridge User Guide, "AWS service events delivered via AWS CloudTrail".
    pub fn envelope(&self, record: &Value, region: &Region) -> Value {
        json!({
            "version": "0",
            "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
            "detail-type": "AWS API Call via CloudTrail",
            "source": format!("aws.{}", self.service()),
            "account": "123456789012",
            "time": "2026-11-25T00:00:00Z",
            "region": region.as_str(),
            "resources": [],
            "detail": record,
        })
    }
}
