//! A production branch takes no change without an approval.
//!
//! Fails for a production branch on which neither classic protection nor a ruleset in force asks for at least one approval, counted for a
//! plain writer without any bypass. Who may bypass is another check.

use crate::analysis::rules::{self, Pass, RefActor};
use crate::checks::{Sheet, Sight, check};

check!(
    review_required,
    "gates",
    "A production branch takes no change without an approval",
    Critical,
    ApprovalBypass,
    "changes_reviewed"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let met = rules::change_branch(repository, branch, &RefActor::plain_writer());
        let subject = repository.at(branch);
        match met.pass {
            Pass::Free => sheet
                .fail(
                    &subject,
                    format!("a change reaches {subject} without anyone's approval: {}", met.because),
                    &met.evidence,
                )
                .fix(
                    "require_pull_request_review",
                    &[("approvals", "one"), ("branch", branch.name.as_str()), ("repository", repository.name.as_str())],
                ),
            Pass::Possible => {
                sheet.unknown(&subject, format!("whether {subject} asks for an approval could not be told"), met.gaps)
            }
            Pass::Gated => sheet.pass(&subject, met.because, &met.evidence),
            Pass::Blocked => {
                sheet.pass(&subject, format!("nobody may change {subject} directly: {}", met.because), &met.evidence)
            }
        };
    }
}
