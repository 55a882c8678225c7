//! Production data can be brought back.
//!
//! Fails for a production store whose automated backups, point-in-time recovery or versioning are off, whichever its service has; for a volume,
//! where no snapshot of it is kept.

use crate::checks::{Sheet, Sight, check};
use crate::model::{
    cloud::{DataStore, StoreKind},
    observed::Observed,
    recovery::Copy,
    truth::Truth,
};

check!(
    backup_missing,
    "recovery",
    "Production data can be brought back",
    High,
    PrivilegeEscalation,
    "recovery_assured"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (account, store) in sight.production_stores(sheet) {
        let subject = store.arn.as_str();
        let (what, kept) = match store.kind {
            StoreKind::DynamodbTable => ("point-in-time recovery", store.recovery.point_in_time.clone()),
            StoreKind::S3Bucket => ("versioning", store.recovery.versioning.clone()),
            StoreKind::EbsVolume => ("snapshot", copied(store, &account.safeguards.copies)),
            _ => ("automated backups", store.recovery.backup_days.clone().map(|days| days > 0)),
        };
        let Some(on) = sheet.known(subject, &format!("{what} of {}", store.name), &kept) else { continue };
        if *on {
            sheet.pass(subject, format!("{} {} has {what}", store.kind.noun(), store.name), &kept.evidence);
        } else {
            let remedy = if store.kind == StoreKind::S3Bucket { "enable_versioning" } else { "enable_backups" };
            sheet
                .fail(subject, format!("{} {} has no {what}", store.kind.noun(), store.name), &kept.evidence)
                .fix(remedy, &[("resource", &store.name)]);
        }
    }
}

/// Volumes have no backups of their own: what is kept of one is a snapshot or a recovery point.
fn copied(store: &DataStore, copies: &Observed<Vec<Copy>>) -> Observed<bool> {
    match copies.any(|copy| (copy.of == store.arn).into()) {
        Truth::Unknown => copies.as_ref().and_then(|_| Observed::failed("not all copies were read", Vec::new())),
        known => Observed::known(known == Truth::True, copies.evidence.clone()),
    }
}
