//! A decision statement by statement: how each one that speaks of the action fits the request.

use super::decision::StatementRef;
use super::layers::{Guardrail, Layer, Layers, ResourcePolicy};
use super::matching::{self, Place};
use super::name::Name;
use super::policy::{Policy, Statement};
use super::request::Request;
use crate::model::truth::Truth;

/// How one statement fits a request.
#[derive(Debug, Clone)]
pub struct Traced {
    /// The statement.
    pub statement: StatementRef,
    /// Whether it covers the resource.
    pub resource: Truth,
    /// Whether it names the caller.
    pub principal: Truth,
    /// Each condition as it is written, and whether it holds.
    pub conditions: Vec<(String, Truth)>,
}

impl Traced {
    /// Whether the statement applies as a whole.
    #[must_use]
    pub fn applies(&self) -> Truth {
        let conditions = Truth::all(self.conditions.iter().map(|(_, truth)| *truth));
        self.resource.and(self.principal).and(conditions)
    }
}

/// Every statement of every layer that speaks of the action, in the order of the layers.
#[must_use]
pub fn trace(request: &Request<'_>, layers: &Layers<'_>) -> Vec<Traced> {
    let mut traced = Vec::new();
    let mut policies = |layer: Layer, level: Option<&str>, policies: &[&Policy]| {
        let place = Place { layer, bounded: !layers.boundary.is_empty() };
        for policy in policies {
            let spoken = policy.statements.iter().filter(|s| matching::action(s, request) != Truth::False);
            traced.extend(spoken.map(|statement| one(statement, policy, level, place, request)));
        }
    };
    for (layer, guardrail) in [(Layer::Rcp, &layers.rcp), (Layer::Scp, &layers.scp)] {
        if let Guardrail::Levels(levels) = guardrail {
            levels.iter().for_each(|level| policies(layer, Some(level.name), &level.policies));
        }
    }
    policies(Layer::Endpoint, None, &layers.endpoint);
    if let ResourcePolicy::Read(policy) = layers.resource_policy {
        policies(Layer::Resource, None, &[policy]);
    }
    policies(Layer::Identity, None, &layers.identity);
    policies(Layer::Boundary, None, &layers.boundary);
    policies(Layer::Session, None, layers.session.as_deref().unwrap_or_default());
    traced
}

fn one(statement: &Statement, policy: &Policy, level: Option<&str>, place: Place, request: &Request<'_>) -> Traced {
    let conditions = statement.conditions.iter().map(|condition| {
        let text = format!("{} {} [{}]", condition.operator(), condition.key(), condition.values().join(", "));
        (text, condition.holds(request))
    });
    Traced {
        statement: StatementRef {
            layer: place.layer,
            level: level.map(Name::from),
            policy: policy.id.clone(),
            statement: statement.index,
            sid: statement.sid.clone(),
            effect: statement.effect,
        },
        resource: matching::resource(statement, request, place.layer),
        principal: matching::principal(statement, request.caller, place).any(),
        conditions: conditions.collect(),
    }
}
