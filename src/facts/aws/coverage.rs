//! What was asked of an account and how each call went, by operation and Region.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    controls::operations,
    evidence::{Key, Record, RunLog, Scope},
    model::{
        id::EvidenceId,
        world::{Coverage, CoverageRow},
    },
};

use super::answer::{End, body, denied};

/// Codes by which AWS says "there is none": an answer, not a failure.
///
/// Source: the "Errors" of each operation's API reference; S3's from "List of error codes" of the Amazon S3 API Reference.
const NONE: [&str; 13] = [
    "AWSOrganizationsNotInUseException",
    "InvalidAccessException",
    "NoSuchBucketPolicy",
    "NoSuchEntity",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "ObjectLockConfigurationNotFoundError",
    "PolicyNotFound",
    "PolicyNotFoundException",
    "ReplicationConfigurationNotFoundError",
    "ResourceNotFoundException",
    "ServerSideEncryptionConfigurationNotFoundError",
];

/// The IAM actions that a call needs, as a person grants them.
pub(super) fn grant(service: &str, operation: &str) -> String {
    match operations::find(service, operation) {
        Some((service, operation)) => operation.actions(service).join(" and "),
        None => format!("{service}:{operation}"),
    }
}

/// The calls of one account. One row an operation and Region, whichever the resource.
pub fn coverage(log: &RunLog, scope: &Scope) -> Coverage {
    let mut coverage = Coverage::default();
    let mut groups: BTreeMap<(String, String, String), Group> = BTreeMap::new();
    let asked: BTreeSet<Key> =
        log.records().iter().filter(|record| record.scope == *scope).filter_map(|record| record.key).collect();
    for record in asked.iter().filter_map(|key| log.answer(key)) {
        coverage.planned += 1;
        let group = (record.service.clone(), record.operation.clone(), record.region.clone());
        let fate = fate(log, record);
        coverage.answered += usize::from(matches!(fate, Fate::Answered));
        groups.entry(group).or_default().add(fate, record);
    }
    for ((service, operation, region), group) in groups {
        let what = format!("{} {region}", grant(&service, &operation));
        let row = |fates: Vec<(String, EvidenceId)>, needs: Option<String>| row(&what, fates, group.calls, needs);
        coverage.denied.extend(row(group.denied, Some(grant(&service, &operation))));
        coverage.failed.extend(row(group.failed, None));
        coverage.skipped.extend(row(group.skipped, None));
    }
    coverage
}

/// How one call went.
enum Fate {
    Answered,
    Denied(String),
    Failed(String),
    /// Nothing that answers for AWS was there to ask.
    Skipped(String),
}

fn fate(log: &RunLog, record: &Record) -> Fate {
    match body(log, record) {
        Ok(_) => Fate::Answered,
        Err(End::Error { code, .. }) if NONE.contains(&code.as_str()) => Fate::Answered,
        Err(End::Error { code, .. }) if denied(&code) => Fate::Denied(code),
        Err(End::Error { code, .. }) => Fate::Failed(code),
        Err(End::Failed(why)) => Fate::Failed(why),
        Err(End::NotCollected(why)) => Fate::Skipped(why),
        Err(End::Whole) => Fate::Answered,
    }
}

#[derive(Default)]
struct Group {
    calls: usize,
    denied: Vec<(String, EvidenceId)>,
    failed: Vec<(String, EvidenceId)>,
    skipped: Vec<(String, EvidenceId)>,
}

impl Group {
    fn add(&mut self, fate: Fate, record: &Record) {
        self.calls += 1;
        match fate {
            Fate::Answered => {}
            Fate::Denied(why) => self.denied.push((why, record.id.clone())),
            Fate::Failed(why) => self.failed.push((why, record.id.clone())),
            Fate::Skipped(why) => self.skipped.push((why, record.id.clone())),
        }
    }
}

fn row(what: &str, fates: Vec<(String, EvidenceId)>, of: usize, needs: Option<String>) -> Option<CoverageRow> {
    let count = fates.len();
    let (reasons, mut evidence): (BTreeSet<_>, Vec<_>) = fates.into_iter().unzip();
    if count == 0 {
        return None;
    }
    evidence.sort_unstable();
    let reasons = reasons.into_iter().collect::<Vec<_>>().join(", ");
    let why = if of == 1 { reasons } else { format!("{reasons} ({count} of {of} calls)") };
    Some(CoverageRow { what: what.to_owned(), why, needs, evidence })
}
