//! Every agent has a named owner.
//!
//! Fails for an agent that no `[[agent]]` entry of the configuration gives an owner, and for one whose owner has left: `[people]` joins
//! the owner to GitHub accounts, and the organisation knows none of them any more. Ownership is stated by management; nothing in a
//! repository can state it, because whoever is judged can write there.

use crate::{
    analysis::agents,
    checks::{Sheet, Sight, check},
    model::{agent::Owner, observed::Gap, truth::Truth, world::Organization},
};

check!(agent_without_owner, "access", "Every agent has a named owner", Medium, PrivilegeEscalation, "agents_owned");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    sight.unread_ways(sheet);
    for agent in sight.agents {
        let (row, id) = (&agent.agent, agent.agent.id.as_str());
        let evidence: Vec<_> = row.signals.iter().flat_map(|signal| signal.evidence.clone()).collect();
        let Some(owner) = &row.owner else {
            let statement = format!("nobody is named as the owner of {}", row.name);
            sheet.fail(id, statement, &evidence).fix("name_owner", &[("agent", id)]);
            continue;
        };
        let owned = format!("{} is owned by {}", row.name, owner.person);
        let (there, gaps) = is_there(sight, owner);
        match there {
            Truth::True => sheet.pass(id, owned, &evidence),
            Truth::False => sheet
                .fail(id, format!("{owned}, who has left the organisation"), &evidence)
                .fix("name_owner", &[("agent", id)]),
            Truth::Unknown => {
                sheet.unknown(id, format!("{owned}; whether they are still there could not be told"), gaps)
            }
        };
    }
    if sheet.is_empty() {
        sheet.not_applicable("agents", "no coding agent was found in what was read", &[]);
    }
}

/// Whether the organisation still knows an account of the owner. An owner whom nothing joins to an account is taken at
/// management's word.
fn is_there(sight: &Sight<'_>, owner: &Owner) -> (Truth, Vec<Gap>) {
    let logins = sight.persons.logins(&owner.person);
    if logins.is_empty() {
        return (Truth::True, Vec::new());
    }
    let Some(organization) = sight.world.forge.seen() else {
        let gaps: Vec<Gap> = sight.world.forge.gap("the GitHub organisation").into_iter().collect();
        return (if gaps.is_empty() { Truth::True } else { Truth::Unknown }, gaps);
    };
    if logins.iter().any(|login| agents::account_of(organization, login).is_some()) {
        return (Truth::True, Vec::new());
    }
    let gaps = unread(organization);
    (if gaps.is_empty() { Truth::False } else { Truth::Unknown }, gaps)
}

/// Lists that may hold the account and were not read in full.
fn unread(organization: &Organization) -> Vec<Gap> {
    let members = organization.members.gap(format!("members of {}", organization.login));
    let repositories = organization.repositories.gap(format!("repositories of {}", organization.login));
    let each = organization.repositories.members().iter();
    let collaborators = each.filter_map(|one| one.collaborators.gap(format!("collaborators of {}", one.name)));
    members.into_iter().chain(repositories).chain(collaborators).collect()
}
