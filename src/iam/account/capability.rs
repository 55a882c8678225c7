//! Which of many actions a principal may do, asked of all of them at once.
//!
//! Actions that the same statements bear on get the same answer, so the set is first cut down by the layers' action sets,
//! then split by every statement, and each part is decided once.

use std::sync::LazyLock;

use super::super::actions::{self, ActionId};
use super::super::decision::Decision;
use super::super::policy::{Effect, Statement};
use super::bits::{ActionSet, Sparse};
use super::scope::Scope;
use super::{Account, Ask, Principal};

/// Actions that a principal may do for the same reasons, on the same resources, under the same conditions.
#[derive(Debug, Clone)]
pub struct Capability {
    /// The actions.
    pub actions: Vec<ActionId>,
    /// Allow on every resource, or Depends on which one and on the residual conditions.
    pub decision: Decision,
}

impl Account {
    /// What of `wanted` the principal may do, or may depending on resource and conditions.
    ///
    /// By its identity policies, that is: what only a resource's own policy grants is not part of an account's details.
    #[must_use]
    pub fn capabilities(&self, principal: &Principal, wanted: &ActionSet) -> Vec<Capability> {
        let candidates = self.candidates(principal, wanted);
        if candidates.is_empty() {
            return Vec::new();
        }
        let mut parts = vec![candidates.sparse()];
        for scope in self.scopes_of(principal) {
            parts = split(parts, &scope.some);
            if scope.every != scope.some {
                parts = split(parts, &scope.every);
            }
        }
        for kind in &*KINDS {
            parts = split(parts, kind);
        }
        let mut capabilities: Vec<Capability> = Vec::new();
        for capability in parts.iter().filter_map(|part| self.capability(principal, part)) {
            match capabilities.iter_mut().find(|known| known.decision == capability.decision) {
                Some(known) => known.actions.extend(capability.actions),
                None => capabilities.push(capability),
            }
        }
        capabilities.iter_mut().for_each(|capability| capability.actions.sort_unstable());
        capabilities
    }

    /// The actions of `wanted` that no layer rules out for certain.
    #[must_use]
    pub fn candidates(&self, principal: &Principal, wanted: &ActionSet) -> ActionSet {
        let identity = self.identity_places(principal).filter_map(|place| self.scopes.get(place)).flatten();
        let mut candidates = union(identity, may_allow);
        candidates.keep(wanted);
        if let Some(boundary) = principal.boundary.and_then(|place| self.scopes.get(place)) {
            candidates.keep(&union(boundary.iter(), may_allow));
        }
        let exempt = principal.caller.service_linked() == crate::model::truth::Truth::True;
        if !exempt {
            for level in &self.guard {
                candidates.keep(&union(level.iter(), may_allow));
            }
        }
        for scope in self.scopes_of(principal) {
            if scope.effect == Some(Effect::Deny) && scope.unconditional {
                candidates.remove(&scope.every);
            }
        }
        candidates
    }

    /// The scopes of every statement that binds the principal.
    fn scopes_of<'a>(&'a self, principal: &'a Principal) -> impl Iterator<Item = &'a Scope> {
        let exempt = principal.caller.service_linked() == crate::model::truth::Truth::True;
        let guard = if exempt { &[][..] } else { &self.guard };
        self.identity_places(principal)
            .chain(principal.boundary)
            .filter_map(|place| self.scopes.get(place))
            .flatten()
            .chain(guard.iter().flatten())
    }

    /// The statements of every layer that bear on an action for some resource it works on.
    pub(in crate::iam) fn statements_on<'a>(
        &'a self,
        principal: &'a Principal,
        action: ActionId,
    ) -> impl Iterator<Item = &'a Statement> {
        let own = self.identity_places(principal).chain(principal.boundary);
        let own = own.filter_map(|place| Some((self.policies.get(place)?.statements.iter(), self.scopes.get(place)?)));
        let own = own.flat_map(|(statements, scopes)| statements.zip(scopes));
        let guard = self.scp.statements().zip(self.guard.iter().flatten());
        own.chain(guard).filter(move |(_, scope)| scope.some.contains(action)).map(|(statement, _)| statement)
    }

    fn capability(&self, principal: &Principal, part: &Sparse) -> Option<Capability> {
        let actions = part.ids();
        let first = *actions.first()?;
        let resource = match actions::resource_shapes(first) {
            [shape] => actions::localized(shape, &self.partition, &self.id),
            _ => "*".to_owned(),
        };
        let decision = self.decide_for(principal, &Ask::new(&actions::table().action(first).name, &resource));
        decision.verdict.may_be_allowed().then_some(Capability { actions, decision })
    }
}

/// Actions whose answer does not follow from the statements alone: those on one kind of resource are asked about that kind,
/// those on none about `*`; KMS keys and roles have policies that must agree.
static KINDS: LazyLock<[ActionSet; 4]> = LazyLock::new(|| {
    let table = actions::table();
    let of = |which: &dyn Fn(ActionId) -> bool| ActionSet::of(table.ids().filter(|id| which(*id)));
    let service = |id: ActionId, prefix: &str| table.action(id).lower.starts_with(prefix);
    [
        of(&|id| actions::resource_shapes(id).is_empty()),
        of(&|id| actions::resource_shapes(id).len() == 1),
        of(&|id| service(id, "kms:")),
        of(&|id| service(id, "sts:")),
    ]
});

fn may_allow(scope: &Scope) -> bool {
    scope.effect != Some(Effect::Deny)
}

fn union<'a>(scopes: impl Iterator<Item = &'a Scope>, which: impl Fn(&Scope) -> bool) -> ActionSet {
    let mut set = ActionSet::empty();
    scopes.filter(|scope| which(scope)).for_each(|scope| set.add(&scope.some));
    set
}

fn split(parts: Vec<Sparse>, by: &ActionSet) -> Vec<Sparse> {
    let mut split = Vec::with_capacity(parts.len());
    for part in parts {
        let (inside, outside) = part.split(by);
        split.extend([inside, outside].into_iter().filter(|part| !part.is_empty()));
    }
    split
}
