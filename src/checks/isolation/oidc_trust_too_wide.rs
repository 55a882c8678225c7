//! No production role trusts more jobs than those that deploy.
//!
//! Fails for a role by which some agent changes production and whose trust policy is of a wide class: any repository, an owner's
//! prefix, a whole organisation, any branch or pull request of a repository, an environment that anybody may enter. The classes
//! are decided by evaluating the policy on probe tokens, never by reading its text.

use crate::{
    checks::{Sheet, Sight, check},
    iam::{
        Guardrail, Policy, trust,
        trust_class::{self, KnownRepository, Surroundings, TrustClass},
    },
    model::{action::ActionClass, iam::RoleDetail, id::EvidenceId, tier::Tier, truth::Truth, world::Organization},
    reach::{path::HopKind, subjects},
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
    let repositories: Vec<KnownRepository> = sight.world.forge.seen().map(known).unwrap_or_default();
    for account in sight.accounts(sheet) {
        let Some(details) = sheet.known(&account.scope, "roles and policies", &account.principals) else { continue };
        let federated =
            |role: &&RoleDetail| role.assume_role_policy_document.text().contains("oidc-provider/token.actions");
        for role in details.roles.iter().filter(federated) {
            judge(sight, sheet, role, &repositories, &account.principals.evidence);
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("roles", "no role trusts GitHub's tokens", &[]);
    }
}

/// Repositories with the environments that nobody guards.
fn known(organization: &Organization) -> Vec<KnownRepository> {
    let open =
        |environment: &crate::model::pipeline::Environment| environment.reviewers.any(|_| Truth::True) == Truth::False;
    let repository = |repository: &crate::model::world::Repository| KnownRepository {
        repository: subjects::known(organization, repository),
        open_environments: repository
            .environments
            .members()
            .iter()
            .filter(|e| open(e))
            .map(|e| e.name.as_str().to_owned())
            .collect(),
        pushable_branches: Vec::new(),
    };
    organization.repositories.members().iter().map(repository).collect()
}

fn judge(
    sight: &Sight<'_>,
    sheet: &mut Sheet<'_>,
    role: &RoleDetail,
    repositories: &[KnownRepository],
    evidence: &[EvidenceId],
) {
    let policy = Policy::parse("trust", role.assume_role_policy_document.text());
    let view = trust::Role { arn: &role.arn, trust: &policy, rcp: Guardrail::NotApplicable };
    let around = Surroundings { repositories, writes: true, audiences: None };
    let classes = trust_class::classify(&view, &around);
    let wide: Vec<&'static str> = classes.iter().filter_map(|found| width(found.class)).collect();
    let subject = role.arn.as_str();
    if wide.is_empty() {
        sheet.pass(subject, format!("role {} trusts named subjects alone", role.role_name), evidence);
    } else if !changes_production(sight, subject) {
        let statement =
            format!("role {} admits {}, and no way was found from it to production", role.role_name, wide.join("; "));
        sheet.pass(subject, statement, evidence);
    } else {
        let statement = format!("role {} may change production and admits {}", role.role_name, wide.join("; "));
        sheet
            .fail(subject, statement, evidence)
            .fix("exact_oidc_subject", &[("role", &role.role_name), ("subject", "the deploying job's subject alone")]);
    }
}

/// What a class admits, for those that admit more than was meant.
fn width(class: TrustClass) -> Option<&'static str> {
    Some(match class {
        TrustClass::AnyRepository => "any repository on GitHub",
        TrustClass::OpenOwnerPrefix => "owners whose names merely begin alike",
        TrustClass::OwnerIdWildcard => "whoever takes a freed owner's name",
        TrustClass::OptionalClaimOnly => "tokens that lack the claim it asks for",
        TrustClass::OrganizationWildcard => "any repository of the organisation",
        TrustClass::RepositoryWildcard => "any branch, pull request and environment of a repository",
        TrustClass::PullRequestWrites => "pull requests",
        TrustClass::OpenEnvironment => "an environment that anybody may enter",
        TrustClass::PushableBranch => "a branch that an agent may push",
        TrustClass::AnyAudience => "tokens made for another audience",
        TrustClass::EqualsWithWildcard
        | TrustClass::NamesOnlyDead
        | TrustClass::WorkflowOnBranch
        | TrustClass::WrongAction => return None,
    })
}

/// Whether some agent's path changes production through this role.
fn changes_production(sight: &Sight<'_>, role: &str) -> bool {
    sight.paths.iter().any(|path| {
        path.tier == Tier::Production
            && matches!(path.class, ActionClass::Destroy | ActionClass::Write | ActionClass::RemovesRecovery)
            && path.hops.iter().any(|hop| hop.to.kind == HopKind::Principal && hop.to.id == role)
    })
}
