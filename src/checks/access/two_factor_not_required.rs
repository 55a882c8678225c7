//! Two-factor authentication is required.
//!
//! Fails when the organisation does not require a second factor. A stolen password is then a person, and a person's agent.

use crate::checks::{Sheet, Sight, check};

check!(
    two_factor_not_required,
    "access",
    "Two-factor authentication is required",
    High,
    PrivilegeEscalation,
    "identities_strong"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let Some(organization) = sight.organization(sheet) else { return };
    let login = &organization.login;
    let Some(required) =
        sheet.known(login, "whether two-factor authentication is required", &organization.two_factor_required)
    else {
        return;
    };
    let evidence = &organization.two_factor_required.evidence;
    if *required {
        sheet.pass(login, format!("{login} requires two-factor authentication"), evidence);
    } else {
        sheet
            .fail(login, format!("{login} does not require two-factor authentication"), evidence)
            .fix("require_two_factor", &[("organisation", login)]);
    }
}
