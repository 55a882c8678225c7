//! The 14 classes of trust in GitHub Actions: each is found on the policy that shows it, and none on a tight one.

use std::collections::BTreeSet;

use ambit::iam::{
    Guardrail, Policy,
    subjects::{Format, Repository},
    trust::Role,
    trust_class::{KnownRepository, Surroundings, TrustClass, classify},
};
use serde_json::{Value, json};

const HOST: &str = "token.actions.githubusercontent.com";

/// The classes of a role that trusts GitHub under conditions; `claim` in an operator's object is a claim's name.
fn classes(action: &str, conditions: &[(&str, &str, Value)], around: &Surroundings<'_>) -> BTreeSet<TrustClass> {
    let mut condition = json!({});
    for (operator, claim, value) in conditions {
        condition[*operator][format!("{HOST}:{claim}")] = value.clone();
    }
    let provider = format!("arn:aws:iam::123456789012:oidc-provider/{HOST}");
    let statement =
        json!({"Effect": "Allow", "Principal": {"Federated": provider}, "Action": action, "Condition": condition});
    let trust = Policy::parse("trust", &json!({"Version": "2012-10-17", "Statement": statement}).to_string());
    let role = Role { arn: "arn:aws:iam::123456789012:role/deploy", trust: &trust, rcp: Guardrail::NotApplicable };
    classify(&role, around).into_iter().map(|finding| finding.class).collect()
}

/// The classes of a role that asks for the audience and for what is given.
fn asking(conditions: &[(&str, &str, Value)], around: &Surroundings<'_>) -> BTreeSet<TrustClass> {
    let mut all = vec![("StringEquals", "aud", json!("sts.amazonaws.com"))];
    all.extend(conditions.iter().cloned());
    classes("sts:AssumeRoleWithWebIdentity", &all, around)
}

fn subject(operator: &'static str, subject: &str) -> [(&'static str, &'static str, Value); 1] {
    [(operator, "sub", json!(subject))]
}

#[test]
fn a_tight_trust_is_in_no_class() {
    let nothing = Surroundings::default();
    for tight in ["repo:acme/app:ref:refs/heads/main", "repo:acme@1/app@2:environment:production"] {
        assert_eq!(asking(&subject("StringEquals", tight), &nothing), BTreeSet::new(), "{tight}");
    }
}

#[test]
fn what_the_policy_alone_shows_is_found() {
    let nothing = Surroundings::default();
    let web = "sts:AssumeRoleWithWebIdentity";
    let main = "repo:acme/app:ref:refs/heads/main";
    for (class, found) in [
        (TrustClass::AnyRepository, asking(&[], &nothing)),
        (TrustClass::OpenOwnerPrefix, asking(&subject("StringLike", "repo:acme*"), &nothing)),
        (TrustClass::OwnerIdWildcard, asking(&subject("StringLike", "repo:acme@*/app@2:*"), &nothing)),
        (
            TrustClass::OptionalClaimOnly,
            asking(
                &[
                    ("StringLike", "sub", json!("repo:acme/app:*")),
                    ("StringEqualsIfExists", "environment", json!("production")),
                ],
                &nothing,
            ),
        ),
        (TrustClass::EqualsWithWildcard, asking(&subject("StringEquals", "repo:acme/app:*"), &nothing)),
        (TrustClass::OrganizationWildcard, asking(&subject("StringLike", "repo:acme/*"), &nothing)),
        (TrustClass::RepositoryWildcard, asking(&subject("StringLike", "repo:acme/app:*"), &nothing)),
        (TrustClass::AnyAudience, classes(web, &subject("StringEquals", main), &nothing)),
        (
            TrustClass::WorkflowOnBranch,
            asking(
                &[
                    ("StringLike", "sub", json!("repo:acme/app:*")),
                    ("StringEquals", "job_workflow_ref", json!("acme/ci/.github/workflows/d.yml@refs/heads/main")),
                ],
                &nothing,
            ),
        ),
        (TrustClass::WrongAction, classes("sts:AssumeRole", &subject("StringEquals", main), &nothing)),
    ] {
        assert!(found.contains(&class), "{class:?} is not in {found:?}");
    }
}

#[test]
fn what_needs_the_repository_is_found_with_it_and_never_without() {
    let repository = |format| Repository {
        owner_id: Some("1".into()),
        id: Some("2".into()),
        format,
        ..Repository::named("acme", "app")
    };
    let kept = |format| KnownRepository {
        repository: repository(format),
        open_environments: vec!["preview".into()],
        pushable_branches: vec!["agent".into()],
    };
    for (class, pattern, format) in [
        (TrustClass::PullRequestWrites, "repo:acme/app:pull_request", Format::Names),
        (TrustClass::NamesOnlyDead, "repo:acme/app:ref:refs/heads/main", Format::Immutable),
        (TrustClass::OpenEnvironment, "repo:acme/app:environment:preview", Format::Names),
        (TrustClass::PushableBranch, "repo:acme/app:ref:refs/heads/agent", Format::Names),
    ] {
        let repositories = [kept(format)];
        let around = Surroundings { repositories: &repositories, writes: true, audiences: None };
        let asked = subject("StringEquals", pattern);
        assert_eq!(asking(&asked, &around), BTreeSet::from([class]), "{pattern}");
        assert_eq!(asking(&asked, &Surroundings::default()), BTreeSet::new(), "{pattern}");
    }
}
