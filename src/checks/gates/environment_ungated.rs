//! A person stands before production.
//!
//! Fails for a production environment without required reviewers. Protection rules run by apps, and wait timers, are no person.

use crate::checks::{Sheet, Sight, check};
use crate::model::truth::Truth;

check!(environment_ungated, "gates", "A person stands before production", Critical, ApprovalBypass, "releases_gated");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, environment) in sight.production_environments(sheet) {
        let subject = format!("{} environment {}", repository.name.as_str(), environment.name.as_str());
        let evidence = [repository.environments.evidence.clone(), environment.reviewers.evidence.clone()].concat();
        match environment.reviewers.any(|_| Truth::True) {
            Truth::True => sheet.pass(
                &subject,
                format!(
                    "{} people or teams may release to {}",
                    environment.reviewers.members().len(),
                    environment.name
                ),
                &evidence,
            ),
            Truth::False => sheet
                .fail(
                    &subject,
                    format!("nobody is asked before {} deploys to {}", repository.name, environment.name),
                    &evidence,
                )
                .fix(
                    "require_environment_reviewers",
                    &[("repository", repository.name.as_str()), ("environment", environment.name.as_str())],
                ),
            Truth::Unknown => {
                let gaps = environment.reviewers.gap(format!("reviewers of {subject}")).into_iter().collect();
                sheet.unknown(
                    &subject,
                    format!("whether anybody is asked before {} could not be told", environment.name),
                    gaps,
                )
            }
        };
    }
}
