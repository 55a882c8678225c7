//! What comes back after the worst, of data and of code, and who would hear of it.

use serde::Serialize;

use crate::{
    model::truth::Truth,
    report::{self, AlertRow, Assessment, CopyRow, Hand, Migrations, RecoveryVerdict, Shown, StoreRecovery},
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
    /// `Claude: lost; Devin: unknown`, or that no agent reaches it.
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

/// One action of an account with the Regions in which the same becomes of it.
#[derive(Debug, Serialize)]
pub struct Alert {
    pub account: String,
    pub action: String,
    pub regions: String,
    pub outcome: Word,
    pub by: String,
    pub evidence: Vec<String>,
}

/// Production first, then the worst.
pub fn stores(assessment: &Assessment) -> Vec<Store> {
    let mut rows: Vec<&StoreRecovery> = assessment.recovery.iter().collect();
    rows.sort_by_key(|row| (std::cmp::Reverse((row.tier, row.verdict)), &row.store));
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
    let mut backups = vec![format!("{}{}", line(&row.reaches_back), hands(&row.shortened_by, "may shorten that"))];
    backups.extend(row.copies.iter().map(copy));
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
    let named = row.agents.iter().take(4);
    let mut named: Vec<String> =
        named.map(|agent| format!("{}: {}", name(&agent.name), words::recovery(agent.verdict).text)).collect();
    if row.agents.len() > named.len() {
        named.push(format!("{} more", row.agents.len() - named.len()));
    }
    named.join("; ")
}

fn copy(copy: &CopyRow) -> String {
    let who = hands(&copy.deleted_by, "may delete it");
    let who = if who.is_empty() { "; nobody that agents reach may delete it".to_owned() } else { who };
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
    let mut named: Vec<String> = hands.iter().take(4).map(short).collect();
    if hands.len() > named.len() {
        named.push(format!("{} more", hands.len() - named.len()));
    }
    format!("; {} {deed}", named.join(", "))
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

pub fn alerts(assessment: &Assessment) -> Vec<Alert> {
    let mut rows: Vec<&AlertRow> = assessment.alerts.iter().collect();
    rows.sort_by_key(|row| (&row.account, std::cmp::Reverse(row.outcome), &row.action, &row.by, &row.region));
    let same = |a: &&AlertRow, b: &&AlertRow| {
        (&a.account, a.outcome, &a.action, &a.by) == (&b.account, b.outcome, &b.action, &b.by)
    };
    rows.chunk_by(same).filter_map(|group| group.first().map(|first| alert(first, group))).collect()
}

fn alert(first: &AlertRow, group: &[&AlertRow]) -> Alert {
    let mut evidence: Vec<String> = group.iter().flat_map(|row| row.evidence.iter().map(shown)).collect();
    evidence.sort();
    evidence.dedup();
    let regions: Vec<&str> = group.iter().map(|row| row.region.as_str()).collect();
    Alert {
        account: line(&first.account),
        action: line(&first.action),
        regions: line(&regions.join(", ")),
        outcome: words::alert(first.outcome),
        by: line(&first.by.join(", ")),
        evidence,
    }
}
