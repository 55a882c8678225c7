//! What one agent may do with everything it holds: the power that recoverability is judged under.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    analysis::{recovery::Power, rules::Pass},
    model::{id::Arn, observed::Gap, tier::Tier, truth::Truth},
    reach::{
        cloud::{Answer, Cloud},
        holdings::{Held, Holdings},
    },
};

/// The cloud's answers, asked once: many agents hold the same principals.
pub struct Answers<'a> {
    cloud: &'a dyn Cloud,
    /// By principal, action, resource and whether the resource's own policy counts.
    known: RefCell<BTreeMap<(Arn, String, String, bool), Answer>>,
}

impl<'a> Answers<'a> {
    pub fn new(cloud: &'a dyn Cloud) -> Answers<'a> {
        Answers { cloud, known: RefCell::default() }
    }

    fn ask(&self, principal: &Arn, action: &str, resource: &str, policy: Option<&str>) -> Answer {
        let key = (principal.clone(), action.to_owned(), resource.to_owned(), policy.is_some());
        if let Some(answer) = self.known.borrow().get(&key) {
            return answer.clone();
        }
        let answer = self.cloud.may_under(principal, action, resource, policy);
        self.known.borrow_mut().insert(key, answer.clone());
        answer
    }
}

/// Principals that an agent gets to with no human in between, and what else it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grasp {
    /// Each with whether it is certain that the agent gets there.
    pub principals: Vec<(Arn, Truth)>,
    /// `secret DB_PASSWORD does not allow it`: things held whose power nothing tells; they may open production.
    pub vague: Vec<String>,
    /// `workflows of acme/shop hold no other way`: what was not read and could hold one.
    pub unseen: Vec<String>,
}

impl Grasp {
    /// A way behind a gate is left out: there a person stands in between. `unread` is what of the cloud could hold a way.
    pub fn of(holdings: &Holdings, unread: &[Gap]) -> Grasp {
        let mut grasp = Grasp { principals: Vec::new(), vague: Vec::new(), unseen: Vec::new() };
        grasp.unseen.extend(holdings.unseen.iter().chain(unread).map(no_other_way));
        for (held, way) in &holdings.held {
            let gets_there = match way.pass {
                Pass::Free => Truth::True,
                Pass::Possible => Truth::Unknown,
                Pass::Gated | Pass::Blocked => continue,
            };
            match held {
                Held::Principal(arn) => grasp.principals.push((arn.clone(), gets_there)),
                Held::Secret(id) => {
                    grasp.vague.push(format!("secret {} does not allow it", id.rsplit('/').next().unwrap_or(id)));
                }
                Held::Runner(name) => grasp.vague.push(format!("runner {name} does not allow it")),
            }
        }
        grasp.vague.dedup();
        grasp.unseen.dedup();
        grasp
    }

    /// An agent that stands in something unread, if there is one.
    pub fn hidden(unread: &[Gap]) -> Grasp {
        Grasp { principals: Vec::new(), vague: Vec::new(), unseen: unread.iter().map(no_other_way).collect() }
    }

    /// One principal by itself.
    pub fn alone(principal: &Arn) -> Grasp {
        Grasp { principals: vec![(principal.clone(), Truth::True)], vague: Vec::new(), unseen: Vec::new() }
    }

    /// The grasp as a power over a store of `tier`.
    pub fn over<'a>(&'a self, tier: Tier, answers: &'a Answers<'a>) -> Over<'a> {
        let vague = if tier == Tier::Production { self.vague.as_slice() } else { &[] };
        Over { grasp: self, vague, answers, settled: RefCell::default(), doubts: RefCell::default() }
    }
}

fn no_other_way(gap: &Gap) -> String {
    format!("{} hold no other way; they could not be read", gap.what)
}

/// A grasp as recoverability asks it.
pub struct Over<'a> {
    grasp: &'a Grasp,
    vague: &'a [String],
    answers: &'a Answers<'a>,
    settled: RefCell<BTreeMap<(String, String, bool), Truth>>,
    doubts: RefCell<BTreeSet<String>>,
}

impl Over<'_> {
    /// What the answers given so far that are neither yes nor no rest on.
    pub fn doubts(&self) -> Vec<String> {
        self.doubts.borrow().iter().cloned().collect()
    }

    fn by(&self, (principal, gets_there): &(Arn, Truth), action: &str, resource: &str, policy: Option<&str>) -> Truth {
        let answer = self.answers.ask(principal, action, resource, policy);
        let may = match answer.pass {
            Pass::Free => *gets_there,
            Pass::Gated | Pass::Possible => Truth::Unknown,
            Pass::Blocked => return Truth::False,
        };
        if may == Truth::Unknown {
            let mut doubts = self.doubts.borrow_mut();
            doubts.extend(answer.unless);
            if *gets_there == Truth::Unknown {
                doubts.insert(format!("something on the way to {} stops it", principal.short()));
            }
        }
        may
    }

    fn united(&self, action: &str, resource: &str, policy: Option<&str>) -> Truth {
        let each = self.grasp.principals.iter().map(|one| self.by(one, action, resource, policy));
        let seen = Truth::any(each);
        let mut others = self.vague.iter().chain(&self.grasp.unseen).peekable();
        if seen == Truth::True || others.peek().is_none() {
            return seen;
        }
        self.doubts.borrow_mut().extend(others.cloned());
        Truth::Unknown
    }
}

impl Power for Over<'_> {
    fn may(&self, action: &str, resource: &str, policy: Option<&str>) -> Truth {
        let key = (action.to_owned(), resource.to_owned(), policy.is_some());
        if let Some(truth) = self.settled.borrow().get(&key) {
            return *truth;
        }
        let truth = self.united(action, resource, policy);
        self.settled.borrow_mut().insert(key, truth);
        truth
    }

    fn never(&self, action: &str) -> bool {
        self.vague.is_empty()
            && self.grasp.unseen.is_empty()
            && self.grasp.principals.iter().all(|(principal, _)| self.answers.cloud.never(principal, action))
    }
}
