//! Who may become a role: its trust policy, decided for a token or an AWS principal.
//!
//! Source: IAM User Guide, `id_roles_providers_create_oidc`, `reference_policies_elements_principal`; STS API Reference.

use super::arn::Arn;
use super::claims::Claims;
use super::context::Context;
use super::decision::{Decision, Missing, Verdict};
use super::evaluate::evaluate;
use super::layers::{Guardrail, Layer, Layers, ResourcePolicy};
use super::policy::Policy;
use super::principal::Caller;
use super::request::Request;

/// A role as far as trust goes.
#[derive(Debug, Clone)]
pub struct Role<'a> {
    /// Its ARN.
    pub arn: &'a str,
    /// Its trust policy.
    pub trust: &'a Policy,
    /// Resource control policies of its account.
    pub rcp: Guardrail<'a>,
}

/// Whether a token may be exchanged for the role (`sts:AssumeRoleWithWebIdentity`).
///
/// `audiences` are the provider's client ids where they were read: STS refuses a token for another audience, whatever the
/// trust policy says. Keys that no token carries (`aws:SourceIp`, …) are unknown.
#[must_use]
pub fn with_web_identity(role: &Role<'_>, claims: &Claims, audiences: Option<&[String]>) -> Decision {
    let arn = Arn::parse(role.arn);
    let (partition, account) = arn.map_or(("aws", ""), |arn| (arn.partition, arn.account));
    let provider = claims.provider_arn(partition, account);
    let (caller, context) = (Caller::parse(&provider), claims.context());
    let account = (!account.is_empty()).then_some(account);
    let request = Request::new(&caller, "sts:AssumeRoleWithWebIdentity", role.arn, account, &context);
    let layers =
        Layers { resource_policy: ResourcePolicy::Read(role.trust), rcp: role.rcp.clone(), ..Layers::default() };
    let decision = evaluate(&request, &layers);
    let stranger = match (audiences, claims.get("aud")) {
        (Some(listed), Some(aud)) => !listed.iter().any(|audience| audience == aud),
        _ => false,
    };
    if stranger && decision.verdict.may_be_allowed() {
        return refused("the provider does not accept the token's audience", decision);
    }
    decision
}

/// Whether an AWS principal or service may assume the role (`sts:AssumeRole`); `layers` are the caller's own.
#[must_use]
pub fn by_principal(role: &Role<'_>, caller: &Caller, layers: &Layers<'_>, context: &Context) -> Decision {
    let account = Arn::parse(role.arn).map(|arn| arn.account);
    let request = Request::new(caller, "sts:AssumeRole", role.arn, account, context);
    let mut layers = layers.clone();
    layers.resource_policy = ResourcePolicy::Read(role.trust);
    layers.rcp = role.rcp.clone();
    evaluate(&request, &layers)
}

fn refused(why: &str, decision: Decision) -> Decision {
    Decision {
        verdict: Verdict::ImplicitDeny,
        because: Vec::new(),
        missing: vec![Missing { layer: Layer::Aws, what: Some(why.into()) }],
        residual: Vec::new(),
        diagnostics: decision.diagnostics,
    }
}
