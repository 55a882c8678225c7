//! The ways in which a trust policy for GitHub Actions admits more, or less, than it seems to: 14 classes, worst first.
//!
//! Each is decided by running the evaluator over tokens that somebody could mint; no class is read off the policy's text.
//! The text only tells which names are worth trying.

use std::collections::BTreeSet;

use serde::Serialize;

use super::claims::{Claims, is_github_issuer};
use super::operator::{Comparison, Quantifier};
use super::policy::{Effect, Statement};
use super::principal::Named;
use super::subjects::{Format, Job, Repository};
use super::trust::{self, Role};

/// A class of trust, in the order of harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustClass {
    /// Any repository on GitHub is admitted.
    AnyRepository,
    /// Owners whose name merely begins like the intended one are admitted.
    OpenOwnerPrefix,
    /// The owner's id is a wildcard: whoever takes a freed name is admitted.
    OwnerIdWildcard,
    /// A claim is asked for in a way that is true when the token lacks it.
    OptionalClaimOnly,
    /// `StringEquals` with a `*`: never matches, and is then widened by whoever needs the deployment.
    EqualsWithWildcard,
    /// Any repository of the organisation is admitted.
    OrganizationWildcard,
    /// Any branch, pull request and environment of the repository is admitted.
    RepositoryWildcard,
    /// Pull requests are admitted to a role that may write.
    PullRequestWrites,
    /// Only names are asked for where the repository now mints ids: denies today, admits who takes the freed name.
    NamesOnlyDead,
    /// An environment that anybody may enter is admitted.
    OpenEnvironment,
    /// A branch that an agent can push is admitted.
    PushableBranch,
    /// Any audience is admitted.
    AnyAudience,
    /// `job_workflow_ref` is pinned to a branch, which moves.
    WorkflowOnBranch,
    /// The statement allows another action than `sts:AssumeRoleWithWebIdentity`: it admits nobody.
    WrongAction,
}

/// A class that holds, with the token that shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct TrustFinding {
    /// The class.
    pub class: TrustClass,
    /// The subject of the token that shows it, where a token does.
    pub witness: Option<String>,
    /// Whether the token is admitted for certain, or depending on what is not known (a key that no token carries).
    pub certain: bool,
}

/// What is known around the role; classes that need it are left out where it is not given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// The repositories that exist.
    pub repositories: &'a [KnownRepository],
    /// Whether the role may write anything.
    pub writes: bool,
    /// The provider's client ids.
    pub audiences: Option<&'a [String]>,
}

/// A repository and how well its branches and environments are kept.
#[derive(Debug, Clone)]
pub struct KnownRepository {
    /// The repository.
    pub repository: Repository,
    /// Environments that have no reviewer, no branch policy, or can be bypassed.
    pub open_environments: Vec<String>,
    /// Branches that an agent can push without a person.
    pub pushable_branches: Vec<String>,
}

/// An id that no account has, and names that nobody holds.
const STRANGER_ID: &str = "4294967295";
const STRANGER: &str = "ambit-stranger";
const PROBE: &str = "ambit-probe";

/// The classes that hold for a role; empty for one that trusts no GitHub issuer.
#[must_use]
pub fn classify(role: &Role<'_>, around: &Surroundings<'_>) -> Vec<TrustFinding> {
    let mut findings = BTreeSet::new();
    for issuer in github_issuers(role) {
        let examiner = Examiner { role, around, hints: Hints::read(role, &issuer), issuer };
        examiner.examine(&mut findings);
    }
    findings.into_iter().collect()
}

/// GitHub issuers that the trust policy names as federated principals.
fn github_issuers(role: &Role<'_>) -> BTreeSet<String> {
    let named = role.trust.statements.iter().flat_map(|statement| statement.principal.listed());
    named
        .filter_map(|named| match named {
            Named::Federated(arn) => arn.split_once(":oidc-provider/").map(|(_, issuer)| issuer.to_owned()),
            _ => None,
        })
        .filter(|issuer| is_github_issuer(issuer))
        .collect()
}

/// Names found in the policy's values: what to try, never what to conclude.
#[derive(Debug, Default)]
struct Hints {
    /// Owners with their id, if the pattern pins one.
    owners: BTreeSet<(String, Option<String>)>,
    repositories: BTreeSet<(String, Option<String>)>,
    environments: BTreeSet<String>,
    refs: BTreeSet<String>,
    workflows: BTreeSet<String>,
}

impl Hints {
    fn read(role: &Role<'_>, issuer: &str) -> Self {
        let mut hints = Self::default();
        hints.repositories.insert((PROBE.to_owned(), Some(STRANGER_ID.to_owned())));
        hints.refs.insert("refs/heads/main".to_owned());
        let conditions = role.trust.statements.iter().flat_map(|statement| &statement.conditions);
        for condition in conditions {
            let Some(claim) = condition.lower_key().strip_prefix(&format!("{}:", issuer.to_ascii_lowercase())) else {
                continue;
            };
            for value in condition.values() {
                match claim {
                    "sub" => hints.subject(value),
                    "repository" => hints.repository(value),
                    "environment" => drop(hints.environments.insert(concrete(value))),
                    "ref" => drop(hints.refs.insert(concrete(value))),
                    "job_workflow_ref" => drop(hints.workflows.insert(concrete(value))),
                    _ => {}
                }
            }
        }
        hints
    }

    fn subject(&mut self, value: &str) {
        let Some(rest) = value.strip_prefix("repo:") else { return };
        let (repository, context) = rest.split_once(':').unwrap_or((rest, ""));
        self.repository(repository);
        if let Some(environment) = context.strip_prefix("environment:") {
            self.environments.insert(concrete(environment).replace("%3A", ":"));
        }
        if let Some(git_ref) = context.strip_prefix("ref:") {
            self.refs.insert(concrete(git_ref));
        }
    }

    fn repository(&mut self, value: &str) {
        let (owner, name) = value.split_once('/').unwrap_or((value, ""));
        let owner = with_id(owner);
        if !owner.0.is_empty() {
            self.owners.insert(owner);
        }
        let name = with_id(name);
        if !name.0.is_empty() {
            self.repositories.insert(name);
        }
    }
}

/// `acme@111` as name and id; the name ends at the first wildcard, an id that is no number is none.
fn with_id(text: &str) -> (String, Option<String>) {
    let (name, id) = text.split_once('@').unwrap_or((text, ""));
    let id = (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned());
    (name.split(['*', '?', '$']).next().unwrap_or_default().to_owned(), id)
}

/// A value with its wildcards filled in.
fn concrete(pattern: &str) -> String {
    pattern.replace('*', PROBE).replace('?', "x")
}

struct Examiner<'a> {
    role: &'a Role<'a>,
    around: &'a Surroundings<'a>,
    hints: Hints,
    issuer: String,
}

impl Examiner<'_> {
    fn examine(&self, findings: &mut BTreeSet<TrustFinding>) {
        let stranger = self.admitted_of(&[(STRANGER.to_owned(), Some(STRANGER_ID.to_owned()))], false);
        let any = stranger.is_some();
        add(findings, TrustClass::AnyRepository, stranger);
        if !any {
            self.owners(findings);
            self.repositories(findings);
        }
        self.optional_claims(findings);
        self.known_repositories(findings);
        self.rest(findings);
    }

    fn owners(&self, findings: &mut BTreeSet<TrustFinding>) {
        let lookalike = |(owner, id): &(String, Option<String>)| (format!("{owner}-evil"), id.clone());
        let open: Vec<_> = self.hints.owners.iter().map(lookalike).collect();
        let admitted = self.admitted_of(&open, false);
        let prefix_open = admitted.is_some();
        add(findings, TrustClass::OpenOwnerPrefix, admitted);
        if !prefix_open {
            let recycled: Vec<_> =
                self.hints.owners.iter().map(|(owner, _)| (owner.clone(), Some(STRANGER_ID.to_owned()))).collect();
            add(findings, TrustClass::OwnerIdWildcard, self.admitted_of(&recycled, true));
        }
    }

    /// Any token of these owners that is admitted; `immutable` tries only subjects with ids.
    fn admitted_of(&self, owners: &[(String, Option<String>)], immutable: bool) -> Option<(Claims, bool)> {
        owners.iter().find_map(|(owner, id)| {
            self.hints.repositories.iter().find_map(|(name, name_id)| {
                let repository = self.repository(owner, id.as_deref(), name, name_id.as_deref(), immutable);
                self.jobs().iter().find_map(|job| self.admitted(&repository, job))
            })
        })
    }

    fn repositories(&self, findings: &mut BTreeSet<TrustFinding>) {
        for (owner, id) in &self.hints.owners {
            let other = self.repository(owner, id.as_deref(), PROBE, Some(STRANGER_ID), false);
            let admitted = self.jobs().iter().find_map(|job| self.admitted(&other, job));
            let whole = admitted.is_some();
            add(findings, TrustClass::OrganizationWildcard, admitted);
            if whole {
                continue;
            }
            for (name, name_id) in &self.hints.repositories {
                let repository = self.repository(owner, id.as_deref(), name, name_id.as_deref(), false);
                let all: Option<Vec<_>> = any_context().iter().map(|job| self.admitted(&repository, job)).collect();
                add(findings, TrustClass::RepositoryWildcard, all.and_then(|mut all| all.pop()));
            }
        }
    }

    /// The repository with every format that its known ids allow.
    fn repository(
        &self,
        owner: &str,
        id: Option<&str>,
        name: &str,
        name_id: Option<&str>,
        immutable: bool,
    ) -> Repository {
        Repository {
            owner_id: Some(id.unwrap_or(STRANGER_ID).to_owned()),
            id: Some(name_id.unwrap_or(STRANGER_ID).to_owned()),
            enterprise_id: Some(STRANGER_ID.to_owned()),
            issuer: self.issuer.clone(),
            format: if immutable { Format::Immutable } else { Format::Either },
            ..Repository::named(owner, name)
        }
    }

    /// Jobs in every context that the policy speaks of.
    fn jobs(&self) -> Vec<Job> {
        let mut jobs = vec![job("pull_request", "refs/pull/1/merge", None)];
        jobs.extend(self.hints.refs.iter().map(|git_ref| job("push", git_ref, None)));
        jobs.extend(self.hints.environments.iter().map(|name| job("push", "refs/heads/main", Some(name))));
        let workflows: Vec<Option<String>> = self.hints.workflows.iter().cloned().map(Some).collect();
        let with_workflow = |job: &Job| -> Vec<Job> {
            workflows.iter().map(|workflow| Job { job_workflow_ref: workflow.clone(), ..job.clone() }).collect()
        };
        let more: Vec<Job> = jobs.iter().flat_map(with_workflow).collect();
        if workflows.is_empty() { jobs } else { more }
    }

    /// The first of the repository's tokens for the job that the role admits.
    fn admitted(&self, repository: &Repository, job: &Job) -> Option<(Claims, bool)> {
        let audience = self.around.audiences.and_then(|audiences| audiences.first());
        let job = Job { audience: audience.map_or(job.audience.clone(), Clone::clone), ..job.clone() };
        repository.mint(&job).into_iter().find_map(|claims| self.admits(claims))
    }

    fn admits(&self, claims: Claims) -> Option<(Claims, bool)> {
        let verdict = trust::with_web_identity(self.role, &claims, self.around.audiences).verdict;
        verdict.may_be_allowed().then_some((claims, verdict == super::decision::Verdict::Allow))
    }

    /// A claim under ForAllValues or IfExists: refused with a wrong value, admitted without any.
    fn optional_claims(&self, findings: &mut BTreeSet<TrustFinding>) {
        let prefix = format!("{}:", self.issuer.to_ascii_lowercase());
        for condition in self.role.trust.statements.iter().flat_map(|statement| &statement.conditions) {
            let claim = condition.lower_key().strip_prefix(&prefix);
            let Some(claim @ ("environment" | "job_workflow_ref" | "enterprise_id")) = claim else { continue };
            let lax = condition
                .parsed_operator()
                .is_some_and(|operator| operator.if_exists || operator.quantifier == Quantifier::All);
            if lax {
                add(findings, TrustClass::OptionalClaimOnly, self.admitted_without(claim));
            }
        }
    }

    fn admitted_without(&self, claim: &str) -> Option<(Claims, bool)> {
        self.tokens_of_hints().into_iter().find_map(|mut claims| {
            claims.values.remove(claim);
            let mut wrong = claims.clone();
            wrong.values.insert(claim.to_owned(), super::claims::Claim::Known(PROBE.to_owned()));
            match self.admits(wrong) {
                None => self.admits(claims),
                Some(_) => None,
            }
        })
    }

    /// Tokens of the owners and repositories that the policy names, in every context it speaks of.
    fn tokens_of_hints(&self) -> Vec<Claims> {
        let mut tokens = Vec::new();
        for (owner, id) in &self.hints.owners {
            for (name, name_id) in &self.hints.repositories {
                let repository = self.repository(owner, id.as_deref(), name, name_id.as_deref(), false);
                for job in self.jobs() {
                    tokens.extend(repository.mint(&job));
                }
            }
        }
        tokens
    }

    fn known_repositories(&self, findings: &mut BTreeSet<TrustFinding>) {
        let here = self.around.repositories.iter().filter(|known| known.repository.issuer == self.issuer);
        for known in here {
            let repository = &known.repository;
            if self.around.writes {
                let pull = self.admitted(repository, &job("pull_request", "refs/pull/1/merge", None));
                add(findings, TrustClass::PullRequestWrites, pull);
            }
            for name in &known.open_environments {
                let entered = self.admitted(repository, &job("push", "refs/heads/main", Some(name)));
                add(findings, TrustClass::OpenEnvironment, entered);
            }
            for branch in &known.pushable_branches {
                let pushed = self.admitted(repository, &job("push", &format!("refs/heads/{branch}"), None));
                add(findings, TrustClass::PushableBranch, pushed);
            }
            if repository.format == Format::Immutable {
                let names = Repository { format: Format::Names, ..repository.clone() };
                let dead = self.jobs().iter().find_map(|job| {
                    let old = self.admitted(&names, job);
                    old.filter(|_| self.admitted(repository, job).is_none())
                });
                add(findings, TrustClass::NamesOnlyDead, dead);
            }
        }
    }

    fn rest(&self, findings: &mut BTreeSet<TrustFinding>) {
        let other_audience = self.tokens_of_hints().into_iter().find_map(|claims| {
            let claims = claims.with("aud", PROBE);
            let verdict = trust::with_web_identity(self.role, &claims, None).verdict;
            verdict.may_be_allowed().then_some((claims, verdict == super::decision::Verdict::Allow))
        });
        add(findings, TrustClass::AnyAudience, other_audience);
        let on_branch = self.tokens_of_hints().into_iter().find_map(|claims| {
            let workflow = claims.get("job_workflow_ref")?.to_owned();
            if !workflow.contains("@refs/heads/") {
                return None;
            }
            let elsewhere = claims.clone().with("job_workflow_ref", PROBE);
            self.admits(claims).filter(|_| self.admits(elsewhere).is_none())
        });
        add(findings, TrustClass::WorkflowOnBranch, on_branch);
        for statement in &self.role.trust.statements {
            self.statement(statement, findings);
        }
    }

    /// The two classes that a single statement shows: it names the issuer and can admit nobody.
    fn statement(&self, statement: &Statement, findings: &mut BTreeSet<TrustFinding>) {
        let ours =
            |named: &Named| matches!(named, Named::Federated(arn) if arn.ends_with(&format!("/{}", self.issuer)));
        if statement.effect != Some(Effect::Allow) || !statement.principal.listed().iter().any(ours) {
            return;
        }
        let finding = |class| TrustFinding { class, witness: None, certain: true };
        if statement.action.covers("sts:assumerolewithwebidentity") == Some(false) {
            findings.insert(finding(TrustClass::WrongAction));
        }
        let sub = format!("{}:sub", self.issuer.to_ascii_lowercase());
        let literal_star = statement.conditions.iter().any(|condition| {
            let equals = condition.parsed_operator().is_some_and(|operator| {
                !operator.negated
                    && matches!(operator.comparison, Comparison::StringEquals | Comparison::StringEqualsIgnoreCase)
            });
            equals && condition.lower_key() == sub && condition.values().iter().all(|value| value.contains('*'))
        });
        let dead = literal_star && self.tokens_of_hints().into_iter().all(|claims| self.admits(claims).is_none());
        if dead {
            findings.insert(finding(TrustClass::EqualsWithWildcard));
        }
    }
}

fn add(findings: &mut BTreeSet<TrustFinding>, class: TrustClass, admitted: Option<(Claims, bool)>) {
    if let Some((claims, certain)) = admitted
        && !findings.iter().any(|finding| finding.class == class)
    {
        findings.insert(TrustFinding { class, witness: claims.subject().map(str::to_owned), certain });
    }
}

fn job(event: &str, git_ref: &str, environment: Option<&str>) -> Job {
    Job {
        event: event.to_owned(),
        git_ref: git_ref.to_owned(),
        environment: environment.map(str::to_owned),
        job_workflow_ref: None,
        workflow: None,
        audience: "sts.amazonaws.com".to_owned(),
    }
}

/// A branch, a pull request and an environment that nobody named.
fn any_context() -> [Job; 3] {
    [
        job("push", "refs/heads/ambit-probe", None),
        job("pull_request", "refs/pull/1/merge", None),
        job("push", "refs/heads/ambit-probe", Some(PROBE)),
    ]
}
