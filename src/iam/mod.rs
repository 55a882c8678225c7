//! The AWS policy language: who may do what, decided as AWS decides it, or what the answer depends on.
//!
//! Pure: policies and requests come in, a [`Decision`] goes out. Unknown is a value of its own ([`Truth`]) and is never
//! rounded to yes or no.

pub mod account;
pub mod actions;
pub mod arn;
mod aws_rules;
pub mod cases;
pub mod claims;
pub mod condition;
pub mod context;
pub mod decision;
pub mod escalation;
pub mod evaluate;
mod explain;
pub mod glob;
pub mod json;
pub mod layers;
pub mod matching;
pub mod name;
pub mod operator;
pub mod parse;
pub mod policy;
pub mod principal;
pub mod request;
pub mod subjects;
pub mod trust;
pub mod trust_class;
pub mod value;
pub mod variable;
mod weighing;
pub mod why;

pub use crate::model::truth::Truth;
pub use claims::{Claim, Claims};
pub use context::{Context, Lookup};
pub use decision::{Decision, Missing, Question, Residual, StatementRef, Verdict};
pub use evaluate::evaluate;
pub use layers::{Guardrail, KmsGrant, Layer, Layers, Level, ResourcePolicy, RestrictPublicBuckets};
pub use name::Name;
pub use policy::{Effect, Policy};
pub use principal::{Caller, CallerKind};
pub use request::Request;
