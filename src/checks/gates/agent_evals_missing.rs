//! A change of what steers an agent is tested for how the agent behaves.
//!
//! Fails for a production branch of a repository with agents' instructions where no required check runs tests of an agent's behaviour.
//! Tools are known by name (`controls/essentials.yaml`).

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::guardrails::essentials::{self, Place},
    model::file::is_instruction,
};

check!(
    agent_evals_missing,
    "gates",
    "A change of what steers an agent is tested for how the agent behaves",
    Low,
    ApprovalBypass,
    "essentials_enforced"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let name = repository.name.as_str();
        let subject = format!("{name}@{}", branch.name.as_str());
        let what = format!("files that instruct agents in {name}");
        let mut files = sheet.members(&subject, &what, &repository.agent_files).iter();
        let instructed = files.any(|file| is_instruction(&file.path));
        let evidence = [repository.workflows.evidence.clone(), branch.rules.evidence.clone()].concat();
        if !instructed {
            if repository.agent_files.is_whole() {
                sheet.not_applicable(&subject, format!("{name} holds no instructions to an agent"), &evidence);
            }
            continue;
        }
        let required = branch.required_checks();
        let place = essentials::strongest(
            &sight.essentials.evals,
            repository.agent_files.members(),
            repository.parsed_workflows(),
            &required,
        );
        let workflows = repository.workflows.gap(format!("workflows of {name}"));
        let gaps: Vec<_> = workflows.into_iter().chain(branch.rules_gaps(&subject)).collect();
        match place {
            Some(Place::Required(check)) => {
                sheet.pass(
                    &subject,
                    format!("{subject} requires {check}, which tests an agent's behaviour"),
                    &evidence,
                );
            }
            _ if !gaps.is_empty() => {
                let statement = format!("whether {subject} requires tests of an agent's behaviour could not be told");
                sheet.unknown(&subject, statement, gaps);
            }
            Some(place) => {
                let statement = format!("tests of an agent's behaviour run in {}", place.words());
                sheet.fail(&subject, format!("{subject} does not require them: {statement}"), &evidence);
            }
            None => {
                let statement = format!("no check that was read tests how an agent behaves before {subject} changes");
                sheet.fail(&subject, statement, &evidence);
            }
        }
    }
}
