//! No agent can delete the data and its backups.
//!
//! Fails for an agent that alone can destroy a production store and every copy of it that was read: take deletion protection
//! away first where it may, delete the store, then delete the snapshots, recovery points or versions that would bring it back.
//! Protection and backups that the same hand can switch off protect against mistakes, not against that hand. Passes where the
//! data is out of its reach or a copy stays that it cannot delete. The recoverability table tells each store fact by fact.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::agents::AgentPrincipal,
    checks::isolation::paths,
    model::{action::ActionClass, id::EvidenceId, observed::Gap, tier::Tier},
    reach::recovery::{StoreRecovery, Verdict},
};

check!(
    agent_removes_recovery,
    "recovery",
    "No agent can delete the data and its backups",
    Critical,
    PrivilegeEscalation,
    "recovery_beyond_agents"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    sight.unread_ways(sheet);
    let listed = sight.world.forge.seen().is_some()
        && !sight.accounts(sheet).is_empty()
        && sight.world.accounts.iter().all(|one| one.stores.is_whole());
    sight.stores(sheet);
    let production: Vec<_> = sight.recovery.iter().filter(|row| row.tier == Tier::Production).collect();
    for agent in sight.agents {
        row(sight, sheet, agent, &production, listed);
    }
    if sight.agents.is_empty() && sheet.is_empty() {
        sheet.not_applicable("agents", "no coding agent was found in what was read", &[]);
    }
}

fn row(sight: &Sight<'_>, sheet: &mut Sheet<'_>, agent: &AgentPrincipal, all: &[&StoreRecovery], listed: bool) {
    let (id, name) = (&agent.agent.id, &agent.agent.name);
    let of = |verdict: Verdict| -> Vec<&StoreRecovery> {
        all.iter().copied().filter(|row| row.verdict_for(id) == verdict).collect()
    };
    let (lost, unknown) = (of(Verdict::Lost), of(Verdict::Unknown));
    let evidence =
        |rows: &[&StoreRecovery]| -> Vec<EvidenceId> { rows.iter().flat_map(|row| row.evidence()).cloned().collect() };
    let destroys = |rows: &[&StoreRecovery]| {
        let hits = |path: &&crate::reach::path::ReachPath| {
            path.agent == *id && path.class == ActionClass::Destroy && rows.iter().any(|row| row.store == path.resource)
        };
        sight.paths.iter().filter(hits).map(|path| path.id.clone()).collect::<Vec<_>>()
    };
    if !lost.is_empty() {
        let statement = format!(
            "{name} alone can destroy {} of {} production stores with every copy that was read: {}",
            lost.len(),
            all.len(),
            named(&lost)
        );
        let fixes = lost.iter().filter_map(|row| row.remedy.clone()).take(3);
        sheet.fail(id.as_str(), statement, &evidence(&lost)).paths(destroys(&lost)).fixes(fixes);
    } else if !unknown.is_empty() || !listed {
        let statement = format!("whether {name} alone can destroy production data with every copy could not be told");
        let mut gaps: Vec<Gap> =
            unknown.iter().flat_map(|row| [paths::whether(&row.unless), row.gaps.clone()].concat()).collect();
        for account in &sight.world.accounts {
            gaps.extend(account.stores.gap(format!("stores of data in account {}", account.scope)));
        }
        gaps.sort();
        gaps.dedup();
        gaps.truncate(8);
        sheet.unknown(id.as_str(), statement, gaps).paths(destroys(&unknown));
    } else {
        let statement =
            format!("{name} alone cannot destroy any of {} production stores with every copy of it", all.len());
        sheet.pass(id.as_str(), statement, &evidence(all));
    }
}

/// At most five, by name.
fn named(rows: &[&StoreRecovery]) -> String {
    let mut names: Vec<String> = rows.iter().take(5).map(|row| row.name.to_string()).collect();
    if rows.len() > names.len() {
        names.push(format!("{} more", rows.len() - names.len()));
    }
    names.join(", ")
}
