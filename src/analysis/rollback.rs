//! Code rollback, beside data: whether an earlier version of what stands in production can be brought back by a way that
//! stands ready, who may take it, and what its migrations leave behind.
//!
//! Read off workflow files; a pipeline elsewhere is not seen. Sources: GitHub docs, "Manually running a workflow" (a dispatch
//! runs any branch or tag) and "Re-running workflows and jobs" (an earlier run, for 30 days).

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    analysis::tiers::Tiers,
    base::foreign::Foreign,
    model::{
        id::EvidenceId,
        observed::Gap,
        pipeline::{EnvironmentRef, Job, Reviewer, Step, Workflow, WorkflowFile},
        tier::Tier,
        truth::Truth,
        world::Repository,
    },
};

/// How a repository that deploys to production goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rollback {
    pub repository: Foreign,
    /// A built version stays where a redeployment finds it.
    pub artifact: Shown,
    /// A workflow brings an earlier version to production when somebody asks.
    pub redeploy: Shown,
    /// Who may start it.
    pub started_by: String,
    /// Migrations of data can be taken back; false where none is seen to run.
    pub migrations: Migrations,
    /// The same way runs against staging.
    pub rehearsed: Shown,
    pub gaps: Vec<Gap>,
    pub evidence: Vec<EvidenceId>,
}

/// Whether something is there, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shown {
    pub holds: Truth,
    pub how: Foreign,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Migrations {
    /// No step of a workflow runs any; the program itself may on its start.
    NoneSeen,
    /// They run, and nothing shows a way back.
    ReversibilityUnknown { by: Foreign },
    /// A workflow runs the way back as well.
    Reversible { by: Foreign },
}

/// Actions that put a built version where it stays.
const KEEPING_ACTIONS: [&str; 7] = [
    "docker/build-push-action",
    "docker/bake-action",
    "softprops/action-gh-release",
    "goreleaser/goreleaser-action",
    "pypa/gh-action-pypi-publish",
    "actions/upload-artifact",
    "ncipollo/release-action",
];

/// Commands that do.
const KEEPING_COMMANDS: [&str; 12] = [
    "docker push",
    "docker buildx build --push",
    "podman push",
    "buildah push",
    "helm push",
    "gh release create",
    "npm publish",
    "twine upload",
    "cargo publish",
    "mvn deploy",
    "gradle publish",
    "aws ecr put-image",
];

/// Commands that migrate a schema, each with the one that goes back where the tool has one of its own.
const MIGRATIONS: [(&str, Option<&str>); 16] = [
    ("db:migrate", Some("db:rollback")),
    ("alembic upgrade", Some("alembic downgrade")),
    ("flyway migrate", Some("flyway undo")),
    ("liquibase update", Some("liquibase rollback")),
    ("prisma migrate deploy", None),
    ("knex migrate:latest", Some("knex migrate:rollback")),
    ("sequelize db:migrate", Some("db:migrate:undo")),
    ("goose up", Some("goose down")),
    ("dbmate up", Some("dbmate rollback")),
    ("atlas migrate apply", Some("atlas migrate down")),
    ("manage.py migrate", None),
    ("diesel migration run", Some("diesel migration revert")),
    ("sqlx migrate run", Some("sqlx migrate revert")),
    ("typeorm migration:run", Some("typeorm migration:revert")),
    ("artisan migrate", Some("artisan migrate:rollback")),
    ("ecto.migrate", Some("ecto.rollback")),
];

/// The rollback of a repository; `None` for one of which nothing that was read deploys to production.
pub fn of(repository: &Repository, tiers: &Tiers) -> Option<Rollback> {
    let ground = Ground { repository, tiers };
    let workflows: Vec<&Workflow> = repository.parsed_workflows().collect();
    let deploying: Vec<&Workflow> = workflows
        .iter()
        .copied()
        .filter(|workflow| workflow.jobs.iter().any(|job| ground.goes_to(job, Tier::Production)))
        .collect();
    let environment = repository
        .environments
        .members()
        .iter()
        .any(|environment| tiers.environment(repository, environment.name.as_str()).tier == Tier::Production);
    if deploying.is_empty() && !environment {
        return None;
    }
    let gaps = ground.gaps(deploying.is_empty());
    let open = |shown: Shown| Shown {
        holds: if gaps.is_empty() { shown.holds } else { shown.holds.or(Truth::Unknown) },
        ..shown
    };
    let mut evidence: BTreeSet<EvidenceId> = repository.workflows.evidence.iter().cloned().collect();
    evidence.extend(deploying.iter().flat_map(|workflow| workflow.evidence.iter().cloned()));
    Some(Rollback {
        repository: Foreign::new(repository.name.as_str()),
        artifact: open(artifact(&workflows)),
        redeploy: open(redeploy(&deploying)),
        started_by: ground.started_by(&deploying),
        migrations: migrations(&workflows),
        rehearsed: open(ground.rehearsed(&deploying)),
        gaps,
        evidence: evidence.into_iter().collect(),
    })
}

struct Ground<'a> {
    repository: &'a Repository,
    tiers: &'a Tiers,
}

impl Ground<'_> {
    fn goes_to(&self, job: &Job, tier: Tier) -> bool {
        match &job.environment {
            Some(EnvironmentRef::Named(name)) => self.tiers.environment(self.repository, name.as_str()).tier == tier,
            Some(EnvironmentRef::Expression(_)) | None => false,
        }
    }

    /// What could hold another way: workflows that were not read, files that say nothing, environments decided at run time.
    fn gaps(&self, elsewhere: bool) -> Vec<Gap> {
        let repository = self.repository;
        let mut gaps: Vec<Gap> =
            repository.workflows.gap(format!("workflows of {}", repository.name)).into_iter().collect();
        for file in repository.workflows.members() {
            if let WorkflowFile::Unreadable { path, why, evidence } = file {
                let what = format!("{path} of {}", repository.name);
                gaps.push(Gap { what, why: why.clone(), needs: None, evidence: evidence.clone() });
            }
        }
        if elsewhere {
            let (what, why) =
                (format!("the deployment of {}", repository.name), "no workflow that was read deploys it");
            gaps.push(Gap {
                what,
                why: why.to_owned(),
                needs: None,
                evidence: repository.environments.evidence.clone(),
            });
        }
        gaps
    }

    /// A dispatch takes write; then the environment's reviewers hold it back.
    fn started_by(&self, deploying: &[&Workflow]) -> String {
        if !deploying.iter().any(|workflow| dispatched(workflow)) {
            return "nobody".to_owned();
        }
        let production = self.repository.environments.members().iter().filter(|environment| {
            self.tiers.environment(self.repository, environment.name.as_str()).tier == Tier::Production
        });
        let mut people: Vec<String> = Vec::new();
        let mut unread = !self.repository.environments.is_whole();
        for environment in production {
            unread |= !environment.reviewers.is_whole();
            people.extend(environment.reviewers.members().iter().map(|reviewer| match reviewer {
                Reviewer::User(account) => account.login.clone(),
                Reviewer::Team { slug, .. } => format!("team {slug}"),
            }));
        }
        people.sort();
        people.dedup();
        match (people.is_empty(), unread) {
            (true, false) => "whoever may write, alone".to_owned(),
            (true, true) => "whoever may write; who must approve was not read".to_owned(),
            (false, _) => format!("whoever may write, with the approval of {}", people.join(" or ")),
        }
    }

    /// A job for staging that the production job waits for, or in a workflow of its own.
    fn rehearsed(&self, deploying: &[&Workflow]) -> Shown {
        for workflow in deploying {
            let staging: Vec<&Job> = workflow.jobs.iter().filter(|job| self.goes_to(job, Tier::Staging)).collect();
            if let Some(job) = staging.first() {
                return shown(Truth::True, format!("job {} of {}", job.id, workflow.path));
            }
        }
        let elsewhere = self.repository.parsed_workflows().find_map(|workflow| {
            let job = workflow.jobs.iter().find(|job| self.goes_to(job, Tier::Staging))?;
            Some(format!("job {} of {}, which production does not wait for", job.id, workflow.path))
        });
        match elsewhere {
            Some(how) => shown(Truth::Unknown, how),
            None => shown(Truth::False, "no job deploys to staging"),
        }
    }
}

fn shown(holds: Truth, how: impl Into<Foreign>) -> Shown {
    Shown { holds, how: how.into() }
}

fn dispatched(workflow: &Workflow) -> bool {
    workflow.triggers.iter().any(|trigger| trigger.event == "workflow_dispatch")
        && workflow.state.as_deref().is_none_or(|state| state == "active")
}

fn redeploy(deploying: &[&Workflow]) -> Shown {
    match (deploying.iter().find(|workflow| dispatched(workflow)), deploying.first()) {
        (Some(workflow), _) => shown(Truth::True, format!("dispatch of {} on an earlier ref", workflow.path)),
        (None, Some(_)) => shown(Truth::False, "only by re-running an earlier run, which GitHub allows for 30 days"),
        (None, None) => shown(Truth::Unknown, "what deploys to production does not stand in a workflow that was read"),
    }
}

fn artifact(workflows: &[&Workflow]) -> Shown {
    let steps = || workflows.iter().flat_map(|workflow| steps(workflow).map(move |step| (workflow, step)));
    let by_action = steps().find_map(|(workflow, step)| {
        let uses = step.uses.as_deref()?;
        let action = KEEPING_ACTIONS.iter().find(|action| uses.starts_with(**action))?;
        // Built and not pushed stays on the runner and is gone with it.
        let kept = !action.starts_with("docker/") || step.with.get("push").is_some_and(|push| push != "false");
        kept.then(|| format!("{action} in {}", workflow.path))
    });
    let by_command = || {
        steps().find_map(|(workflow, step)| {
            let script = step.run.as_deref()?;
            let command = KEEPING_COMMANDS.iter().find(|command| script.contains(**command))?;
            Some(format!("{command} in {}", workflow.path))
        })
    };
    match by_action.or_else(by_command) {
        Some(how) => shown(Truth::True, how),
        None => shown(Truth::False, "no step keeps a built version"),
    }
}

fn migrations(workflows: &[&Workflow]) -> Migrations {
    let scripts = || workflows.iter().flat_map(|workflow| steps(workflow)).filter_map(|step| step.run.as_deref());
    let runs = |command: &str| scripts().any(|script| script.contains(command));
    let Some((up, down)) = MIGRATIONS.into_iter().find(|(up, _)| runs(up)) else { return Migrations::NoneSeen };
    match down.filter(|down| runs(down)) {
        Some(down) => Migrations::Reversible { by: Foreign::new(down) },
        None => Migrations::ReversibilityUnknown { by: Foreign::new(up) },
    }
}

fn steps(workflow: &Workflow) -> impl Iterator<Item = &Step> {
    workflow.jobs.iter().flat_map(|job| &job.steps)
}
