//! No agent can change production alone.
//!
//! Fails for an agent that can bring a change of its own onto a production branch, or write to a production store, with nobody else
//! needed. Writing to a branch counts because what stands on a production branch is what the next deployment runs.

use crate::checks::{Sheet, Sight, check};
use crate::{checks::isolation::paths, model::action::ActionClass};

check!(
    agent_writes_production,
    "isolation",
    "No agent can change production alone",
    High,
    PrivilegeEscalation,
    "agents_bounded"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    paths::judge(sight, sheet, &[ActionClass::Write, ActionClass::Disrupt], "change production");
}
