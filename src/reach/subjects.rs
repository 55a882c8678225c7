//! The tokens that a job may get, from what was read of its repository; how a subject is built is `iam::subjects`.

use crate::{
    iam::{Claims, subjects},
    model::{
        observed::{Gap, Observed, Reading},
        pipeline::SubjectTemplate,
        world::{Organization, Repository, World},
    },
    reach::cloud::TokenRequest,
};

/// The tokens that a request may yield: one, or two where nothing says which form of the repository's name is used.
pub struct Minted {
    pub claims: Vec<Claims>,
    /// What was not read of the subject's template.
    pub gaps: Vec<Gap>,
}

pub fn minted(world: &World, request: &TokenRequest, audience: &str) -> Minted {
    let organization = world.forge.seen();
    let repository = organization.and_then(|o| o.repositories.members().iter().find(|r| r.name == request.repository));
    let (Some(organization), Some(repository)) = (organization, repository) else {
        return Minted { claims: Vec::new(), gaps: Vec::new() };
    };
    let claims = &request.claims;
    let job = subjects::Job {
        event: claims.event.clone(),
        git_ref: claims.git_ref.clone(),
        environment: claims.environment.clone(),
        job_workflow_ref: Some(format!("{}/{}@{}", repository.name.as_str(), claims.workflow, claims.git_ref)),
        workflow: None,
        audience: audience.to_owned(),
    };
    let gap = repository.subject_template.gap(format!("OIDC subject template of {}", repository.name));
    Minted { claims: known(organization, repository).mint(&job), gaps: gap.into_iter().collect() }
}

/// A repository as far as its tokens go. A template that was not read is tried as the default, in both forms.
pub fn known(organization: &Organization, repository: &Repository) -> subjects::Repository {
    let named = subjects::Repository::named(repository.name.owner(), repository.name.name());
    subjects::Repository {
        owner_id: Some(repository.owner_id.to_string()),
        id: Some(repository.id.to_string()),
        visibility: Some(if repository.private { "private" } else { "public" }.to_owned()),
        format: match &repository.subject_template.reading {
            Reading::Known { value: SubjectTemplate { prefix: Some(prefix), .. }, .. } if prefix.contains('@') => {
                subjects::Format::Immutable
            }
            Reading::Known { .. } | Reading::Absent => subjects::Format::Names,
            _ => subjects::Format::Either,
        },
        template: match keys(organization, repository) {
            keys if keys.is_empty() => subjects::Template::Default,
            keys => subjects::Template::Keys(keys),
        },
        ..named
    }
}

/// The template in force: the repository's own where it opted out of the default, the organisation's where it lists none.
fn keys(organization: &Organization, repository: &Repository) -> Vec<String> {
    match repository.subject_template.seen() {
        Some(template) if !template.use_default && !template.claim_keys.is_empty() => template.claim_keys.clone(),
        Some(template) if !template.use_default => {
            let of_all = Observed::seen(&organization.subject_template);
            of_all.map(|template| template.claim_keys.clone()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}
