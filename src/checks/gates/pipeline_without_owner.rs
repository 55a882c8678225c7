//! Changes to the pipeline need an owner's review.
//!
//! Fails for a production branch that does not require code owners' review, or whose CODEOWNERS file names nobody for the workflow files.
//! CODEOWNERS stands in the repository, so it is a claim; the rule that asks for it is not.

use crate::checks::{Sheet, Sight, check};
use crate::{analysis::codeowners, model::truth::Truth};

check!(
    pipeline_without_owner,
    "gates",
    "Changes to the pipeline need an owner's review",
    Medium,
    ApprovalBypass,
    "pipeline_guarded"
);

/// Any workflow file: one that an agent adds has no name yet.
const WORKFLOW: &str = ".github/workflows/new.yml";

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let subject = repository.at(branch);
        let asked = codeowners::asked(branch);
        let covered =
            repository.codeowners.holds(Truth::False, |text| (!codeowners::owners(text, WORKFLOW).is_empty()).into());
        let evidence =
            [branch.rules.evidence.clone(), branch.classic.evidence.clone(), repository.codeowners.evidence.clone()]
                .concat();
        match asked.and(covered) {
            Truth::True => {
                sheet.pass(&subject, format!("workflow files of {subject} have owners who must review"), &evidence)
            }
            Truth::False => {
                let why = if asked == Truth::False {
                    "no rule asks for code owners"
                } else {
                    "CODEOWNERS names nobody for workflow files"
                };
                sheet
                    .fail(&subject, format!("the pipeline of {subject} changes without its owners: {why}"), &evidence)
                    .fix(
                        "own_pipeline_by_codeowners",
                        &[("branch", branch.name.as_str()), ("repository", repository.name.as_str())],
                    )
            }
            Truth::Unknown => sheet.unknown(
                &subject,
                format!("whether the pipeline of {subject} has owners could not be told"),
                codeowners::gaps(repository, branch),
            ),
        };
    }
}
