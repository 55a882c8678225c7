//! The five gates before a commit hold agents too.
//!
//! Fails for a production branch where placeholder code, error handling, formatting and lint, hard-coded values or coverage is looked at
//! nowhere, or only where an agent can leave it out: in a hook on the author's machine, or in a job that nothing requires. Tools are
//! known by name (`controls/essentials.yaml`); what a script of one's own does is not seen.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::guardrails::essentials::{self, Place},
    model::observed::Gap,
};

check!(
    essential_not_required,
    "gates",
    "The five gates before a commit hold agents too",
    Medium,
    ApprovalBypass,
    "essentials_enforced"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let subject = repository.at(branch);
        let files = repository.agent_files.members();
        let required = branch.required_checks();
        let mut loose = Vec::new();
        for essential in &sight.essentials.essentials {
            match essentials::strongest(&essential.tools, files, repository.parsed_workflows(), &required) {
                Some(Place::Required(_)) => {}
                Some(place) => loose.push(format!("{} is looked at in {}", essential.title, place.words())),
                None => loose.push(format!("{} is looked at nowhere that was read", essential.title)),
            }
        }
        let evidence = [
            repository.workflows.evidence.clone(),
            repository.agent_files.evidence.clone(),
            branch.rules.evidence.clone(),
        ]
        .concat();
        let hooks = files.iter().filter(|file| essentials::holds_commits(&file.path));
        let unread = hooks.filter_map(|file| file.text.gap(format!("{} of {}", file.path, repository.name)));
        let gaps: Vec<Gap> = [
            repository.workflows.gap(format!("workflows of {}", repository.name)),
            repository.agent_files.gap(format!("files that configure hooks in {}", repository.name)),
        ]
        .into_iter()
        .flatten()
        .chain(branch.rules_gaps(&subject))
        .chain(unread)
        .collect();
        if loose.is_empty() {
            sheet.pass(&subject, format!("{subject} requires all five gates"), &evidence);
        } else if gaps.is_empty() {
            let count = loose.len();
            sheet
                .fail(
                    &subject,
                    format!("{subject} does not require {count} of 5 gates: {}", loose.join("; ")),
                    &evidence,
                )
                .fix(
                    "require_essentials",
                    &[("repository", repository.name.as_str()), ("branch", branch.name.as_str())],
                );
        } else {
            sheet.unknown(&subject, format!("which of the five gates {subject} requires could not be told"), gaps);
        }
    }
}
