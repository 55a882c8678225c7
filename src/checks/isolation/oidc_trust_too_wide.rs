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
    model::{iam::RoleDetail, id::EvidenceId, observed::Gap, tier::Tier, truth::Truth, world::Organization},
    reach::subjects,
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
    let power = sight.powers.iter().find(|power| power.role.as_str() == subject);
    let production = power.map_or(Truth::Unknown, |power| power.over(Tier::Production));
    let mut gaps = unread(sight);
    if production == Truth::Unknown {
        let what = format!("whether {} may change production", role.role_name);
        let why = "not all stores, tags or policies were read".to_owned();
        gaps.push(Gap { what, why, needs: None, evidence: evidence.to_vec() });
    }
    match (production, wide.is_empty(), gaps.is_empty()) {
        (Truth::False, ..) => {
            sheet.pass(subject, format!("role {} changes no production store", role.role_name), evidence);
        }
        (Truth::True, false, _) => {
            let statement = format!("role {} may change production and admits {}", role.role_name, wide.join("; "));
            let words = [("role", role.role_name.as_str()), ("subject", "the deploying job's subject alone")];
            sheet.fail(subject, statement, evidence).fix("exact_oidc_subject", &words);
        }
        (Truth::True, true, true) => {
            sheet.pass(subject, format!("role {} trusts named subjects alone", role.role_name), evidence);
        }
        _ => {
            sheet.unknown(subject, format!("whether role {} trusts too much could not be told", role.role_name), gaps);
        }
    }
}

/// What of GitHub could hold another class: a repository, an environment, a subject's form.
fn unread(sight: &Sight<'_>) -> Vec<Gap> {
    let Some(organization) = sight.world.forge.seen() else {
        return sight.world.forge.gap("the GitHub organisation").into_iter().collect();
    };
    let mut gaps: Vec<Gap> = organization.repositories.gap("repositories").into_iter().collect();
    for repository in organization.repositories.members().iter().filter(|repository| !repository.archived) {
        gaps.extend(repository.environments.gap(format!("environments of {}", repository.name)));
        gaps.extend(repository.subject_template.gap(format!("OIDC subject template of {}", repository.name)));
        for environment in repository.environments.members() {
            gaps.extend(environment.reviewers.gap(format!("reviewers of environment {}", environment.name)));
        }
    }
    gaps
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
