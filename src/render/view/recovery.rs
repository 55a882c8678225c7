//! What comes back after the worst, of data and of code, and who would hear of it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use serde::Serialize;

use crate::{
    model::truth::Truth,
    report::{self, Assessment, CopyRow, Hand, Migrations, RecoveryVerdict, Shown, StoreRecovery},
};

use super::{
    Count,
    paths::{Fix, fix},
    text::{line, lines, name, shown},
};
use crate::render::words::{self, Word};

#[derive(Debug, Serialize)]
pub struct Store {
    pub name: String,
    pub arn: String,
    pub tier: &'static str,
    pub verdict: Word,
    /// `lost to Claude, Cursor; unknown for Devin`, or that no agent reaches it.
    pub agents: String,
    /// `yes, and deploy-prod may switch it off`.
    pub protection: String,
    /// Its own backups, then each copy with its place and who may delete it.
    pub backups: Vec<String>,
    pub restored: String,
    /// Each fact behind the verdict.
    pub reasons: Vec<Fact>,
    pub unless: Vec<String>,
    pub fix: Option<Fix>,
}

#[derive(Debug, Serialize)]
pub struct Fact {
    pub holds: &'static str,
    pub statement: String,
    pub evidence: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Rollback {
    pub repository: String,
    pub redeploy: String,
    pub started_by: String,
    pub artifact: String,
    pub migrations: String,
    pub rehearsed: String,
    pub evidence: Vec<String>,
}

/// Actions of an account of which the same becomes, in the same Regions.
#[derive(Debug, Serialize)]
pub struct Alert {
    pub account: String,
    pub actions: Vec<String>,
    pub regions: String,
    pub outcome: Word,
    pub by: String,
    pub evidence: Vec<String>,
}

/// Production first, then the worst.
pub fn stores(assessment: &Assessment) -> Vec<Store> {
    let mut rows: Vec<&StoreRecovery> = assessment.recovery.iter().collect();
    rows.sort_by_key(|row| (Reverse((row.tier, row.verdict)), &row.store));
    rows.into_iter().map(store).collect()
}

/// How many production stores have each verdict, worst first.
pub fn verdicts(assessment: &Assessment) -> Vec<Count> {
    use RecoveryVerdict::{Lost, OutOfReach, Recoverable, Unknown};
    let production = assessment.recovery.iter().filter(|row| row.tier == crate::model::tier::Tier::Production);
    let of = |verdict| production.clone().filter(|row| row.verdict == verdict).count();
    [Lost, Unknown, Recoverable, OutOfReach]
        .into_iter()
        .map(|verdict| Count { word: words::recovery(verdict), n: of(verdict) })
        .filter(|count| count.n > 0)
        .collect()
}

fn store(row: &StoreRecovery) -> Store {
    let kept = !row.reaches_back.starts_with("no ");
    let shortened = if kept { hands(&row.shortened_by, "may shorten that") } else { String::new() };
    let mut backups = vec![format!("{}{shortened}", line(&row.reaches_back))];
    backups.extend(row.copies.iter().map(|copy| told_copy(copy, row.verdict)));
    if !row.copies_whole {
        backups.push("further copies were not read".to_owned());
    } else if row.copies.is_empty() {
        backups.push("no copy outlives it".to_owned());
    }
    Store {
        name: name(&row.name),
        arn: name(&row.store),
        tier: row.tier.as_str(),
        verdict: words::recovery(row.verdict),
        agents: agents(row),
        protection: format!("{}{}", words::truth(row.protected), hands(&row.unprotected_by, "may switch it off")),
        backups,
        restored: match (&row.last_restore, row.restored) {
            (Some(at), _) => words::instant(at),
            (None, truth) => words::truth(truth).to_owned(),
        },
        reasons: row
            .reasons
            .iter()
            .map(|reason| Fact {
                holds: words::truth(reason.holds),
                statement: line(&reason.statement),
                evidence: reason.evidence.iter().map(shown).collect(),
            })
            .collect(),
        unless: lines(&row.unless),
        fix: row.remedy.as_ref().map(fix),
    }
}

fn agents(row: &StoreRecovery) -> String {
    if row.agents.is_empty() {
        return "no agent reaches it alone".to_owned();
    }
    let mut groups: BTreeMap<Reverse<RecoveryVerdict>, Vec<String>> = BTreeMap::new();
    for agent in &row.agents {
        groups.entry(Reverse(agent.verdict)).or_default().push(name(&agent.name));
    }
    let told = |(verdict, names): (Reverse<RecoveryVerdict>, Vec<String>)| {
        let to = if verdict.0 == RecoveryVerdict::Lost { "to" } else { "for" };
        format!("{} {to} {}", words::recovery(verdict.0).text, few(&names))
    };
    groups.into_iter().map(told).collect::<Vec<_>>().join("; ")
}

/// The first of them, and how many more there are.
fn few(names: &[String]) -> String {
    const FEW: usize = 4;
    let mut shown: Vec<String> = names.iter().take(FEW).cloned().collect();
    if names.len() > FEW {
        shown.push(format!("{} more", names.len() - FEW));
    }
    shown.join(", ")
}

/// While a store is unknown, something that was not read may hold the right as well.
fn told_copy(copy: &CopyRow, verdict: RecoveryVerdict) -> String {
    let who = match (hands(&copy.deleted_by, "may delete it"), verdict) {
        (who, _) if !who.is_empty() => who,
        (_, RecoveryVerdict::Unknown) => "; no role that was read may delete it".to_owned(),
        _ => "; nobody that agents reach may delete it".to_owned(),
    };
    format!("{} in {}{who}", name(&copy.what), line(&copy.place))
}

/// `; deploy-prod and perhaps ci may switch it off`.
fn hands(hands: &[Hand], deed: &str) -> String {
    if hands.is_empty() {
        return String::new();
    }
    let short = |hand: &Hand| {
        let perhaps = if hand.may == Truth::True { "" } else { "perhaps " };
        format!("{perhaps}{}", line(hand.principal.raw().rsplit(['/', ':']).next().unwrap_or_default()))
    };
    format!("; {} {deed}", few(&hands.iter().map(short).collect::<Vec<_>>()))
}

pub fn rollbacks(assessment: &Assessment) -> Vec<Rollback> {
    let one = |row: &report::Rollback| Rollback {
        repository: name(&row.repository),
        redeploy: told(&row.redeploy),
        started_by: line(&row.started_by),
        artifact: told(&row.artifact),
        migrations: match &row.migrations {
            Migrations::NoneSeen => "none seen in a workflow".to_owned(),
            Migrations::ReversibilityUnknown { by } => format!("unknown: {} runs, and no way back does", name(by)),
            Migrations::Reversible { by } => format!("reversible by {}", name(by)),
        },
        rehearsed: told(&row.rehearsed),
        evidence: row.evidence.iter().map(shown).collect(),
    };
    assessment.rollback.iter().map(one).collect()
}

fn told(what: &Shown) -> String {
    format!("{}: {}", words::truth(what.holds), name(&what.how))
}

/// Actions of which the same becomes stand in one row, the worst first.
pub fn alerts(assessment: &Assessment) -> Vec<Alert> {
    let mut actions: BTreeMap<_, (Vec<&str>, BTreeSet<String>)> = BTreeMap::new();
    for row in &assessment.alerts {
        let what = (&row.account, Reverse(row.outcome), &row.by, &row.action);
        let (regions, evidence) = actions.entry(what).or_default();
        regions.push(row.region.as_str());
        evidence.extend(row.evidence.iter().map(shown));
    }
    let mut rows: BTreeMap<_, Alert> = BTreeMap::new();
    for ((account, outcome, by, action), (mut regions, evidence)) in actions {
        regions.sort_unstable();
        let regions = line(&regions.join(", "));
        let row = rows.entry((account, outcome, by, regions.clone())).or_insert_with(|| Alert {
            account: line(account),
            actions: Vec::new(),
            regions,
            outcome: words::alert(outcome.0),
            by: line(&by.join(", ")),
            evidence: Vec::new(),
        });
        row.actions.push(line(action));
        row.evidence.extend(evidence);
        row.evidence.sort();
        row.evidence.dedup();
    }
    rows.into_values().collect()
}
