//! One account, compiled once: who exists, which layers bind each, and what each may do.

mod bits;
mod capability;
mod compile;
mod scope;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::context::Context;
use super::decision::Decision;
use super::evaluate::evaluate;
use super::glob::Glob;
use super::layers::{Guardrail, Layers, Level, ResourcePolicy};
use super::policy::{Policy, Statement};
use super::principal::Caller;
use super::request::Request;
use super::why::{self, Traced};
use crate::model::iam::Tag;

pub use bits::ActionSet;
pub use capability::Capability;
pub use scope::Scope;

/// A compiled account.
#[derive(Debug)]
pub struct Account {
    /// Its id, read off its principals' ARNs.
    pub id: String,
    /// Its partition.
    pub partition: String,
    principals: Vec<Principal>,
    by_arn: BTreeMap<String, usize>,
    policies: Vec<Policy>,
    scopes: Vec<Vec<Scope>>,
    /// The scopes of each SCP level.
    guard: Vec<Vec<Scope>>,
    /// Managed policies that have older versions.
    versioned: BTreeSet<String>,
    groups: BTreeMap<String, Group>,
    scp: Scp,
}

/// Service control policies over the account.
#[derive(Debug, Default)]
pub enum Scp {
    /// No organisation, or its management account.
    #[default]
    NotApplicable,
    /// Each level's name and policies, outermost first.
    Levels(Vec<(String, Vec<Policy>)>),
    /// Could not be read.
    Unreadable,
}

/// A user or role.
#[derive(Debug)]
pub struct Principal {
    /// Its ARN.
    pub arn: String,
    /// Its name without the path.
    pub name: String,
    /// Whether it is a role.
    pub is_role: bool,
    /// The groups of a user.
    pub groups: Vec<String>,
    /// Whether an instance profile holds the role.
    pub in_instance_profile: bool,
    caller: Caller,
    context: Context,
    identity: Vec<usize>,
    boundary: Option<usize>,
    trust: Option<usize>,
    /// A number that roles with the same text of trust policy share.
    pub(in crate::iam) trust_text: usize,
    attached: Vec<String>,
    tags: Vec<Tag>,
}

#[derive(Debug)]
struct Group {
    arn: String,
    policies: Vec<usize>,
    attached: Vec<String>,
}

/// What is asked beside principal and action.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The action.
    pub action: &'a str,
    /// The resource, or a pattern for a set of them.
    pub resource: &'a str,
    /// The resource's policy; a role's trust policy is found by itself.
    pub resource_policy: ResourcePolicy<'a>,
    /// Keys known beside those that follow from the principal.
    pub context: Context,
}

impl<'a> Ask<'a> {
    /// A question about a resource without a policy of its own, nothing known of the context.
    #[must_use]
    pub fn new(action: &'a str, resource: &'a str) -> Self {
        Self { action, resource, resource_policy: ResourcePolicy::None, context: Context::partial() }
    }

    /// The same, with one condition key known.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.context.set(key, value);
        self
    }
}

impl Account {
    /// Users and roles, in the order of the account's details.
    #[must_use]
    pub fn principals(&self) -> &[Principal] {
        &self.principals
    }

    /// The place of a principal, by its ARN.
    #[must_use]
    pub fn place(&self, arn: &str) -> Option<usize> {
        self.by_arn.get(arn).copied()
    }

    /// The principal at a place that this account gave out.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "a place comes from this account, which never changes")]
    pub fn principal(&self, place: usize) -> &Principal {
        &self.principals[place]
    }

    /// The places of users and roles whose ARN matches, in order.
    pub(in crate::iam) fn matching(&self, arn: &Glob) -> Vec<usize> {
        let alike = self
            .by_arn
            .range::<str, _>((Bound::Included(arn.head()), Bound::Unbounded))
            .take_while(|(text, _)| text.starts_with(arn.head()));
        let mut places: Vec<usize> = alike.filter(|(text, _)| arn.matches(text)).map(|(_, place)| *place).collect();
        places.sort_unstable();
        places
    }

    /// The trust policy of a role.
    #[must_use]
    pub fn trust(&self, role: &Principal) -> Option<&Policy> {
        role.trust.and_then(|place| self.policies.get(place))
    }

    /// Decides what a principal asks; `None` if the account has no such principal.
    #[must_use]
    pub fn decide(&self, principal_arn: &str, ask: &Ask<'_>) -> Option<Decision> {
        let principal = self.principal(self.place(principal_arn)?);
        Some(self.decide_for(principal, ask))
    }

    /// Decides what a principal asks.
    #[must_use]
    pub fn decide_for(&self, principal: &Principal, ask: &Ask<'_>) -> Decision {
        self.decide_in(principal, self.layers(principal), ask)
    }

    /// Decides as if the principal held every identity permission: what is left are its boundary, SCPs and resource policies.
    ///
    /// This is what a principal can do once it may write its own policies.
    #[must_use]
    pub fn decide_as_administrator(&self, principal: &Principal, ask: &Ask<'_>) -> Decision {
        let everything = Policy::parse(
            "administrator",
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        );
        let mut layers = self.layers(principal);
        layers.identity = vec![&everything];
        self.decide_in(principal, layers, ask)
    }

    /// How each statement that speaks of the action fits what a principal asks.
    #[must_use]
    pub fn trace(&self, principal: &Principal, ask: &Ask<'_>) -> Vec<Traced> {
        self.asked(principal, self.layers(principal), ask, why::trace)
    }

    fn decide_in<'a>(&'a self, principal: &'a Principal, layers: Layers<'a>, ask: &Ask<'a>) -> Decision {
        self.asked(principal, layers, ask, evaluate)
    }

    /// Puts the request together and hands it on.
    pub(in crate::iam) fn asked<'a, T>(
        &'a self,
        principal: &'a Principal,
        mut layers: Layers<'a>,
        ask: &Ask<'a>,
        answer: impl FnOnce(&Request<'_>, &Layers<'_>) -> T,
    ) -> T {
        let mut context = ask.context.clone();
        context.add(&principal.context);
        layers.resource_policy = self.resource_policy(ask);
        let account = account_of(ask.resource).or(Some(self.id.as_str()));
        answer(&Request::new(&principal.caller, ask.action, ask.resource, account, &context), &layers)
    }

    /// The policy of the resource: given, the role's own trust, or for a KMS key unknown, since every key has one.
    fn resource_policy<'a>(&'a self, ask: &Ask<'a>) -> ResourcePolicy<'a> {
        if !matches!(ask.resource_policy, ResourcePolicy::None) {
            return ask.resource_policy.clone();
        }
        let action = ask.action.to_ascii_lowercase();
        if action.starts_with("sts:") {
            let trust = self.place(ask.resource).and_then(|place| self.trust(self.principal(place)));
            return trust.map_or(ResourcePolicy::Unreadable, ResourcePolicy::Read);
        }
        if on_kms_key(&action, ask.resource) { ResourcePolicy::Unreadable } else { ResourcePolicy::None }
    }

    /// The layers that bind a principal.
    #[must_use]
    pub fn layers<'a>(&'a self, principal: &'a Principal) -> Layers<'a> {
        let get = |place: &usize| self.policies.get(*place);
        Layers {
            identity: self.identity_places(principal).filter_map(|place| get(&place)).collect(),
            boundary: principal.boundary.iter().filter_map(get).collect(),
            scp: self.scp.guardrail(),
            ..Layers::default()
        }
    }

    /// The places of a principal's policies, those of its groups included.
    fn identity_places<'a>(&'a self, principal: &'a Principal) -> impl Iterator<Item = usize> + 'a {
        let groups = principal.groups.iter().filter_map(|name| self.groups.get(name));
        principal.identity.iter().copied().chain(groups.flat_map(|group| group.policies.iter().copied()))
    }

    /// ARNs of the managed policies attached to a principal or its groups.
    pub fn attached<'a>(&'a self, principal: &'a Principal) -> impl Iterator<Item = &'a str> {
        let groups = principal.groups.iter().filter_map(|name| self.groups.get(name));
        principal.attached.iter().chain(groups.flat_map(|group| group.attached.iter())).map(String::as_str)
    }

    /// ARNs of a user's groups.
    pub fn group_arns<'a>(&'a self, principal: &'a Principal) -> impl Iterator<Item = &'a str> {
        principal.groups.iter().filter_map(|name| self.groups.get(name)).map(|group| group.arn.as_str())
    }

    /// ARNs of all groups.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.values().map(|group| group.arn.as_str())
    }

    /// Whether a managed policy has versions beside the one in force.
    #[must_use]
    pub fn has_versions(&self, policy_arn: &str) -> bool {
        self.versioned.contains(policy_arn)
    }

    /// The keys that a request on a user or role shows of it: its tags, and its boundary where the action does not set one.
    ///
    /// Source: IAM User Guide, `reference_policies_iam-condition-keys`, `iam:PermissionsBoundary` and `iam:ResourceTag`.
    #[must_use]
    pub fn resource_context(&self, subject: &Principal, action: &str) -> Context {
        let mut context = Context::partial();
        for prefix in ["aws:ResourceTag/", "iam:ResourceTag/"] {
            for tag in &subject.tags {
                context.set(&format!("{prefix}{}", tag.key), tag.value.clone());
            }
            context.close_prefix(prefix);
        }
        if !action.ends_with("PermissionsBoundary") || action.contains(":Delete") {
            match subject.boundary.and_then(|place| self.policies.get(place)) {
                Some(boundary) => context.set("iam:PermissionsBoundary", boundary.id.to_string()),
                None => context.set_absent("iam:PermissionsBoundary"),
            }
        }
        context
    }

    /// What was odd or unreadable in the account's policies.
    pub fn diagnostics(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().flat_map(|policy| policy.diagnostics.iter()).map(|line| &**line)
    }

    /// Whether the SCPs over the account could not be read, so that every grant stands under that reserve.
    #[must_use]
    pub fn scp_unreadable(&self) -> bool {
        matches!(self.scp, Scp::Unreadable)
    }
}

impl Principal {
    /// Whether it carries a permissions boundary.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.boundary.is_some()
    }

    /// What a request on it shows of it: its tags and its boundary.
    pub(in crate::iam) fn look(&self) -> impl Ord + use<'_> {
        let tags: Vec<(&str, &str)> = self.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect();
        (tags, self.boundary)
    }
}

impl Scp {
    /// Every statement, level by level.
    fn statements(&self) -> impl Iterator<Item = &Statement> {
        let levels = if let Self::Levels(levels) = self { levels.as_slice() } else { &[] };
        levels.iter().flat_map(|(_, policies)| policies).flat_map(|policy| &policy.statements)
    }

    fn guardrail(&self) -> Guardrail<'_> {
        match self {
            Self::NotApplicable => Guardrail::NotApplicable,
            Self::Unreadable => Guardrail::Unreadable,
            Self::Levels(levels) => Guardrail::Levels(
                levels.iter().map(|(name, policies)| Level { name, policies: policies.iter().collect() }).collect(),
            ),
        }
    }
}

/// Whether the question is about a KMS key, and not about an alias, a key store or nothing in particular.
fn on_kms_key(lower_action: &str, resource: &str) -> bool {
    let anything = || resource == "*" && !super::actions::works_on_no_resource(lower_action);
    lower_action.starts_with("kms:") && (resource.contains(":key/") || anything())
}

/// The account in a resource's ARN.
fn account_of(resource: &str) -> Option<&str> {
    let account = super::arn::Arn::parse(resource)?.account;
    (!account.is_empty() && !account.contains('*')).then_some(account)
}
