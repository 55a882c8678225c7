//! The answer to a request: the verdict, the statements it rests on, and what it still depends on.

use super::name::Name;

use serde::Serialize;

use super::layers::Layer;
use super::policy::Effect;

/// What AWS would answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Granted.
    Allow,
    /// Forbidden by a Deny statement that applies.
    ExplicitDeny,
    /// Nothing grants it, or a limiting layer does not.
    ImplicitDeny,
    /// Granted or not depending on what [`Decision::residual`] lists.
    Depends,
}

impl Verdict {
    /// The verdict's name in outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::ExplicitDeny => "explicit_deny",
            Self::ImplicitDeny => "implicit_deny",
            Self::Depends => "depends",
        }
    }

    /// Granted, or possibly so.
    #[must_use]
    pub fn may_be_allowed(self) -> bool {
        matches!(self, Self::Allow | Self::Depends)
    }
}

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// The statements that decided: the Deny statements that apply, or the Allow statements of each layer.
    pub because: Vec<StatementRef>,
    /// For an implicit deny: the layers that do not grant it (level or policy where one can be named).
    pub missing: Vec<Missing>,
    /// For [`Verdict::Depends`]: what is open. The questions of one statement must all hold for it to apply; of the Allow
    /// statements in a layer one is enough; of every Deny statement at least one question must come out false.
    pub residual: Vec<Residual>,
    /// What was odd or unreadable in policies that bear on the answer.
    pub diagnostics: Vec<Name>,
}

/// A statement, named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StatementRef {
    /// The layer it stands in.
    pub layer: Layer,
    /// For SCPs and RCPs: the level it is attached to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Name>,
    /// The policy's id.
    pub policy: Name,
    /// Its place in the policy, from 0.
    pub statement: usize,
    /// Its `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<Name>,
    /// Its effect; absent where it could not be read.
    pub effect: Option<Effect>,
}

/// A layer that does not grant the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The layer.
    pub layer: Layer,
    /// The level of it, or the rule of AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<Name>,
}

/// Something the answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Residual {
    /// The statement that asks; absent where a whole layer could not be read.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementRef>,
    /// The question.
    #[serde(flatten)]
    pub question: Question,
}

/// What is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "question", rename_all = "snake_case")]
pub enum Question {
    /// Whether a condition holds.
    Condition {
        /// The operator as written.
        operator: Name,
        /// The key as written.
        key: Name,
        /// The policy's values.
        values: Vec<String>,
    },
    /// Which of the resources asked for is meant, or what a variable in the pattern stands for.
    Resource {
        /// The patterns of the statement.
        patterns: Vec<String>,
    },
    /// Whether the principal element means this caller.
    Principal,
    /// What an element that cannot be read says.
    Unreadable {
        /// The element's name.
        element: &'static str,
    },
    /// What a layer that could not be read says.
    Layer {
        /// The layer.
        unread: Layer,
    },
    /// Whether the resource belongs to the caller's account.
    ResourceAccount,
    /// Whether S3 Block Public Access keeps strangers out of the bucket.
    PublicAccessBlock,
    /// Whether a KMS grant covers the request.
    KmsGrant {
        /// Whom the grant names.
        grantee: String,
    },
    /// Whether the caller is a service-linked role, which the layer would then not bind.
    ServiceLinkedRole {
        /// The layer.
        exempt_from: Layer,
    },
}

impl Serialize for Layer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for Effect {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        })
    }
}
