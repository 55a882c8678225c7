//! Every agent has a named owner.
//!
//! Fails for an agent that no `[[agent]]` entry of the configuration gives an owner. Ownership is stated by management; nothing in a
//! repository can state it, because whoever is judged can write there.

use crate::checks::{Sheet, Sight, check};

check!(agent_without_owner, "access", "Every agent has a named owner", Medium, PrivilegeEscalation, "agents_owned");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    sight.unread_ways(sheet);
    for agent in sight.agents {
        let row = &agent.agent;
        let evidence: Vec<_> = row.signals.iter().flat_map(|signal| signal.evidence.clone()).collect();
        match &row.owner {
            Some(owner) => sheet.pass(row.id.as_str(), format!("{} is owned by {}", row.name, owner.person), &evidence),
            None => sheet
                .fail(row.id.as_str(), format!("nobody is named as the owner of {}", row.name), &evidence)
                .fix("name_owner", &[("agent", row.id.as_str())]),
        };
    }
    if sheet.is_empty() {
        sheet.not_applicable("agents", "no coding agent was found in what was read", &[]);
    }
}
