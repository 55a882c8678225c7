//! S3 buckets: each is asked in its own Region.

use serde_json::json;

use super::session::{Parts, Session};
use crate::{collect::wire::Error, facts::aws::bucket_regions};

/// What is asked of each bucket.
const SETTINGS: [&str; 10] = [
    "GetBucketVersioning",
    "GetObjectLockConfiguration",
    "GetBucketPolicy",
    "GetBucketTagging",
    "GetBucketEncryption",
    "GetPublicAccessBlock",
    "GetBucketPolicyStatus",
    "GetBucketAcl",
    "GetBucketLifecycleConfiguration",
    "GetBucketReplication",
];

pub(super) async fn all(session: Session, account: Option<String>) -> Result<(), Error> {
    if let Some(account) = account {
        let whole = json!({ "AccountId": account });
        session.call("s3", session.home(), "GetAccountPublicAccessBlock", whole).await?;
    }
    let listed = session.call("s3", session.home(), "ListBuckets", json!({})).await?;
    let mut parts = Parts::default();
    for page in listed.pages.iter().filter(|page| page.ok()) {
        for (name, region) in bucket_regions(&page.body) {
            parts.start(bucket(session.clone(), name, region));
        }
    }
    parts.finish().await
}

async fn bucket(session: Session, name: String, region: Option<String>) -> Result<(), Error> {
    let region = match region {
        Some(region) => region,
        None => {
            let located = session.call("s3", session.home(), "GetBucketLocation", json!({ "Bucket": name })).await?;
            let body = located.pages.first().filter(|page| page.ok()).map(|page| &page.body[..]);
            body.map_or_else(|| session.home().to_owned(), crate::facts::aws::bucket_location)
        }
    };
    for operation in SETTINGS {
        session.call("s3", &region, operation, json!({ "Bucket": name })).await?;
    }
    Ok(())
}
