//! No agent can change what limits it
//!
//! Fails for an agent with an open path to an action that changes who may use a production store, removes its backups, or stops the trail
//! that would show it. Such a path makes every other limit one that the agent may lift.

use crate::{
    checks::{CheckDef, Sheet, Sight, isolation::paths},
    model::action::ActionClass,
    report::{Mode, Severity},
};

pub const CHECK: CheckDef = CheckDef {
    id: "agent_changes_guardrail",
    title: "No agent can change what limits it",
    family: "isolation",
    severity: Severity::Critical,
    mode: Mode::PrivilegeEscalation,
    objective: "guardrails_beyond_agents",
    manual: false,
    source: include_str!("agent_changes_guardrail.rs"),
    run,
};

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    paths::judge(
        sight,
        sheet,
        &[ActionClass::Permissions, ActionClass::RemovesRecovery],
        "change what protects production",
    );
}
