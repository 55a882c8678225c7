//! The trail shows whether it was altered.
//!
//! Fails for a trail without log file validation: a record could be changed and nobody could tell.

use crate::checks::{Sheet, Sight, check};

check!(trail_unvalidated, "trail", "The trail shows whether it was altered", Medium, ApprovalBypass, "trail_protected");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for account in sight.accounts(sheet) {
        let trails = sheet.members(&account.scope, &format!("trails of {}", account.scope), &account.trails);
        for trail in trails {
            if trail.log_file_validation {
                sheet.pass(
                    trail.arn.as_str(),
                    format!("trail {} validates its files", trail.name),
                    &account.trails.evidence,
                );
            } else {
                sheet
                    .fail(
                        trail.arn.as_str(),
                        format!("trail {} does not validate its files", trail.name),
                        &account.trails.evidence,
                    )
                    .fix("validate_trail", &[("trail", &trail.name)]);
            }
        }
        if trails.is_empty() && account.trails.is_whole() {
            sheet.not_applicable(&account.scope, "there is no trail", &account.trails.evidence);
        }
    }
}
