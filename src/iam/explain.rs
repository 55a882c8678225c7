//! From a weighing to a decision that says why.

use super::name::Name;

use super::context::{Lookup, Lookups};
use super::decision::{Decision, Question, Residual, StatementRef, Verdict};
use super::layers::{Guardrail, Layer, ResourcePolicy};
use super::matching::{self, Place};
use super::policy::{Effect, Element};
use super::weighing::{Hit, Weighing};
use crate::model::truth::Truth;

/// Puts the decision together.
pub(super) fn decision(weighing: Weighing<'_>, verdict: Verdict) -> Decision {
    let decisive = |hit: &&Hit<'_>| match verdict {
        Verdict::ExplicitDeny => hit.truth == Truth::True && hit.statement.effect == Some(Effect::Deny),
        Verdict::Allow => hit.truth == Truth::True && hit.statement.effect == Some(Effect::Allow),
        Verdict::ImplicitDeny => false,
        Verdict::Depends => hit.statement.effect != Some(Effect::Deny) || hit.truth == Truth::Unknown,
    };
    let because: Vec<StatementRef> = weighing.hits.iter().filter(decisive).map(reference).collect();
    let residual = if verdict == Verdict::Depends { residual(&weighing) } else { Vec::new() };
    let diagnostics = diagnostics(&weighing);
    let missing = if verdict == Verdict::ImplicitDeny { weighing.missing } else { Vec::new() };
    Decision { verdict, because, missing, residual, diagnostics }
}

fn reference(hit: &Hit<'_>) -> StatementRef {
    StatementRef {
        layer: hit.layer,
        level: hit.level.map(Into::into),
        policy: hit.policy.id.clone(),
        statement: hit.statement.index,
        sid: hit.statement.sid.clone(),
        effect: hit.statement.effect,
    }
}

fn diagnostics(weighing: &Weighing<'_>) -> Vec<Name> {
    let mut lines: Vec<Name> = Vec::new();
    for hit in &weighing.hits {
        for line in &hit.policy.diagnostics {
            if !lines.contains(line) {
                lines.push(line.clone());
            }
        }
    }
    lines
}

fn residual(weighing: &Weighing<'_>) -> Vec<Residual> {
    let mut all = unread_layers(weighing);
    let waits = |layer: Layer| weighing.open.iter().any(|(open, _)| *open == layer);
    if waits(Layer::Aws) {
        all.push(Residual { statement: None, question: Question::PublicAccessBlock });
    }
    if waits(Layer::Resource) {
        let open = weighing.layers.kms_grants.iter().filter(|grant| weighing.grant(grant).any() == Truth::Unknown);
        all.extend(open.map(|grant| Residual {
            statement: None,
            question: Question::KmsGrant { grantee: grant.grantee.clone() },
        }));
    }
    for hit in &weighing.hits {
        let relevant = match hit.statement.effect {
            Some(Effect::Allow) => waits(hit.layer),
            Some(Effect::Deny) | None => true,
        };
        let open = hit.truth == Truth::Unknown || hit.statement.effect.is_none();
        if open && relevant {
            all.extend(questions(hit, weighing));
        }
    }
    if weighing.request.caller.is_iam()
        && weighing.request.same_account() == Truth::Unknown
        && waits(Layer::Identity) | waits(Layer::Resource) | all.is_empty()
    {
        all.push(Residual { statement: None, question: Question::ResourceAccount });
    }
    all
}

/// Layers of which nothing could be read, and layers that may not bind a service-linked role.
fn unread_layers(weighing: &Weighing<'_>) -> Vec<Residual> {
    let layers = weighing.layers;
    let linked = weighing.request.caller.service_linked();
    let mut all = Vec::new();
    let mut ask = |question| all.push(Residual { statement: None, question });
    for (layer, guardrail) in [(Layer::Scp, &layers.scp), (Layer::Rcp, &layers.rcp)] {
        let bears = || match layer {
            Layer::Rcp => super::aws_rules::rcp_covers(weighing.request),
            _ => weighing.request.caller.is_iam(),
        };
        match guardrail {
            Guardrail::NotApplicable => {}
            _ if linked == Truth::True || !bears() => {}
            Guardrail::Unreadable => ask(Question::Layer { unread: layer }),
            Guardrail::Levels(_) if linked == Truth::Unknown => {
                ask(Question::ServiceLinkedRole { exempt_from: layer });
            }
            Guardrail::Levels(_) => {}
        }
    }
    if matches!(layers.resource_policy, ResourcePolicy::Unreadable) {
        ask(Question::Layer { unread: Layer::Resource });
    }
    all
}

/// The open questions of one statement.
fn questions(hit: &Hit<'_>, weighing: &Weighing<'_>) -> Vec<Residual> {
    let (statement, request) = (hit.statement, weighing.request);
    let place = Place { layer: hit.layer, bounded: !weighing.layers.boundary.is_empty() };
    let mut open = Vec::new();
    if statement.is_unreadable() {
        let question = Question::Unreadable { element: "Statement" };
        return vec![Residual { statement: Some(reference(hit)), question }];
    }
    if statement.effect.is_none() {
        open.push(Question::Unreadable { element: "Effect" });
    }
    if matching::action(statement, request) == Truth::Unknown {
        open.push(Question::Unreadable { element: "Action" });
    }
    if matching::resource(statement, request, hit.layer) == Truth::Unknown {
        open.push(resource_question(hit));
        open.extend(variable_questions(hit, weighing));
    }
    if matching::principal(statement, request.caller, place).any() == Truth::Unknown {
        open.push(match statement.principal {
            Element::Unreadable => Question::Unreadable { element: "Principal" },
            _ => Question::Principal,
        });
    }
    for condition in &statement.conditions {
        if condition.holds(request) == Truth::Unknown {
            open.push(Question::Condition {
                operator: condition.operator().into(),
                key: condition.key().into(),
                values: condition.values().to_vec(),
            });
        }
    }
    let reference = reference(hit);
    open.into_iter().map(|question| Residual { statement: Some(reference.clone()), question }).collect()
}

fn resource_question(hit: &Hit<'_>) -> Question {
    match &hit.statement.resource {
        Element::Missing | Element::Unreadable => Question::Unreadable { element: "Resource" },
        list => {
            Question::Resource { patterns: list.listed().iter().map(|pattern| pattern.source().to_owned()).collect() }
        }
    }
}

/// Variables in the resource patterns that nobody told: the same as conditions on those keys.
fn variable_questions(hit: &Hit<'_>, weighing: &Weighing<'_>) -> Vec<Question> {
    let mut keys: Vec<&str> = hit.statement.resource.listed().iter().flat_map(|pattern| pattern.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| weighing.request.lookup(key) == Lookup::Unknown);
    keys.into_iter()
        .map(|key| Question::Condition { operator: "Variable".into(), key: key.into(), values: Vec::new() })
        .collect()
}
