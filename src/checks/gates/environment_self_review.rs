//! Whoever starts a deployment cannot approve it.
//!
//! Fails for a production environment with reviewers that lets the person who started the deployment approve it, or lets administrators
//! skip it: a person's agent starts it, and the same login approves.

use crate::checks::{Sheet, Sight, check};
use crate::model::truth::Truth;

check!(
    environment_self_review,
    "gates",
    "Whoever starts a deployment cannot approve it",
    High,
    ApprovalBypass,
    "releases_gated"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, environment) in sight.production_environments(sheet) {
        let subject = format!("{} environment {}", repository.name.as_str(), environment.name.as_str());
        if environment.reviewers.any(|_| Truth::True) == Truth::False {
            sheet.not_applicable(
                &subject,
                format!("{} has no reviewers", environment.name),
                &environment.reviewers.evidence,
            );
            continue;
        }
        let own = environment.prevent_self_review.holds(Truth::True, |prevented| (!*prevented).into());
        let admin = environment.admins_can_bypass.holds(Truth::False, |can| (*can).into());
        let evidence =
            [environment.prevent_self_review.evidence.clone(), environment.admins_can_bypass.evidence.clone()].concat();
        let fix = [("repository", repository.name.as_str()), ("environment", environment.name.as_str())];
        match (own.or(admin), own) {
            (Truth::True, Truth::True) => sheet
                .fail(
                    &subject,
                    format!("whoever starts a deployment to {} may approve it", environment.name),
                    &evidence,
                )
                .fix("prevent_self_review", &fix),
            (Truth::True, _) => sheet
                .fail(&subject, format!("administrators may skip the reviewers of {}", environment.name), &evidence)
                .fix("disallow_environment_admin_bypass", &fix),
            (Truth::Unknown, _) => {
                let gaps = [
                    environment.prevent_self_review.gap(format!("self-review of {subject}")),
                    environment.admins_can_bypass.gap(format!("administrators' bypass of {subject}")),
                    environment.reviewers.gap(format!("reviewers of {subject}")),
                ];
                sheet.unknown(
                    &subject,
                    format!("who may approve a deployment to {} could not be told", environment.name),
                    gaps.into_iter().flatten().collect(),
                )
            }
            (Truth::False, _) => {
                sheet.pass(&subject, format!("a deployment to {} needs a second person", environment.name), &evidence)
            }
        };
    }
}
