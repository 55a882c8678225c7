//! Tests must pass before a production branch changes.
//!
//! Fails for a production branch that requires no status check. Checks are no human; they are the gate against what a tired reviewer
//! misses.

use crate::checks::{Sheet, Sight, check};
use crate::model::truth::Truth;

check!(
    checks_not_required,
    "gates",
    "Tests must pass before a production branch changes",
    Medium,
    ApprovalBypass,
    "checks_required"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let subject = repository.at(branch);
        let classic = branch.classic.holds(Truth::False, |protection| (!protection.required_checks.is_empty()).into());
        let required = branch
            .rules
            .any(|rule| (!rule.required_checks().is_empty() || rule.kind == "workflows").into())
            .or(classic);
        let evidence = branch.rules_evidence();
        match required {
            Truth::True => sheet.pass(&subject, format!("{subject} requires checks to pass"), &evidence),
            Truth::False => {
                sheet.fail(&subject, format!("{subject} changes without any required check"), &evidence).fix(
                    "require_status_checks",
                    &[("branch", branch.name.as_str()), ("repository", repository.name.as_str())],
                )
            }
            Truth::Unknown => sheet.unknown(
                &subject,
                format!("whether {subject} requires checks could not be told"),
                branch.rules_gaps(&subject),
            ),
        };
    }
}
