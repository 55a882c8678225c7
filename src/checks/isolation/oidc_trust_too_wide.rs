//! No production role trusts more jobs than those that deploy.
//!
//! Fails for a role that may change a production store and whose trust policy accepts a token of a repository outside the
//! organisation, of a repository that no workflow of this role belongs to, or of any branch or pull request. Decided by evaluating the
//! policy on probe tokens, never by reading its text.

use crate::{
    checks::{Sheet, Sight, check},
    iam::{Claims, Guardrail, Policy, Verdict, trust},
    model::{action::ActionClass, iam::RoleDetail, tier::Tier},
    reach::path::HopKind,
};

check!(
    oidc_trust_too_wide,
    "isolation",
    "No production role trusts more jobs than those that deploy",
    Critical,
    PrivilegeEscalation,
    "environments_isolated"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    sight.unread_ways(sheet);
    for account in sight.accounts(sheet) {
        let Some(details) = sheet.known(&account.scope, "roles and policies", &account.principals) else { continue };
        let federated =
            |role: &&RoleDetail| role.assume_role_policy_document.text().contains("oidc-provider/token.actions");
        for role in details.roles.iter().filter(federated) {
            judge(sight, sheet, role, &account.principals.evidence);
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("roles", "no role trusts GitHub's tokens", &[]);
    }
}

fn judge(sight: &Sight<'_>, sheet: &mut Sheet<'_>, role: &RoleDetail, evidence: &[crate::model::id::EvidenceId]) {
    let policy = Policy::parse("trust", role.assume_role_policy_document.text());
    let view = trust::Role { arn: &role.arn, trust: &policy, rcp: Guardrail::NotApplicable };
    let owner = sight.world.forge.seen().map_or("owner", |organization| organization.login.as_str());
    let accepts = |repository: &str, context: &str| {
        let claims = Claims::new("token.actions.githubusercontent.com")
            .with("sub", format!("repo:{repository}:{context}"))
            .with("aud", "sts.amazonaws.com")
            .with("repository", repository);
        trust::with_web_identity(&view, &claims, None).verdict == Verdict::Allow
    };
    let anywhere = "ref:refs/heads/some-branch-nobody-knows";
    let near = format!("{owner}-of-someone-else/anything");
    let own = format!("{owner}/a-repository-nobody-knows");
    let width = if accepts("a-stranger/anything", anywhere) {
        Some("any repository on GitHub")
    } else if accepts(&near, anywhere) {
        Some("repositories of any owner whose name begins like yours")
    } else if accepts(&own, anywhere) {
        Some("any branch of any repository of the organisation")
    } else {
        let repositories = sight.world.forge.seen().map_or(&[][..], |organization| organization.repositories.members());
        let wide = |context: &str| repositories.iter().any(|repository| accepts(repository.name.as_str(), context));
        if wide(anywhere) {
            Some("any branch of a repository")
        } else {
            wide("pull_request").then_some("any pull request of a repository")
        }
    };
    let subject = role.arn.as_str();
    match width {
        Some(width) if changes_production(sight, subject) => {
            sheet
                .fail(subject, format!("role {} may change production and trusts {width}", role.role_name), evidence)
                .fix(
                    "exact_oidc_subject",
                    &[("role", &role.role_name), ("subject", "the deploying job's subject alone")],
                );
        }
        Some(width) => {
            sheet.pass(
                subject,
                format!("role {} trusts {width}, and no way was found from it to production", role.role_name),
                evidence,
            );
        }
        None => {
            sheet.pass(subject, format!("role {} trusts named subjects alone", role.role_name), evidence);
        }
    }
}

/// Whether some agent's path changes production through this role.
fn changes_production(sight: &Sight<'_>, role: &str) -> bool {
    sight.paths.iter().any(|path| {
        path.tier == Tier::Production
            && matches!(path.class, ActionClass::Destroy | ActionClass::Write | ActionClass::RemovesRecovery)
            && path.hops.iter().any(|hop| hop.to.kind == HopKind::Principal && hop.to.id == role)
    })
}
