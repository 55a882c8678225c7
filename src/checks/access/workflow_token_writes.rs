//! Workflow tokens read by default.
//!
//! Fails for a repository whose `GITHUB_TOKEN` writes unless a workflow says otherwise.

use crate::checks::{Sheet, Sight, check};

check!(
    workflow_token_writes,
    "access",
    "Workflow tokens read by default",
    Medium,
    PrivilegeEscalation,
    "least_privilege"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        let Some(defaults) =
            sheet.known(name, &format!("workflow token defaults of {name}"), &repository.workflow_defaults)
        else {
            continue;
        };
        let evidence = &repository.workflow_defaults.evidence;
        if defaults.default_permissions == "write" {
            let statement = format!("a workflow of {name} that says nothing gets a token that writes");
            sheet.fail(name, statement, evidence).fix("set_read_token_default", &[("repository", name)]);
        } else {
            sheet.pass(name, format!("workflow tokens of {name} read unless a workflow asks for more"), evidence);
        }
    }
}
