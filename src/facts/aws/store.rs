//! What all stores have in common.

use serde_json::Value;

use crate::model::{
    cloud::{Caller, DataStore, Recovery, StoreKind},
    id::{Arn, EvidenceId, Region},
    observed::Observed,
};

use super::fields::text;

/// A store whose service has nothing beyond a name; its lowering fills in what there is.
pub(super) fn bare(
    kind: StoreKind,
    arn: impl Into<Arn>,
    region: &Region,
    name: &str,
    evidence: &[EvidenceId],
) -> DataStore {
    DataStore {
        arn: arn.into(),
        kind,
        engine: None,
        region: region.clone(),
        name: name.to_owned(),
        tags: nothing(evidence),
        deletion_protection: nothing(evidence),
        recovery: no_recovery(evidence),
        resource_policy: nothing(evidence),
        encrypted: nothing(evidence),
        key: nothing(evidence),
        public: nothing(evidence),
        evidence: evidence.to_vec(),
    }
}

pub(super) fn no_recovery(evidence: &[EvidenceId]) -> Recovery {
    Recovery {
        backup_days: nothing(evidence),
        point_in_time: nothing(evidence),
        versioning: nothing(evidence),
        object_lock: nothing(evidence),
        expires_days: nothing(evidence),
        replicas: nothing(evidence),
    }
}

fn nothing<T>(evidence: &[EvidenceId]) -> Observed<T> {
    Observed::absent(evidence.to_vec())
}

/// A field that AWS documents for this answer; one that is not there is a failed reading, never false.
pub(super) fn field<T>(value: Option<T>, evidence: &[EvidenceId]) -> Observed<T> {
    value.map_or_else(
        || Observed::failed("the answer leaves this field out", evidence.to_vec()),
        |value| Observed::known(value, evidence.to_vec()),
    )
}

/// A field that AWS leaves out where nothing was set.
pub(super) fn optional<T>(value: Option<T>, evidence: &[EvidenceId]) -> Observed<T> {
    value.map_or_else(|| nothing(evidence), |value| Observed::known(value, evidence.to_vec()))
}

/// The key that encrypts a store; left out where the service's own does.
pub(super) fn key(body: &Value, name: &str, evidence: &[EvidenceId]) -> Observed<Arn> {
    optional(text(body, name).map(Arn::new), evidence)
}

/// The ARN of something that the account itself holds, for answers that only name it.
pub(super) fn arn_of(caller: &Caller, service: &str, region: &Region, resource: &str) -> Arn {
    Arn::new(format!("arn:{}:{service}:{region}:{}:{resource}", partition(caller), caller.account))
}

/// `aws`, `aws-cn`, `aws-us-gov`: that of the caller.
pub(super) fn partition(caller: &Caller) -> &str {
    caller.arn.as_str().split(':').nth(1).unwrap_or("aws")
}

/// All evidence of some calls, each record once.
pub(super) fn joined(parts: &[&[EvidenceId]]) -> Vec<EvidenceId> {
    let mut all = parts.concat();
    all.sort_unstable();
    all.dedup();
    all
}
