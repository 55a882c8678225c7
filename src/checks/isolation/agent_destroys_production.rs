//! No agent can destroy production data alone
//!
//! Fails for an agent that has a path to a production store on which nothing asks for another person, and whose last hop may delete the
//! store or its contents. Unknown where only something that was not read could stop it. A gate that a person must open passes.

use crate::{
    checks::{CheckDef, Sheet, Sight, isolation::paths},
    model::action::ActionClass,
    report::{Mode, Severity},
};

pub const CHECK: CheckDef = CheckDef {
    id: "agent_destroys_production",
    title: "No agent can destroy production data alone",
    family: "isolation",
    severity: Severity::Critical,
    mode: Mode::PrivilegeEscalation,
    objective: "agents_bounded",
    manual: false,
    source: include_str!("agent_destroys_production.rs"),
    run,
};

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    paths::judge(sight, sheet, &[ActionClass::Destroy], "destroy production data");
}
