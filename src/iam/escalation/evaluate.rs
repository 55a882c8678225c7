//! The paths of one account, as edges between its principals.

use super::super::account::{Account, ActionSet, Ask, Principal};
use super::super::actions::{self, ActionId};
use super::super::decision::{Residual, Verdict};
use super::super::layers::Layer;
use super::alike::Groups;
use super::answer::Answer;
use super::gained::Gained;
use super::marks::{Marks, customer_managed};
use super::population::Population;
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
    /// The principals gained; empty where none is gained but a guardrail, a secret or data.
    pub to: Gained,
    /// [`Verdict::Allow`] or [`Verdict::Depends`]. What [`Path::needs`] names comes on top.
    pub verdict: Verdict,
    /// What the verdict depends on.
    pub residual: Vec<Residual>,
    /// What the account lacks today for the path to lead anywhere; the verdict then is [`Verdict::Depends`].
    pub lacking: Option<String>,
}

/// The escalation paths of an account, prepared: whom each can gain, and who of them are alike.
#[derive(Debug)]
pub struct Escalations<'a> {
    account: &'a Account,
    variants: Vec<Variant>,
    /// The actions of every step.
    wanted: ActionSet,
    population: Population,
    marks: Marks<'a>,
}

/// One way of a path.
#[derive(Debug)]
struct Variant {
    path: &'static Path,
    steps: &'static [Step],
    /// What the caller's own policies must grant: all actions, but for entering a role, which its trust policy may grant.
    needs: Vec<ActionId>,
    assumes: Option<ActionId>,
}

impl Variant {
    /// A way whose actions are all in the table (a test says that they are).
    fn of(path: &'static Path, steps: &'static [Step]) -> Option<Self> {
        let id = |step: &Step| actions::table().find(&step.action.to_ascii_lowercase());
        let needs = steps.iter().filter(|step| !step.assumes()).map(id).collect::<Option<_>>()?;
        Some(Self { path, steps, needs, assumes: steps.iter().find(|step| step.assumes()).and_then(id) })
    }
}

impl<'a> Escalations<'a> {
    /// Prepares an account.
    #[must_use]
    pub fn new(account: &'a Account) -> Self {
        let variants = paths().iter().flat_map(|path| path.variants.iter().map(move |steps| (path, steps)));
        let variants: Vec<Variant> = variants.filter_map(|(path, steps)| Variant::of(path, steps)).collect();
        let wanted =
            ActionSet::of(variants.iter().flat_map(|variant| variant.needs.iter().chain(&variant.assumes).copied()));
        let marks = Marks::of(account);
        let population = Population::of(account, &|place| marks.look(place));
        Self { account, variants, wanted, population, marks }
    }

    /// Every edge of the account.
    pub fn edges(&self) -> impl Iterator<Item = Edge> {
        (0..self.account.principals().len()).flat_map(|place| self.edges_of(place))
    }

    /// The edges that start at a principal.
    #[must_use]
    pub fn edges_of(&self, from: usize) -> Vec<Edge> {
        let mut edges = Vec::new();
        for variant in self.ways(self.account.principal(from)) {
            self.variant(from, variant.path, variant.steps, &mut edges);
        }
        edges
    }

    /// The ways whose actions a principal holds on some resource that they work on.
    fn ways(&self, principal: &Principal) -> impl Iterator<Item = &Variant> {
        let held = self.account.candidates(principal, &self.wanted);
        let welcome = self.population.welcomes(principal);
        self.variants.iter().filter(move |variant| {
            let enters = variant.assumes.is_none_or(|action| welcome || held.contains(action));
            enters && variant.needs.iter().all(|action| held.contains(*action))
        })
    }

    fn variant(&self, from: usize, path: &'static Path, steps: &'static [Step], edges: &mut Vec<Edge>) {
        let principal = self.account.principal(from);
        let Some(alone) = self.steps_without_target(principal, steps) else { return };
        let mut push = |to: Gained, answer: Answer| {
            let verdict = if answer.is_certain() { Verdict::Allow } else { Verdict::Depends };
            edges.push(Edge { path, from, to, verdict, residual: answer.residual, lacking: answer.lacking });
        };
        let targeted: Vec<&Step> = steps.iter().filter(|step| step.at.is_target()).collect();
        if targeted.is_empty() {
            let to = match path.gain {
                Gain::Itself => Gained::one(from),
                Gain::ServiceRole => Gained::others(self.population.served(path), from),
                _ => Gained::default(),
            };
            let empty = path.gain == Gain::ServiceRole && to.is_empty();
            push(to, if empty { alone.but(no_role(path)) } else { alone });
            return;
        }
        if path.gain == Gain::PassedRole && self.population.served(path).is_empty() {
            if let Some(answer) = self.pass_any(principal, path, &targeted) {
                push(Gained::default(), alone.and(answer).but(no_role(path)));
            }
            return;
        }
        let mut groups = self.population.targets(principal, path, &targeted);
        self.marks.tell(&mut groups, principal, &targeted);
        for (answer, to) in self.ask(from, path, &targeted, &groups) {
            push(to, alone.clone().and(answer));
        }
    }

    /// Asks one target of each group. What depends on a role's own trust policy is asked of each role.
    fn ask(&self, from: usize, path: &Path, steps: &[&Step], groups: &Groups) -> Vec<(Answer, Gained)> {
        let own = |residual: &Residual| residual.statement.as_ref().is_some_and(|s| s.layer == Layer::Resource);
        let shared = |answer: &Answer| !answer.residual.iter().any(own);
        groups.ask(from, shared, |target| self.steps_at(self.account.principal(from), path, steps, target))
    }

    /// Every target asked by itself: what [`Groups`] must not change.
    #[cfg(test)]
    pub(super) fn asked_alone(&self, from: usize) -> Vec<(usize, &'static str, Answer)> {
        let principal = self.account.principal(from);
        let mut answers = Vec::new();
        for Variant { path, steps, .. } in self.ways(principal) {
            let targeted: Vec<&Step> = steps.iter().filter(|step| step.at.is_target()).collect();
            let Some(alone) = self.steps_without_target(principal, steps) else { continue };
            let population = self.population.targets(principal, path, &targeted);
            for target in (0..self.account.principals().len()).filter(|place| *place != from) {
                if !targeted.is_empty() && population.contains(target) {
                    let answer = self.steps_at(principal, path, &targeted, target);
                    answers.extend(answer.map(|answer| (target, path.id.as_str(), alone.clone().and(answer))));
                }
            }
        }
        answers
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
            At::New => return Answer::chosen(self.account.decide_for(principal, &Ask::new(&step.action, "*"))),
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
        Answer::best(resources.into_iter().filter_map(|resource| self.iam_step(principal, step, resource, principal)))
    }

    /// A policy of its own with older versions, else one that may get some.
    fn older_policy(&self, principal: &Principal, step: &Step) -> Option<Answer> {
        let own = customer_managed(self.account.attached(principal));
        let (older, single): (Vec<&str>, Vec<&str>) = own.partition(|arn| self.account.has_versions(arn));
        let step_on = |arn: &str| self.iam_step(principal, step, arn, principal);
        let lacking = |answer: Answer| answer.but("none of its policies has an older version".to_owned());
        Answer::best(older.into_iter().filter_map(step_on))
            .or_else(|| Answer::best(single.into_iter().filter_map(step_on)).map(lacking))
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
                At::PassedRole => Answer::best(path.services.iter().filter_map(|service| {
                    let mut ask = Ask::new(&step.action, &subject.arn).with("iam:PassedToService", service);
                    ask.context.add(&self.account.resource_context(subject, &step.action));
                    Answer::of(self.account.decide_for(principal, &ask))
                })),
                At::PolicyOfRole => {
                    let policies = customer_managed(self.account.attached(subject));
                    Answer::best(policies.filter_map(|arn| self.iam_step(principal, step, arn, subject)))
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
