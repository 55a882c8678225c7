//! Administrators are held by the gate, too.
//!
//! Fails for a production branch whose classic protection does not bind administrators, or whose ruleset lets an administrator or
//! organisation owner pass at any time. An administrator's agent passes with them.

use crate::analysis::rules::{self, Pass, RefActor};
use crate::checks::{Sheet, Sight, check};

check!(admin_may_bypass, "gates", "Administrators are held by the gate, too", Medium, ApprovalBypass, "gates_hold");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let subject = repository.at(branch);
        let plain = rules::change_branch(repository, branch, &RefActor::plain_writer());
        let admin = rules::change_branch(repository, branch, &RefActor::administrator());
        match (plain.pass, admin.pass) {
            (Pass::Free, _) => {
                sheet.not_applicable(&subject, format!("{subject} has no gate to bypass"), &plain.evidence)
            }
            (_, Pass::Free) => sheet
                .fail(
                    &subject,
                    format!("administrators pass the gate of {subject}: {}", admin.because),
                    &admin.evidence,
                )
                .fix(
                    "enforce_for_admins",
                    &[("branch", branch.name.as_str()), ("repository", repository.name.as_str())],
                ),
            (_, Pass::Possible) => sheet.unknown(
                &subject,
                format!("whether administrators pass the gate of {subject} could not be told"),
                admin.gaps,
            ),
            _ => sheet.pass(&subject, format!("the gate of {subject} holds administrators, too"), &admin.evidence),
        };
    }
}
