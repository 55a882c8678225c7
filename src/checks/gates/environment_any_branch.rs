//! Only production branches deploy to production.
//!
//! Fails for a production environment that admits any branch: a job on a branch that nobody reviews can then use its secrets and its
//! subject.

use crate::checks::{Sheet, Sight, check};
use crate::model::pipeline::BranchPolicy;

check!(
    environment_any_branch,
    "gates",
    "Only production branches deploy to production",
    High,
    EnvironmentConfusion,
    "releases_gated"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, environment) in sight.production_environments(sheet) {
        let subject = format!("{} environment {}", repository.name.as_str(), environment.name.as_str());
        let Some(policy) = sheet.known(
            &subject,
            &format!("which branches may deploy to {}", environment.name),
            &environment.branch_policy,
        ) else {
            continue;
        };
        let evidence = &environment.branch_policy.evidence;
        match policy {
            BranchPolicy::Any => sheet
                .fail(
                    &subject,
                    format!("any branch of {} may deploy to {}", repository.name, environment.name),
                    evidence,
                )
                .fix(
                    "restrict_environment_branches",
                    &[("repository", repository.name.as_str()), ("environment", environment.name.as_str())],
                ),
            BranchPolicy::Protected => {
                sheet.pass(&subject, format!("only protected branches deploy to {}", environment.name), evidence)
            }
            BranchPolicy::Patterns(patterns) => {
                sheet.pass(&subject, format!("only {} deploys to {}", patterns.join(", "), environment.name), evidence)
            }
        };
    }
}
