//! No agent can change production alone
//!
//! Fails for an agent that can bring a change of its own onto a production branch, or write to a production store, with nobody else needed.
//! Writing to a branch counts because what stands on a production branch is what the next deployment runs.

use crate::{
    checks::{CheckDef, Sheet, Sight, isolation::paths},
    model::action::ActionClass,
    report::{Mode, Severity},
};

pub const CHECK: CheckDef = CheckDef {
    id: "agent_writes_production",
    title: "No agent can change production alone",
    family: "isolation",
    severity: Severity::High,
    mode: Mode::PrivilegeEscalation,
    objective: "agents_bounded",
    manual: false,
    source: include_str!("agent_writes_production.rs"),
    run,
};

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    paths::judge(sight, sheet, &[ActionClass::Write, ActionClass::Disrupt], "change production");
}
