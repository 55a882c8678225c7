//! No agent can read production data alone
//!
//! Fails for an agent with an open path to the contents of a production store. Reading is how data leaves; it also feeds what an agent does next.

use crate::{
    checks::{CheckDef, Sheet, Sight, isolation::paths},
    model::action::ActionClass,
    report::{Mode, Severity},
};

pub const CHECK: CheckDef = CheckDef {
    id: "agent_reads_production",
    title: "No agent can read production data alone",
    family: "isolation",
    severity: Severity::Medium,
    mode: Mode::PrivilegeEscalation,
    objective: "agents_bounded",
    manual: false,
    source: include_str!("agent_reads_production.rs"),
    run,
};

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    paths::judge(sight, sheet, &[ActionClass::Read], "read production data");
}
