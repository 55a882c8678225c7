//! No agent can read production data alone.
//!
//! Fails for an agent with an open path to the contents of a production store. Reading is how data leaves, and it feeds what an
//! agent does next.

use crate::checks::{Sheet, Sight, check};
use crate::{checks::isolation::paths, model::action::ActionClass};

check!(
    agent_reads_production,
    "isolation",
    "No agent can read production data alone",
    Medium,
    PrivilegeEscalation,
    "agents_bounded"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    paths::judge(sight, sheet, &[ActionClass::Read], "read production data");
}
