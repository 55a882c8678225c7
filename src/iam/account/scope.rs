//! What a statement can bear on, as sets of actions: computed once a policy, asked for every principal.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::actions::{self, ActionId};
use super::super::glob::Glob;
use super::super::policy::{ActionPattern, Effect, Element, Policy, Statement};
use super::super::variable::Pattern;
use super::bits::ActionSet;
use crate::model::truth::Truth;

/// A statement's reach over the table of actions.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The effect; `None` where it could not be read.
    pub effect: Option<Effect>,
    /// Actions that it bears on for some resource.
    pub some: Arc<ActionSet>,
    /// Actions that it bears on for every resource they work on.
    pub every: Arc<ActionSet>,
    /// Whether it has no condition.
    pub unconditional: bool,
}

/// Compiles scopes and shares equal sets.
#[derive(Debug)]
pub(super) struct Scopes {
    partition: String,
    account: String,
    shapes: BTreeMap<*const Box<str>, Arc<[Shape]>>,
    by_actions: BTreeMap<(bool, Vec<Box<str>>), Arc<ActionSet>>,
    shared: BTreeMap<ActionSet, Arc<ActionSet>>,
}

impl Scopes {
    /// Scopes in an account.
    pub(super) fn new(partition: &str, account: &str) -> Self {
        Self {
            partition: partition.to_owned(),
            account: account.to_owned(),
            shapes: BTreeMap::new(),
            by_actions: BTreeMap::new(),
            shared: BTreeMap::new(),
        }
    }

    /// The shapes of an action's resources in this account.
    fn shapes(&mut self, id: ActionId) -> Arc<[Shape]> {
        let raw = actions::resource_shapes(id);
        let (partition, account) = (&self.partition, &self.account);
        let local = || raw.iter().map(|shape| Shape::new(&actions::localized(shape, partition, account))).collect();
        Arc::clone(self.shapes.entry(raw.as_ptr()).or_insert_with(local))
    }

    /// The scopes of a policy's statements.
    pub(super) fn of(&mut self, policy: &Policy) -> Vec<Scope> {
        policy.statements.iter().map(|statement| self.scope(statement)).collect()
    }

    fn scope(&mut self, statement: &Statement) -> Scope {
        let actions = self.actions(&statement.action);
        let (some, every) = match &statement.resource {
            Element::In(list) if list.iter().any(|pattern| pattern.fixed().is_some_and(Glob::is_any)) => {
                (Arc::clone(&actions), actions)
            }
            Element::In(list) => self.narrowed(&actions, list),
            Element::NotIn(_) | Element::Missing | Element::Unreadable => (actions, self.share(ActionSet::empty())),
        };
        Scope { effect: statement.effect, some, every, unconditional: statement.conditions.is_empty() }
    }

    fn actions(&mut self, element: &Element<ActionPattern>) -> Arc<ActionSet> {
        let negated = matches!(element, Element::NotIn(_));
        if matches!(element, Element::Missing | Element::Unreadable) {
            return self.share(ActionSet::all());
        }
        let key = (negated, element.listed().iter().map(|pattern| pattern.source.clone()).collect());
        if let Some(known) = self.by_actions.get(&key) {
            return Arc::clone(known);
        }
        let table = actions::table();
        let mut set = ActionSet::empty();
        for pattern in element.listed() {
            table.expand(pattern.glob()).for_each(|id| set.insert(id));
        }
        let shared = self.share(if negated { set.complement() } else { set });
        self.by_actions.insert(key, Arc::clone(&shared));
        shared
    }

    /// The actions whose kinds of resource the patterns meet, and those whose kinds they all cover.
    fn narrowed(&mut self, actions: &ActionSet, patterns: &[Pattern]) -> (Arc<ActionSet>, Arc<ActionSet>) {
        let places: Vec<Place> = patterns.iter().map(Place::new).collect();
        let (mut some, mut every) = (ActionSet::empty(), ActionSet::empty());
        let mut known: BTreeMap<*const Shape, (bool, bool)> = BTreeMap::new();
        for id in actions.iter() {
            let shapes = self.shapes(id);
            let (meets, covers) = if shapes.is_empty() {
                on_no_resource(&places, id, &self.partition)
            } else {
                *known.entry(shapes.as_ptr()).or_insert_with(|| meets(&places, &shapes))
            };
            if meets {
                some.insert(id);
            }
            if covers {
                every.insert(id);
            }
        }
        (self.share(some), self.share(every))
    }

    fn share(&mut self, set: ActionSet) -> Arc<ActionSet> {
        Arc::clone(self.shared.entry(set.clone()).or_insert_with(|| Arc::new(set)))
    }
}

/// A resource pattern with what rules most kinds of resource out at once.
struct Place {
    glob: Glob,
    service: Option<Box<str>>,
    exact: bool,
}

impl Place {
    /// Variables stand for anything.
    fn new(pattern: &Pattern) -> Self {
        use super::super::variable::{Filled, Filling};
        let (glob, exact) = match pattern.fill(|_| Filling::Unknown) {
            Filled::Known(_, glob) => (glob, true),
            Filled::Open(glob) => (glob, false),
            Filled::Nothing => (Glob::new(""), true),
        };
        Self { glob, service: service_of(pattern.source()), exact }
    }
}

/// A kind of resource in the account.
#[derive(Debug)]
struct Shape {
    glob: Glob,
    service: Option<Box<str>>,
}

impl Shape {
    fn new(text: &str) -> Self {
        Self { glob: Glob::new(text), service: service_of(text) }
    }
}

/// The service field of an ARN pattern, where no wildcard comes before its end (one in the partition could cross into it).
fn service_of(text: &str) -> Option<Box<str>> {
    let mut fields = text.split(':');
    let (Some("arn"), Some(partition), Some(service)) = (fields.next(), fields.next(), fields.next()) else {
        return None;
    };
    (!partition.contains(['*', '?', '$']) && !service.contains(['*', '?', '$'])).then(|| service.into())
}

/// Whether the patterns grant an action that works on no resource.
fn on_no_resource(places: &[Place], id: ActionId, partition: &str) -> (bool, bool) {
    let target = super::super::request::target("*", &actions::table().action(id).lower, partition);
    let covered = places.iter().any(|place| place.glob.covers(&target) == Truth::True);
    (covered, covered)
}

/// Whether some shape is met by some pattern, and whether every shape is covered by one.
fn meets(places: &[Place], shapes: &[Shape]) -> (bool, bool) {
    let (mut some, mut all) = (false, true);
    for shape in shapes {
        let mut best = Truth::False;
        for place in places {
            let elsewhere = matches!((&place.service, &shape.service), (Some(one), Some(other)) if one != other);
            if !elsewhere {
                let covers = place.glob.covers(&shape.glob);
                best = best.or(if place.exact { covers } else { covers.and(Truth::Unknown) });
            }
        }
        some |= best != Truth::False;
        all &= best == Truth::True;
    }
    (some, all)
}
