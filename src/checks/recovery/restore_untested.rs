//! Production data was brought back once.
//!
//! Fails for a production store whose copies nobody has restored, as far as AWS Backup's jobs show. A backup that was never restored
//! is a hope. A restore that was run another way must be shown by its record; AWS Backup keeps its jobs for a limited time.

use crate::{
    checks::{Sheet, Sight, check},
    model::{tier::Tier, truth::Truth},
};

check!(
    restore_untested,
    "recovery",
    "Production data was brought back once",
    Medium,
    PrivilegeEscalation,
    "recovery_assured"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for account in sight.accounts(sheet) {
        let scope = &account.scope;
        sheet.members(scope, &format!("stores of data in account {scope}"), &account.stores);
        for store in account.stores.members() {
            let subject = store.arn.as_str();
            let row = sight.recovery.iter().find(|row| row.store.raw() == subject && row.tier == Tier::Production);
            let Some(row) = row else { continue };
            let restores = &account.safeguards.restores;
            match row.restored {
                Truth::True => {
                    let at = row.last_restore.as_deref().map(|at| format!(", last on {at}")).unwrap_or_default();
                    sheet.pass(subject, format!("{} was restored from a copy{at}", row.name), &restores.evidence);
                }
                Truth::False => {
                    let statement =
                        format!("no restore of {} was completed, as far as AWS Backup's jobs show", row.name);
                    sheet
                        .fail(subject, statement, &restores.evidence)
                        .fix("rehearse_restore", &[("resource", &row.name.to_string())]);
                }
                Truth::Unknown => {
                    let gaps = [
                        restores.gap(format!("restore jobs of account {scope}")),
                        account.safeguards.copies.gap(format!("copies of {}", row.name)),
                    ];
                    let statement = format!("whether {} was ever restored could not be told", row.name);
                    sheet.unknown(subject, statement, gaps.into_iter().flatten().collect());
                }
            }
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("stores", "no production store of data was found", &[]);
    }
}
