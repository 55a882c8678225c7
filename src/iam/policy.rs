//! A policy document, compiled once: what each statement says, and what could not be read of it.

use super::name::Name;

use super::condition::Condition;
use super::glob::Glob;
use super::principal::Named;
use super::variable::Pattern;

/// A compiled policy. Reading never fails: what cannot be read is an element that is unknown, with a diagnostic.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The name under which decisions refer to it: an ARN, an inline policy's name, …
    pub id: Name,
    /// Its statements in order.
    pub statements: Vec<Statement>,
    /// What was odd or unreadable, one line each.
    pub diagnostics: Vec<Name>,
}

impl Policy {
    /// A policy that is known to exist and could not be read: it may allow or deny anything.
    #[must_use]
    pub fn unread(id: &str) -> Self {
        let mut policy = Self::parse(id, "");
        policy.diagnostics = vec![format!("policy `{id}`: not read").into()];
        policy
    }
}

/// The effect of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Forbids.
    Deny,
}

/// One statement of a policy.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its place, from 0.
    pub index: usize,
    /// Its `Sid`.
    pub sid: Option<Name>,
    /// `None` where the effect cannot be read: the statement may then allow or deny.
    pub effect: Option<Effect>,
    /// `Principal` or `NotPrincipal`.
    pub principal: Element<Named>,
    /// `Action` or `NotAction`, in lower case.
    pub action: Element<ActionPattern>,
    /// `Resource` or `NotResource`.
    pub resource: Element<Pattern>,
    /// `Condition`; all must hold.
    pub conditions: Vec<Condition>,
}

impl Statement {
    /// Whether nothing is known of it.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.effect.is_none()
            && matches!(self.action, Element::Unreadable)
            && matches!(self.resource, Element::Unreadable)
    }
}

/// An element that comes in a plain and a negated form.
#[derive(Debug, Clone)]
pub enum Element<T> {
    /// Not written.
    Missing,
    /// Written but not readable.
    Unreadable,
    /// The plain form: any of these.
    In(Vec<T>),
    /// The `Not…` form: none of these.
    NotIn(Vec<T>),
}

impl<T> Element<T> {
    /// What is listed, in either form.
    #[must_use]
    pub fn listed(&self) -> &[T] {
        match self {
            Self::In(list) | Self::NotIn(list) => list,
            Self::Missing | Self::Unreadable => &[],
        }
    }
}

/// A pattern over actions; actions are compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionPattern {
    /// As written.
    pub source: Box<str>,
    glob: Glob,
}

impl ActionPattern {
    /// Compiles a pattern such as `s3:Get*`.
    #[must_use]
    pub fn new(source: &str) -> Self {
        Self { source: source.into(), glob: Glob::new(&source.to_ascii_lowercase()) }
    }

    /// Whether the action matches; it must be given in lower case.
    #[must_use]
    pub fn matches(&self, lower_action: &str) -> bool {
        self.glob.matches(lower_action)
    }

    /// The pattern over lower-case action names.
    #[must_use]
    pub fn glob(&self) -> &Glob {
        &self.glob
    }
}

impl Element<ActionPattern> {
    /// Whether the element covers the action, given in lower case; `None` where it cannot be read.
    #[must_use]
    pub fn covers(&self, lower_action: &str) -> Option<bool> {
        match self {
            Self::Missing | Self::Unreadable => None,
            Self::In(list) => Some(list.iter().any(|pattern| pattern.matches(lower_action))),
            Self::NotIn(list) => Some(!list.iter().any(|pattern| pattern.matches(lower_action))),
        }
    }
}
