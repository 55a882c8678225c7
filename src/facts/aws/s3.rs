//! S3 buckets.

use serde_json::Value;

use crate::model::{
    cloud::{Caller, DataStore, ObjectLock, Recovery, StoreKind},
    id::{Arn, Region},
    observed::{Observed, Reading},
    truth::Truth,
};

use super::{
    account::Account,
    answer::{Answer, unexpected},
    fields::{items, number, repeated, tags, text, truth},
    store::{bare, joined, no_recovery, optional, partition},
};

const NO_LOCK: &str = "ObjectLockConfigurationNotFoundError";
const NO_ENCRYPTION: &str = "ServerSideEncryptionConfigurationNotFoundError";

/// Every bucket of the account, whatever its Region: "ListBuckets" names them all, and an agent's reach does not stop at
/// the Regions that somebody asked for.
pub(super) fn stores(account: &Account<'_>, caller: &Observed<Caller>) -> Observed<Vec<DataStore>> {
    let listed = account.ask_home("s3", "ListBuckets", &[]);
    let names = listed.read(|pages| Ok(pages.iter().flat_map(named).map(|(name, _)| name).collect::<Vec<_>>()));
    names.map(|names| names.iter().map(|name| Bucket { account, caller, name }.store()).collect())
}

struct Bucket<'a> {
    account: &'a Account<'a>,
    caller: &'a Observed<Caller>,
    name: &'a str,
}

impl Bucket<'_> {
    fn store(&self) -> DataStore {
        let region = self.region();
        let ask = |operation: &str| self.account.ask("s3", region.as_str(), operation, &[("Bucket", self.name)]);
        let (versioning, lock, own) =
            (ask("GetBucketVersioning"), ask("GetObjectLockConfiguration"), ask("GetBucketPolicy"));
        let (tagged, encryption) = (ask("GetBucketTagging"), ask("GetBucketEncryption"));
        let (lifecycle, replication) = (ask("GetBucketLifecycleConfiguration"), ask("GetBucketReplication"));
        let exposure = [
            ask("GetPublicAccessBlock"),
            self.account.ask_home("s3", "GetAccountPublicAccessBlock", &[]),
            ask("GetBucketPolicyStatus"),
            ask("GetBucketAcl"),
        ];
        let asked = [&versioning, &lock, &own, &tagged, &encryption, &lifecycle, &replication];
        let evidence: Vec<_> = asked.into_iter().chain(&exposure).map(|answer| &answer.evidence[..]).collect();
        DataStore {
            tags: or_else(&tagged, "NoSuchTagSet", Default::default(), |body| Some(tags(body, "TagSet"))),
            deletion_protection: or_else(&lock, NO_LOCK, false, |body| {
                Some(object_lock(body).is_some_and(|lock| lock.compliance))
            }),
            recovery: Recovery {
                // A bucket that never had versioning answers without a status (API Reference, GetBucketVersioning).
                versioning: versioning.one(|body| Some(text(body, "Status") == Some("Enabled"))),
                object_lock: or_else(&lock, NO_LOCK, None, |body| Some(object_lock(body))).and_then(present),
                expires_days: or_else(&lifecycle, "NoSuchLifecycleConfiguration", None, |body| Some(expiry(body)))
                    .and_then(present),
                replicas: or_else(&replication, "ReplicationConfigurationNotFoundError", Vec::new(), |body| {
                    Some(replicas(body))
                }),
                ..no_recovery(&[])
            },
            resource_policy: self.policy(&own),
            encrypted: or_else(&encryption, NO_ENCRYPTION, false, |body| Some(!repeated(body, "Rule").is_empty())),
            key: or_else(&encryption, NO_ENCRYPTION, None, |body| Some(default_key(body))).and_then(present),
            public: public(&exposure),
            ..bare(
                StoreKind::S3Bucket,
                Arn::new(format!("arn:{}:s3:::{}", self.partition(), self.name)),
                &region,
                self.name,
                &joined(&evidence),
            )
        }
    }

    /// The Region in which the bucket's calls were made; the collector asked for it first.
    fn region(&self) -> Region {
        let listed = self.account.ask_home("s3", "ListBuckets", &[]);
        let named =
            listed.pages.iter().flat_map(named).find(|(name, _)| name == self.name).and_then(|(_, region)| region);
        let located = || {
            let asked = self.account.ask_home("s3", "GetBucketLocation", &[("Bucket", self.name)]);
            asked.pages.first().map(location)
        };
        Region::new(named.or_else(located).unwrap_or_else(|| self.account.home().to_owned()))
    }

    /// The body is the document itself.
    fn policy(&self, asked: &Answer) -> Observed<String> {
        let text = |_: &[Value]| {
            let record = asked.evidence.first().and_then(|id| self.account.log.record(id)).ok_or_else(unexpected)?;
            let body = self.account.log.body(record).map_err(|e| e.to_string())?;
            String::from_utf8(body.to_vec()).map_err(|_| unexpected())
        };
        asked.read_or_absent(&["NoSuchBucketPolicy"], text)
    }

    fn partition(&self) -> &str {
        self.caller.seen().map_or("aws", partition)
    }
}

/// The buckets of one page of "ListBuckets", with their Regions where the answer names them.
fn named(page: &Value) -> Vec<(String, Option<String>)> {
    let bucket =
        |bucket: &Value| Some((text(bucket, "Name")?.to_owned(), text(bucket, "BucketRegion").map(str::to_owned)));
    items(page, "Buckets").into_iter().filter_map(bucket).collect()
}

/// As [`named`], from the body: the collector asks each bucket in its own Region, and facts look for the answers there.
pub fn bucket_regions(body: &[u8]) -> Vec<(String, Option<String>)> {
    parsed(body).map(|page| named(&page)).unwrap_or_default()
}

/// The Region that a body of "GetBucketLocation" names.
pub fn bucket_location(body: &[u8]) -> String {
    parsed(body).map_or_else(|| "us-east-1".to_owned(), |page| location(&page))
}

fn parsed(body: &[u8]) -> Option<Value> {
    super::xml::parse(std::str::from_utf8(body).ok()?).ok()
}

/// "GetBucketLocation": empty means us-east-1, `EU` is an old name of eu-west-1 (API Reference).
pub(super) fn location(body: &Value) -> String {
    let named = body.as_str().or_else(|| text(body, "LocationConstraint")).unwrap_or_default();
    match named {
        "" => "us-east-1".to_owned(),
        "EU" => "eu-west-1".to_owned(),
        region => region.to_owned(),
    }
}

/// A reading of a call that answers `code` where nothing was set; then it is `unset`.
fn or_else<T>(asked: &Answer, code: &str, unset: T, lower: impl FnOnce(&Value) -> Option<T>) -> Observed<T> {
    if asked.code() == Some(code) {
        return Observed::known(unset, asked.evidence.clone());
    }
    asked.one(lower)
}

/// Object Lock on every new object. In compliance mode nobody, not even root, can delete before the time.
fn object_lock(body: &Value) -> Option<ObjectLock> {
    let rule = body.pointer("/Rule/DefaultRetention")?;
    let days = number(rule, "Days").or_else(|| number(rule, "Years").map(|years| years.saturating_mul(365)));
    Some(ObjectLock { compliance: text(rule, "Mode") == Some("COMPLIANCE"), days: days? })
}

/// The shortest time after which an enabled rule lets objects, or their old versions, expire.
fn expiry(body: &Value) -> Option<u64> {
    let rules = repeated(body, "Rule").into_iter().filter(|rule| text(rule, "Status") == Some("Enabled"));
    let days = |rule: &Value| {
        let current = rule.get("Expiration").and_then(|expiration| number(expiration, "Days"));
        let old = rule.get("NoncurrentVersionExpiration").and_then(|expiration| number(expiration, "NoncurrentDays"));
        current.into_iter().chain(old).min()
    };
    rules.filter_map(days).min()
}

/// Buckets that enabled rules copy to.
fn replicas(body: &Value) -> Vec<String> {
    let rules = repeated(body, "Rule").into_iter().filter(|rule| text(rule, "Status") == Some("Enabled"));
    rules.filter_map(|rule| text(rule.get("Destination")?, "Bucket")).map(str::to_owned).collect()
}

fn default_key(body: &Value) -> Option<Arn> {
    let rule = repeated(body, "Rule").into_iter().next()?;
    Some(Arn::new(text(rule.get("ApplyServerSideEncryptionByDefault")?, "KMSMasterKeyID")?))
}

/// What a rule sets, absent where none does.
fn present<T>(value: Option<T>) -> Observed<T> {
    optional(value, &[])
}

/// Whether everybody can read or write, as far as settings tell: a public policy or ACL that no block stops.
fn public([bucket, account, status, acl]: &[Answer; 4]) -> Observed<bool> {
    let block = |name: &str| {
        let of = |asked: &Answer| {
            or_else(asked, "NoSuchPublicAccessBlockConfiguration", false, |body| {
                truth(body.get("PublicAccessBlockConfiguration").unwrap_or(body), name)
            })
        };
        settled(&of(bucket)).or(settled(&of(account)))
    };
    let by_policy = settled(&or_else(status, "NoSuchBucketPolicy", false, |body| truth(body, "IsPublic")));
    let by_acl = settled(&acl.one(|body| Some(items(body, "AccessControlList").into_iter().any(grants_everybody))));
    let open = by_policy.and(block("RestrictPublicBuckets").not()).or(by_acl.and(block("IgnorePublicAcls").not()));
    let evidence: Vec<_> =
        [bucket, account, status, acl].into_iter().flat_map(|answer| answer.evidence.clone()).collect();
    match open {
        Truth::True => Observed::known(true, evidence),
        Truth::False => Observed::known(false, evidence),
        Truth::Unknown => undecided([bucket, account, status, acl], evidence),
    }
}

/// The first of the readings that exposure hangs on and that was not made.
fn undecided(asked: [&Answer; 4], evidence: Vec<crate::model::id::EvidenceId>) -> Observed<bool> {
    let unread =
        asked.into_iter().find(|answer| answer.pages.is_empty() && answer.code().is_none_or(super::answer::denied));
    let mut reason = unread.map_or_else(|| Observed::failed(unexpected(), Vec::new()), Answer::nothing);
    reason.evidence = evidence;
    reason
}

fn settled(reading: &Observed<bool>) -> Truth {
    match reading.reading {
        Reading::Known { value, .. } => value.into(),
        _ => Truth::Unknown,
    }
}

/// The two groups that hold strangers (S3 User Guide, "Access control list overview").
fn grants_everybody(grant: &Value) -> bool {
    let group = grant.get("Grantee").and_then(|grantee| text(grantee, "URI")).unwrap_or_default();
    group.ends_with("/groups/global/AllUsers") || group.ends_with("/groups/global/AuthenticatedUsers")
}
