//! Production stores refuse deletion.
//!
//! Fails for a production database or table without deletion protection. A bucket has no such switch; for it, versioning is the question.

use crate::checks::{Sheet, Sight, check};

check!(
    deletion_unprotected,
    "recovery",
    "Production stores refuse deletion",
    High,
    PrivilegeEscalation,
    "recovery_assured"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (_, store) in sight.production_stores(sheet) {
        let subject = store.arn.as_str();
        if store.kind.unprotect_action().is_none() {
            sheet.not_applicable(
                subject,
                format!("a {} has no deletion protection", store.kind.noun()),
                &store.evidence,
            );
            continue;
        }
        let Some(on) =
            sheet.known(subject, &format!("deletion protection of {}", store.name), &store.deletion_protection)
        else {
            continue;
        };
        let evidence = &store.deletion_protection.evidence;
        if *on {
            sheet.pass(subject, format!("{} {} refuses deletion", store.kind.noun(), store.name), evidence);
        } else {
            let statement = format!("{} {} can be deleted in one call", store.kind.noun(), store.name);
            sheet.fail(subject, statement, evidence).fix("enable_deletion_protection", &[("resource", &store.name)]);
        }
    }
}
