//! The claims that a job's token carries.
//!
//! Source: GitHub docs, "OpenID Connect reference": an environment wins over the ref, `pull_request` over the branch; a
//! colon inside a value becomes `%3A`; repositories with immutable subjects carry ids beside the names.

use crate::{
    iam::Claims,
    model::{
        observed::{Gap, Observed, Reading},
        pipeline::SubjectTemplate,
        world::{Organization, Repository, World},
    },
    reach::cloud::TokenRequest,
};

const ISSUER: &str = "token.actions.githubusercontent.com";

/// The tokens that a request may yield: one, or two where nothing says which form of the repository's name is used.
pub struct Minted {
    pub claims: Vec<Claims>,
    /// What was not read of the subject's template.
    pub gaps: Vec<Gap>,
}

pub fn minted(world: &World, request: &TokenRequest) -> Minted {
    let organization = world.forge.seen();
    let repository = organization.and_then(|o| o.repositories.members().iter().find(|r| r.name == request.repository));
    let (Some(organization), Some(repository)) = (organization, repository) else {
        return Minted { claims: Vec::new(), gaps: Vec::new() };
    };
    let gap = repository.subject_template.gap(format!("OIDC subject template of {}", repository.name));
    let prefixes = prefixes(repository);
    let claims = prefixes.iter().map(|prefix| {
        let subject = subject(organization, repository, prefix, request);
        base(repository, request).with("sub", subject)
    });
    Minted { claims: claims.collect(), gaps: gap.into_iter().collect() }
}

/// `repo:OWNER/NAME` by names, by names and ids, or as GitHub says.
fn prefixes(repository: &Repository) -> Vec<String> {
    let named = format!("repo:{}", repository.name.as_str());
    match &repository.subject_template.reading {
        Reading::Known { value: SubjectTemplate { prefix: Some(prefix), .. }, .. } => vec![prefix.clone()],
        Reading::Known { .. } | Reading::Absent => vec![named],
        _ => {
            let ids = format!(
                "repo:{}@{}/{}@{}",
                repository.name.owner(),
                repository.owner_id,
                repository.name.name(),
                repository.id
            );
            vec![named, ids]
        }
    }
}

fn base(repository: &Repository, request: &TokenRequest) -> Claims {
    let claims = &request.claims;
    let mut all = Claims::new(ISSUER)
        .with("repository", repository.name.as_str())
        .with("repository_id", repository.id.to_string())
        .with("repository_owner_id", repository.owner_id.to_string())
        .with("ref", claims.git_ref.as_str())
        .with("job_workflow_ref", workflow_ref(repository, request))
        .with_unknown("workflow")
        .with_unknown("actor")
        .with_unknown("actor_id")
        .with_unknown("enterprise_id");
    if let Some(environment) = &claims.environment {
        all = all.with("environment", environment.as_str());
    }
    all
}

fn workflow_ref(repository: &Repository, request: &TokenRequest) -> String {
    format!("{}/{}@{}", repository.name.as_str(), request.claims.workflow, request.claims.git_ref)
}

fn subject(organization: &Organization, repository: &Repository, prefix: &str, request: &TokenRequest) -> String {
    let context = context(request);
    let keys = keys(organization, repository);
    if keys.is_empty() {
        return format!("{prefix}:{context}");
    }
    let part = |key: &String| match key.as_str() {
        "repo" => prefix.to_owned(),
        "context" => context.clone(),
        "repository" => format!("repository:{}", repository.name.as_str()),
        "repository_id" => format!("repository_id:{}", repository.id),
        "repository_owner" => format!("repository_owner:{}", repository.name.owner()),
        "repository_owner_id" => format!("repository_owner_id:{}", repository.owner_id),
        "repository_visibility" => {
            format!("repository_visibility:{}", if repository.private { "private" } else { "public" })
        }
        "job_workflow_ref" => format!("job_workflow_ref:{}", workflow_ref(repository, request)),
        "ref" => format!("ref:{}", request.claims.git_ref),
        "event_name" => format!("event_name:{}", request.claims.event),
        "environment" => format!("environment:{}", escaped(request.claims.environment.as_deref().unwrap_or(""))),
        other => format!("{other}:*"),
    };
    keys.iter().map(part).collect::<Vec<_>>().join(":")
}

/// The template in force: the repository's own where it opted out of the default, the organisation's where it lists none.
fn keys(organization: &Organization, repository: &Repository) -> Vec<String> {
    match repository.subject_template.seen() {
        Some(template) if !template.use_default && !template.claim_keys.is_empty() => template.claim_keys.clone(),
        Some(template) if !template.use_default => Observed::seen(&organization.subject_template)
            .map(|template| template.claim_keys.clone())
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn context(request: &TokenRequest) -> String {
    match (&request.claims.environment, request.claims.event.as_str()) {
        (Some(environment), _) => format!("environment:{}", escaped(environment)),
        (None, "pull_request") => "pull_request".to_owned(),
        (None, _) => format!("ref:{}", escaped(&request.claims.git_ref)),
    }
}

fn escaped(value: &str) -> String {
    value.replace(':', "%3A")
}
