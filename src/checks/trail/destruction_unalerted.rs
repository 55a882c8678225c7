//! Somebody hears of every destructive call.
//!
//! For each action that destroys data, takes its recovery away, widens a grant or blinds the watch, in each Region where it could
//! hit something, an event as CloudTrail writes it is held against every rule of EventBridge and every metric filter, and the chain
//! is followed to a confirmed subscriber. Fails for an account in which one of them reaches nobody. High where the account holds
//! production, low elsewhere: a lesser tier is watched too, or that is a gap. What a function, a queue or a bus does with an event
//! cannot be seen and is unknown. The alert coverage table tells each action.

use std::collections::BTreeSet;

use crate::{
    analysis::alerts::{Coverage, Outcome},
    checks::{Sheet, Sight, check},
    model::{id::EvidenceId, observed::Gap, tier::Tier, world::CloudAccount},
    report::Severity,
};

check!(
    destruction_unalerted,
    "trail",
    "Somebody hears of every destructive call",
    High,
    ApprovalBypass,
    "destruction_detected"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for account in sight.accounts(sheet) {
        let rows: Vec<&Coverage> = sight.alerts.iter().filter(|row| row.account == account.scope).collect();
        let severity = if holds_production(sight, account) { Severity::High } else { Severity::Low };
        judge(sheet, account, &rows, severity);
    }
}

/// An account whose stores were not all read may hold production; so may one without any.
fn holds_production(sight: &Sight<'_>, account: &CloudAccount) -> bool {
    let stores = account.stores.members();
    let tier = |store| sight.tiers.store(store, account.account_id()).tier;
    stores.is_empty() || !account.stores.is_whole() || stores.iter().any(|store| tier(store) == Tier::Production)
}

fn judge(sheet: &mut Sheet<'_>, account: &CloudAccount, rows: &[&Coverage], severity: Severity) {
    let of = |outcome: Outcome| rows.iter().filter(move |row| row.outcome == outcome).copied();
    let (missing, silent, unknown) =
        (of(Outcome::NotCovered).count(), of(Outcome::GoesNowhere).count(), of(Outcome::Unknown).count());
    let evidence: Vec<EvidenceId> = rows.iter().flat_map(|row| row.evidence.clone()).collect();
    let scope = account.scope.as_str();
    let all = rows.len();
    if missing + silent > 0 {
        let why = [(missing, "match no rule or filter"), (silent, "match one that reaches nobody")];
        let why: Vec<String> =
            why.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        let statement = format!(
            "in account {scope} nobody would hear of {} of {all} destructive calls: {}{}",
            missing + silent,
            why.join(", "),
            named(of(Outcome::NotCovered).chain(of(Outcome::GoesNowhere)))
        );
        let evidence = [evidence, account.detection.rules.evidence.clone(), account.detection.filters.evidence.clone()];
        sheet
            .fail(scope, statement, &evidence.concat())
            .severity(severity)
            .fix("alert_on_destruction", &[("account", scope)]);
    } else if unknown > 0 || !account.stores.is_whole() {
        let mut gaps: BTreeSet<Gap> = of(Outcome::Unknown).flat_map(|row| row.gaps.clone()).collect();
        gaps.extend(account.stores.gap(format!("stores of data in account {scope}")));
        if gaps.is_empty() {
            gaps.insert(Gap {
                what: format!("where the alarms of account {scope} end"),
                why: "a function, a queue, a bus or a topic that was not read takes them".to_owned(),
                needs: None,
                evidence: evidence.clone(),
            });
        }
        let statement = format!(
            "whether somebody would hear of {} of {all} destructive calls in account {scope} could not be told",
            unknown
        );
        sheet.unknown(scope, statement, gaps.into_iter().take(8).collect()).severity(severity);
    } else {
        let statement = format!("somebody would hear of each of {all} destructive calls in account {scope}");
        sheet.pass(scope, statement, &evidence).severity(severity);
    }
}

/// The first few, each action once: `: rds:DeleteDBInstance, s3:DeleteBucket and 7 more`.
fn named<'a>(rows: impl Iterator<Item = &'a Coverage>) -> String {
    let mut actions: Vec<&str> = Vec::new();
    for row in rows {
        if !actions.contains(&row.action.as_str()) {
            actions.push(&row.action);
        }
    }
    let more = match actions.len().saturating_sub(4) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    actions.truncate(4);
    format!(": {}{more}", actions.join(", "))
}
