//! Membership alone does not let anyone push.
//!
//! Fails when the organisation gives every member write or admin on every repository: each person's agent then writes everywhere.

use crate::checks::{Sheet, Sight, check};
use crate::model::actor::Permission;

check!(
    base_permission_writes,
    "access",
    "Membership alone does not let anyone push",
    High,
    PrivilegeEscalation,
    "least_privilege"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let Some(organization) = sight.organization(sheet) else { return };
    if !organization.is_organization {
        sheet.not_applicable(&organization.login, "a personal account has no members", &[]);
        return;
    }
    let Some(base) = sheet.known(&organization.login, "the base permission of members", &organization.base_permission)
    else {
        return;
    };
    let evidence = &organization.base_permission.evidence;
    if *base >= Permission::Write {
        let statement = format!("every member of {} may push to every repository", organization.login);
        sheet
            .fail(&organization.login, statement, evidence)
            .fix("lower_base_permission", &[("organisation", &organization.login)]);
    } else {
        sheet.pass(&organization.login, "membership alone gives no right to push", evidence);
    }
}
