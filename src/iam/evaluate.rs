//! The decision: every layer weighed, then combined in the order of AWS's own evaluation logic.
//!
//! Source: IAM User Guide, `reference_policies_evaluation-logic_policy-eval-denyallow` and
//! `reference_policies_evaluation-logic-cross-account`.

use super::aws_rules;
use super::decision::{Decision, Missing, Verdict};
use super::explain;
use super::layers::{Guardrail, KmsGrant, Layer, Layers, ResourcePolicy};
use super::matching::{Fit, Place, applies};
use super::policy::{Effect, Policy};
use super::principal::{CallerKind, Named};
use super::request::Request;
use super::weighing::{Hit, Weighing};
use crate::model::truth::Truth;

/// What a layer says in sum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sum {
    pub deny: Truth,
    pub allow: Fit,
}

impl Sum {
    fn all(truth: Truth) -> Self {
        Self { deny: truth, allow: Fit { direct: truth, role: truth, account: truth } }
    }

    fn allows(self) -> Truth {
        self.allow.any()
    }
}

/// Decides a request.
#[must_use]
pub fn evaluate(request: &Request<'_>, layers: &Layers<'_>) -> Decision {
    if aws_rules::always_allowed(request) {
        return Decision {
            verdict: Verdict::Allow,
            because: Vec::new(),
            missing: Vec::new(),
            residual: Vec::new(),
            diagnostics: Vec::new(),
        };
    }
    let mut weighing = Weighing {
        request,
        layers,
        hits: Vec::new(),
        deny: Truth::False,
        allow: Truth::True,
        open: Vec::new(),
        missing: Vec::new(),
    };
    weighing.weigh();
    let verdict = match (weighing.deny, weighing.allow) {
        (Truth::True, _) => Verdict::ExplicitDeny,
        (_, Truth::False) => Verdict::ImplicitDeny,
        (Truth::False, Truth::True) => Verdict::Allow,
        _ => Verdict::Depends,
    };
    explain::decision(weighing, verdict)
}

impl<'a> Weighing<'a> {
    fn weigh(&mut self) {
        let layers = self.layers;
        self.require(Layer::Aws, aws_rules::permitted(self.request), aws_rules::reason);
        self.guardrails();
        if !layers.endpoint.is_empty() {
            let sum = self.sum(Layer::Endpoint, None, &layers.endpoint);
            self.require(Layer::Endpoint, sum.allows(), || None);
        }
        let resource = self.resource();
        self.deny = self.deny.or(resource.deny);
        let core = if self.request.caller.is_iam() {
            self.iam_core(resource.allow)
        } else {
            self.foreign_core(resource.allow)
        };
        self.allow = self.allow.and(core);
        let public = aws_rules::blocked_as_public(self.request, layers);
        self.require(Layer::Aws, public.not(), || Some("RestrictPublicBuckets".into()));
    }

    /// Requires a layer's allow and keeps what that leaves open.
    fn require(&mut self, layer: Layer, truth: Truth, what: impl FnOnce() -> Option<super::name::Name>) {
        self.allow = self.allow.and(truth);
        match truth {
            Truth::True => {}
            Truth::Unknown => self.open.push((layer, truth)),
            Truth::False => self.missing.push(Missing { layer, what: what() }),
        }
    }

    /// Weighs the statements of some policies of one layer and remembers those that apply.
    fn sum(&mut self, layer: Layer, level: Option<&'a str>, policies: &[&'a Policy]) -> Sum {
        let bounded = !self.layers.boundary.is_empty();
        let place = Place { layer, bounded };
        let mut sum = Sum::all(Truth::False);
        for policy in policies.iter().copied() {
            for statement in &policy.statements {
                let fit = applies(statement, self.request, place);
                let truth = fit.any();
                if truth == Truth::False {
                    continue;
                }
                self.hits.push(Hit { layer, level, policy, statement, truth });
                match statement.effect {
                    Some(Effect::Allow) => sum.allow = sum.allow.or(fit),
                    Some(Effect::Deny) => sum.deny = sum.deny.or(truth),
                    None => {
                        sum.allow = sum.allow.or(fit.and(Truth::Unknown));
                        sum.deny = sum.deny.or(Truth::Unknown);
                    }
                }
            }
        }
        self.deny = self.deny.or(sum.deny);
        sum
    }

    fn guardrails(&mut self) {
        let caller = self.request.caller;
        let exempt = caller.service_linked();
        if caller.is_iam() && exempt != Truth::True {
            self.guardrail(Layer::Scp, &self.layers.scp, exempt);
        }
        let none = matches!(self.layers.rcp, Guardrail::NotApplicable);
        if !none && exempt != Truth::True && aws_rules::rcp_covers(self.request) {
            self.guardrail(Layer::Rcp, &self.layers.rcp, exempt);
        }
    }

    /// An SCP level must allow; an RCP level always does, through `RCPFullAWSAccess`, which cannot be detached.
    fn guardrail(&mut self, layer: Layer, guardrail: &'a Guardrail<'a>, exempt: Truth) {
        let before = self.deny;
        let mut deny = Truth::False;
        match guardrail {
            Guardrail::NotApplicable => return,
            Guardrail::Unreadable => {
                deny = Truth::Unknown;
                self.open.push((layer, Truth::Unknown));
            }
            Guardrail::Levels(levels) => {
                for level in levels {
                    let sum = self.sum(layer, Some(level.name), &level.policies);
                    deny = deny.or(sum.deny);
                    if layer == Layer::Scp {
                        self.require(layer, sum.allows().or(exempt), || Some(level.name.into()));
                    }
                }
            }
        }
        self.deny = before.or(deny.and(exempt.not()));
    }

    fn resource(&mut self) -> Sum {
        match &self.layers.resource_policy {
            ResourcePolicy::None => Sum::all(Truth::False),
            ResourcePolicy::Unreadable => Sum::all(Truth::Unknown),
            ResourcePolicy::Read(_) if aws_rules::root_keeps(self.request) => Sum::all(Truth::False),
            ResourcePolicy::Read(policy) => self.sum(Layer::Resource, None, &[*policy]),
        }
    }

    /// Callers without identity policies: the resource's policy alone decides.
    fn foreign_core(&mut self, resource: Fit) -> Truth {
        let granted = resource.any();
        self.note_core(granted, &[(Layer::Resource, granted)]);
        let here = aws_rules::provider_is_here(self.request);
        self.require(Layer::Aws, here, || {
            Some("an identity provider is only good for roles of its own account".into())
        });
        granted
    }

    fn iam_core(&mut self, resource: Fit) -> Truth {
        let layers = self.layers;
        let identity = self.sum(Layer::Identity, None, &layers.identity).allows().or(self.root_owns());
        let boundary = self.limit(Layer::Boundary, &layers.boundary, !layers.boundary.is_empty());
        let session = match &layers.session {
            Some(policies) => self.limit(Layer::Session, policies, true),
            None => Truth::from(!aws_rules::needs_session_policy(self.request)),
        };
        let resource = resource.or(self.grants());
        let limits = boundary.and(session);
        // A role's trust policy and a KMS key's policy must let the account use identity policies at all.
        let delegated = if aws_rules::needs_delegation(self.request) { resource.account } else { Truth::True };
        let here = resource.direct.or(identity.and(delegated).or(resource.role).and(limits));
        let across = identity.and(limits).and(resource.any());
        let core = match self.request.same_account() {
            Truth::True => here,
            Truth::False => across,
            Truth::Unknown if here == across => here,
            Truth::Unknown => Truth::Unknown,
        };
        self.note_core(
            core,
            &[
                (Layer::Identity, identity),
                (Layer::Resource, resource.settled()),
                (Layer::Boundary, boundary),
                (Layer::Session, session),
            ],
        );
        core
    }

    fn limit(&mut self, layer: Layer, policies: &[&'a Policy], applies: bool) -> Truth {
        if applies { self.sum(layer, None, policies).allows() } else { Truth::True }
    }

    /// The root user holds every permission in its own account.
    fn root_owns(&self) -> Truth {
        (self.request.caller.kind == CallerKind::Root).into()
    }

    /// What grants on the key add; they never deny.
    fn grants(&self) -> Fit {
        self.layers.kms_grants.iter().map(|grant| self.grant(grant)).fold(Fit::direct(Truth::False), Fit::or)
    }

    /// What one grant adds: its operations for the grantee, its end for the retiring principal.
    pub(super) fn grant(&self, grant: &KmsGrant) -> Fit {
        let request = self.request;
        if request.service() != "kms" {
            return Fit::direct(Truth::False);
        }
        let fit = |principal: &str, truth: Truth| {
            let (naming, open) = Named::parse("AWS", principal).names(request.caller);
            Fit::of(naming, truth.and(if open { Truth::Unknown } else { Truth::True }))
        };
        let operation = grant.operations.iter().any(|name| name.eq_ignore_ascii_case(request.operation()));
        let held = Truth::from(operation).and(aws_rules::grant_constraints(grant, request));
        let retires = grant.retiring.iter().filter(|_| request.operation() == "retiregrant");
        retires.map(|principal| fit(principal, Truth::True)).fold(fit(&grant.grantee, held), Fit::or)
    }

    /// Remembers which layers the core grant is missing or waiting for.
    fn note_core(&mut self, core: Truth, parts: &[(Layer, Truth)]) {
        for (layer, truth) in parts {
            match (core, truth) {
                (Truth::Unknown, Truth::Unknown) => self.open.push((*layer, *truth)),
                (Truth::False, Truth::False) => self.missing.push(Missing { layer: *layer, what: None }),
                _ => {}
            }
        }
    }
}
