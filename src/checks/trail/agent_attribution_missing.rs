//! Agent changes carry a mark.
//!
//! Shows how many merged changes carry an agent's mark, of how many. A change without one is not shown to be human: the check fails
//! only where a change has no author left to tell, and for settings in a repository that switch an agent's marks off
//! (`controls/guardrails/`): from then on its work looks like a person's.

use crate::{
    analysis::{
        attribution,
        guardrails::{Concern, settings},
    },
    checks::{Sheet, Sight, check},
    model::{observed::Gap, world::Repository},
};

check!(agent_attribution_missing, "trail", "Agent changes carry a mark", Low, ApprovalBypass, "agents_inventoried");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        merged_changes(sight, sheet, repository);
        switched_off(sight, sheet, repository);
    }
}

fn merged_changes(sight: &Sight<'_>, sheet: &mut Sheet<'_>, repository: &Repository) {
    let (name, evidence) = (repository.name.as_str(), &repository.pull_requests.evidence);
    let pulls = sheet.members(name, &format!("merged pull requests of {name}"), &repository.pull_requests);
    if pulls.is_empty() {
        if repository.pull_requests.is_whole() {
            sheet.not_applicable(name, format!("no merged pull request was seen in {name}"), evidence);
        }
        return;
    }
    let marked = pulls.iter().filter(|pull| !attribution::of_pull_request(sight.signatures, pull).is_empty()).count();
    let nameless = pulls.iter().filter(|pull| pull.author.is_none()).count();
    let all = pulls.len();
    if nameless > 0 {
        let statement = format!("{nameless} of {all} merged changes of {name} have no author left to tell");
        sheet.fail(name, statement, evidence).fix("mark_agent_changes", &[("repository", name)]);
    } else {
        let statement = format!(
            "{marked} of {all} merged changes of {name} carry an agent's mark; the others are not shown to be human"
        );
        sheet.pass(name, statement, evidence);
    }
}

/// Settings that take an agent's marks away.
fn switched_off(sight: &Sight<'_>, sheet: &mut Sheet<'_>, repository: &Repository) {
    let (name, evidence) = (repository.name.as_str(), &repository.agent_files.evidence);
    let ruled =
        |path: &str| sight.guardrails.of_file(path).filter(|guardrail| guardrail.rules.iter().any(|rule| rule.marks));
    for (path, text) in sight.agent_files(sheet, repository, |path| ruled(path).is_some()) {
        let Some(guardrail) = ruled(path) else { continue };
        let subject = format!("{name} {path}");
        let found = match settings::weaknesses(guardrail, text, Concern::Marks) {
            Ok(found) => found,
            Err(why) => {
                let gap = Gap { what: subject.clone(), why, needs: None, evidence: evidence.clone() };
                let statement = format!("whether {path} in {name} takes marks away could not be told");
                sheet.unknown(subject, statement, vec![gap]);
                continue;
            }
        };
        let Some(worst) = found.iter().max_by_key(|weakness| weakness.severity) else { continue };
        let says: Vec<&str> = found.iter().map(|weakness| weakness.says.as_str()).collect();
        let mends: Vec<&str> = found.iter().map(|weakness| weakness.mend.as_str()).collect();
        sheet
            .fail(subject, format!("{} in {name} ({path}): {}", guardrail.title, says.join("; ")), evidence)
            .severity(worst.severity)
            .at(name, path, worst.line)
            .fix("tighten_agent_settings", &[("file", path), ("repository", name), ("how", &mends.join("; "))]);
    }
}
