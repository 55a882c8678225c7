//! No agent can destroy production data alone.
//!
//! Fails for an agent that has a path to a production store on which nothing asks for another person, and whose last hop may delete
//! the store or its contents. Unknown where only something that was not read could stop it. A gate that a person must open passes.

use crate::checks::{Sheet, Sight, check};
use crate::{checks::isolation::paths, model::action::ActionClass};

check!(
    agent_destroys_production,
    "isolation",
    "No agent can destroy production data alone",
    Critical,
    PrivilegeEscalation,
    "agents_bounded"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    paths::judge(sight, sheet, &[ActionClass::Destroy], "destroy production data");
}
