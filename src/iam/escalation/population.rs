//! Whom a path can gain in an account, prepared once: by kind, by the service that may run as them, by whom they trust.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::account::{Account, Principal};
use super::super::context::Context;
use super::super::layers::{Guardrail, Layers};
use super::super::policy::{Element, Policy};
use super::super::principal::{Caller, Named};
use super::super::trust::{self, Role};
use super::alike::Groups;
use super::{At, Path, Step, paths};

/// The users and roles of an account, in sorted lists of places.
#[derive(Debug)]
pub(super) struct Population {
    roles: Arc<[usize]>,
    users: Arc<[usize]>,
    bounded_roles: Arc<[usize]>,
    bounded_users: Arc<[usize]>,
    /// Roles that a path's services can assume, by the path's id.
    served: BTreeMap<&'static str, Arc<[usize]>>,
    trusting: Trusting,
    /// Roles that AWS runs and protects, by the path of their ARN.
    protected: [Vec<usize>; 2],
}

/// Roles by whom they trust, services aside.
#[derive(Debug, Default)]
struct Trusting {
    /// Roles whose trust speaks of whole accounts or of everybody; others must name the caller.
    accounts: Arc<[usize]>,
    /// Those of them that look alike and have the same trust policy, but for its name.
    alike: Vec<Vec<usize>>,
    /// Those that a caller may enter without an identity policy, because everybody is named.
    everybody: Vec<usize>,
    by_name: BTreeMap<String, Vec<usize>>,
}

impl Population {
    pub(super) fn of(account: &Account, look: &impl Fn(usize) -> usize) -> Self {
        let which = |which: &dyn Fn(&Principal) -> bool| -> Arc<[usize]> {
            let principals = account.principals().iter().enumerate();
            principals.filter(|(_, principal)| which(principal)).map(|(place, _)| place).collect()
        };
        let roles = which(&|principal| principal.is_role);
        let under = |path: &str| which(&|principal| principal.is_role && principal.arn.contains(path)).to_vec();
        Self {
            users: which(&|principal| !principal.is_role),
            bounded_roles: which(&|principal| principal.is_role && principal.is_bounded()),
            bounded_users: which(&|principal| !principal.is_role && principal.is_bounded()),
            served: served(account, &roles),
            trusting: Trusting::of(account, &roles, look),
            protected: [under(":role/aws-reserved/"), under(":role/aws-service-role/")],
            roles,
        }
    }

    /// Whom a path may gain, before its steps are asked; who differs by AWS's own rules is told apart.
    pub(super) fn targets(&self, asker: &Principal, path: &Path, steps: &[&Step]) -> Groups {
        let at = |wanted: At| steps.iter().any(|step| step.at == wanted);
        let mut groups = if at(At::PassedRole) {
            Groups::new(self.served(path))
        } else if steps.iter().any(|step| step.assumes()) {
            self.trusting.groups(asker)
        } else if at(At::BoundedRole) {
            Groups::new(Arc::clone(&self.bounded_roles))
        } else if at(At::BoundedUser) {
            Groups::new(Arc::clone(&self.bounded_users))
        } else if at(At::User) {
            Groups::new(Arc::clone(&self.users))
        } else {
            Groups::new(Arc::clone(&self.roles))
        };
        self.protected.iter().for_each(|list| groups.tell(list));
        groups
    }

    /// Roles that one of the path's services can assume.
    pub(super) fn served(&self, path: &Path) -> Arc<[usize]> {
        self.served.get(path.id.as_str()).cloned().unwrap_or_default()
    }

    /// Whether some role's trust policy lets the principal in without an identity policy.
    pub(super) fn welcomes(&self, asker: &Principal) -> bool {
        !self.trusting.everybody.is_empty() || self.trusting.by_name.contains_key(&asker.arn)
    }
}

fn served(account: &Account, roles: &[usize]) -> BTreeMap<&'static str, Arc<[usize]>> {
    let open: Vec<usize> = roles
        .iter()
        .copied()
        .filter(|place| account.trust(account.principal(*place)).is_some_and(may_admit_services))
        .collect();
    let services: BTreeSet<&'static str> = paths().iter().flat_map(|path| &path.services).map(String::as_str).collect();
    let admitting = |service: &'static str| -> (&'static str, BTreeSet<usize>) {
        let caller = Caller::parse(service);
        let admits = |place: &usize| admits(account, account.principal(*place), &caller);
        (service, open.iter().copied().filter(admits).collect())
    };
    let by_service: BTreeMap<&str, BTreeSet<usize>> = services.into_iter().map(admitting).collect();
    let of_path = |path: &'static Path| -> (&'static str, Arc<[usize]>) {
        let places: BTreeSet<usize> =
            path.services.iter().filter_map(|service| by_service.get(service.as_str())).flatten().copied().collect();
        let fits = |place: &usize| !path.instance_profile || account.principal(*place).in_instance_profile;
        (path.id.as_str(), places.into_iter().filter(fits).collect())
    };
    paths().iter().map(of_path).collect()
}

/// Whether a trust policy can admit any service: it names one, everybody, or somebody who cannot be read.
fn may_admit_services(trust: &Policy) -> bool {
    trust.statements.iter().any(|statement| match &statement.principal {
        Element::In(list) => list.iter().any(|named| matches!(named, Named::Service(_) | Named::Everybody)),
        Element::NotIn(_) | Element::Missing | Element::Unreadable => true,
    })
}

fn admits(account: &Account, role: &Principal, service: &Caller) -> bool {
    let Some(trust) = account.trust(role) else { return false };
    let role = Role { arn: &role.arn, trust, rcp: Guardrail::NotApplicable };
    trust::by_principal(&role, service, &Layers::default(), &Context::partial()).verdict.may_be_allowed()
}

impl Trusting {
    fn of(account: &Account, roles: &[usize], look: &impl Fn(usize) -> usize) -> Self {
        let mut trusting = Self::default();
        let mut accounts = Vec::new();
        for place in roles.iter().copied() {
            let Some(trust) = account.trust(account.principal(place)) else { continue };
            let named = trust.statements.iter().flat_map(|statement| statement.principal.listed());
            let mut wide = trust.statements.iter().any(|statement| statement.principal.listed().is_empty());
            let mut everybody = false;
            for entry in named {
                match entry {
                    Named::User(arn) | Named::Role { arn, .. } => {
                        trusting.by_name.entry(arn.clone()).or_default().push(place);
                    }
                    Named::Service(_) | Named::Federated(_) => {}
                    Named::Everybody => everybody = true,
                    _ => wide = true,
                }
            }
            if wide || everybody {
                accounts.push(place);
            }
            if everybody {
                trusting.everybody.push(place);
            }
        }
        let mut alike: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for place in accounts.iter().copied() {
            alike.entry((account.principal(place).trust_text, look(place))).or_default().push(place);
        }
        trusting.alike = alike.into_values().collect();
        trusting.accounts = accounts.into();
        trusting
    }

    /// The roles whose trust may speak of a principal; those that name it stand each for itself.
    fn groups(&self, asker: &Principal) -> Groups {
        let named = self.by_name.get(&asker.arn).map_or(&[][..], Vec::as_slice);
        let new: BTreeSet<usize> =
            named.iter().copied().filter(|place| self.accounts.binary_search(place).is_err()).collect();
        if new.is_empty() {
            return Groups::with(Arc::clone(&self.accounts), self.alike.clone());
        }
        let total: BTreeSet<usize> = self.accounts.iter().chain(&new).copied().collect();
        let each = new.into_iter().map(|place| vec![place]);
        Groups::with(total.into_iter().collect(), self.alike.iter().cloned().chain(each).collect())
    }
}
