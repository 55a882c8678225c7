//! What several identities saw, as one world. What one was told settles what another was denied; what two were told
//! differently is not known, and both records say so.
//!
//! Worlds are joined in the shape in which they are written down, so that a noun that gains a field is joined without a
//! line here. Each part is joined with all others at once: joined in pairs, a third identity that agrees with one of two
//! that disagree would silently decide between them.

mod values;

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use self::values::{Join, Seen};
use crate::model::{
    observed::Observed,
    world::{CloudAccount, Coverage, CoverageRow, Organization, RunFacts, World},
};

/// One identity's world, and who that was and when, for a person.
#[derive(Debug, Clone)]
pub struct Part {
    pub who: String,
    pub world: World,
}

/// All parts as one world, whatever their order. `run` names the run that joins them.
pub fn worlds(run: RunFacts, mut parts: Vec<Part>) -> World {
    parts.sort_by(|a, b| a.world.run.id.cmp(&b.world.run.id));
    let mut join = Join::new(parts.iter().map(|part| part.who.clone()).collect());
    let forge = forge(&mut join, &parts);
    let accounts = accounts(&mut join, &parts);
    let skipped = parts.iter().all(|part| part.world.cloud_skipped.is_some());
    let mut coverage = coverage(&parts);
    coverage.failed.extend(join.disagreements());
    World {
        run,
        forge,
        accounts,
        cloud_skipped: parts.into_iter().find_map(|part| part.world.cloud_skipped).filter(|_| skipped),
        coverage,
    }
}

/// Whether a row of a joined world's coverage names two identities that were told different things.
pub fn told_differently(row: &CoverageRow) -> bool {
    row.why.starts_with(values::DIFFERENTLY)
}

fn forge(join: &mut Join, parts: &[Part]) -> Observed<Organization> {
    let written: Vec<Value> = parts.iter().map(|part| written(&part.world.forge)).collect();
    let seen: Vec<Seen<'_>> = written.iter().enumerate().map(|(part, value)| Seen { part, value }).collect();
    read(join.observed("", &seen)).unwrap_or_else(|why| Observed::failed(why, Vec::new()))
}

/// Accounts by their id; one whose id was not read stays by itself.
fn accounts(join: &mut Join, parts: &[Part]) -> Vec<CloudAccount> {
    let mut groups: BTreeMap<String, Vec<(usize, &CloudAccount)>> = BTreeMap::new();
    for (part, account) in
        parts.iter().enumerate().flat_map(|(at, part)| part.world.accounts.iter().map(move |a| (at, a)))
    {
        let name = match account.account_id() {
            "" => format!("{} {}", account.scope, parts.get(part).map_or("", |part| part.world.run.id.as_str())),
            id => id.to_owned(),
        };
        groups.entry(name).or_default().push((part, account));
    }
    let mut joined = Vec::new();
    for (name, group) in groups {
        let scope = group.iter().map(|(_, account)| &account.scope).min().cloned().unwrap_or_default();
        let same = |account: &CloudAccount| written(&CloudAccount { scope: scope.clone(), ..account.clone() });
        let written: Vec<(usize, Value)> = group.iter().map(|(part, account)| (*part, same(account))).collect();
        let seen: Vec<Seen<'_>> = written.iter().map(|(part, value)| Seen { part: *part, value }).collect();
        match join.value(&name, &seen).ok().and_then(|value| read(value).ok()) {
            Some(account) => joined.push(account),
            // An account that cannot be joined as a whole: each identity's own view stands.
            None => joined.extend(group.into_iter().map(|(_, account)| account.clone())),
        }
    }
    joined
}

fn coverage(parts: &[Part]) -> Coverage {
    let mut all = Coverage::default();
    for part in parts {
        let coverage = &part.world.coverage;
        let named = |row: &CoverageRow| CoverageRow { why: format!("{}, as {}", row.why, part.who), ..row.clone() };
        all.planned += coverage.planned;
        all.answered += coverage.answered;
        all.denied.extend(coverage.denied.iter().map(named));
        all.failed.extend(coverage.failed.iter().map(named));
        all.skipped.extend(coverage.skipped.iter().map(named));
    }
    all
}

fn written<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value)
        .map_err(|error| format!("what several identities read does not fit together: {error}"))
}
