//! It is known who signs off agent changes.
//!
//! Passes with the persons who approved agent changes and their shares; fails where agent changes were merged and nobody signed. Persons and
//! shares, not a rule: that someone could approve is design, that Anna approved 9 of 11 is an answer.

use crate::analysis::changes;
use crate::checks::{Sheet, Sight, check};

check!(signoff_not_named, "gates", "It is known who signs off agent changes", Medium, ApprovalBypass, "signoff_named");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let Some(organization) = sight.organization(sheet) else { return };
    let repositories = sight.repositories(sheet);
    for repository in &repositories {
        sheet.members(
            repository.name.as_str(),
            &format!("merged pull requests of {}", repository.name),
            &repository.pull_requests,
        );
    }
    let signed = changes::sign_off(sight.signatures, sight.persons, &repositories);
    let evidence: Vec<_> =
        repositories.iter().flat_map(|repository| repository.pull_requests.evidence.clone()).collect();
    if signed.total == 0 {
        if sheet.is_empty() {
            sheet.not_applicable(&organization.login, "no merged change carries an agent's mark", &evidence);
        }
    } else if signed.persons.is_empty() {
        let statement = format!("nobody signed any of {} merged agent changes", signed.total);
        sheet
            .fail(&organization.login, statement, &evidence)
            .fix("name_reviewers", &[("organisation", &organization.login)]);
    } else {
        let shares: Vec<String> = signed.persons.iter().map(|(person, count)| format!("{person} {count}")).collect();
        sheet.pass(
            &organization.login,
            format!("of {} merged agent changes: {}", signed.total, shares.join(", ")),
            &evidence,
        );
    }
}
