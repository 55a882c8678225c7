//! Which targets the statements that bind a principal tell apart.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::account::{Account, Ask, Principal};
use super::super::actions;
use super::super::condition;
use super::super::glob::Glob;
use super::super::policy::Statement;
use super::super::request::Request;
use super::super::variable::{Filled, Pattern};
use super::alike::Groups;
use super::{At, Step};
use crate::model::truth::Truth;

/// The members of an account that statements single out, worked out once a statement.
#[derive(Debug)]
pub(super) struct Marks<'a> {
    account: &'a Account,
    /// A number for each way of looking: the same tags and the same boundary.
    looks: Vec<usize>,
    /// Roles by the customer-managed policies attached to them.
    holders: BTreeMap<&'a str, Vec<usize>>,
    holding: Vec<usize>,
    /// By the statement's address, which stands in the account; none where it covers everything of its kind.
    marked: RefCell<BTreeMap<(*const Statement, Kind), Marked>>,
}

/// Whom a statement singles out.
type Marked = Option<Rc<[usize]>>;

/// What a step's resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Role,
    User,
    /// A customer-managed policy attached to the role.
    Policy,
}

impl<'a> Marks<'a> {
    pub(super) fn of(account: &'a Account) -> Self {
        let mut seen = BTreeMap::new();
        let mut look = |principal: &'a Principal| {
            let next = seen.len();
            *seen.entry(principal.look()).or_insert(next)
        };
        let looks = account.principals().iter().map(&mut look).collect();
        let mut holders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut holding = Vec::new();
        for (place, role) in account.principals().iter().enumerate().filter(|(_, principal)| principal.is_role) {
            let own: BTreeSet<&str> = customer_managed(account.attached(role)).collect();
            if !own.is_empty() {
                holding.push(place);
            }
            own.into_iter().for_each(|arn| holders.entry(arn).or_default().push(place));
        }
        Self { account, looks, holders, holding, marked: RefCell::default() }
    }

    /// The number of a principal's looks.
    pub(super) fn look(&self, place: usize) -> usize {
        self.looks.get(place).copied().unwrap_or_default()
    }

    /// Tells apart the targets of some steps that could get different answers.
    pub(super) fn tell(&self, groups: &mut Groups, asker: &Principal, steps: &[&Step]) {
        let mut by_look = false;
        for step in steps {
            let Some(action) = actions::table().find(&step.action.to_ascii_lowercase()) else { continue };
            let kind = Kind::of(step);
            if kind == Kind::Policy {
                groups.tell(&self.holding);
            }
            for statement in self.account.statements_on(asker, action) {
                by_look |= asks_for_looks(statement);
                if let Some(list) = self.fixed(statement, kind) {
                    self.tell_list(groups, kind, &list);
                    self.tell_variables(groups, asker, step, statement);
                }
            }
        }
        if by_look {
            groups.tell_by(&self.everybody(), |place| self.look(place));
        }
    }

    fn everybody(&self) -> Vec<usize> {
        (0..self.looks.len()).collect()
    }

    fn tell_variables(&self, groups: &mut Groups, asker: &Principal, step: &Step, statement: &Statement) {
        for pattern in statement.resource.listed().iter().filter(|pattern| pattern.fixed().is_none()) {
            if pattern.keys().any(of_target) {
                groups.tell_by(&self.everybody(), |place| place);
            } else if let Some(glob) = self.filled(asker, step, pattern) {
                self.tell_list(groups, Kind::of(step), &self.matching(&glob, Kind::of(step)));
            }
        }
    }

    fn tell_list(&self, groups: &mut Groups, kind: Kind, list: &[usize]) {
        match kind {
            Kind::Role | Kind::User => groups.tell(list),
            // Which of a role's policies are covered, and in which order, is part of the answer.
            Kind::Policy => {
                groups.tell_by(list, |place| self.account.attached(self.account.principal(place)).collect::<Vec<_>>())
            }
        }
    }

    /// Whom the patterns without variables match, or whose policies; `None` where that is everybody.
    fn fixed(&self, statement: &Statement, kind: Kind) -> Marked {
        let key = (std::ptr::from_ref(statement), kind);
        if let Some(known) = self.marked.borrow().get(&key) {
            return known.clone();
        }
        let globs = || statement.resource.listed().iter().filter_map(Pattern::fixed);
        let every = Glob::new(&format!("arn:{}:iam::{}:{}/*", self.account.partition, self.account.id, kind.name()));
        let places = if globs().any(|glob| glob.covers(&every) == Truth::True) {
            None
        } else {
            let places: BTreeSet<usize> = globs().flat_map(|glob| self.matching(glob, kind)).collect();
            Some(places.into_iter().collect())
        };
        self.marked.borrow_mut().insert(key, places.clone());
        places
    }

    fn matching(&self, glob: &Glob, kind: Kind) -> Vec<usize> {
        if kind != Kind::Policy {
            return self.account.matching(glob);
        }
        let from = self.holders.range(glob.head()..).take_while(|(arn, _)| arn.starts_with(glob.head()));
        let places: BTreeSet<usize> =
            from.filter(|(arn, _)| glob.matches(arn)).flat_map(|(_, places)| places).copied().collect();
        places.into_iter().collect()
    }

    /// The pattern with the asker's variables filled in; `None` where it matches nothing.
    fn filled(&self, asker: &Principal, step: &Step, pattern: &Pattern) -> Option<Glob> {
        let ask = Ask::new(&step.action, "*");
        let filled = self.account.asked(asker, self.account.layers(asker), &ask, |request: &Request<'_>, _| {
            pattern.fill(|key| condition::filling(request, key))
        });
        match filled {
            Filled::Known(_, glob) | Filled::Open(glob) => Some(glob),
            Filled::Nothing => None,
        }
    }
}

impl Kind {
    fn of(step: &Step) -> Self {
        match step.at {
            At::PolicyOfRole => Self::Policy,
            At::User | At::BoundedUser => Self::User,
            _ => Self::Role,
        }
    }

    /// As ARNs write it.
    fn name(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
            Self::Policy => "policy",
        }
    }
}

/// Policies of the account itself: nobody can write AWS's own.
pub(super) fn customer_managed<'a>(attached: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    attached.filter(|arn| !arn.contains(":iam::aws:"))
}

/// Whether a statement asks for the tags or the boundary of the target.
fn asks_for_looks(statement: &Statement) -> bool {
    let conditions = statement.conditions.iter().flat_map(|condition| condition.keys());
    conditions.chain(statement.resource.listed().iter().flat_map(Pattern::keys)).any(of_target)
}

/// Keys that the target brings into the request.
fn of_target(lower_key: &str) -> bool {
    ["aws:resourcetag/", "iam:resourcetag/", "iam:permissionsboundary"].iter().any(|key| lower_key.starts_with(key))
}
