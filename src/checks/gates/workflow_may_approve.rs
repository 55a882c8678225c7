//! No workflow may approve a pull request.
//!
//! Fails for a repository in which `GITHUB_TOKEN` may approve pull requests. An agent that can add a workflow then approves its own work,
//! and a rule that asks for one approval asks for nobody.

use crate::checks::{Sheet, Sight, check};

check!(
    workflow_may_approve,
    "gates",
    "No workflow may approve a pull request",
    High,
    ApprovalBypass,
    "changes_reviewed"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        let Some(defaults) =
            sheet.known(name, &format!("whether workflows of {name} may approve"), &repository.workflow_defaults)
        else {
            continue;
        };
        let evidence = &repository.workflow_defaults.evidence;
        if defaults.can_approve_reviews {
            let statement = format!("a workflow of {name} may approve pull requests, so an agent can approve its own");
            sheet.fail(name, statement, evidence).fix("disable_actions_approval", &[("repository", name)]);
        } else {
            sheet.pass(name, format!("no workflow of {name} may approve a pull request"), evidence);
        }
    }
}
