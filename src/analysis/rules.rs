//! What stands between an actor and a ref: classic protection and every ruleset layer, with the bypasses that actor has.
//!
//! Sources: GitHub docs, "About protected branches", "Available rules for rulesets", "About rulesets" (layers add up;
//! the strictest rule holds; `evaluate` does not protect), "Creating rulesets for a repository" (bypass modes).

use serde_json::Value;

use crate::{
    base::fnmatch,
    model::{
        actor::Permission,
        id::{BranchName, EvidenceId},
        observed::{Gap, Observed, Reading},
        rules::{Branch, BypassActor, BypassKind, BypassMode, ClassicProtection, Enforcement, Rule, Ruleset},
        truth::Truth,
        world::Repository,
    },
};

/// An actor as protections see it.
#[derive(Debug, Clone, PartialEq)]
pub struct RefActor {
    pub login: String,
    /// The app's id and slug, when the actor is one.
    pub app: Option<(u64, String)>,
    pub user_id: Option<u64>,
    pub permission: Permission,
    pub organization_owner: bool,
    /// Nothing of the actor was read but that it acts: it may stand on any list.
    pub unseen: bool,
    /// Ids and slugs of the actor's teams, `None` where memberships were not read.
    pub teams: Option<Vec<(u64, String)>>,
}

impl RefActor {
    /// Somebody with write and no standing of any other kind: what a gate asks of everyone.
    pub fn plain_writer() -> RefActor {
        RefActor {
            login: "a writer".to_owned(),
            app: None,
            user_id: None,
            permission: Permission::Write,
            organization_owner: false,
            unseen: false,
            teams: Some(Vec::new()),
        }
    }

    pub fn administrator() -> RefActor {
        RefActor {
            login: "an administrator".to_owned(),
            permission: Permission::Admin,
            organization_owner: true,
            ..RefActor::plain_writer()
        }
    }
}

/// What the actor meets on the way to changing the ref.
#[derive(Debug, Clone, PartialEq)]
pub struct RefPass {
    pub pass: Pass,
    /// Approvals by others that are enforced, as far as was read.
    pub approvals: u64,
    /// The reason is a bypass that the actor has, or may have.
    pub by_bypass: bool,
    /// One sentence, the reason.
    pub because: String,
    pub evidence: Vec<EvidenceId>,
    /// What was not read and could change the answer.
    pub gaps: Vec<Gap>,
}

/// Ordered: of two layers that both hold, the later one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    /// Nobody else is needed.
    Free,
    /// Others must approve.
    Gated,
    /// Only what was not read could stop it. It outranks a gate: what is unread may also close the way.
    Possible,
    Blocked,
}

impl RefPass {
    fn new(pass: Pass, because: impl Into<String>, evidence: Vec<EvidenceId>) -> RefPass {
        RefPass { pass, approvals: 0, by_bypass: false, because: because.into(), evidence, gaps: Vec::new() }
    }

    fn free(because: impl Into<String>, evidence: Vec<EvidenceId>) -> RefPass {
        RefPass::new(Pass::Free, because, evidence)
    }

    fn blocked(because: impl Into<String>, evidence: Vec<EvidenceId>) -> RefPass {
        RefPass::new(Pass::Blocked, because, evidence)
    }

    fn possible(because: impl Into<String>, evidence: Vec<EvidenceId>, gaps: Vec<Gap>) -> RefPass {
        RefPass { gaps, ..RefPass::new(Pass::Possible, because, evidence) }
    }

    /// The same, because the actor stands on a list of exceptions, or may.
    fn by_bypass(self) -> RefPass {
        RefPass { by_bypass: true, ..self }
    }

    /// Both layers hold: the reason of the one that decides, and the larger number of approvals. Where both let the actor
    /// through, a bypass is the reason: without it there would be a gate.
    fn and(self, other: RefPass) -> RefPass {
        let approvals = self.approvals.max(other.approvals);
        let rank = |one: &RefPass| (one.pass, one.approvals, one.by_bypass);
        let (mut first, second) = if rank(&self) >= rank(&other) { (self, other) } else { (other, self) };
        first.approvals = approvals;
        first.evidence.extend(second.evidence);
        first.evidence.sort();
        first.evidence.dedup();
        first.gaps.extend(second.gaps);
        first
    }
}

/// Whether the actor can bring a change of its own onto an existing branch.
pub fn change_branch(repository: &Repository, branch: &Branch, actor: &RefActor) -> RefPass {
    if actor.permission < Permission::Write {
        return RefPass::blocked(
            format!("{} may not write {}", actor.login, repository.name),
            repository.evidence.clone(),
        );
    }
    by_classic(&branch.classic, actor, branch.name.as_str()).and(by_rules(
        repository,
        &branch.rules,
        actor,
        branch.name.as_str(),
    ))
}

/// Whether the actor can create a branch of this name, which does not exist yet, and push to it.
pub fn create_branch(repository: &Repository, name: &BranchName, actor: &RefActor) -> RefPass {
    if actor.permission < Permission::Write {
        return RefPass::blocked(
            format!("{} may not write {}", actor.login, repository.name),
            repository.evidence.clone(),
        );
    }
    let what = || format!("rulesets of {}", repository.name);
    match &repository.rulesets.reading {
        Reading::Known { value, complete } => {
            let evidence = repository.rulesets.evidence.clone();
            let mut pass =
                RefPass::free(format!("nothing keeps {} from creating a branch", actor.login), evidence.clone());
            for ruleset in
                value.iter().filter(|ruleset| covers_branch(ruleset, name.as_str(), &repository.default_branch))
            {
                let binds = |rule: &&Rule| matches!(rule.kind.as_str(), "creation" | "update" | "pull_request");
                for rule in ruleset.rules.members().iter().filter(binds) {
                    pass = pass.and(one_rule(ruleset, rule, actor, name.as_str(), &evidence));
                }
                if let Some(gap) = ruleset.rules.gap(format!("rules of ruleset {}", ruleset.name)) {
                    let why = format!("what ruleset {} asks could not be read", ruleset.name);
                    pass = pass.and(RefPass::possible(why, evidence.clone(), vec![gap]));
                }
            }
            if *complete {
                pass
            } else {
                let gap = repository.rulesets.gap(what()).into_iter().collect();
                pass.and(RefPass::possible("not all rulesets were read", evidence, gap))
            }
        }
        Reading::Absent => RefPass::free("the repository has no ruleset", repository.rulesets.evidence.clone()),
        _ => {
            let gap = repository.rulesets.gap(what()).into_iter().collect();
            RefPass::possible("rulesets could not be read", repository.rulesets.evidence.clone(), gap)
        }
    }
}

fn by_classic(classic: &Observed<ClassicProtection>, actor: &RefActor, branch: &str) -> RefPass {
    let evidence = classic.evidence.clone();
    let protection = match &classic.reading {
        Reading::Known { value, .. } => value,
        Reading::Absent => return RefPass::free(format!("{branch} has no classic protection"), evidence),
        // The plan does not enforce it, so it does not count.
        Reading::Unavailable { edition } => {
            return RefPass::free(format!("classic protection is not available: {edition}"), evidence);
        }
        _ => {
            let gaps = classic.gap(format!("classic protection of {branch}")).into_iter().collect();
            return RefPass::possible(format!("classic protection of {branch} could not be read"), evidence, gaps);
        }
    };
    if protection.lock_branch {
        return RefPass::blocked(format!("{branch} is locked"), evidence);
    }
    if actor.permission == Permission::Admin && !protection.enforce_admins {
        return RefPass::free(format!("classic protection of {branch} does not bind administrators"), evidence);
    }
    if let Some(allowed) = &protection.restrictions {
        match listed(allowed, actor) {
            Truth::False => {
                return RefPass::blocked(
                    format!("{} is not among those who may push to {branch}", actor.login),
                    evidence,
                );
            }
            Truth::Unknown => {
                return RefPass::possible(
                    format!("a team that {} may belong to may push to {branch}", actor.login),
                    evidence,
                    Vec::new(),
                );
            }
            Truth::True => {}
        }
    }
    match (&protection.review, listed(&protection.review_bypass, actor)) {
        (None, _) => RefPass::free(format!("{branch} is protected without a review"), evidence),
        (Some(_), Truth::True) => {
            RefPass::free(format!("{} may merge to {branch} without the review", actor.login), evidence).by_bypass()
        }
        (Some(review), Truth::Unknown) if review.approvals > 0 => RefPass::possible(
            format!("a team that {} may belong to skips the review on {branch}", actor.login),
            evidence,
            Vec::new(),
        ),
        (Some(review), _) => approvals(review.approvals, branch, evidence),
    }
}

fn approvals(count: u64, branch: &str, evidence: Vec<EvidenceId>) -> RefPass {
    let because = match count {
        0 => return RefPass::free(format!("{branch} asks for a pull request and no approval"), evidence),
        1 => format!("{branch} asks for one approval"),
        n => format!("{branch} asks for {n} approvals"),
    };
    RefPass { approvals: count, ..RefPass::new(Pass::Gated, because, evidence) }
}

fn listed(allowed: &crate::model::rules::Allowances, actor: &RefActor) -> Truth {
    if actor.unseen {
        let nobody = allowed.users.is_empty() && allowed.teams.is_empty() && allowed.apps.is_empty();
        return if nobody { Truth::False } else { Truth::Unknown };
    }
    if let Some((_, slug)) = &actor.app {
        return allowed.apps.contains(slug).into();
    }
    let by_team = match &actor.teams {
        Some(teams) => Truth::from(allowed.teams.iter().any(|team| teams.iter().any(|(_, slug)| slug == team))),
        None if allowed.teams.is_empty() => Truth::False,
        None => Truth::Unknown,
    };
    Truth::from(allowed.users.iter().any(|user| user.eq_ignore_ascii_case(&actor.login))).or(by_team)
}

/// The rules in force on a branch, each lifted where its ruleset lets this actor bypass.
fn by_rules(repository: &Repository, rules: &Observed<Vec<Rule>>, actor: &RefActor, branch: &str) -> RefPass {
    let evidence = rules.evidence.clone();
    let free = RefPass::free(format!("no ruleset protects {branch}"), evidence.clone());
    let (rules, complete) = match &rules.reading {
        Reading::Known { value, complete } => (value, *complete),
        Reading::Absent => return free,
        Reading::Unavailable { edition } => {
            return RefPass::free(format!("rulesets are not available: {edition}"), evidence);
        }
        _ => {
            let gaps = rules.gap(format!("rules in force on {branch}")).into_iter().collect();
            return RefPass::possible(format!("the rules on {branch} could not be read"), evidence, gaps);
        }
    };
    let mut pass = free;
    for rule in rules.iter().filter(|rule| matches!(rule.kind.as_str(), "update" | "pull_request")) {
        pass = pass.and(match source_of(repository, rule) {
            Some(ruleset) => one_rule(ruleset, rule, actor, branch, &repository.rulesets.evidence),
            // In force, and its bypass list was not read: an approval is asked for, unless this actor is on the list.
            None => hidden_bypass(
                &format!("ruleset {}", rule.ruleset_id.unwrap_or(0)),
                actor,
                branch,
                repository.rulesets.evidence.clone(),
                Vec::new(),
            ),
        });
    }
    if complete {
        pass
    } else {
        pass.and(RefPass::possible(format!("not all rules on {branch} were read"), evidence, Vec::new()))
    }
}

fn source_of<'a>(repository: &'a Repository, rule: &Rule) -> Option<&'a Ruleset> {
    repository.rulesets.members().iter().find(|ruleset| Some(ruleset.id) == rule.ruleset_id)
}

fn hidden_bypass(ruleset: &str, actor: &RefActor, branch: &str, evidence: Vec<EvidenceId>, gaps: Vec<Gap>) -> RefPass {
    RefPass::possible(
        format!("{ruleset} protects {branch}, and whether {} may bypass it could not be read", actor.login),
        evidence,
        gaps,
    )
    .by_bypass()
}

fn one_rule(ruleset: &Ruleset, rule: &Rule, actor: &RefActor, branch: &str, evidence: &[EvidenceId]) -> RefPass {
    let evidence = [evidence, &ruleset.bypass.evidence].concat();
    let by_pull_request = match may_bypass(ruleset, actor) {
        Bypass::Always => {
            return RefPass::free(format!("{} may bypass ruleset {}", actor.login, ruleset.name), evidence).by_bypass();
        }
        Bypass::Unknown => {
            let gaps = ruleset.bypass.gap(format!("bypass actors of ruleset {}", ruleset.name)).into_iter().collect();
            return hidden_bypass(&format!("ruleset {}", ruleset.name), actor, branch, evidence, gaps);
        }
        Bypass::ByPullRequest => true,
        Bypass::Never => false,
    };
    match (rule.review(), by_pull_request) {
        (Some(_), true) => RefPass::free(
            format!("{} may merge its own pull requests past ruleset {}", actor.login, ruleset.name),
            evidence,
        ),
        (Some(review), false) => approvals(review.approvals, branch, evidence),
        (None, _) => RefPass::blocked(
            format!("ruleset {} forbids {} to {} {branch}", ruleset.name, actor.login, rule.kind),
            evidence,
        ),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bypass {
    Always,
    ByPullRequest,
    Never,
    Unknown,
}

/// Whether the actor stands on the ruleset's bypass list.
fn may_bypass(ruleset: &Ruleset, actor: &RefActor) -> Bypass {
    let applies = |entry: &BypassActor| names(entry, actor);
    let through = |entry: &BypassActor| entry.mode == BypassMode::PullRequest;
    let always = ruleset.bypass.any(|entry| if through(entry) { Truth::False } else { applies(entry) });
    let by_pull_request = ruleset.bypass.any(|entry| if through(entry) { applies(entry) } else { Truth::False });
    match (always, by_pull_request) {
        (Truth::True, _) => Bypass::Always,
        (Truth::Unknown, _) | (_, Truth::Unknown) => Bypass::Unknown,
        (_, Truth::True) => Bypass::ByPullRequest,
        _ => Bypass::Never,
    }
}

/// Whether a line of a bypass list means this actor. Role ids are GitHub's own: 1 read, 2 maintain, 3 triage, 4 write, 5 admin.
pub fn names(entry: &BypassActor, actor: &RefActor) -> Truth {
    if actor.unseen {
        return Truth::Unknown;
    }
    match &entry.kind {
        BypassKind::Integration => actor.app.as_ref().is_some_and(|(id, _)| entry.id == Some(*id)).into(),
        BypassKind::User => Truth::from(entry.id.is_some() && entry.id == actor.user_id),
        BypassKind::OrganizationAdmin => actor.organization_owner.into(),
        BypassKind::Team if actor.app.is_some() => Truth::False,
        BypassKind::Team => match &actor.teams {
            Some(teams) => teams.iter().any(|(id, _)| Some(*id) == entry.id).into(),
            None => Truth::Unknown,
        },
        // Roles are for people; an app has permissions and no role.
        BypassKind::RepositoryRole | BypassKind::EnterpriseRole | BypassKind::EnterpriseOwner
            if actor.app.is_some() =>
        {
            Truth::False
        }
        BypassKind::RepositoryRole => match entry.id {
            Some(5) => (actor.permission == Permission::Admin).into(),
            Some(2) => (actor.permission >= Permission::Maintain).into(),
            Some(4) => (actor.permission >= Permission::Write).into(),
            Some(1 | 3) => Truth::True,
            _ => Truth::Unknown,
        },
        BypassKind::DeployKey => Truth::False,
        BypassKind::EnterpriseOwner | BypassKind::EnterpriseRole | BypassKind::Other(_) => Truth::Unknown,
    }
}

/// Whether an active branch ruleset's conditions take in a branch. A condition we do not know takes it in: protection is then
/// only ever possible, never assumed, because bypass and rule are read from the same ruleset.
pub fn covers_branch(ruleset: &Ruleset, branch: &str, default_branch: &str) -> bool {
    if ruleset.enforcement != Enforcement::Active || ruleset.target != "branch" {
        return false;
    }
    let refs = ruleset.conditions.get("ref_name");
    let patterns = |name: &str| -> Vec<&str> {
        refs.and_then(|refs| refs.get(name))
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    };
    let hit = |pattern: &&str| match *pattern {
        "~ALL" => true,
        "~DEFAULT_BRANCH" => branch == default_branch,
        pattern => fnmatch::matches(pattern.trim_start_matches("refs/heads/"), branch),
    };
    let (include, exclude) = (patterns("include"), patterns("exclude"));
    include.iter().any(hit) && !exclude.iter().any(hit)
}
