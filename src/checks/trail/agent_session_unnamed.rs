//! A cloud role for agents says who acts.
//!
//! Fails for a role that is named, tagged or trusted for agents and that lets somebody in without `sts:RoleSessionName` or
//! `sts:SourceIdentity`: its calls then stand in the trail under the role alone, whoever started the agent. Conditions that
//! hold where the session says nothing (`IfExists`, a lone `*`) ask for no name.

use crate::{
    analysis::cloud_agents,
    checks::{Sheet, Sight, check},
    model::{observed::Gap, truth::Truth},
};

check!(
    agent_session_unnamed,
    "trail",
    "A cloud role for agents says who acts",
    Medium,
    ApprovalBypass,
    "actions_logged"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for account in sight.accounts(sheet) {
        let Some(details) = sheet.known(&account.scope, "roles and policies", &account.principals) else { continue };
        let evidence = &account.principals.evidence;
        for role in cloud_agents::roles(details) {
            let subject = role.arn.as_str();
            let made = format!("role {} is an agent's ({})", role.name, role.because);
            match role.names_its_sessions {
                Truth::True => {
                    sheet.pass(subject, format!("{made} and asks each session for a name"), evidence);
                }
                Truth::False => {
                    let statement = format!("{made} and lets sessions in that do not say who acts");
                    sheet.fail(subject, statement, evidence).fix("name_agent_sessions", &[("role", &role.name)]);
                }
                Truth::Unknown => {
                    let (what, why) = ("its trust policy".to_owned(), "it is not JSON".to_owned());
                    let gap = Gap { what, why, needs: None, evidence: evidence.clone() };
                    sheet.unknown(
                        subject,
                        format!("{made}; whether its sessions are named could not be told"),
                        vec![gap],
                    );
                }
            }
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("roles", "no role is named, tagged or trusted for agents", &[]);
    }
}
