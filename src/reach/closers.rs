//! What closes a path, hop by hop, in the catalogue's words.

use crate::{
    model::{action::ActionClass, cloud::StoreKind},
    reach::{
        doors::{By, NEW_BRANCH},
        path::{Hop, HopKind, ReachPath, Remedy, Verdict},
        remedies,
    },
};

/// For a closed path, the control that closes it. For any other, changes that each close this way; where another way
/// remains, the next assessment shows it.
pub fn of_path(path: &ReachPath, by: &[By]) -> Vec<Remedy> {
    if path.verdict == Verdict::Closed {
        return path.hops.iter().filter(|hop| hop.verdict == Verdict::Closed).map(standing).collect();
    }
    let mut found = Vec::new();
    for (hop, by) in path.hops.iter().zip(by).filter(|(hop, _)| hop.verdict != Verdict::Gated) {
        found.extend(of_hop(path, hop, *by));
    }
    found.sort();
    found.dedup();
    found
}

/// A control that stands already.
fn standing(hop: &Hop) -> Remedy {
    Remedy {
        id: "stands".to_owned(),
        change: format!("Keep it so: {}", hop.because),
        who: "nobody".to_owned(),
        minutes: 0,
        reversible: true,
        may_break: "Nothing; it is in force".to_owned(),
        plan: "In force".to_owned(),
    }
}

fn of_hop(path: &ReachPath, hop: &Hop, by: By) -> Vec<Remedy> {
    let id = hop.to.id.as_str();
    let (repository, branch) = id.split_once('@').unwrap_or((id, ""));
    let name = hop.to.name.raw();
    let filled = match hop.to.kind {
        HopKind::Ref if by == By::Bypass => {
            vec![remedies::fill(
                "remove_bypass_actor",
                &[("actor", path.agent.as_str()), ("repository", repository), ("rule", "the ruleset in force")],
            )]
        }
        HopKind::Ref if by == By::OwnApproval => {
            vec![remedies::fill("disable_actions_approval", &[("repository", repository)])]
        }
        HopKind::Ref if !branch.is_empty() && branch != NEW_BRANCH => {
            vec![remedies::fill(
                "require_pull_request_review",
                &[("approvals", "one"), ("branch", branch), ("repository", repository)],
            )]
        }
        HopKind::Environment => {
            let (repository, environment) = id.split_once("/environments/").unwrap_or((id, name));
            let words = [("environment", environment), ("repository", repository)];
            vec![
                remedies::fill("require_environment_reviewers", &words),
                remedies::fill("restrict_environment_branches", &words),
            ]
        }
        HopKind::Principal => vec![remedies::fill(
            "exact_oidc_subject",
            &[("role", short(id)), ("subject", "the deploying job's subject alone")],
        )],
        HopKind::Secret => {
            let (repository, secret) = id.trim_start_matches("secret:").rsplit_once('/').unwrap_or((id, name));
            let words = [("environment", "production"), ("repository", repository), ("secret", secret)];
            vec![remedies::fill("scope_secret_to_environment", &words)]
        }
        HopKind::Runner => vec![remedies::fill("ephemeral_runner", &[("job", name)])],
        HopKind::Resource => of_resource(path, hop, by),
        _ => Vec::new(),
    };
    filled.into_iter().flatten().collect()
}

fn of_resource(path: &ReachPath, hop: &Hop, by: By) -> Vec<Option<Remedy>> {
    if hop.from.kind != HopKind::Principal {
        return Vec::new();
    }
    let role = short(&hop.from.id);
    let words = [("action", path.action.as_str()), ("resource", path.resource_name.raw()), ("role", role)];
    let id = match path.class {
        ActionClass::Destroy => "deny_destructive_actions",
        ActionClass::RemovesRecovery => "deny_recovery_removal",
        _ => "narrow_role_policy",
    };
    let mut found = vec![remedies::fill(id, &words)];
    // Protection that the same role may switch off closes the way once it may not.
    if by == By::LiftedProtection {
        found.push(remedies::fill("deny_unprotect", &unprotect(path, &words)));
    }
    found
}

fn unprotect<'a>(path: &ReachPath, words: &[(&'a str, &'a str); 3]) -> [(&'a str, &'a str); 3] {
    let kind = StoreKind::ALL.into_iter().find(|kind| kind.destroy_action() == path.action);
    let action = kind.and_then(StoreKind::unprotect_action).unwrap_or("the change of deletion protection");
    words.map(|(name, value)| if name == "action" { (name, action) } else { (name, value) })
}

/// The name at the end of an ARN.
fn short(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}
