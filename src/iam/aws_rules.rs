//! Rules that AWS applies whatever the policies say.

use super::name::Name;

use super::arn::Arn;
use super::condition::Condition;
use super::glob::Glob;
use super::layers::{KmsGrant, Layers, ResourcePolicy};
use super::policy::{Effect, Element, Policy};
use super::principal::{CallerKind, Named};
use super::request::Request;
use crate::model::truth::Truth;

/// Services whose resources RCPs govern, as action prefixes.
///
/// Source: Organizations User Guide, `orgs_manage_policies_rcps` (services that support RCPs), by the data set's own list.
const RCP_SERVICES: &str = include_str!("../../controls/aws/rcp-services.txt");

/// Calls that need no permission and that no policy can forbid.
///
/// Source: STS API Reference, `API_GetCallerIdentity`; IAM User Guide, `id_credentials_temp_control-access_getsessiontoken`
/// ("You cannot use policies to control authentication operations").
pub fn always_allowed(request: &Request<'_>) -> bool {
    match request.lower_action() {
        "sts:getcalleridentity" => request.caller.is_iam(),
        "sts:getsessiontoken" => matches!(request.caller.kind, CallerKind::User(_) | CallerKind::Root),
        _ => false,
    }
}

/// Calls of STS that temporary credentials are not good for: a role's make no session or federation token, those of a
/// federated user make none at all.
///
/// Source: IAM User Guide, `id_credentials_sts-comparison`.
fn beyond_temporary_credentials(request: &Request<'_>) -> bool {
    match request.caller.kind {
        CallerKind::Role(_) | CallerKind::Session { .. } => {
            matches!(request.lower_action(), "sts:getsessiontoken" | "sts:getfederationtoken")
        }
        CallerKind::FederatedUser => request.service() == "sts",
        _ => false,
    }
}

/// Whether RCPs can bear on the action. `kms:RetireGrant` is named as an exception by the same page.
pub fn rcp_covers(request: &Request<'_>) -> bool {
    let service = request.service();
    RCP_SERVICES.lines().any(|line| line == service) && request.lower_action() != "kms:retiregrant"
}

/// Whether the caller's session has no permission of its own without a session policy: that of a federated user.
///
/// Source: IAM User Guide, `id_credentials_temp_control-access_getfederationtoken`.
pub fn needs_session_policy(request: &Request<'_>) -> bool {
    request.caller.kind == CallerKind::FederatedUser
}

/// Calls that nobody may make on what AWS itself owns or runs.
pub fn permitted(request: &Request<'_>) -> Truth {
    let caller = request.caller;
    // AWS writes its own things through service-linked roles and service principals.
    if caller.kind == CallerKind::Service || caller.service_linked() != Truth::False {
        return Truth::True;
    }
    if caller.kind == CallerKind::Root && request.lower_action() == "sts:assumerole" {
        return Truth::False;
    }
    if beyond_temporary_credentials(request) {
        return Truth::False;
    }
    let forbidden = PROTECTED
        .iter()
        .filter(|rule| rule.actions.contains(&request.lower_action()))
        .any(|rule| rule.resources.iter().any(|pattern| Glob::new(pattern).covers(request.target()) == Truth::True));
    (!forbidden).into()
}

/// The reason told when [`permitted`] says no.
pub fn reason() -> Option<Name> {
    Some("AWS lets nobody do this on what it owns or runs".into())
}

struct Protected {
    resources: &'static [&'static str],
    actions: &'static [&'static str],
}

const PROTECTED: [Protected; 4] = [
    // AWS managed policies. Source: IAM User Guide, `access_policies_managed-vs-inline`.
    Protected {
        resources: &["arn:*:iam::aws:policy/*"],
        actions: &[
            "iam:createpolicy",
            "iam:createpolicyversion",
            "iam:deletepolicy",
            "iam:deletepolicyversion",
            "iam:setdefaultpolicyversion",
            "iam:tagpolicy",
            "iam:untagpolicy",
        ],
    },
    // Roles of IAM Identity Center. Source: IAM Identity Center User Guide, `permissionsetsconcept`.
    Protected {
        resources: &["arn:*:iam::*:role/aws-reserved/*"],
        actions: &[
            "iam:addroletoinstanceprofile",
            "iam:attachrolepolicy",
            "iam:createrole",
            "iam:deleterole",
            "iam:deleterolepermissionsboundary",
            "iam:deleterolepolicy",
            "iam:detachrolepolicy",
            "iam:passrole",
            "iam:putrolepermissionsboundary",
            "iam:putrolepolicy",
            "iam:tagrole",
            "iam:untagrole",
            "iam:updateassumerolepolicy",
            "iam:updaterole",
            "iam:updateroledescription",
        ],
    },
    // Service-linked roles: only the description can be edited. Source: IAM User Guide, `using-service-linked-roles`.
    Protected {
        resources: &["arn:*:iam::*:role/aws-service-role/*"],
        actions: &[
            "iam:attachrolepolicy",
            "iam:createrole",
            "iam:deleterole",
            "iam:deleterolepermissionsboundary",
            "iam:deleterolepolicy",
            "iam:detachrolepolicy",
            "iam:putrolepermissionsboundary",
            "iam:putrolepolicy",
            "iam:updateassumerolepolicy",
        ],
    },
    // Aliases of AWS managed keys. Source: KMS Developer Guide, `kms-alias`.
    Protected {
        resources: &["arn:*:kms:*:*:alias/aws/*"],
        actions: &["kms:createalias", "kms:deletealias", "kms:updatealias"],
    },
];

/// Whether the resource's policy must let its account use identity policies: role trust and KMS key policies.
///
/// Source: KMS Developer Guide, `key-policy-default` ("Allows access to the AWS account and enables IAM policies");
/// IAM User Guide, `reference_policies_evaluation-logic_policy-eval-denyallow` (trust and key policies are exceptions).
pub fn needs_delegation(request: &Request<'_>) -> bool {
    match (request.service(), request.operation()) {
        (
            "sts",
            "assumerole" | "assumerolewithsaml" | "assumerolewithwebidentity" | "tagsession" | "setsourceidentity",
        ) => true,
        ("kms", _) => match Arn::parse(request.resource) {
            Some(arn) => arn.resource.starts_with("key/"),
            None => request.target().is_any(),
        },
        _ => false,
    }
}

/// The root user keeps the policies of its own account's buckets, whatever they deny it.
///
/// Source: S3 API Reference, `API_PutBucketPolicy`: it "can perform the GetBucketPolicy, PutBucketPolicy, and
/// DeleteBucketPolicy API actions, even if their bucket policy explicitly denies the root principal's access".
pub fn root_keeps(request: &Request<'_>) -> bool {
    request.caller.kind == CallerKind::Root
        && request.same_account() == Truth::True
        && matches!(request.lower_action(), "s3:getbucketpolicy" | "s3:putbucketpolicy" | "s3:deletebucketpolicy")
}

/// An identity provider's ARN is only good for roles of its own account.
pub fn provider_is_here(request: &Request<'_>) -> Truth {
    let caller = request.caller;
    match (&caller.kind, caller.account.as_deref(), request.resource_account) {
        (CallerKind::Federated, Some(own), Some(owner)) => (own == owner).into(),
        _ => Truth::True,
    }
}

/// Whether the grant's constraint on the encryption context is met; operations without such a context have none.
///
/// Source: KMS Developer Guide, `create-grant-overview`; KMS API Reference, `API_GrantConstraints`.
pub fn grant_constraints(grant: &KmsGrant, request: &Request<'_>) -> Truth {
    const WITH_CONTEXT: [&str; 5] = ["decrypt", "encrypt", "generatedatakey", "reencrypt", "creategrant"];
    if !WITH_CONTEXT.iter().any(|name| request.operation().starts_with(name)) {
        return Truth::True;
    }
    let pairs = grant.context_subset.iter().map(|(key, value)| {
        let key = format!("kms:EncryptionContext:{key}");
        Condition::new("StringEquals", &key, vec![value.clone()], false).holds(request)
    });
    let exact = grant.context_equals.then(|| {
        let keys = grant.context_subset.iter().map(|(key, _)| key.clone()).collect();
        Condition::new("ForAllValues:StringEquals", "kms:EncryptionContextKeys", keys, false).holds(request)
    });
    Truth::all(pairs.chain(exact))
}

/// RestrictPublicBuckets: under a public policy only AWS services and the bucket owner's account keep access.
///
/// Source: S3 User Guide, `access-control-block-public-access`.
pub fn blocked_as_public(request: &Request<'_>, layers: &Layers<'_>) -> Truth {
    let foreign = match request.caller.kind {
        CallerKind::Service => Truth::False,
        _ => request.same_account().not(),
    };
    let foreign = if request.caller.account.is_none() && request.caller.kind != CallerKind::Service {
        Truth::True
    } else {
        foreign
    };
    let public = match layers.resource_policy {
        ResourcePolicy::Read(policy) => is_public(policy).into(),
        ResourcePolicy::None => Truth::False,
        ResourcePolicy::Unreadable => Truth::Unknown,
    };
    if request.service() != "s3" {
        return Truth::False;
    }
    Truth::from(layers.restrict_public_buckets).and(foreign).and(public)
}

/// Keys whose fixed value makes a grant to everybody not public.
const FIXING_KEYS: [&str; 14] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
];

/// The meaning of "public" in S3 Block Public Access: an Allow for everybody without a fixed value on one of those keys.
fn is_public(policy: &Policy) -> bool {
    policy.statements.iter().any(|statement| {
        let everybody = match &statement.principal {
            Element::In(list) => list.contains(&Named::Everybody),
            Element::NotIn(_) => true,
            Element::Missing | Element::Unreadable => false,
        };
        let fixed = statement.conditions.iter().any(|condition| {
            let positive = condition.parsed_operator().is_some_and(|operator| !operator.negated && !operator.if_exists);
            let wild = condition.values().iter().any(|value| value.contains(['*', '?', '$']));
            positive && !wild && FIXING_KEYS.contains(&condition.lower_key())
        });
        statement.effect == Some(Effect::Allow) && everybody && !fixed
    })
}
