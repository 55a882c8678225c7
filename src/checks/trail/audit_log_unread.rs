//! The organisation's audit log can be read.
//!
//! Passes where GitHub's audit log answers. Without it, who installed an app, changed a rule or bypassed one is not shown over a period.

use crate::checks::{Sheet, Sight, check};

check!(audit_log_unread, "trail", "The organisation's audit log can be read", Medium, ApprovalBypass, "actions_logged");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let Some(organization) = sight.organization(sheet) else { return };
    let login = &organization.login;
    let log = &organization.trail.audit_log;
    match log.seen() {
        Some(_) => drop(sheet.pass(login, format!("the audit log of {login} answers"), &log.evidence)),
        None => drop(sheet.known(login, "the audit log", log)),
    }
}
