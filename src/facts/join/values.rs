//! The join of values as they are written down: readings, lists of named members, objects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::model::{id::EvidenceId, world::CoverageRow};

/// A value and which part saw it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub part: usize,
    pub value: &'a Value,
}

/// Told differently to two identities: nothing to go on above the nearest reading.
#[derive(Debug)]
pub(super) struct Clash(String);

/// A join under way: who the parts are, and where they disagree.
pub(super) struct Join {
    parts: Vec<String>,
    disagreements: Vec<CoverageRow>,
}

/// Facts about who asked, not about what is there: the first identity's stands.
const OF_THE_CALLER: [&str; 2] = ["caller", "current_user_can_bypass"];
/// Null where it was not told: `conditions` of a ruleset whose content was withheld, a branch's `head` and a workflow's
/// `state` where only the rules or the file were read.
const UNTOLD_AS_NULL: [&str; 4] = ["conditions", "current_user_can_bypass", "head", "state"];
/// Grows between two runs without anybody changing anything: the latest stands.
const LATEST: [&str; 1] = ["last_used"];
/// Whole once all that matters was looked at: looking at more leaves it whole.
const LOOKED_AT: [&str; 1] = ["branches"];
/// What names a member of a list, the best first.
const NAMES: [&str; 9] = ["path", "name", "full_name", "login", "slug", "arn", "id", "number", "scope"];
/// How the reason of a disagreement begins.
pub(super) const DIFFERENTLY: &str = "told differently: ";
/// As much of a value as a sentence holds.
const SHOWN: usize = 80;

impl Join {
    pub fn new(parts: Vec<String>) -> Join {
        Join { parts, disagreements: Vec::new() }
    }

    pub fn disagreements(self) -> Vec<CoverageRow> {
        self.disagreements
    }

    /// An [`crate::model::observed::Observed`]: what is settled counts, whoever else was refused.
    pub fn observed(&mut self, at: &str, all: &[Seen<'_>]) -> Value {
        let all: Vec<Reading<'_>> = all.iter().filter_map(Reading::of).collect();
        let (absent, rest): (Vec<_>, Vec<_>) = all.iter().copied().partition(|one| one.reading == "absent");
        let known: Vec<Known<'_>> = rest.iter().filter_map(|one| one.known()).collect();
        if absent.is_empty() && known.is_empty() {
            return unsettled(&rest);
        }
        let settled = absent.iter().map(|one| one.whole).chain(known.iter().map(|one| one.whole));
        let evidence = evidence(settled);
        let joined = match (absent.is_empty(), known.iter().all(Known::is_empty)) {
            (false, true) if known.is_empty() => Ok(json!("absent")),
            (true, _) | (false, true) => self.known(at, &known, &evidence),
            (false, false) => {
                let sides = known
                    .iter()
                    .map(|one| (one.part, one.value))
                    .chain(absent.iter().map(|one| (one.part, &Value::Null)));
                Err(self.clash(sides))
            }
        };
        let reading = joined.unwrap_or_else(|clash| {
            self.note(at, &clash, &evidence);
            json!({"failed": {"why": clash.0}})
        });
        json!({"reading": reading, "evidence": evidence})
    }

    fn known(&mut self, at: &str, all: &[Known<'_>], evidence: &[Value]) -> Result<Value, Clash> {
        let lists: Vec<_> = all.iter().filter_map(|one| Some((one, one.value.as_array()?))).collect();
        if lists.len() == all.len() {
            let (value, complete) = self.list(at, &lists, evidence);
            return Ok(json!({"known": {"value": value, "complete": complete}}));
        }
        let seen: Vec<Seen<'_>> = all.iter().map(|one| Seen { part: one.part, value: one.value }).collect();
        let value = self.value(at, &seen)?;
        Ok(json!({"known": {"value": value, "complete": all.iter().any(|one| one.complete)}}))
    }

    /// Members by name. The list is whole where an identity saw it whole and none saw more, or saw it otherwise.
    fn list(&mut self, at: &str, lists: &[(&Known<'_>, &Vec<Value>)], evidence: &[Value]) -> (Vec<Value>, bool) {
        let by_name = lists.iter().all(|(_, members)| {
            members.iter().map(name).collect::<Option<BTreeSet<_>>>().is_some_and(|names| names.len() == members.len())
        });
        let key = |member: &Value| name(member).filter(|_| by_name).unwrap_or_else(|| member.to_string());
        let mut order = Vec::new();
        let mut members: BTreeMap<String, Vec<Seen<'_>>> = BTreeMap::new();
        // In the order of a list that is whole.
        let whole_first =
            [true, false].into_iter().flat_map(|whole| lists.iter().filter(move |(known, _)| known.complete == whole));
        for (known, list) in whole_first {
            for member in *list {
                let key = key(member);
                if !members.contains_key(&key) {
                    order.push(key.clone());
                }
                members.entry(key).or_default().push(Seen { part: known.part, value: member });
            }
        }
        let mut whole = lists.iter().any(|(known, _)| known.complete);
        let mut joined = Vec::new();
        for key in order {
            let Some(seen) = members.get(&key) else { continue };
            let here = format!("{at} {}", key.trim_matches('"'));
            let missing =
                lists.iter().find(|(known, _)| known.complete && !seen.iter().any(|one| one.part == known.part));
            if let Some((known, _)) = missing.filter(|_| !LOOKED_AT.iter().any(|field| at.ends_with(field))) {
                whole = false;
                let sides = seen.iter().map(|one| (one.part, one.value)).take(1).chain([(known.part, &Value::Null)]);
                let clash = self.clash(sides);
                self.note(&here, &clash, evidence);
            }
            match self.value(&here, seen) {
                Ok(member) => joined.push(member),
                Err(clash) => {
                    whole = false;
                    self.note(&here, &clash, evidence);
                }
            }
        }
        (joined, whole)
    }

    /// Any other value: the same for all, or objects whose fields can be joined one by one.
    pub fn value(&mut self, at: &str, all: &[Seen<'_>]) -> Result<Value, Clash> {
        let Some(first) = all.first() else { return Ok(Value::Null) };
        if all.iter().all(|one| reading(one.value).is_some()) {
            return Ok(self.observed(at, all));
        }
        if all.iter().all(|one| one.value == first.value) {
            return Ok(first.value.clone());
        }
        let objects: Option<Vec<_>> = all.iter().map(|one| Some((one.part, one.value.as_object()?))).collect();
        if let Some(objects) = objects {
            return self.object(at, &readable(objects));
        }
        let lists: Option<Vec<_>> = all.iter().map(|one| Some((one.part, one.value.as_array()?))).collect();
        match lists {
            Some(lists) if lists.windows(2).all(|pair| matches!(pair, [a, b] if a.1.len() == b.1.len())) => {
                self.one_by_one(at, &lists)
            }
            _ => Err(self.clash(all.iter().map(|one| (one.part, one.value)))),
        }
    }

    /// Lists of one length that no reading wraps: what is read in them differs, their order does not.
    fn one_by_one(&mut self, at: &str, lists: &[(usize, &Vec<Value>)]) -> Result<Value, Clash> {
        let length = lists.first().map_or(0, |(_, list)| list.len());
        let member = |nth: usize| {
            let seen = |(part, list): &(usize, &Vec<Value>)| Some((*part, list.get(nth)?.clone()));
            lists.iter().filter_map(seen).collect::<Vec<_>>()
        };
        let mut joined = Vec::new();
        for members in (0..length).map(member) {
            let seen: Vec<Seen<'_>> = members.iter().map(|(part, value)| Seen { part: *part, value }).collect();
            joined.push(self.value(at, &seen)?);
        }
        Ok(Value::Array(joined))
    }

    fn object(&mut self, at: &str, all: &[(usize, &Map<String, Value>)]) -> Result<Value, Clash> {
        let fields: BTreeSet<&String> = all.iter().flat_map(|(_, object)| object.keys()).collect();
        let mut joined = Map::new();
        for field in fields {
            let seen = |(part, object): &(usize, &'_ Map<String, Value>)| {
                (*part, object.get(field).unwrap_or(&Value::Null).clone())
            };
            let owned: Vec<(usize, Value)> = all.iter().map(seen).collect();
            let seen: Vec<Seen<'_>> = owned.iter().map(|(part, value)| Seen { part: *part, value }).collect();
            joined.insert(field.clone(), self.field(at, field, &seen)?);
        }
        Ok(Value::Object(joined))
    }

    fn field(&mut self, at: &str, field: &str, all: &[Seen<'_>]) -> Result<Value, Clash> {
        let values = || all.iter().map(|one| one.value);
        let here = format!("{at} {field}").trim_start().to_owned();
        if field == "evidence" && values().all(Value::is_array) {
            return Ok(Value::Array(union(values())));
        }
        if OF_THE_CALLER.contains(&field) {
            let told = |value: &&Value| !value.is_null() && reading(value).is_none_or(is_settled);
            return Ok(values().find(told).or(values().next()).cloned().unwrap_or_default());
        }
        if LATEST.contains(&field) {
            return Ok(values().max_by_key(|value| value.as_str()).cloned().unwrap_or_default());
        }
        if UNTOLD_AS_NULL.contains(&field) {
            let told: Vec<_> = all.iter().filter(|one| !one.value.is_null()).copied().collect();
            return self.value(&here, &told);
        }
        self.value(&here, all)
    }

    /// Who was told what, in a fixed order.
    fn clash<'a>(&self, sides: impl Iterator<Item = (usize, &'a Value)>) -> Clash {
        let words = |(part, value): (usize, &Value)| {
            let text = if value.is_null() { "nothing".to_owned() } else { format!("`{}`", short(value)) };
            format!("{text} as {}", self.parts.get(part).map_or("", String::as_str))
        };
        let mut sides: Vec<_> = sides.collect();
        sides.sort_by_key(|(part, _)| *part);
        let told: Vec<String> = sides.into_iter().map(words).collect();
        Clash(format!("{DIFFERENTLY}{}", told.join("; ")))
    }

    fn note(&mut self, at: &str, clash: &Clash, evidence: &[Value]) {
        let evidence = evidence.iter().filter_map(Value::as_str).map(EvidenceId::new).collect();
        let what = at.trim_start().to_owned();
        self.disagreements.push(CoverageRow { what, why: clash.0.clone(), needs: None, evidence });
    }
}

#[derive(Clone, Copy)]
struct Reading<'a> {
    part: usize,
    reading: &'a Value,
    whole: &'a Value,
}

struct Known<'a> {
    part: usize,
    value: &'a Value,
    complete: bool,
    whole: &'a Value,
}

impl<'a> Reading<'a> {
    fn of(seen: &Seen<'a>) -> Option<Reading<'a>> {
        Some(Reading { part: seen.part, reading: reading(seen.value)?, whole: seen.value })
    }

    fn known(&self) -> Option<Known<'a>> {
        let known = self.reading.get("known")?;
        let (value, complete) = (known.get("value")?, known.get("complete")?.as_bool()?);
        Some(Known { part: self.part, value, complete, whole: self.whole })
    }
}

impl Known<'_> {
    fn is_empty(&self) -> bool {
        self.value.as_array().is_some_and(Vec::is_empty)
    }
}

/// The reading inside an `Observed`.
fn reading(value: &Value) -> Option<&Value> {
    let object = value.as_object()?;
    (object.len() == 2 && object.contains_key("evidence")).then(|| object.get("reading")).flatten()
}

fn is_settled(reading: &Value) -> bool {
    reading == "absent" || reading.get("known").is_some()
}

/// Nobody was told: the reading with a price first, because a grant may settle it.
fn unsettled(all: &[Reading<'_>]) -> Value {
    const RANKS: [&str; 4] = ["denied", "unavailable", "failed", "not_collected"];
    let rank = |one: &&Reading<'_>| {
        let rank = RANKS.iter().position(|kind| one.reading.get(kind).is_some()).unwrap_or(RANKS.len());
        (rank, one.reading.to_string())
    };
    let best = all.iter().min_by_key(rank).map(|one| one.reading.clone());
    json!({"reading": best, "evidence": evidence(all.iter().map(|one| one.whole))})
}

/// A file that one identity could read is what another could not make out.
fn readable(all: Vec<(usize, &Map<String, Value>)>) -> Vec<(usize, &Map<String, Value>)> {
    match all.iter().any(|(_, object)| object.contains_key("parsed")) {
        true => all.into_iter().filter(|(_, object)| !object.contains_key("unreadable")).collect(),
        false => all,
    }
}

fn name(member: &Value) -> Option<String> {
    let of = |object: &Map<String, Value>| NAMES.iter().find_map(|field| Some(object.get(*field)?.to_string()));
    let object = member.as_object()?;
    // An account stands inside a collaborator, a workflow inside the way it was read.
    let inner = || object.values().find_map(|value| of(value.as_object()?));
    of(object).or_else(inner)
}

fn evidence<'a>(all: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    union(all.filter_map(|one| one.get("evidence")))
}

fn union<'a>(lists: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let ids: BTreeSet<&str> = lists.filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
    ids.into_iter().map(Value::from).collect()
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
