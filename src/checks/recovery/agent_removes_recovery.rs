//! No agent can delete the data and its backups.
//!
//! Fails for a production store that one agent can both destroy and rob of its recovery, alone. Deletion protection and backups that the
//! same hand can switch off protect against mistakes, not against that hand.

use crate::checks::{Sheet, Sight, check};
use crate::{checks::isolation::paths, model::action::ActionClass, reach::path::Verdict};

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
    for (_, store) in sight.production_stores(sheet) {
        for agent in sight.agents {
            let worst = |class: ActionClass| {
                sight.paths.iter().find(|path| {
                    path.agent == agent.agent.id && path.class == class && path.resource.raw() == store.arn.as_str()
                })
            };
            let (Some(destroys), Some(robs)) = (worst(ActionClass::Destroy), worst(ActionClass::RemovesRecovery))
            else {
                continue;
            };
            let subject = format!("{} {}", agent.agent.id.as_str(), store.arn.as_str());
            let evidence: Vec<_> = [destroys, robs]
                .iter()
                .flat_map(|path| path.hops.iter().flat_map(|hop| hop.evidence.clone()))
                .collect();
            let name = format!("{} {}", store.kind.noun(), store.name);
            // Worse of the two stands: both are needed, so the safer one decides.
            match destroys.verdict.max(robs.verdict) {
                Verdict::Open => sheet
                    .fail(
                        subject,
                        format!("{} can delete {name} and its backups, with no human in between", agent.agent.name),
                        &evidence,
                    )
                    .fix(
                        "deny_recovery_removal",
                        &[("action", &robs.action), ("resource", &store.name), ("role", paths::principal(robs))],
                    ),
                Verdict::Possible => sheet.unknown(
                    subject,
                    format!("{} can perhaps delete {name} and its backups", agent.agent.name),
                    [paths::unless(destroys), paths::unless(robs)].concat(),
                ),
                Verdict::Gated | Verdict::Closed => sheet.pass(
                    subject,
                    format!("{} cannot take both {name} and its backups alone", agent.agent.name),
                    &evidence,
                ),
            }
            .paths([destroys.id.clone(), robs.id.clone()]);
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("stores", "no agent has a way to a production store", &[]);
    }
}
