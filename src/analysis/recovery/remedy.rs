//! The counterfactual: the cheapest one change after which the data is out of reach or comes back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{cloud::StoreKind, truth::Truth};

use super::{Case, Power, Verdict, verdict, ways::Without};

/// A change, cheapest kind first: a setting of the store can be taken back at once and hinders nobody; taking actions
/// away may hinder a deployment; a locked vault is new machinery and cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Deletion protection of a database or table.
    SwitchOnProtection,
    /// Point-in-time recovery of a table.
    SwitchOnPointInTime,
    /// Versioning of a bucket.
    SwitchOnVersioning,
    /// An explicit deny, a boundary or a narrower policy for these actions on this store and its copies.
    Deny { actions: Vec<String> },
    /// Copies in a vault of AWS Backup under a compliance-mode lock.
    CopyToLockedVault,
}

/// As many actions as one policy change is likely to name before a locked vault is the simpler answer.
const MOST_DENIED: usize = 3;

/// Tries the changes in order of cost on the case itself; the last one always helps.
pub(super) fn cheapest(case: &Case<'_>, power: &dyn Power) -> Remedy {
    let settings = settings(case).into_iter();
    let helpful = settings.filter(|(_, changed)| safe(changed, power)).map(|(remedy, _)| remedy).next();
    helpful.or_else(|| deny(case, power)).unwrap_or(Remedy::CopyToLockedVault)
}

pub(super) fn safe(case: &Case<'_>, power: &dyn Power) -> bool {
    let outcome = verdict(case.destruction().open_to(power), case.survives(power));
    matches!(outcome, Verdict::OutOfReach | Verdict::Recoverable)
}

/// The settings that are not known to be on already.
fn settings<'a>(case: &Case<'a>) -> Vec<(Remedy, Case<'a>)> {
    let on = Truth::True;
    let kind = case.store.kind;
    let mut changes = Vec::new();
    if kind.unprotect_action().is_some() && case.protected != on {
        changes.push((Remedy::SwitchOnProtection, Case { protected: on, ..case.clone() }));
    }
    if kind == StoreKind::DynamodbTable && case.point_in_time != on {
        changes.push((Remedy::SwitchOnPointInTime, Case { point_in_time: on, ..case.clone() }));
    }
    if kind == StoreKind::S3Bucket && case.versioned != on {
        changes.push((Remedy::SwitchOnVersioning, Case { versioned: on, ..case.clone() }));
    }
    changes
}

/// The fewest actions whose denial helps; among equals those that come first on the way to the loss.
fn deny(case: &Case<'_>, power: &dyn Power) -> Option<Remedy> {
    let mut actions = Vec::new();
    case.destruction().actions(&mut actions);
    case.keeps().iter().for_each(|keep| keep.removal.actions(&mut actions));
    let helps = |taken: &BTreeSet<&'static str>| safe(case, &Without { power, taken: taken.clone() });
    (1..=MOST_DENIED).find_map(|size| {
        let taken = subsets(&actions, size).into_iter().find(helps)?;
        Some(Remedy::Deny { actions: taken.into_iter().map(str::to_owned).collect() })
    })
}

/// All sets of `size` members, in the order of `all`.
fn subsets(all: &[&'static str], size: usize) -> Vec<BTreeSet<&'static str>> {
    let Some((first, rest)) = all.split_first() else { return Vec::new() };
    if size == 1 {
        return all.iter().map(|one| BTreeSet::from([*one])).collect();
    }
    let with = subsets(rest, size - 1).into_iter().map(|mut set| {
        set.insert(*first);
        set
    });
    with.chain(subsets(rest, size)).collect()
}
