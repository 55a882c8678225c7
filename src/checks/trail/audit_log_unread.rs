//! The organisation's audit log can be read.
//!
//! Passes where GitHub's audit log answers. Without it, who installed an app, changed a rule or bypassed one is not shown over a period.

use crate::checks::{Sheet, Sight, check};

check!(audit_log_unread, "trail", "The organisation's audit log can be read", Medium, ApprovalBypass, "actions_logged");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let Some(organization) = sight.organization(sheet) else { return };
    let login = &organization.login;
    let Some(readable) = sheet.known(login, "the audit log", &organization.audit_log) else { return };
    let evidence = &organization.audit_log.evidence;
    if *readable {
        sheet.pass(login, format!("the audit log of {login} answers"), evidence);
    } else {
        sheet.fail(login, format!("the audit log of {login} is not kept"), evidence);
    }
}
