//! No agent app holds rights over the rules.
//!
//! Fails for an installed agent app that may administer a repository or the organisation, or change workflow files: it can rewrite what
//! limits it. Coding needs contents and pull requests.

use crate::checks::{Sheet, Sight, check};

check!(
    agent_app_excess,
    "access",
    "No agent app holds rights over the rules",
    High,
    PrivilegeEscalation,
    "least_privilege"
);

const RULES: [&str; 6] =
    ["administration", "workflows", "organization_administration", "environments", "secrets", "members"];

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let Some(organization) = sight.organization(sheet) else { return };
    let evidence = &organization.installations.evidence;
    for app in sheet.members(&organization.login, "app installations", &organization.installations) {
        if sight.signatures.by_app(&app.slug).is_none() {
            continue;
        }
        let excess: Vec<&str> = RULES.into_iter().filter(|permission| app.may_write(permission)).collect();
        let subject = format!("app {}", app.slug);
        if excess.is_empty() {
            sheet.pass(
                subject,
                format!("agent app {} holds no right over the rules that limit it", app.slug),
                evidence,
            );
        } else {
            let statement = format!(
                "agent app {} may write {}: it can change the rules and pipelines that limit it",
                app.slug,
                excess.join(", ")
            );
            sheet
                .fail(subject, statement, evidence)
                .fix("remove_app_permission", &[("app", &app.slug), ("permission", &excess.join(", "))]);
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("agent apps", "no agent app is installed", evidence);
    }
}
