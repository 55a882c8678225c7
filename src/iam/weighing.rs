//! What every layer said on the way to a verdict: made by `evaluate`, told by `explain`.

use super::decision::Missing;
use super::layers::{Layer, Layers};
use super::policy::{Policy, Statement};
use super::request::Request;
use crate::model::truth::Truth;

/// A statement that applies, or may.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'a> {
    pub layer: Layer,
    pub level: Option<&'a str>,
    pub policy: &'a Policy,
    pub statement: &'a Statement,
    pub truth: Truth,
}

/// Every layer's answer, and the way to the verdict.
pub(super) struct Weighing<'a> {
    pub request: &'a Request<'a>,
    pub layers: &'a Layers<'a>,
    pub hits: Vec<Hit<'a>>,
    pub deny: Truth,
    pub allow: Truth,
    /// Layers that withhold their allow, or may; only the relevant ones.
    pub open: Vec<(Layer, Truth)>,
    pub missing: Vec<Missing>,
}
