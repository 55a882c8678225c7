//! Whether one statement applies to a request.

use super::layers::Layer;
use super::policy::{Effect, Element, Statement};
use super::principal::{Caller, CallerKind, Named, Naming, spares};
use super::request::Request;
use crate::model::truth::Truth;

/// How a principal element fits the caller, by what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// The caller itself, or everybody.
    pub direct: Truth,
    /// The caller's role.
    pub role: Truth,
    /// The caller's account.
    pub account: Truth,
}

impl Fit {
    const NO: Self = Self { direct: Truth::False, role: Truth::False, account: Truth::False };

    /// The same answer whatever is named.
    #[must_use]
    pub fn direct(truth: Truth) -> Self {
        Self { direct: truth, ..Self::NO }
    }

    /// The answer for one way of being named.
    #[must_use]
    pub fn of(naming: Naming, truth: Truth) -> Self {
        match naming {
            Naming::No => Self::NO,
            Naming::Direct => Self::direct(truth),
            Naming::Role => Self { role: truth, ..Self::NO },
            Naming::Account => Self { account: truth, ..Self::NO },
        }
    }

    /// Whether the caller is named in any way.
    #[must_use]
    pub fn any(self) -> Truth {
        self.direct.or(self.role).or(self.account)
    }

    /// Whether the caller is named, unknown where it may be named in a further way: another way may grant more.
    #[must_use]
    pub fn settled(self) -> Truth {
        let open = [self.direct, self.role, self.account].contains(&Truth::Unknown);
        if open { Truth::Unknown } else { self.any() }
    }

    /// Each answer, given that something else holds too.
    #[must_use]
    pub fn and(self, truth: Truth) -> Self {
        Self { direct: self.direct.and(truth), role: self.role.and(truth), account: self.account.and(truth) }
    }

    /// Each answer, or that of another statement.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            direct: self.direct.or(other.direct),
            role: self.role.or(other.role),
            account: self.account.or(other.account),
        }
    }
}

/// The layer a statement stands in, and what of the caller bears on it.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The layer.
    pub layer: Layer,
    /// Whether the caller has a permissions boundary.
    pub bounded: bool,
}

/// How the statement applies: action, resource, principal and every condition, cheapest first.
#[must_use]
pub fn applies(statement: &Statement, request: &Request<'_>, place: Place) -> Fit {
    let action = action(statement, request);
    if action == Truth::False {
        return Fit::NO;
    }
    let resource = resource(statement, request, place.layer);
    if resource == Truth::False {
        return Fit::NO;
    }
    let fit = principal(statement, request.caller, place);
    if fit.any() == Truth::False {
        return Fit::NO;
    }
    let conditions = Truth::all(statement.conditions.iter().map(|condition| condition.holds(request)));
    fit.and(action).and(resource).and(conditions)
}

/// Whether the statement covers the action.
#[must_use]
pub fn action(statement: &Statement, request: &Request<'_>) -> Truth {
    statement.action.covers(request.lower_action()).map_or(Truth::Unknown, Truth::from)
}

/// Whether the statement covers the resource. A trust policy has no resource: it stands on the role itself.
#[must_use]
pub fn resource(statement: &Statement, request: &Request<'_>, layer: Layer) -> Truth {
    let covered = |list: &[super::variable::Pattern]| {
        Truth::any(
            list.iter().map(|pattern| pattern.covers(request.target(), |key| super::condition::filling(request, key))),
        )
    };
    match &statement.resource {
        Element::In(list) => covered(list),
        Element::NotIn(list) => covered(list).not(),
        Element::Missing if layer == Layer::Resource => Truth::True,
        Element::Missing | Element::Unreadable => Truth::Unknown,
    }
}

/// How the statement's principal element fits the caller.
#[must_use]
pub fn principal(statement: &Statement, caller: &Caller, place: Place) -> Fit {
    let names_callers = matches!(place.layer, Layer::Resource | Layer::Rcp | Layer::Endpoint);
    match &statement.principal {
        Element::Missing => match place.layer {
            // The resource's own policy must say for whom; in the others the only legal value is everybody.
            Layer::Resource => Fit::direct(Truth::Unknown),
            _ => Fit::direct(Truth::True),
        },
        // An identity policy, boundary, session policy or SCP has no principal; AWS refuses to store one.
        _ if !names_callers => Fit::direct(Truth::Unknown),
        Element::Unreadable => Fit { direct: Truth::Unknown, role: Truth::Unknown, account: Truth::Unknown },
        Element::In(list) => named(list, caller),
        Element::NotIn(list) => match statement.effect {
            Some(Effect::Deny) => Fit::direct(denied_by_exception(list, caller, place.bounded)),
            Some(Effect::Allow) => Fit::direct(named(list, caller).any().not()),
            None => Fit::direct(Truth::Unknown),
        },
    }
}

fn named(list: &[Named], caller: &Caller) -> Fit {
    list.iter()
        .map(|entry| {
            let (naming, open) = entry.names(caller);
            Fit::of(naming, if open { Truth::Unknown } else { Truth::True })
        })
        .fold(Fit::NO, Fit::or)
}

/// `NotPrincipal` with Deny: everybody but the listed; always a caller with a permissions boundary.
///
/// Source: IAM User Guide, `access_policies_boundaries`: it "will always deny any IAM principal that has a permissions
/// boundary policy attached, regardless of the values specified in the NotPrincipal element".
fn denied_by_exception(list: &[Named], caller: &Caller, bounded: bool) -> Truth {
    let bound = matches!(caller.kind, CallerKind::User(_) | CallerKind::Role(_) | CallerKind::Session { .. });
    if bounded && bound {
        return Truth::True;
    }
    spares(list, caller).not()
}
