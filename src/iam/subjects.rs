//! The OIDC subjects that a GitHub Actions job can mint.
//!
//! Source: GitHub Docs, "OpenID Connect reference" (subject claims, immutable subjects, customised templates).

use super::claims::Claims;

/// The issuer of github.com.
pub const GITHUB_ISSUER: &str = "token.actions.githubusercontent.com";

/// A repository as far as its tokens go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The owner's login.
    pub owner: String,
    /// The name.
    pub name: String,
    /// The owner's numeric id, where known.
    pub owner_id: Option<String>,
    /// The repository's numeric id, where known.
    pub id: Option<String>,
    /// `public`, `private` or `internal`, where known.
    pub visibility: Option<String>,
    /// The enterprise's numeric id, where known.
    pub enterprise_id: Option<String>,
    /// The issuer without scheme; [`GITHUB_ISSUER`], an enterprise's own, or one with data residency.
    pub issuer: String,
    /// How the owner and the repository are written in the subject.
    pub format: Format,
    /// What the subject is made of.
    pub template: Template,
}

/// How owner and repository stand in the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `repo:OWNER/REPO`: older repositories, and GitHub Enterprise Server.
    Names,
    /// `repo:OWNER@OWNER-ID/REPO@REPO-ID`: repositories made, renamed or transferred since July 2026, or opted in.
    Immutable,
    /// Not known which.
    Either,
}

/// The subject's template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// `repo:…` and the context.
    Default,
    /// `include_claim_keys`, in order.
    Keys(Vec<String>),
    /// Could not be read.
    Unknown,
}

/// A job as far as its token goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The event that starts it: `push`, `pull_request`, …
    pub event: String,
    /// The full ref it runs on, `refs/heads/main`.
    pub git_ref: String,
    /// The environment it names.
    pub environment: Option<String>,
    /// The workflow file that defines it, `OWNER/REPO/.github/workflows/x.yml@REF`, where known.
    pub job_workflow_ref: Option<String>,
    /// The workflow's name, where known.
    pub workflow: Option<String>,
    /// The audience it asks for; any job may ask for any. AWS's own action asks for `sts.amazonaws.com`.
    pub audience: String,
}

impl Repository {
    /// A repository of github.com of which only the names are known.
    #[must_use]
    pub fn named(owner: &str, name: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
            owner_id: None,
            id: None,
            visibility: None,
            enterprise_id: None,
            issuer: GITHUB_ISSUER.to_owned(),
            format: Format::Names,
            template: Template::Default,
        }
    }

    /// The `repo:` part of the subject; `None` where an id is needed and not known.
    fn subject_head(&self, immutable: bool) -> Option<String> {
        let (owner, name) = (escaped(&self.owner), escaped(&self.name));
        if !immutable {
            return Some(format!("repo:{owner}/{name}"));
        }
        let (owner_id, id) = (self.owner_id.as_ref()?, self.id.as_ref()?);
        Some(format!("repo:{owner}@{owner_id}/{name}@{id}"))
    }

    /// The tokens that the job can get: one, or one in each format where that is not known.
    #[must_use]
    pub fn mint(&self, job: &Job) -> Vec<Claims> {
        let formats: &[bool] = match self.format {
            Format::Names => &[false],
            Format::Immutable => &[true],
            Format::Either => &[false, true],
        };
        let mut tokens: Vec<Claims> = formats.iter().map(|immutable| self.token(job, *immutable)).collect();
        tokens.dedup();
        tokens
    }

    fn token(&self, job: &Job, immutable: bool) -> Claims {
        let mut claims = Claims::new(&self.issuer)
            .with("aud", &job.audience)
            .with("repository", format!("{}/{}", self.owner, self.name))
            .with("ref", &job.git_ref)
            .with_unknown("actor")
            .with_unknown("actor_id");
        claims = maybe(claims, "repository_id", self.id.as_ref());
        claims = maybe(claims, "repository_owner_id", self.owner_id.as_ref());
        claims = maybe(claims, "enterprise_id", self.enterprise_id.as_ref());
        claims = maybe(claims, "job_workflow_ref", job.job_workflow_ref.as_ref());
        claims = maybe(claims, "workflow", job.workflow.as_ref());
        if let Some(environment) = &job.environment {
            claims = claims.with("environment", environment);
        }
        let subject = self.subject(job, immutable);
        maybe(claims, "sub", subject.as_ref())
    }

    /// The subject; `None` where something it is made of is not known.
    fn subject(&self, job: &Job, immutable: bool) -> Option<String> {
        let head = self.subject_head(immutable)?;
        match &self.template {
            Template::Unknown => None,
            Template::Default => Some(format!("{head}:{}", job.context())),
            Template::Keys(keys) => {
                let parts: Option<Vec<String>> = keys.iter().map(|key| self.part(key, &head, job)).collect();
                Some(parts?.join(":"))
            }
        }
    }

    /// One part of a customised subject: `key:value`, but for `repo` and `context`, which bring their own words.
    fn part(&self, key: &str, head: &str, job: &Job) -> Option<String> {
        let value = match key {
            "repo" => return Some(head.to_owned()),
            "context" => return Some(job.context()),
            "repository" => Some(format!("{}/{}", self.owner, self.name)),
            "repository_owner" => Some(self.owner.clone()),
            "repository_id" => self.id.clone(),
            "repository_owner_id" => self.owner_id.clone(),
            "repository_visibility" => self.visibility.clone(),
            "enterprise_id" => self.enterprise_id.clone(),
            "environment" => job.environment.clone(),
            "event_name" => Some(job.event.clone()),
            "job_workflow_ref" => job.job_workflow_ref.clone(),
            "ref" => Some(job.git_ref.clone()),
            "workflow" => job.workflow.clone(),
            _ => None,
        };
        value.map(|value| format!("{key}:{}", escaped(&value)))
    }
}

impl Job {
    /// The last part of the default subject: the environment wins over everything, then a pull request over the ref.
    #[must_use]
    pub fn context(&self) -> String {
        match &self.environment {
            Some(environment) => format!("environment:{}", escaped(environment)),
            None if self.event == "pull_request" => "pull_request".to_owned(),
            None => format!("ref:{}", escaped(&self.git_ref)),
        }
    }
}

/// A colon inside a value is written `%3A`.
fn escaped(value: &str) -> String {
    value.replace(':', "%3A")
}

fn maybe(claims: Claims, name: &str, value: Option<&String>) -> Claims {
    match value {
        Some(value) => claims.with(name, value),
        None => claims.with_unknown(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(event: &str, git_ref: &str, environment: Option<&str>) -> Job {
        Job {
            event: event.into(),
            git_ref: git_ref.into(),
            environment: environment.map(Into::into),
            job_workflow_ref: Some("acme/app/.github/workflows/d.yml@refs/heads/main".into()),
            workflow: None,
            audience: "sts.amazonaws.com".into(),
        }
    }

    fn subjects(repository: &Repository, job: &Job) -> Vec<Option<String>> {
        repository.mint(job).iter().map(|claims| claims.subject().map(str::to_owned)).collect()
    }

    #[test]
    fn the_environment_wins_and_its_colon_is_escaped() {
        let plain = Repository::named("acme", "app");
        let some = |text: &str| vec![Some(text.to_owned())];
        let main = job("push", "refs/heads/main", None);
        assert_eq!(subjects(&plain, &main), some("repo:acme/app:ref:refs/heads/main"));
        let pull = job("pull_request", "refs/pull/1/merge", None);
        assert_eq!(subjects(&plain, &pull), some("repo:acme/app:pull_request"));
        let target = job("pull_request_target", "refs/heads/main", None);
        assert_eq!(subjects(&plain, &target), some("repo:acme/app:ref:refs/heads/main"));
        let environment = job("pull_request", "refs/pull/1/merge", Some("Production:V1"));
        assert_eq!(subjects(&plain, &environment), some("repo:acme/app:environment:Production%3AV1"));
    }

    #[test]
    fn ids_stand_in_immutable_subjects_and_are_needed_for_them() {
        let mut repository = Repository { format: Format::Either, ..Repository::named("acme", "app") };
        let main = job("push", "refs/heads/main", None);
        assert_eq!(subjects(&repository, &main), [Some("repo:acme/app:ref:refs/heads/main".to_owned()), None]);
        repository.owner_id = Some("1".into());
        repository.id = Some("2".into());
        repository.format = Format::Immutable;
        assert_eq!(subjects(&repository, &main), [Some("repo:acme@1/app@2:ref:refs/heads/main".to_owned())]);
        repository.template = Template::Keys(vec!["repo".into(), "context".into(), "job_workflow_ref".into()]);
        let expected =
            "repo:acme@1/app@2:ref:refs/heads/main:job_workflow_ref:acme/app/.github/workflows/d.yml@refs/heads/main";
        assert_eq!(subjects(&repository, &main), [Some(expected.to_owned())]);
        repository.template = Template::Keys(vec!["runner_environment".into()]);
        assert_eq!(subjects(&repository, &main), [None]);
    }
}
