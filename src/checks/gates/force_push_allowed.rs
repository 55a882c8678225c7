//! Nobody rewrites or deletes a production branch.
//!
//! Fails for a production branch on which force pushes or deletion are possible for a plain writer: history that was reviewed can then be
//! replaced by history that was not.

use crate::checks::{Sheet, Sight, check};
use crate::model::{rules::ClassicProtection, truth::Truth};

check!(
    force_push_allowed,
    "gates",
    "Nobody rewrites or deletes a production branch",
    High,
    ApprovalBypass,
    "gates_hold"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let subject = repository.at(branch);
        let forbids = |kind: &str| branch.rules.any(|rule| (rule.kind == kind).into());
        let classic = |allowed: fn(&ClassicProtection) -> bool| {
            branch.classic.holds(Truth::False, |protection| (!allowed(protection)).into())
        };
        let pushes = forbids("non_fast_forward").or(classic(|protection| protection.allow_force_pushes));
        let deletes = forbids("deletion").or(classic(|protection| protection.allow_deletions));
        let evidence = branch.rules_evidence();
        match pushes.and(deletes) {
            Truth::True => sheet.pass(&subject, format!("{subject} can be neither rewritten nor deleted"), &evidence),
            Truth::Unknown => sheet.unknown(
                &subject,
                format!("whether {subject} can be rewritten could not be told"),
                branch.rules_gaps(&subject),
            ),
            Truth::False => {
                let what = if pushes == Truth::False { "rewritten by a force push" } else { "deleted" };
                sheet.fail(&subject, format!("{subject} can be {what}"), &evidence).fix(
                    "block_force_push",
                    &[("branch", branch.name.as_str()), ("repository", repository.name.as_str())],
                )
            }
        };
    }
}
