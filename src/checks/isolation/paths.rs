//! What the four checks over paths share: one row an agent, decided by its worst path to production of the classes asked for.

use crate::{
    base::foreign::Foreign,
    checks::{Sheet, Sight},
    model::{action::ActionClass, id::EvidenceId, observed::Gap, tier::Tier, world::CloudAccount},
    reach::path::{ReachPath, Verdict},
};

/// Writes one row for each agent. `deed` reads on from "can": `delete production data`.
pub fn judge(sight: &Sight<'_>, sheet: &mut Sheet<'_>, classes: &[ActionClass], deed: &str) {
    let whole = |account: &CloudAccount| account.stores.is_whole() && account.principals.is_whole();
    let accounts_read = !sight.accounts(sheet).is_empty() && sight.world.accounts.iter().all(whole);
    let all_read = sight.world.forge.seen().is_some() && accounts_read;
    sight.unread_ways(sheet);
    unread_stores(sight, sheet);
    for agent in sight.agents {
        let concerns = |path: &&ReachPath| {
            path.agent == agent.agent.id && path.tier == Tier::Production && classes.contains(&path.class)
        };
        let paths: Vec<&ReachPath> = sight.paths.iter().filter(concerns).collect();
        row(sheet, &agent.agent.name, agent.agent.id.as_str(), &paths, deed, all_read);
    }
    if sight.agents.is_empty() && sheet.is_empty() {
        sheet.not_applicable("agents", "no coding agent was found in what was read", &[]);
    }
}

/// Stores that were not listed could be reached, too.
fn unread_stores(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for account in &sight.world.accounts {
        let what = format!("stores of data in account {}", account.scope);
        sheet.members(&account.scope, &what, &account.stores);
    }
}

fn row(sheet: &mut Sheet<'_>, name: &Foreign, id: &str, paths: &[&ReachPath], deed: &str, all_read: bool) {
    let of = |verdict: Verdict| paths.iter().filter(move |path| path.verdict == verdict).copied();
    let evidence =
        |path: &ReachPath| -> Vec<EvidenceId> { path.hops.iter().flat_map(|hop| hop.evidence.clone()).collect() };
    if let Some(worst) = of(Verdict::Open).next() {
        let count = of(Verdict::Open).count();
        let more = if count > 1 { format!(" ({count} of {} resources)", paths.len()) } else { String::new() };
        sheet
            .fail(id, format!("{}{more}", worst.sentence), &evidence(worst))
            .paths(of(Verdict::Open).map(|path| path.id.clone()));
    } else if let Some(worst) = of(Verdict::Possible).next() {
        let gaps = unless(worst);
        sheet.unknown(id, worst.sentence.clone(), gaps).paths(of(Verdict::Possible).map(|path| path.id.clone()));
    } else if !all_read {
        let gap = Gap {
            what: "production resources, and the roles that reach them".to_owned(),
            why: "not all of GitHub and AWS was read".to_owned(),
            needs: None,
            evidence: Vec::new(),
        };
        sheet.unknown(id, format!("whether {name} can {deed} could not be told"), vec![gap]);
    } else if let Some(gated) = of(Verdict::Gated).next() {
        sheet.pass(id, gated.sentence.clone(), &evidence(gated)).paths(of(Verdict::Gated).map(|path| path.id.clone()));
    } else {
        let all: Vec<EvidenceId> = paths.iter().flat_map(|path| evidence(path)).collect();
        let statement = format!("no path was found by which {name} can {deed}, in {} resources looked at", paths.len());
        sheet.pass(id, statement, &all).paths(paths.iter().map(|path| path.id.clone()));
    }
}

/// What a possible path depends on, as gaps.
pub fn unless(path: &ReachPath) -> Vec<Gap> {
    whether(&path.unless)
}

/// Reserves as gaps: nothing that was read says whether they hold.
pub fn whether(reasons: &[String]) -> Vec<Gap> {
    let gap = |reason: &String| Gap {
        what: format!("whether {reason}"),
        why: "could not be told from what was read".to_owned(),
        needs: None,
        evidence: Vec::new(),
    };
    reasons.iter().take(5).map(gap).collect()
}

/// The principal that carries the path to its resource, for a remedy; the agent itself where there is none.
pub fn principal(path: &ReachPath) -> &str {
    let carries = path.hops.iter().rev().find(|hop| hop.to.kind == crate::reach::path::HopKind::Principal);
    carries.map_or(path.agent.as_str(), |hop| hop.to.id.as_str())
}
