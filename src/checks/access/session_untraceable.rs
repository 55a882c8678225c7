//! Sessions of roles that agents reach carry a name that tells who acted.
//!
//! Fails for a role on an agent's way whose trust policy lets a caller in without asking for `sts:RoleSessionName` or
//! `sts:SourceIdentity`: the caller then names the session as it likes, all runs look alike, and a record of a deletion does not say
//! which job or agent it was. Callers that are AWS services are left out; the service names their sessions.
//!
//! Source: IAM User Guide, "Available keys for AWS STS" (`sts:RoleSessionName`, `sts:SourceIdentity`).

use crate::{
    checks::{Sheet, Sight, check, sight::ReachedRole},
    iam::{
        Effect, Policy,
        policy::{Element, Statement},
        principal::Named,
    },
    model::observed::Gap,
};

check!(
    session_untraceable,
    "access",
    "Sessions of roles that agents reach carry a name that tells who acted",
    Low,
    ApprovalBypass,
    "actions_logged"
);

const ASSUMING: [&str; 3] = ["sts:assumerole", "sts:assumerolewithwebidentity", "sts:assumerolewithsaml"];
const KEYS: [&str; 2] = ["sts:rolesessionname", "sts:sourceidentity"];

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for reached in sight.reached_roles(sheet) {
        let ReachedRole { role, evidence, .. } = reached;
        let policy = Policy::parse("trust", role.assume_role_policy_document.text());
        let name = &role.role_name;
        let open: Vec<String> = policy
            .statements
            .iter()
            .filter(|one| admits_nameless(one))
            .map(|one| (one.index + 1).to_string())
            .collect();
        if policy.statements.iter().any(Statement::is_unreadable) {
            let gap = Gap {
                what: format!("the trust policy of {name}"),
                why: "a statement cannot be read".to_owned(),
                needs: None,
                evidence: evidence.to_vec(),
            };
            sheet.unknown(&*role.arn, format!("whether sessions of {name} are named could not be told"), vec![gap]);
        } else if open.is_empty() {
            reached.pass(sheet, format!("no caller of {name} chooses its session's name freely"));
        } else {
            let statement = format!(
                "a caller of {name} names its session as it likes (trust policy statement {}): records do not tell which run acted",
                open.join(", ")
            );
            let fix = [("role", name.as_str())];
            sheet.fail(&*role.arn, statement, evidence).paths(reached.paths()).fix("enforce_session_name", &fix);
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("roles", "no agent reaches a role", &[]);
    }
}

/// Whether a statement lets somebody other than a service in and asks for no name.
fn admits_nameless(statement: &Statement) -> bool {
    let assumes = ASSUMING.iter().any(|action| statement.action.covers(action) == Some(true));
    let service = match &statement.principal {
        Element::In(named) => named.iter().all(|one| matches!(one, Named::Service(_))),
        _ => false,
    };
    let asks = statement.conditions.iter().any(|condition| KEYS.contains(&condition.lower_key()));
    statement.effect == Some(Effect::Allow) && assumes && !service && !asks
}
