//! Recoverability: whether data comes back after the worst that somebody's power allows, and the one change that makes
//! it so. Pure: who may do what is asked through [`Power`], so any evaluator serves.

mod remedy;
mod ways;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::model::{
    cloud::{DataStore, StoreKind},
    id::EvidenceId,
    observed::Gap,
    recovery::Safeguards,
    truth::Truth,
};

pub use remedy::Remedy;
use ways::{Keep, Way};

/// What those judged may do together: one principal, or all that an agent reaches.
pub trait Power {
    /// Whether `action` on the resource with this ARN (`…/*` for a bucket's objects) is allowed, given the resource's own
    /// policy where it has one. `Unknown` where conditions or unread layers decide.
    fn may(&self, action: &str, resource: &str, policy: Option<&str>) -> Truth;

    /// Whether an explicit deny takes the action away whatever a resource's own policy says.
    fn never(&self, _action: &str) -> bool {
        false
    }
}

impl<F: Fn(&str, &str, Option<&str>) -> Truth> Power for F {
    fn may(&self, action: &str, resource: &str, policy: Option<&str>) -> Truth {
        self(action, resource, policy)
    }
}

/// What the worst leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They cannot destroy the data.
    OutOfReach,
    /// They can destroy it, and a copy that they cannot delete remains.
    Recoverable,
    /// It hangs on something that was not read, or on conditions.
    Unknown,
    /// They can destroy it with every copy.
    Lost,
}

/// One store under one power.
#[derive(Debug, Clone, PartialEq)]
pub struct Recoverability {
    pub verdict: Verdict,
    /// Deletion protection stands; for S3, Object Lock in compliance mode.
    pub protected: Truth,
    /// They can switch the protection off. False where the service has no such switch.
    pub unprotectable: Truth,
    /// They can destroy the data, taking protection away first where they may.
    pub destroyable: Truth,
    /// A copy remains that they cannot delete.
    pub survives: Truth,
    /// What that was concluded from, fact by fact.
    pub reasons: Vec<Reason>,
    /// What was not read and would settle an unknown.
    pub gaps: Vec<Gap>,
    /// The cheapest single change that makes the verdict out of reach or recoverable, where it is not.
    pub remedy: Option<Remedy>,
}

/// One fact behind a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub statement: String,
    pub holds: Truth,
    pub evidence: Vec<EvidenceId>,
}

/// What `power` can do to `store` and its copies.
pub fn assess(store: &DataStore, safeguards: &Safeguards, power: &dyn Power) -> Recoverability {
    let case = Case::new(store, safeguards);
    let (destroyable, survives) = (case.destruction().open_to(power), case.survives(power));
    let unprotect = store.kind.unprotect_action();
    let unprotectable = unprotect.map_or(Truth::False, |action| ways::step(action, store).open_to(power));
    let verdict = verdict(destroyable, survives);
    Recoverability {
        verdict,
        protected: case.protected,
        unprotectable,
        destroyable,
        survives,
        reasons: case.reasons(power, unprotectable, destroyable),
        gaps: if verdict == Verdict::Unknown { case.gaps() } else { Vec::new() },
        remedy: match verdict {
            Verdict::OutOfReach | Verdict::Recoverable => None,
            Verdict::Unknown | Verdict::Lost => Some(remedy::cheapest(&case, power)),
        },
    }
}

fn verdict(destroyable: Truth, survives: Truth) -> Verdict {
    match (destroyable, survives) {
        (Truth::False, _) => Verdict::OutOfReach,
        (_, Truth::True) => Verdict::Recoverable,
        (Truth::True, Truth::False) => Verdict::Lost,
        _ => Verdict::Unknown,
    }
}

/// A store with what protects it, either as it is or as a change would make it.
#[derive(Clone)]
struct Case<'a> {
    store: &'a DataStore,
    safeguards: &'a Safeguards,
    protected: Truth,
    versioned: Truth,
    point_in_time: Truth,
}

impl<'a> Case<'a> {
    fn new(store: &'a DataStore, safeguards: &'a Safeguards) -> Case<'a> {
        let on = |setting: &crate::model::observed::Observed<bool>| setting.holds(Truth::False, |on| (*on).into());
        Case {
            store,
            safeguards,
            protected: on(&store.deletion_protection),
            versioned: on(&store.recovery.versioning),
            point_in_time: on(&store.recovery.point_in_time),
        }
    }

    fn destruction(&self) -> Way {
        ways::destruction(self.store, self.protected, self.versioned)
    }

    fn keeps(&self) -> Vec<Keep> {
        let copies = self.safeguards.copies.members().iter().filter(|copy| copy.of == self.store.arn);
        let kept = copies.map(|copy| ways::keep(copy, &self.safeguards.vaults));
        ways::point_in_time(self.store, self.point_in_time).into_iter().chain(kept).collect()
    }

    /// Whether one copy stays. "None" needs the whole list of copies.
    fn survives(&self, power: &dyn Power) -> Truth {
        let seen = Truth::any(self.keeps().iter().map(|keep| keep.removal.open_to(power).not()));
        if self.safeguards.copies.is_whole() { seen } else { seen.or(Truth::Unknown) }
    }

    fn reasons(&self, power: &dyn Power, unprotectable: Truth, destroyable: Truth) -> Vec<Reason> {
        let store = self.store;
        let setting = &store.deletion_protection.evidence;
        let mut reasons = vec![Reason {
            statement: match store.kind {
                StoreKind::S3Bucket => "Object Lock keeps every object in compliance mode".to_owned(),
                _ => "deletion protection is on".to_owned(),
            },
            holds: self.protected,
            evidence: setting.clone(),
        }];
        if let Some(action) = store.kind.unprotect_action() {
            let statement = format!("they may switch it off (`{action}`)");
            reasons.push(Reason { statement, holds: unprotectable, evidence: Vec::new() });
        }
        if store.kind == StoreKind::S3Bucket {
            let evidence = store.recovery.versioning.evidence.clone();
            reasons.push(Reason { statement: "versioning is on".to_owned(), holds: self.versioned, evidence });
        }
        let statement = format!("they can destroy the data of {} `{}`", store.kind.noun(), store.name);
        reasons.push(Reason { statement, holds: destroyable, evidence: store.evidence.clone() });
        reasons.extend(self.keeps().into_iter().map(|keep| Reason {
            statement: format!("they can delete its {}", keep.what),
            holds: keep.removal.open_to(power),
            evidence: keep.evidence,
        }));
        reasons.push(self.restored());
        reasons
    }

    /// A backup that nobody restored is a hope; this says so beside the verdict and does not change it.
    fn restored(&self) -> Reason {
        let copies = self.safeguards.copies.members().iter().filter(|copy| copy.of == self.store.arn);
        let points: Vec<_> = copies.map(|copy| &copy.arn).collect();
        let done = |restore: &crate::model::recovery::Restore| {
            (restore.status == "COMPLETED"
                && restore.recovery_point.as_ref().is_some_and(|point| points.contains(&point)))
            .into()
        };
        let restores = &self.safeguards.restores;
        Reason {
            statement: "a restore from one of its copies was completed".to_owned(),
            holds: restores.any(done),
            evidence: restores.evidence.clone(),
        }
    }

    fn gaps(&self) -> Vec<Gap> {
        let name = &self.store.name;
        let mut gaps: Vec<Gap> = [
            self.store.deletion_protection.gap(format!("deletion protection of {name}")),
            self.store.resource_policy.gap(format!("resource policy of {name}")),
            self.safeguards.copies.gap(format!("copies of {name}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        match self.store.kind {
            StoreKind::S3Bucket => gaps.extend(self.store.recovery.versioning.gap(format!("versioning of {name}"))),
            StoreKind::DynamodbTable => {
                gaps.extend(self.store.recovery.point_in_time.gap(format!("point-in-time recovery of {name}")));
            }
            _ => {}
        }
        for vault in self.safeguards.vaults.members() {
            gaps.extend(vault.lock.gap(format!("lock of vault {}", vault.name)));
        }
        gaps
    }
}
