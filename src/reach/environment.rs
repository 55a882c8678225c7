//! What an environment asks before a job on some ref may use it.
//!
//! Source: GitHub docs, "Managing environments for deployment": a job that names an environment which does not exist creates
//! it without protection; one reviewer of those required is enough; protection rules run by apps and wait timers are no person.

use std::collections::BTreeSet;

use crate::{
    analysis::rules::Pass,
    base::fnmatch,
    model::{
        actor::Permission,
        id::EvidenceId,
        observed::{Gap, Observed, Reading},
        pipeline::{BranchPolicy, Environment, Reviewer},
        truth::Truth,
        world::{Organization, Repository},
    },
    reach::{
        actor::Standing,
        gate::{Eligible, Gate, People},
    },
};

/// A ref as an environment's branch policy sees it.
#[derive(Debug, Clone)]
pub struct RefView<'a> {
    pub branch: &'a str,
    /// Whether classic protection or a ruleset covers it.
    pub protected: Truth,
}

#[derive(Debug, Clone)]
pub struct EnvironmentPass {
    pub pass: Pass,
    pub gate: Option<Gate>,
    pub because: String,
    pub evidence: Vec<EvidenceId>,
    pub gaps: Vec<Gap>,
}

pub fn enter(
    organization: &Organization,
    repository: &Repository,
    name: &str,
    on: &RefView<'_>,
    standing: &Standing,
    people: &People,
) -> EnvironmentPass {
    let all = &repository.environments;
    let answer = |pass, because: String| EnvironmentPass {
        pass,
        gate: None,
        because,
        evidence: all.evidence.clone(),
        gaps: Vec::new(),
    };
    // Environment names are compared without case ("Managing environments for deployment").
    let found = all.members().iter().find(|environment| environment.name.as_str().eq_ignore_ascii_case(name));
    let Some(environment) = found else {
        return match &all.reading {
            Reading::Known { complete: true, .. } | Reading::Absent => answer(
                Pass::Free,
                format!("environment {name} does not exist; a job that names it creates it without protection"),
            ),
            _ => EnvironmentPass {
                gaps: all.gap(format!("environments of {}", repository.name)).into_iter().collect(),
                ..answer(Pass::Possible, format!("what protects environment {name} could not be read"))
            },
        };
    };
    if standing.rewrites_rules {
        return answer(
            Pass::Free,
            format!("{} may rewrite the protection of environment {name}", standing.actor.login),
        );
    }
    let branch = branch_allowed(environment, on, &all.evidence);
    if branch.pass == Pass::Blocked {
        return branch;
    }
    let review = reviewed(organization, environment, standing, people, &all.evidence);
    // Both hold; a gate behind an unread branch policy is still only possible.
    let mut joined = if review.pass >= branch.pass { review.clone() } else { branch.clone() };
    joined.gate = review.gate;
    joined.evidence.extend(branch.evidence);
    joined.evidence.sort();
    joined.evidence.dedup();
    joined.gaps = [branch.gaps, review.gaps].concat();
    joined
}

fn branch_allowed(environment: &Environment, on: &RefView<'_>, evidence: &[EvidenceId]) -> EnvironmentPass {
    let name = &environment.name;
    let evidence = [evidence, &environment.branch_policy.evidence].concat();
    let answer =
        |pass, because: String, gaps| EnvironmentPass { pass, gate: None, because, evidence: evidence.clone(), gaps };
    let allowed = match &environment.branch_policy.reading {
        Reading::Known { value: BranchPolicy::Any, .. } | Reading::Absent => Truth::True,
        Reading::Known { value: BranchPolicy::Protected, .. } => on.protected,
        Reading::Known { value: BranchPolicy::Patterns(patterns), complete } => {
            let hit = patterns
                .iter()
                .any(|pattern| !pattern.starts_with("refs/tags/") && fnmatch::matches(pattern, on.branch));
            if hit {
                Truth::True
            } else if *complete {
                Truth::False
            } else {
                Truth::Unknown
            }
        }
        _ => Truth::Unknown,
    };
    match allowed {
        Truth::True => answer(Pass::Free, format!("environment {name} admits {}", on.branch), Vec::new()),
        Truth::False => answer(Pass::Blocked, format!("environment {name} does not admit {}", on.branch), Vec::new()),
        Truth::Unknown => {
            let gaps =
                environment.branch_policy.gap(format!("branch policy of environment {name}")).into_iter().collect();
            answer(Pass::Possible, format!("which branches environment {name} admits could not be read"), gaps)
        }
    }
}

fn reviewed(
    organization: &Organization,
    environment: &Environment,
    standing: &Standing,
    people: &People,
    evidence: &[EvidenceId],
) -> EnvironmentPass {
    let name = &environment.name;
    let evidence = [evidence, &environment.reviewers.evidence].concat();
    let answer = |pass, gate, because: String, gap: Option<Gap>| EnvironmentPass {
        pass,
        gate,
        because,
        evidence: evidence.clone(),
        gaps: gap.into_iter().collect(),
    };
    let required = environment.reviewers.any(|_| Truth::True);
    if required == Truth::False {
        return answer(Pass::Free, None, format!("environment {name} has no required reviewers"), None);
    }
    if required == Truth::Unknown {
        let gap = environment.reviewers.gap(format!("reviewers of environment {name}"));
        return answer(
            Pass::Possible,
            None,
            format!("whether environment {name} has reviewers could not be read"),
            gap,
        );
    }
    let admin = Truth::from(standing.actor.permission == Permission::Admin);
    let bypass = environment.admins_can_bypass.holds(Truth::Unknown, |allowed| (*allowed).into()).and(admin);
    if bypass == Truth::True {
        return answer(
            Pass::Free,
            None,
            format!("administrators may bypass the reviewers of environment {name}"),
            None,
        );
    }
    let own = standing.own_login.as_deref().map(|login| people.person(login));
    let (mut eligible, whole) = reviewers(organization, environment, people);
    let reviews_own = own.as_ref().is_some_and(|own| eligible.remove(own));
    let allowed = environment.prevent_self_review.holds(Truth::False, |prevented| (!*prevented).into());
    let own_review = if reviews_own { allowed } else { Truth::False };
    if own_review == Truth::True {
        return answer(Pass::Free, None, format!("the agent's own login may review environment {name}"), None);
    }
    let pass = if bypass.or(own_review) == Truth::Unknown { Pass::Possible } else { Pass::Gated };
    if whole && eligible.is_empty() && pass == Pass::Gated {
        return answer(
            Pass::Blocked,
            None,
            format!("nobody but the agent's own login may review environment {name}"),
            None,
        );
    }
    let gap = match pass {
        Pass::Possible => environment.admins_can_bypass.gap(format!("who may bypass environment {name}")),
        _ => None,
    };
    let eligible = if whole { Eligible::Known(eligible) } else { Eligible::Unknown };
    answer(pass, Some(Gate { k: 1, eligible }), format!("environment {name} asks for a reviewer"), gap)
}

/// The persons who may review, and whether they are all known.
fn reviewers(organization: &Organization, environment: &Environment, people: &People) -> (BTreeSet<String>, bool) {
    let mut eligible = BTreeSet::new();
    let mut whole = environment.reviewers.is_whole();
    for reviewer in environment.reviewers.members() {
        match reviewer {
            Reviewer::User(account) if people.is_machine(&account.login) => {}
            Reviewer::User(account) => {
                eligible.insert(people.person(&account.login));
            }
            Reviewer::Team { id, .. } => whole &= add_team(organization, *id, people, &mut eligible),
        }
    }
    (eligible, whole)
}

/// Adds a team's members; false when they were not all read.
fn add_team(organization: &Organization, id: u64, people: &People, eligible: &mut BTreeSet<String>) -> bool {
    let Some(team) = organization.teams.members().iter().find(|team| team.id == id) else { return false };
    eligible.extend(
        team.members
            .members()
            .iter()
            .filter(|member| !people.is_machine(&member.login))
            .map(|member| people.person(&member.login)),
    );
    Observed::is_whole(&team.members)
}
