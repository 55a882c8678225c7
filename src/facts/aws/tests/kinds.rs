//! Stores beside databases, tables and buckets, in the shapes of each service's API reference.

use serde_json::{Value, json};

use super::{HTML, Recording, json_error, query};
use crate::model::{
    cloud::{DataStore, StoreKind},
    observed::{Observed, Reading},
    recovery::CopyKind,
};

const REGION: &str = "eu-west-1";

fn one(told: &Recording) -> DataStore {
    let mut all = told.lowered().stores.members().to_vec();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn seen<T: Clone>(reading: &Observed<T>) -> Option<T> {
    reading.seen().cloned()
}

fn volumes(members: &str) -> Recording {
    let body = format!("<DescribeVolumesResponse><volumeSet>{members}</volumeSet></DescribeVolumesResponse>");
    Recording::of_nothing().told("ec2", REGION, "DescribeVolumes", json!({}), &body)
}

fn volume(attached: &str) -> String {
    format!(
        "<item><volumeId>vol-1</volumeId><encrypted>true</encrypted><kmsKeyId>arn:aws:kms:eu-west-1:123456789012:key/k</kmsKeyId>\
         <attachmentSet>{attached}</attachmentSet><tagSet><item><key>Name</key><value>search-prod</value></item></tagSet></item>"
    )
}

fn attachment(goes: bool) -> String {
    format!("<item><instanceId>i-1</instanceId><deleteOnTermination>{goes}</deleteOnTermination></item>")
}

#[test]
fn a_volume_that_goes_with_its_instance_is_no_store() {
    for kept in [volume(""), volume(&attachment(false))] {
        let store = one(&volumes(&kept));
        assert_eq!((store.kind, store.name.as_str()), (StoreKind::EbsVolume, "search-prod"));
        assert_eq!(store.arn.as_str(), "arn:aws:ec2:eu-west-1:123456789012:volume/vol-1");
        assert_eq!((seen(&store.encrypted), seen(&store.public)), (Some(true), Some(false)));
        assert_eq!(seen(&store.key).unwrap().short(), "k");
    }
    assert!(volumes(&volume(&attachment(true))).lowered().stores.members().is_empty());
}

#[test]
fn a_snapshot_is_public_when_everybody_may_restore_it() {
    let snapshots = |ids: &[&str]| {
        let item = |id: &&str| {
            format!("<item><snapshotId>{id}</snapshotId><volumeId>vol-1</volumeId><status>completed</status></item>")
        };
        let items: String = ids.iter().map(item).collect();
        format!("<DescribeSnapshotsResponse><snapshotSet>{items}</snapshotSet></DescribeSnapshotsResponse>")
    };
    let (own, shared) = (json!({ "Owner.1": "self" }), json!({ "Owner.1": "self", "RestorableBy.1": "all" }));
    let told = Recording::of_nothing()
        .told("ec2", REGION, "DescribeSnapshots", own.clone(), &snapshots(&["snap-1", "snap-2"]))
        .told("ec2", REGION, "DescribeSnapshots", shared.clone(), &snapshots(&["snap-2"]));
    let copies = told.lowered().safeguards.copies;
    let read: Vec<_> = copies.members().iter().map(|copy| (copy.arn.short(), seen(&copy.public))).collect();
    assert_eq!(read, [("snap-1", Some(false)), ("snap-2", Some(true))]);
    assert_eq!(copies.members()[0].of.as_str(), "arn:aws:ec2:eu-west-1:123456789012:volume/vol-1");
    assert_eq!(copies.members()[0].arn.as_str(), "arn:aws:ec2:eu-west-1::snapshot/snap-1");
    let denied =
        told.status("ec2", REGION, "DescribeSnapshots", shared, 403, &super::query_error("UnauthorizedOperation"));
    let copies = denied.lowered().safeguards.copies;
    assert!(matches!(copies.members()[0].public.reading, Reading::Denied { .. }));
}

#[test]
fn a_file_system_without_a_backup_policy_has_no_backups_and_one_unread_is_unread() {
    let body = json!({ "FileSystems": [{ "FileSystemId": "fs-1", "Name": "media-prod", "Encrypted": true,
        "FileSystemArn": "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1",
        "Tags": [{ "Key": "env", "Value": "production" }] }] });
    let which = json!({ "FileSystemId": "fs-1" });
    let base = Recording::of_nothing()
        .told("elasticfilesystem", REGION, "DescribeFileSystems", json!({}), &body.to_string())
        .told("elasticfilesystem", REGION, "DescribeReplicationConfigurations", json!({}), r#"{"Replications":[]}"#)
        .status(
            "elasticfilesystem",
            REGION,
            "DescribeFileSystemPolicy",
            which.clone(),
            404,
            r#"{"ErrorCode":"PolicyNotFound"}"#,
        )
        .header("x-amzn-errortype", "PolicyNotFound");
    let backup = |told: Recording, status: u16, body: &str, code: &'static str| {
        let told = told.status("elasticfilesystem", REGION, "DescribeBackupPolicy", which.clone(), status, body);
        one(&told.header("x-amzn-errortype", code))
    };
    let enabled = r#"{"BackupPolicy":{"Status":"ENABLED"}}"#;
    assert_eq!(seen(&backup(base, 200, enabled, "").recovery.backup_days), Some(35));
    let again = || {
        Recording::of_nothing().told("elasticfilesystem", REGION, "DescribeFileSystems", json!({}), &body.to_string())
    };
    assert_eq!(seen(&backup(again(), 404, "{}", "PolicyNotFound").recovery.backup_days), Some(0));
    let denied = backup(again(), 403, "{}", "AccessDeniedException");
    assert!(matches!(denied.recovery.backup_days.reading, Reading::Denied { .. }));
}

#[test]
fn caches_keep_snapshots_and_memcached_keeps_nothing() {
    let cluster = |name: &str, engine: &str| {
        format!(
            "<CacheCluster><CacheClusterId>{name}</CacheClusterId><Engine>{engine}</Engine><SnapshotRetentionLimit>3</SnapshotRetentionLimit>\
             <AtRestEncryptionEnabled>false</AtRestEncryptionEnabled><ARN>arn:aws:elasticache:eu-west-1:123456789012:cluster:{name}</ARN></CacheCluster>"
        )
    };
    let body = format!("<CacheClusters>{}{}</CacheClusters>", cluster("views", "redis"), cluster("pages", "memcached"));
    let snapshot = |source: &str| {
        format!(
            "<Snapshot><SnapshotName>s</SnapshotName><SnapshotSource>{source}</SnapshotSource><CacheClusterId>views</CacheClusterId>\
             <ARN>arn:aws:elasticache:eu-west-1:123456789012:snapshot:{source}</ARN></Snapshot>"
        )
    };
    let snapshots = format!("<Snapshots>{}{}</Snapshots>", snapshot("manual"), snapshot("automated"));
    let told = Recording::of_nothing()
        .told("elasticache", REGION, "DescribeCacheClusters", json!({}), &query("DescribeCacheClusters", &body))
        .told("elasticache", REGION, "DescribeSnapshots", json!({}), &query("DescribeSnapshots", &snapshots));
    let store = one(&told);
    assert_eq!((store.kind, seen(&store.recovery.backup_days)), (StoreKind::ElasticacheCluster, Some(3)));
    assert_eq!(seen(&store.encrypted), Some(false));
    assert!(matches!(store.tags.reading, Reading::NotCollected { .. }), "nobody asked for its tags");
    let found = told.lowered();
    let copies = found.safeguards.copies.members();
    assert_eq!(copies.len(), 1, "the automated one goes with its store");
    assert_eq!((copies[0].kind, &copies[0].of), (CopyKind::CacheSnapshot, &store.arn));
}

#[test]
fn a_warehouse_is_as_public_as_it_says() {
    let body = "<Clusters><Cluster><ClusterIdentifier>reports</ClusterIdentifier><Encrypted>false</Encrypted><PubliclyAccessible>true</PubliclyAccessible>\
        <AutomatedSnapshotRetentionPeriod>1</AutomatedSnapshotRetentionPeriod></Cluster></Clusters>";
    let store = one(&Recording::of_nothing().told(
        "redshift",
        REGION,
        "DescribeClusters",
        json!({}),
        &query("DescribeClusters", body),
    ));
    assert_eq!(store.arn.as_str(), "arn:aws:redshift:eu-west-1:123456789012:cluster:reports");
    assert_eq!(
        (seen(&store.public), seen(&store.encrypted), seen(&store.recovery.backup_days)),
        (Some(true), Some(false), Some(1))
    );
}

fn domain(status: &Value) -> DataStore {
    one(&Recording::of_nothing()
        .told("es", REGION, "ListDomainNames", json!({}), r#"{"DomainNames":[{"DomainName":"logs"}]}"#)
        .told(
            "es",
            REGION,
            "DescribeDomain",
            json!({ "DomainName": "logs" }),
            &json!({ "DomainStatus": status }).to_string(),
        ))
}

#[test]
fn a_domain_with_an_open_policy_is_public_outside_a_vpc_only() {
    let open = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"es:*"}]}"#;
    let outside = domain(&json!({ "AccessPolicies": open, "EncryptionAtRestOptions": { "Enabled": true } }));
    assert_eq!((seen(&outside.public), seen(&outside.encrypted)), (Some(true), Some(true)));
    let inside = domain(&json!({ "AccessPolicies": open, "VPCOptions": { "VPCId": "vpc-1" } }));
    assert_eq!((seen(&inside.public), seen(&inside.encrypted)), (Some(false), Some(false)));
    let told = Recording::of_nothing()
        .told("es", REGION, "ListDomainNames", json!({}), r#"{"DomainNames":[{"DomainName":"logs"}]}"#)
        .status("es", REGION, "DescribeDomain", json!({ "DomainName": "logs" }), 403, "{}")
        .header("x-amzn-errortype", "AccessDeniedException");
    assert!(matches!(one(&told).public.reading, Reading::Denied { .. }));
}

/// Each list alone, denied or answered by something that is no AWS: the stores are then not all there are.
#[test]
fn one_unread_service_leaves_the_stores_and_copies_open() {
    let whole = Recording::of_nothing().lowered();
    assert!(whole.stores.is_whole() && whole.safeguards.copies.is_whole());
    for (service, operation, copies) in [
        ("ec2", "DescribeVolumes", false),
        ("elasticfilesystem", "DescribeFileSystems", false),
        ("elasticache", "DescribeReplicationGroups", false),
        ("elasticache", "DescribeServerlessCaches", false),
        ("memorydb", "DescribeClusters", false),
        ("redshift", "DescribeClusters", false),
        ("es", "ListDomainNames", false),
        ("elasticache", "DescribeSnapshots", true),
        ("memorydb", "DescribeSnapshots", true),
        ("redshift", "DescribeClusterSnapshots", true),
    ] {
        for (status, body) in [(400, json_error("AccessDeniedException")), (500, HTML.to_owned())] {
            let told =
                Recording::of_nothing().status(service, "us-west-2", operation, json!({}), status, &body).lowered();
            let (open, whole) = match copies {
                true => (&told.safeguards.copies.is_whole(), &told.stores.is_whole()),
                false => (&told.stores.is_whole(), &told.safeguards.copies.is_whole()),
            };
            assert!(!open && *whole, "{service} {operation} {status}");
        }
    }
}
