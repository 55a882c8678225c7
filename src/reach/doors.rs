//! Doors: the jobs in which an agent's own code runs, and what each such job holds.
//!
//! Who controls a ref controls what a job of that ref does. With the right to edit workflow files the agent writes the job
//! itself; without it, it needs a job that checks out the ref and runs something of it.
//! Source: GitHub docs, "Events that trigger workflows", "Automatic token authentication" (pushes with `GITHUB_TOKEN` start
//! no workflow), "Security hardening with OpenID Connect".

use std::collections::BTreeSet;

use crate::{
    analysis::rules::{self, Pass, RefPass},
    base::foreign::Foreign,
    model::{
        id::{BranchName, EvidenceId},
        observed::Gap,
        pipeline::{EnvironmentRef, Job, RunnerRef, Workflow, WorkflowFile},
        rules::Branch,
        truth::Truth,
        world::{Organization, Repository},
    },
    reach::{
        actor::{self, Standing},
        environment::{self, EnvironmentPass, RefView},
        gate::{Eligible, Gate, People},
        jobs,
        path::{Capability, HopKind, HopNode},
    },
};

/// One step from the agent towards a job, with what it meets.
#[derive(Debug, Clone)]
pub struct Step {
    pub to: HopNode,
    pub capability: Capability,
    pub pass: Pass,
    pub gate: Option<Gate>,
    pub by: By,
    pub because: String,
    pub evidence: Vec<EvidenceId>,
    pub gaps: Vec<Gap>,
}

/// What let a step through, where a remedy depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Nothing stood there, or it was met as asked.
    Nothing,
    /// The agent stands on a list of exceptions, or may.
    Bypass,
    /// The agent gives an approval itself.
    OwnApproval,
    /// Deletion protection that the same principal may switch off.
    LiftedProtection,
}

/// A job in which the agent's own code runs.
#[derive(Debug, Clone)]
pub struct Door {
    pub steps: Vec<Step>,
    /// What its OIDC token would say; `None` when the job may not ask for one.
    pub claims: Option<JobClaims>,
    pub secrets: Secrets,
    /// Labels of a machine of the organisation's own, if the job can run on one.
    pub self_hosted: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobClaims {
    pub event: String,
    /// `refs/heads/main`, `refs/pull/1/merge`.
    pub git_ref: String,
    pub environment: Option<String>,
    /// Path of the workflow file, which `job_workflow_ref` names.
    pub workflow: String,
}

/// Which secrets the job can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secrets {
    /// Every secret of repository and organisation, and of this environment.
    All {
        environment: Option<String>,
    },
    Named {
        names: Vec<String>,
        environment: Option<String>,
    },
}

/// Everything an agent can do on one repository.
#[derive(Debug, Default)]
pub struct Reachable {
    pub doors: Vec<Door>,
    /// Each branch that matters, with the step onto it.
    pub refs: Vec<(BranchName, Step)>,
    /// What was not read and might hold a better way.
    pub unseen: Vec<Gap>,
}

/// Names that trust policies speak of: a branch or an environment need not exist for an agent to create it.
#[derive(Debug, Clone, Default)]
pub struct TrustedNames {
    pub branches: BTreeSet<String>,
    pub environments: BTreeSet<String>,
}

pub struct Site<'a> {
    pub organization: &'a Organization,
    pub repository: &'a Repository,
    pub standing: &'a Standing,
    pub people: &'a People,
    pub trusted: &'a TrustedNames,
}

/// The branch name that stands for "any name that is free".
pub const NEW_BRANCH: &str = "a-new-branch";

pub fn of_agent(site: &Site<'_>) -> Reachable {
    let mut reachable = Reachable::default();
    if site.standing.writes == Truth::False || site.repository.archived {
        return reachable;
    }
    reachable.unseen.extend(site.repository.branches.gap(format!("branches of {}", site.repository.name)));
    let fresh = fresh_names(site);
    let self_approves = approves_itself(site, &fresh);
    for branch in site.repository.branches.members() {
        let pass = rules::change_branch(site.repository, branch, &site.standing.actor);
        let step = ref_step(site, branch.name.as_str(), pass, self_approves, false);
        if step.pass != Pass::Blocked {
            let view = RefView { branch: branch.name.as_str(), protected: is_protected(branch) };
            open_on(site, &step, &view, false, &mut reachable);
        }
        reachable.refs.push((branch.name.clone(), step));
    }
    for name in &fresh {
        let pass = rules::create_branch(site.repository, &BranchName::from(name.as_str()), &site.standing.actor);
        let step = ref_step(site, name, pass, self_approves, true);
        if step.pass != Pass::Blocked {
            let covered =
                site.repository.rulesets.any(|r| rules::covers_branch(r, name, &site.repository.default_branch).into());
            open_on(site, &step, &RefView { branch: name, protected: covered }, true, &mut reachable);
        }
    }
    reachable
}

/// Branch names that are free and worth trying: any, and those that a trust policy speaks of.
fn fresh_names(site: &Site<'_>) -> Vec<String> {
    let exists = |name: &str| site.repository.branches.members().iter().any(|branch| branch.name.as_str() == name);
    let mut names = vec![NEW_BRANCH.to_owned()];
    names.extend(site.trusted.branches.iter().filter(|name| !exists(name)).cloned());
    names
}

fn is_protected(branch: &Branch) -> Truth {
    let classic = branch.classic.holds(Truth::False, |_| Truth::True);
    classic.or(branch.rules.any(|_| Truth::True))
}

/// Whether `GITHUB_TOKEN` of a workflow that the agent writes may approve the agent's own pull request.
fn approves_itself(site: &Site<'_>, fresh: &[String]) -> Truth {
    if site.standing.edits_workflows == Truth::False || !site.standing.pushes_start_workflows {
        return Truth::False;
    }
    let free = fresh.first().map_or(Truth::False, |name| {
        match rules::create_branch(site.repository, &BranchName::from(name.as_str()), &site.standing.actor).pass {
            Pass::Free => Truth::True,
            Pass::Possible => Truth::Unknown,
            Pass::Gated | Pass::Blocked => Truth::False,
        }
    });
    let allowed =
        site.repository.workflow_defaults.holds(Truth::Unknown, |defaults| defaults.can_approve_reviews.into());
    free.and(allowed).and(site.standing.edits_workflows)
}

/// The step onto a ref: protection, approvals, and the agent's own ways around them.
fn ref_step(site: &Site<'_>, branch: &str, met: RefPass, self_approves: Truth, fresh: bool) -> Step {
    let standing = site.standing;
    let mut step = Step {
        to: HopNode {
            kind: HopKind::Ref,
            id: format!("{}@{branch}", site.repository.name.as_str()),
            name: if fresh && branch == NEW_BRANCH {
                Foreign::new(format!("a new branch of {}", site.repository.name.as_str()))
            } else {
                Foreign::new(format!("{}@{branch}", site.repository.name.as_str()))
            },
        },
        capability: Capability::Write,
        pass: met.pass,
        gate: None,
        by: if met.by_bypass { By::Bypass } else { By::Nothing },
        because: format!("{}; {}", standing.because, met.because),
        evidence: [standing.evidence.clone(), met.evidence].concat(),
        gaps: [standing.gaps.clone(), met.gaps].concat(),
    };
    if standing.rewrites_rules && step.pass != Pass::Free {
        step.pass = Pass::Free;
        step.by = By::Nothing;
        step.because =
            format!("{}; {} may rewrite the protection of {branch} itself", standing.because, standing.actor.login);
    } else if met.approvals > 0 && step.pass != Pass::Blocked {
        approve(site, branch, met.approvals, self_approves, &mut step);
    }
    if standing.writes == Truth::Unknown && step.pass != Pass::Blocked {
        step.pass = Pass::Possible;
    }
    step
}

fn approve(site: &Site<'_>, branch: &str, approvals: u64, self_approves: Truth, step: &mut Step) {
    let mut k = u32::try_from(approvals).unwrap_or(u32::MAX);
    match self_approves {
        Truth::True => {
            k -= 1;
            if step.by == By::Nothing {
                step.by = By::OwnApproval;
            }
            step.because = format!(
                "{}; GitHub Actions may approve pull requests, so the agent gives one approval itself",
                step.because
            );
        }
        Truth::Unknown => {
            step.pass = Pass::Possible;
            step.gaps.extend(
                site.repository
                    .workflow_defaults
                    .gap(format!("whether Actions may approve in {}", site.repository.name)),
            );
        }
        Truth::False => {}
    }
    if k == 0 {
        if step.pass == Pass::Gated {
            step.pass = Pass::Free;
        }
        return;
    }
    let own = site.standing.own_login.as_deref().map(|login| site.people.person(login));
    let persons = actor::approvers(site.organization, site.repository).map(|accounts| {
        let people = accounts.iter().filter(|account| !site.people.is_machine(&account.login));
        people.map(|account| site.people.person(&account.login)).filter(|person| Some(person) != own.as_ref()).collect()
    });
    let gate = Gate { k, eligible: persons.map_or(Eligible::Unknown, Eligible::Known) };
    if !crate::reach::gate::can_open(&gate) {
        step.pass = Pass::Blocked;
        step.by = By::Nothing;
        step.because = format!("{branch} asks for {k} approvals, and fewer other people may give one");
        return;
    }
    step.gate = Some(gate);
}

/// The doors behind a ref that the agent can write.
fn open_on(site: &Site<'_>, on: &Step, view: &RefView<'_>, fresh: bool, reachable: &mut Reachable) {
    if site.standing.edits_workflows != Truth::False && site.standing.pushes_start_workflows {
        own_workflow(site, on, view, reachable);
    }
    if site.standing.edits_workflows != Truth::True {
        existing_jobs(site, on, view, fresh, reachable);
    }
}

/// A workflow file that the agent writes on the ref: any environment, any secret, any runner, any event it likes.
fn own_workflow(site: &Site<'_>, on: &Step, view: &RefView<'_>, reachable: &mut Reachable) {
    let job = Step {
        to: HopNode {
            kind: HopKind::Job,
            id: format!("{}#own", on.to.id),
            name: Foreign::new("a workflow that the agent writes"),
        },
        capability: Capability::Trigger,
        pass: if site.standing.edits_workflows == Truth::True { Pass::Free } else { Pass::Possible },
        gate: None,
        by: By::Nothing,
        because: format!("{} may add a workflow file, and its push starts it", site.standing.actor.login),
        evidence: site.standing.evidence.clone(),
        gaps: Vec::new(),
    };
    let head = format!("refs/heads/{}", view.branch);
    let claims = |event: &str, git_ref: &str, environment: Option<&str>| JobClaims {
        event: event.to_owned(),
        git_ref: git_ref.to_owned(),
        environment: environment.map(str::to_owned),
        workflow: ".github/workflows/own.yml".to_owned(),
    };
    let steps = vec![on.clone(), job];
    let runner = self_hosted(site);
    let door = |steps: Vec<Step>, claims, environment: Option<&str>| Door {
        steps,
        claims: Some(claims),
        secrets: Secrets::All { environment: environment.map(str::to_owned) },
        self_hosted: runner.clone(),
    };
    reachable.doors.push(door(steps.clone(), claims("push", &head, None), None));
    reachable.doors.push(door(steps.clone(), claims("pull_request", "refs/pull/1/merge", None), None));
    for name in environment_names(site) {
        let entered = environment::enter(site.organization, site.repository, &name, view, site.standing, site.people);
        let mut with = steps.clone();
        with.push(environment_step(site, &name, entered));
        reachable.doors.push(door(with, claims("push", &head, Some(&name)), Some(&name)));
    }
    reachable.unseen.extend(site.repository.environments.gap(format!("environments of {}", site.repository.name)));
}

/// Environments that exist, that jobs name, and that trust policies speak of.
fn environment_names(site: &Site<'_>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = site.trusted.environments.clone();
    names.extend(site.repository.environments.members().iter().map(|environment| environment.name.as_str().to_owned()));
    for job in site.repository.parsed_workflows().flat_map(|workflow| &workflow.jobs) {
        if let Some(EnvironmentRef::Named(name)) = &job.environment {
            names.insert(name.as_str().to_owned());
        }
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.to_ascii_lowercase()));
    names
}

fn environment_step(site: &Site<'_>, name: &str, entered: EnvironmentPass) -> Step {
    Step {
        to: HopNode {
            kind: HopKind::Environment,
            id: format!("{}/environments/{name}", site.repository.name.as_str()),
            name: Foreign::new(format!("environment {name}")),
        },
        capability: Capability::Trigger,
        pass: entered.pass,
        gate: entered.gate,
        by: By::Nothing,
        because: entered.because,
        evidence: entered.evidence,
        gaps: entered.gaps,
    }
}

/// Jobs of the ref that run the ref's code, for an agent that may not edit workflow files.
fn existing_jobs(site: &Site<'_>, on: &Step, view: &RefView<'_>, fresh: bool, reachable: &mut Reachable) {
    reachable.unseen.extend(site.repository.workflows.gap(format!("workflows of {}", site.repository.name)));
    for file in site.repository.workflows.members() {
        if let WorkflowFile::Unreadable { path, why, evidence } = file {
            let what = format!("jobs of {path} in {}", site.repository.name);
            reachable.unseen.push(Gap { what, why: why.clone(), needs: None, evidence: evidence.clone() });
        }
    }
    for workflow in site.repository.parsed_workflows().filter(|workflow| jobs::is_active(workflow)) {
        let starts = jobs::starts(site.standing, &site.repository.default_branch, workflow, view.branch, fresh);
        for job in &workflow.jobs {
            let code = jobs::runs_code_of_ref(job);
            if code == Truth::False {
                continue;
            }
            for start in &starts {
                let pass = if code == Truth::True { Pass::Free } else { Pass::Possible };
                let because =
                    format!("{} starts job {} of {}, which runs code of the ref", start.how, job.id, workflow.path);
                let step = job_step(site.repository, workflow, job, pass, because);
                push_job(site, vec![on.clone(), step], workflow, job, &start.event, &start.git_ref, view, reachable);
            }
        }
    }
}

fn job_step(repository: &Repository, workflow: &Workflow, job: &Job, pass: Pass, because: String) -> Step {
    Step {
        to: HopNode {
            kind: HopKind::Job,
            id: format!("{}/{}#{}", repository.name.as_str(), workflow.path, job.id),
            name: Foreign::new(format!("job {} of {}", job.id, workflow.path)),
        },
        capability: Capability::Trigger,
        pass,
        gate: None,
        by: By::Nothing,
        because,
        evidence: workflow.evidence.clone(),
        gaps: Vec::new(),
    }
}

/// A door through a job that exists, once for each environment it may name.
fn push_job(
    site: &Site<'_>,
    steps: Vec<Step>,
    workflow: &Workflow,
    job: &Job,
    event: &str,
    git_ref: &str,
    view: &RefView<'_>,
    reachable: &mut Reachable,
) {
    let names: Vec<Option<String>> = match &job.environment {
        None => vec![None],
        Some(EnvironmentRef::Named(name)) => vec![Some(name.as_str().to_owned())],
        Some(EnvironmentRef::Expression(_)) => environment_names(site).into_iter().map(Some).collect(),
    };
    for name in names {
        let mut steps = steps.clone();
        if let Some(name) = &name {
            let entered =
                environment::enter(site.organization, site.repository, name, view, site.standing, site.people);
            steps.push(environment_step(site, name, entered));
        }
        let claims = workflow.mints_tokens(job).then(|| JobClaims {
            event: event.to_owned(),
            git_ref: git_ref.to_owned(),
            environment: name.clone(),
            workflow: workflow.path.clone(),
        });
        let secrets = if job.reads_all_secrets || job.inherits_secrets {
            Secrets::All { environment: name.clone() }
        } else {
            Secrets::Named { names: job.secrets.clone(), environment: name.clone() }
        };
        let self_hosted = match &job.runner {
            RunnerRef::SelfHosted(labels) => Some(labels.join(", ")),
            RunnerRef::Hosted(_) | RunnerRef::Unknown(_) => None,
        };
        reachable.doors.push(Door { steps, claims, secrets, self_hosted });
    }
}

fn self_hosted(site: &Site<'_>) -> Option<String> {
    let own = site.repository.runners.members().iter().chain(site.organization.runners.members());
    let names: BTreeSet<&str> = own.map(|runner| runner.name.as_str()).collect();
    (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join(", "))
}

/// The doors of an agent that is itself a job: it holds what its job holds, whoever started it.
pub fn of_own_job(site: &Site<'_>, workflow: &Workflow, job: &Job) -> Reachable {
    let mut reachable = Reachable::default();
    for trigger in &workflow.triggers {
        let default = format!("refs/heads/{}", site.repository.default_branch);
        let (event, git_ref) = match trigger.event.as_str() {
            "pull_request" => ("pull_request", "refs/pull/1/merge".to_owned()),
            "push" => (
                "push",
                trigger.branches.first().map_or(default, |branch| format!("refs/heads/{}", branch.replace('*', "x"))),
            ),
            other => (other, default),
        };
        let branch = git_ref.trim_start_matches("refs/heads/").to_owned();
        let protected = site
            .repository
            .branches
            .members()
            .iter()
            .find(|known| known.name.as_str() == branch)
            .map_or(Truth::Unknown, is_protected);
        let because = format!("the agent runs in job {} of {}, started by {event}", job.id, workflow.path);
        let start = job_step(site.repository, workflow, job, Pass::Free, because);
        push_job(
            site,
            vec![start],
            workflow,
            job,
            event,
            &git_ref,
            &RefView { branch: &branch, protected },
            &mut reachable,
        );
    }
    reachable
}
