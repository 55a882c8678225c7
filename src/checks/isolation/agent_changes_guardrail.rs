//! No agent can change what limits it.
//!
//! Fails for an agent with an open path to an action that changes who may use a production store, removes its backups, or stops the
//! trail that would show it. Such a path makes every other limit one that the agent may lift.

use crate::checks::{Sheet, Sight, check};
use crate::{checks::isolation::paths, model::action::ActionClass};

check!(
    agent_changes_guardrail,
    "isolation",
    "No agent can change what limits it",
    Critical,
    PrivilegeEscalation,
    "guardrails_beyond_agents"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    paths::judge(
        sight,
        sheet,
        &[ActionClass::Permissions, ActionClass::RemovesRecovery],
        "change what protects production",
    );
}
