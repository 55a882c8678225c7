//! What steers an agent changes by its owners' review.
//!
//! Fails for a production branch where an agent's settings, servers or instructions have no owner in CODEOWNERS, or where nothing asks
//! for owners' review: whoever changes them steers every agent that reads them. CODEOWNERS stands in the repository, so it is a claim;
//! the rule that asks for it is not.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::{codeowners, guardrails},
    model::truth::Truth,
};

check!(
    agent_instructions_unowned,
    "gates",
    "What steers an agent changes by its owners' review",
    Medium,
    ApprovalBypass,
    "agents_guarded"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let (name, branch_name) = (repository.name.as_str(), branch.name.as_str());
        let subject = format!("{name}@{branch_name}");
        let what = format!("files that configure agents in {name}");
        let files = sheet.members(&subject, &what, &repository.agent_files).iter().map(|file| file.path.as_str());
        let files: Vec<&str> = files.filter(|path| guardrails::steers(sight.guardrails, path)).collect();
        let evidence = [
            repository.agent_files.evidence.clone(),
            repository.codeowners.evidence.clone(),
            branch.rules.evidence.clone(),
        ]
        .concat();
        if files.is_empty() {
            if repository.agent_files.is_whole() {
                sheet.not_applicable(&subject, format!("{name} holds no file that steers an agent"), &evidence);
            }
            continue;
        }
        let unowned = |text: &String| files.iter().find(|path| codeowners::owners(text, path).is_empty()).copied();
        let owned = repository.codeowners.holds(Truth::False, |text| unowned(text).is_none().into());
        match codeowners::asked(branch).and(owned) {
            Truth::True => {
                sheet.pass(
                    &subject,
                    format!("{} files that steer agents in {name} have owners who must review", files.len()),
                    &evidence,
                );
            }
            Truth::False => {
                let path =
                    repository.codeowners.seen().and_then(unowned).or(files.first().copied()).unwrap_or_default();
                let why = match owned {
                    Truth::False => format!("CODEOWNERS names nobody for {path}"),
                    _ => "no rule asks for code owners".to_owned(),
                };
                sheet
                    .fail(
                        &subject,
                        format!("what steers agents on {subject} changes without its owners: {why}"),
                        &evidence,
                    )
                    .at(name, path, None)
                    .fix(
                        "own_instructions_by_codeowners",
                        &[("branch", branch_name), ("repository", name), ("file", path)],
                    );
            }
            Truth::Unknown => {
                let statement = format!("whether what steers agents on {subject} has owners could not be told");
                sheet.unknown(&subject, statement, codeowners::gaps(repository, branch));
            }
        }
    }
}
