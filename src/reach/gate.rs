//! Gates and the number of persons that they need.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::foreign::Foreign,
    reach::path::{Basis, Humans},
};

/// One enforced approval on a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gate {
    /// Approvals that others must give.
    pub k: u32,
    pub eligible: Eligible,
}

/// Who can give it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Eligible {
    /// Person keys; see [`People`].
    Known(BTreeSet<String>),
    Unknown,
}

/// Joins accounts to persons, as `[people]` states. An account that nobody joined is taken for a person of its own.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// By the account in lower case: the account as stated, and its person.
    by_account: BTreeMap<String, (String, String)>,
    /// Logins of machines: nobody stands behind their approval.
    machines: BTreeSet<String>,
}

impl People {
    /// From `account -> person`; accounts are logins or ARNs.
    pub fn new(by_account: BTreeMap<String, String>, machines: BTreeSet<String>) -> People {
        let entry = |(account, person): (String, String)| (account.to_ascii_lowercase(), (account, person));
        People {
            by_account: by_account.into_iter().map(entry).collect(),
            machines: machines.into_iter().map(|login| login.to_ascii_lowercase()).collect(),
        }
    }

    pub fn is_machine(&self, login: &str) -> bool {
        self.machines.contains(&login.to_ascii_lowercase())
    }

    pub fn person(&self, account: &str) -> String {
        self.by_account
            .get(&account.to_ascii_lowercase())
            .map_or_else(|| account.to_owned(), |(_, person)| person.clone())
    }

    /// Accounts that belong to the same person, as stated.
    pub fn accounts_of(&self, person: &str) -> Vec<&str> {
        self.by_account.values().filter(|(_, owner)| owner == person).map(|(account, _)| account.as_str()).collect()
    }

    fn joined(&self, person: &str) -> bool {
        self.by_account.values().any(|(_, known)| known == person)
    }
}

/// The smallest set of distinct persons that meets every gate. One person may stand at several gates; where an eligible set
/// is not known, the largest single gate.
pub fn humans(gates: &[Gate], people: &People) -> Humans {
    let mut who = BTreeSet::new();
    let mut all_known = true;
    for gate in gates {
        match &gate.eligible {
            Eligible::Known(set) => who.extend(set.iter().cloned()),
            Eligible::Unknown => all_known = false,
        }
    }
    let largest = gates.iter().map(|gate| gate.k).max().unwrap_or(0);
    let min = if all_known { smallest_hitting(gates).unwrap_or(largest) } else { largest };
    let max = all_known.then(|| gates.iter().map(|gate| gate.k).sum());
    let basis =
        if who.iter().all(|person| people.joined(person)) && all_known { Basis::Enforced } else { Basis::Assumed };
    Humans {
        min,
        max,
        who: who.into_iter().map(Foreign::from).collect(),
        k: largest,
        basis: if gates.is_empty() { Basis::Enforced } else { basis },
    }
}

/// Whether enough persons exist to open the gate at all.
pub fn can_open(gate: &Gate) -> bool {
    match &gate.eligible {
        Eligible::Known(set) => set.len() >= gate.k as usize,
        Eligible::Unknown => true,
    }
}

/// Persons who stand at the same gates are alike, so the search is over how many of each kind: few gates, few kinds.
fn smallest_hitting(gates: &[Gate]) -> Option<u32> {
    let mut kinds: BTreeMap<u32, u32> = BTreeMap::new();
    let mut persons: BTreeMap<&str, u32> = BTreeMap::new();
    for (index, gate) in gates.iter().enumerate().take(8) {
        if let Eligible::Known(set) = &gate.eligible {
            for person in set {
                *persons.entry(person).or_default() |= 1 << index;
            }
        }
    }
    for mask in persons.values() {
        *kinds.entry(*mask).or_default() += 1;
    }
    let needs: Vec<u32> = gates.iter().take(8).map(|gate| gate.k).collect();
    let kinds: Vec<(u32, u32)> = kinds.into_iter().collect();
    let mut best = None;
    hit(&kinds, &needs, 0, &mut best);
    best
}

fn hit(kinds: &[(u32, u32)], needs: &[u32], used: u32, best: &mut Option<u32>) {
    if best.is_some_and(|best| used >= best) {
        return;
    }
    if needs.iter().all(|need| *need == 0) {
        *best = Some(used);
        return;
    }
    let Some(((mask, available), rest)) = kinds.split_first() else { return };
    let useful =
        needs.iter().enumerate().filter(|(i, _)| mask & (1 << i) != 0).map(|(_, need)| *need).max().unwrap_or(0);
    for take in (0..=useful.min(*available)).rev() {
        let left: Vec<u32> = needs
            .iter()
            .enumerate()
            .map(|(i, need)| if mask & (1 << i) != 0 { need.saturating_sub(take) } else { *need })
            .collect();
        hit(rest, &left, used + take, best);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(k: u32, persons: &[&str]) -> Gate {
        Gate { k, eligible: Eligible::Known(persons.iter().map(|p| (*p).to_owned()).collect()) }
    }

    #[test]
    fn counts_distinct_persons_never_clicks() {
        let people = People::default();
        for (gates, min, max) in [
            (vec![], 0, Some(0)),
            (vec![gate(1, &["a", "b"])], 1, Some(1)),
            (vec![gate(1, &["a", "b"]), gate(1, &["b", "c"])], 1, Some(2)),
            (vec![gate(1, &["a"]), gate(1, &["b"])], 2, Some(2)),
            (vec![gate(2, &["a", "b", "c"]), gate(1, &["c"]), gate(1, &["d"])], 3, Some(4)),
            (vec![gate(2, &["a", "b"]), gate(2, &["b", "c"])], 3, Some(4)),
            (vec![gate(2, &["a", "b"]), Gate { k: 1, eligible: Eligible::Unknown }], 2, None),
        ] {
            let humans = humans(&gates, &people);
            assert_eq!((humans.min, humans.max), (min, max), "{gates:?}");
        }
        assert!(!can_open(&gate(2, &["a"])));
    }

    #[test]
    fn says_when_a_person_is_only_assumed() {
        let people = People::new(
            BTreeMap::from([("anna".to_owned(), "Anna".to_owned()), ("anna-adm".to_owned(), "Anna".to_owned())]),
            BTreeSet::new(),
        );
        assert_eq!(people.person("ANNA-adm"), "Anna");
        assert_eq!(humans(&[gate(1, &["Anna"])], &people).basis, Basis::Enforced);
        assert_eq!(humans(&[gate(1, &["Anna", "bob"])], &people).basis, Basis::Assumed);
    }
}
