//! Production data can be brought back.
//!
//! Fails for a production store whose automated backups, point-in-time recovery or versioning are off, whichever its service has.

use crate::checks::{Sheet, Sight, check};
use crate::model::cloud::StoreKind;

check!(
    backup_missing,
    "recovery",
    "Production data can be brought back",
    High,
    PrivilegeEscalation,
    "recovery_assured"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (_, store) in sight.production_stores(sheet) {
        let subject = store.arn.as_str();
        let (what, kept) = match store.kind {
            StoreKind::RdsInstance | StoreKind::RdsCluster => {
                ("automated backups", store.recovery.backup_days.clone().map(|days| days > 0))
            }
            StoreKind::DynamodbTable => ("point-in-time recovery", store.recovery.point_in_time.clone()),
            StoreKind::S3Bucket => ("versioning", store.recovery.versioning.clone()),
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
