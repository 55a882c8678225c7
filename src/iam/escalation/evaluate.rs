//! The paths of one account, as edges between its principals.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::account::{Account, ActionSet, Ask, Principal};
use super::super::actions;
use super::super::context::Context;
use super::super::decision::{Decision, Question, Residual, Verdict};
use super::super::layers::Layers;
use super::super::policy::Effect;
use super::super::principal::{Caller, Named};
use super::super::trust::{self, Role};
use super::{At, Gain, Path, Step, paths};

/// The managed policy that an attacker would attach.
const ADMINISTRATOR: &str = "AdministratorAccess";

/// A step that a principal can take by itself.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The path.
    pub path: &'static Path,
    /// Who takes it, as a place in the account.
    pub from: usize,
    /// The principals gained, as places in the account; empty where none is gained but a guardrail, a secret or data.
    pub to: Arc<[usize]>,
    /// [`Verdict::Allow`] or [`Verdict::Depends`]. What [`Path::needs`] names comes on top.
    pub verdict: Verdict,
    /// What the verdict depends on.
    pub residual: Vec<Residual>,
    /// What the account lacks today for the path to lead anywhere; the verdict then is [`Verdict::Depends`].
    pub lacking: Option<String>,
}

/// The escalation paths of an account, prepared: who trusts which service, whose policies can be rewritten.
#[derive(Debug)]
pub struct Escalations<'a> {
    account: &'a Account,
    wanted: ActionSet,
    roles: Arc<[usize]>,
    users: Arc<[usize]>,
    by_service: BTreeMap<&'static str, Arc<[usize]>>,
    /// Roles whose trust speaks of whole accounts or of everybody; others must name the caller.
    trusting_accounts: Vec<usize>,
    trusting_by_name: BTreeMap<String, Vec<usize>>,
}

/// The answer of one or more steps.
#[derive(Debug, Clone, Default)]
struct Answer {
    residual: Vec<Residual>,
    lacking: Option<String>,
}

impl Answer {
    /// `None` where the decision refuses.
    fn of(decision: Decision) -> Option<Self> {
        decision.verdict.may_be_allowed().then_some(Self { residual: decision.residual, lacking: None })
    }

    fn and(mut self, other: Self) -> Self {
        for question in other.residual {
            if !self.residual.contains(&question) {
                self.residual.push(question);
            }
        }
        self.lacking = self.lacking.or(other.lacking);
        self
    }

    fn is_certain(&self) -> bool {
        self.residual.is_empty() && self.lacking.is_none()
    }

    fn but(mut self, lacking: String) -> Self {
        self.lacking = Some(lacking);
        self
    }
}

impl<'a> Escalations<'a> {
    /// Prepares an account.
    #[must_use]
    pub fn new(account: &'a Account) -> Self {
        let places = |role: bool| -> Arc<[usize]> {
            let principals = account.principals().iter().enumerate();
            principals.filter(|(_, principal)| principal.is_role == role).map(|(place, _)| place).collect()
        };
        let table = actions::table();
        let steps = paths().iter().flat_map(|path| &path.variants).flatten();
        let wanted = ActionSet::of(steps.filter_map(|step| table.find(&step.action.to_ascii_lowercase())));
        let mut escalations = Self {
            account,
            wanted,
            roles: places(true),
            users: places(false),
            by_service: BTreeMap::new(),
            trusting_accounts: Vec::new(),
            trusting_by_name: BTreeMap::new(),
        };
        escalations.read_trust();
        escalations
    }

    fn read_trust(&mut self) {
        for service in paths().iter().flat_map(|path| &path.services) {
            let caller = Caller::parse(service);
            let admits = |place: &&usize| self.service_may_assume(&caller, **place);
            let roles = self.roles.iter().filter(admits).copied().collect();
            self.by_service.insert(service.as_str(), roles);
        }
        for place in self.roles.iter().copied() {
            let Some(trust) = self.account.trust(self.account.principal(place)) else { continue };
            let named = trust.statements.iter().flat_map(|statement| statement.principal.listed());
            let mut wide = trust.statements.iter().any(|statement| statement.principal.listed().is_empty());
            for entry in named {
                match entry {
                    Named::User(arn) | Named::Role { arn, .. } => {
                        self.trusting_by_name.entry(arn.clone()).or_default().push(place);
                    }
                    Named::Service(_) | Named::Federated(_) => {}
                    _ => wide = true,
                }
            }
            if wide {
                self.trusting_accounts.push(place);
            }
        }
    }

    fn service_may_assume(&self, caller: &Caller, place: usize) -> bool {
        let role = self.account.principal(place);
        let Some(trust) = self.account.trust(role) else { return false };
        let role = Role { arn: &role.arn, trust, rcp: super::super::layers::Guardrail::NotApplicable };
        let decision = trust::by_principal(&role, caller, &Layers::default(), &Context::partial());
        decision.verdict.may_be_allowed()
    }

    /// Every edge of the account.
    pub fn edges(&self) -> impl Iterator<Item = Edge> {
        (0..self.account.principals().len()).flat_map(|place| self.edges_of(place))
    }

    /// The edges that start at a principal.
    #[must_use]
    pub fn edges_of(&self, from: usize) -> Vec<Edge> {
        let principal = self.account.principal(from);
        let held = self.account.candidates(principal, &self.wanted);
        if held.is_empty() {
            return Vec::new();
        }
        let table = actions::table();
        let holds =
            |step: &Step| table.find(&step.action.to_ascii_lowercase()).is_some_and(|action| held.contains(action));
        let mut edges = Vec::new();
        for path in paths() {
            for variant in path.variants.iter().filter(|variant| variant.iter().all(holds)) {
                self.variant(from, path, variant, &mut edges);
            }
        }
        edges
    }

    fn variant(&self, from: usize, path: &'static Path, steps: &'static [Step], edges: &mut Vec<Edge>) {
        let principal = self.account.principal(from);
        let Some(alone) = self.steps_without_target(principal, steps) else { return };
        let mut push = |to: Arc<[usize]>, answer: Answer| {
            let verdict = if answer.is_certain() { Verdict::Allow } else { Verdict::Depends };
            edges.push(Edge { path, from, to, verdict, residual: answer.residual, lacking: answer.lacking });
        };
        let targeted: Vec<&Step> = steps.iter().filter(|step| step.at.is_target()).collect();
        if targeted.is_empty() {
            let to: Arc<[usize]> = match path.gain {
                Gain::Itself => [from].into(),
                Gain::ServiceRole => self.roles_of_services(path),
                _ => Arc::default(),
            };
            let empty = path.gain == Gain::ServiceRole && to.is_empty();
            push(to, if empty { alone.but(no_role(path)) } else { alone });
            return;
        }
        let targets = self.targets(from, path, &targeted);
        if targets.is_empty() && path.gain == Gain::PassedRole {
            if let Some(answer) = self.pass_any(principal, path, &targeted) {
                push(targets, alone.and(answer).but(no_role(path)));
            }
            return;
        }
        if let Some(answer) = self.whole_set(principal, path, &targeted, &targets) {
            push(targets, alone.and(answer));
            return;
        }
        let mut by_residual: Vec<(Answer, Vec<usize>)> = Vec::new();
        for target in targets.iter().copied().filter(|target| *target != from) {
            let Some(answer) = self.steps_at(principal, path, &targeted, target) else { continue };
            match by_residual.iter_mut().find(|(known, _)| known.residual == answer.residual) {
                Some((_, list)) => list.push(target),
                None => by_residual.push((answer, vec![target])),
            }
        }
        for (answer, list) in by_residual {
            push(list.into(), alone.clone().and(answer));
        }
    }

    /// Steps whose resource does not depend on who is gained.
    fn steps_without_target(&self, principal: &Principal, steps: &[Step]) -> Option<Answer> {
        let mut all = Answer::default();
        for step in steps.iter().filter(|step| !step.at.is_target()) {
            all = all.and(self.step_alone(principal, step)?);
        }
        Some(all)
    }

    fn step_alone(&self, principal: &Principal, step: &Step) -> Option<Answer> {
        let resources: Vec<&str> = match step.at {
            At::New => return chosen(self.account.decide_for(principal, &Ask::new(&step.action, "*"))),
            At::Existing => return Answer::of(self.account.decide_for(principal, &Ask::new(&step.action, "*"))),
            At::OwnRole if principal.is_role => vec![&principal.arn],
            At::OwnUser if !principal.is_role => vec![&principal.arn],
            At::OwnGroup => self.account.group_arns(principal).collect(),
            At::OtherGroup if !principal.is_role => {
                let own: Vec<&str> = self.account.group_arns(principal).collect();
                self.account.groups().filter(|group| !own.contains(group)).collect()
            }
            At::OwnPolicy => customer_managed(self.account.attached(principal)).collect(),
            At::OwnOlderPolicy => return self.older_policy(principal, step),
            _ => return None,
        };
        best(resources.into_iter().filter_map(|resource| self.iam_step(principal, step, resource, principal)))
    }

    /// A policy of its own with older versions, else one that may get some.
    fn older_policy(&self, principal: &Principal, step: &Step) -> Option<Answer> {
        let own = customer_managed(self.account.attached(principal));
        let (older, single): (Vec<&str>, Vec<&str>) = own.partition(|arn| self.account.has_versions(arn));
        let step_on = |arn: &str| self.iam_step(principal, step, arn, principal);
        let lacking = |answer: Answer| answer.but("none of its policies has an older version".to_owned());
        best(older.into_iter().filter_map(step_on))
            .or_else(|| best(single.into_iter().filter_map(step_on)).map(lacking))
    }

    /// One IAM action on a user, role, group or policy; `subject` is whose boundary and tags the request shows.
    fn iam_step(&self, principal: &Principal, step: &Step, resource: &str, subject: &Principal) -> Option<Answer> {
        let mut ask = Ask::new(&step.action, resource);
        ask.context = self.account.resource_context(subject, &step.action);
        if step.action.starts_with("iam:Attach") {
            let arn = format!("arn:{}:iam::aws:policy/{ADMINISTRATOR}", self.account.partition);
            let strong = Answer::of(self.account.decide_for(principal, &ask.clone().with("iam:PolicyARN", &arn)));
            if strong.is_some() {
                return strong;
            }
        }
        Answer::of(self.account.decide_for(principal, &ask))
    }

    /// Whom a path may gain, before its steps are asked.
    fn targets(&self, from: usize, path: &Path, steps: &[&Step]) -> Arc<[usize]> {
        let at = |wanted: At| steps.iter().any(|step| step.at == wanted);
        let bounded = |places: &Arc<[usize]>| -> Arc<[usize]> {
            places.iter().copied().filter(|place| self.account.principal(*place).is_bounded()).collect()
        };
        if at(At::PassedRole) {
            self.roles_of_services(path)
        } else if steps.iter().any(|step| step.action == "sts:AssumeRole") {
            let arn = &self.account.principal(from).arn;
            let named = self.trusting_by_name.get(arn).map_or(&[][..], Vec::as_slice);
            self.trusting_accounts.iter().chain(named).copied().collect()
        } else if at(At::BoundedRole) {
            bounded(&self.roles)
        } else if at(At::BoundedUser) {
            bounded(&self.users)
        } else if at(At::User) {
            Arc::clone(&self.users)
        } else {
            Arc::clone(&self.roles)
        }
    }

    /// Roles that one of the path's services can assume.
    fn roles_of_services(&self, path: &Path) -> Arc<[usize]> {
        let lists: Vec<&Arc<[usize]>> =
            path.services.iter().filter_map(|service| self.by_service.get(service.as_str())).collect();
        match lists.as_slice() {
            [one] if !path.instance_profile => Arc::clone(one),
            _ => {
                let mut places: Vec<usize> = lists.iter().flat_map(|list| list.iter().copied()).collect();
                places.sort_unstable();
                places.dedup();
                places.retain(|place| !path.instance_profile || self.account.principal(*place).in_instance_profile);
                places.into()
            }
        }
    }

    /// Passing any role at all answers for each of them at once.
    fn whole_set(&self, principal: &Principal, path: &Path, steps: &[&Step], targets: &Arc<[usize]>) -> Option<Answer> {
        self.pass_any(principal, path, steps).filter(|answer| answer.is_certain() && !targets.is_empty())
    }

    /// Whether any role may be passed to the path's service.
    fn pass_any(&self, principal: &Principal, path: &Path, steps: &[&Step]) -> Option<Answer> {
        let [step] = steps else { return None };
        if step.at != At::PassedRole {
            return None;
        }
        let every = format!("arn:{}:iam::{}:role/*", self.account.partition, self.account.id);
        let mut ask = Ask::new(&step.action, &every);
        if let [service] = path.services.as_slice() {
            ask = ask.with("iam:PassedToService", service);
        }
        Answer::of(self.account.decide_for(principal, &ask))
    }

    fn steps_at(&self, principal: &Principal, path: &Path, steps: &[&Step], target: usize) -> Option<Answer> {
        let subject = self.account.principal(target);
        let mut all = Answer::default();
        for step in steps {
            let answer = match step.at {
                At::PassedRole => best(path.services.iter().filter_map(|service| {
                    let mut ask = Ask::new(&step.action, &subject.arn).with("iam:PassedToService", service);
                    ask.context.add(&self.account.resource_context(subject, &step.action));
                    Answer::of(self.account.decide_for(principal, &ask))
                })),
                At::PolicyOfRole => {
                    let policies = customer_managed(self.account.attached(subject));
                    best(policies.filter_map(|arn| self.iam_step(principal, step, arn, subject)))
                }
                _ => self.iam_step(principal, step, &subject.arn, subject),
            };
            all = all.and(answer?);
        }
        Some(all)
    }
}

fn no_role(path: &Path) -> String {
    format!("no role of the account can be assumed by {}", path.services.join(" or "))
}

impl At {
    /// Whether the resource is the principal to be gained.
    fn is_target(self) -> bool {
        matches!(
            self,
            Self::PassedRole | Self::Role | Self::User | Self::BoundedRole | Self::BoundedUser | Self::PolicyOfRole
        )
    }
}

/// The best of several answers: a certain one, else the first.
fn best(answers: impl Iterator<Item = Answer>) -> Option<Answer> {
    let mut first = None;
    for answer in answers {
        if answer.is_certain() {
            return Some(answer);
        }
        first.get_or_insert(answer);
    }
    first
}

/// The caller chooses the resource: which one is meant is no open question, unless a Deny leaves nothing to choose.
fn chosen(decision: Decision) -> Option<Answer> {
    let mut answer = Answer::of(decision)?;
    let asks = |effect: Effect| {
        let of_effect =
            |residual: &&Residual| residual.statement.as_ref().and_then(|statement| statement.effect) == Some(effect);
        answer.residual.iter().filter(of_effect).any(is_resource)
    };
    if asks(Effect::Allow) && asks(Effect::Deny) {
        return Some(answer);
    }
    answer.residual.retain(|residual| !is_resource(residual));
    Some(answer)
}

fn is_resource(residual: &Residual) -> bool {
    matches!(residual.question, Question::Resource { .. })
}

/// Policies of the account itself: nobody can write AWS's own.
fn customer_managed<'a>(attached: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    attached.filter(|arn| !arn.contains(":iam::aws:"))
}
