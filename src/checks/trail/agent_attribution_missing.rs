//! Agent changes carry a mark.
//!
//! Shows how many merged changes carry an agent's mark, of how many. A change without one is not shown to be human: the check fails only where an
//! agent app acts and its changes cannot be told by their author.

use crate::analysis::attribution;
use crate::checks::{Sheet, Sight, check};

check!(agent_attribution_missing, "trail", "Agent changes carry a mark", Low, ApprovalBypass, "agents_inventoried");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        let pulls = sheet.members(name, &format!("merged pull requests of {name}"), &repository.pull_requests);
        if pulls.is_empty() {
            if repository.pull_requests.is_whole() {
                sheet.not_applicable(
                    name,
                    format!("no merged pull request was seen in {name}"),
                    &repository.pull_requests.evidence,
                );
            }
            continue;
        }
        let marked =
            pulls.iter().filter(|pull| !attribution::of_pull_request(sight.signatures, pull).is_empty()).count();
        let nameless = pulls.iter().filter(|pull| pull.author.is_none()).count();
        let evidence = &repository.pull_requests.evidence;
        if nameless > 0 {
            let statement =
                format!("{nameless} of {} merged changes of {name} have no author left to tell", pulls.len());
            sheet.fail(name, statement, evidence).fix("mark_agent_changes", &[("repository", name)]);
        } else {
            sheet.pass(name, format!("{marked} of {} merged changes of {name} carry an agent's mark; the others are not shown to be human", pulls.len()), evidence);
        }
    }
}
