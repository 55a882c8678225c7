//! One question: may this caller do this action on this resource, in this context?

use std::borrow::Cow;

use super::actions;
use super::arn::Arn;
use super::context::{Context, Lookup, Lookups};
use super::glob::{Glob, GlobBuilder};
use super::principal::{Caller, CallerKind};
use crate::model::truth::Truth;

/// A request to be decided.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// The action as written, `s3:GetObject`.
    pub action: &'a str,
    /// The resource as written; a `*` in it means the set of all resources that match.
    pub resource: &'a str,
    /// The account that owns the resource, where it is known.
    pub resource_account: Option<&'a str>,
    /// The condition keys.
    pub context: &'a Context,
    lower_action: Cow<'a, str>,
    target: Glob,
}

impl<'a> Request<'a> {
    /// Puts a request together.
    ///
    /// Without an account, the one in the resource's ARN counts, and the caller's own where the resource is `*`.
    #[must_use]
    pub fn new(
        caller: &'a Caller,
        action: &'a str,
        resource: &'a str,
        resource_account: Option<&'a str>,
        context: &'a Context,
    ) -> Self {
        let lower_action: Cow<'a, str> = if action.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(action.to_ascii_lowercase())
        } else {
            Cow::Borrowed(action)
        };
        let resource_account = resource_account.filter(|account| !account.is_empty()).or_else(|| {
            if resource == "*" {
                return caller.account.as_deref();
            }
            Arn::parse(resource).map(|arn| arn.account).filter(|account| !account.is_empty() && !account.contains('*'))
        });
        let target = target(resource, &lower_action, partition(caller, resource));
        Self { caller, action, resource, resource_account, context, lower_action, target }
    }

    /// The action in lower case.
    #[must_use]
    pub fn lower_action(&self) -> &str {
        &self.lower_action
    }

    /// The service's prefix of the action, in lower case.
    #[must_use]
    pub fn service(&self) -> &str {
        self.lower_action.split(':').next().unwrap_or_default()
    }

    /// The action's name without its service, in lower case.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.lower_action.split_once(':').map_or("", |(_, name)| name)
    }

    /// The resources that are asked for.
    #[must_use]
    pub fn target(&self) -> &Glob {
        &self.target
    }

    /// Whether caller and resource belong to one account.
    #[must_use]
    pub fn same_account(&self) -> Truth {
        match (self.caller.account.as_deref(), self.resource_account) {
            // What AWS itself owns (managed policies) is judged in the caller's account.
            (_, Some("aws")) => Truth::True,
            (Some(caller), Some(owner)) => (caller == owner).into(),
            _ => Truth::Unknown,
        }
    }

    /// Keys that follow from the caller and the resource and are part of every request.
    ///
    /// Source: IAM User Guide, `reference_policies_condition-keys` (properties of the principal).
    fn derived(&self, lower_key: &str) -> Option<Lookup<'_>> {
        let caller = self.caller;
        let kind = &caller.kind;
        let anonymous = *kind == CallerKind::Anonymous;
        let iam = caller.is_iam();
        let one = |text: &'a str| Some(Lookup::One(Cow::Borrowed(text)));
        match lower_key {
            "aws:principalarn" if anonymous => Some(Lookup::Absent),
            "aws:principalarn" if iam => Some(self.principal_arn()),
            "aws:principalaccount" if anonymous => one("anonymous"),
            "aws:principalaccount" | "kms:calleraccount" if iam => one(caller.account.as_deref().unwrap_or_default()),
            "aws:principaltype" => match kind {
                CallerKind::Root => one("Account"),
                CallerKind::User(_) => one("User"),
                CallerKind::Role(_) | CallerKind::Session { .. } => one("AssumedRole"),
                CallerKind::FederatedUser => one("FederatedUser"),
                CallerKind::Anonymous => one("Anonymous"),
                _ => None,
            },
            "aws:username" => match kind {
                CallerKind::User(name) => one(name),
                _ if iam || anonymous => Some(Lookup::Absent),
                _ => None,
            },
            "aws:userid" if *kind == CallerKind::Root => one(caller.account.as_deref().unwrap_or_default()),
            "aws:userid" if anonymous => one("anonymous"),
            "aws:principalisawsservice" if anonymous => Some(Lookup::Absent),
            "aws:principalisawsservice" if iam => one("false"),
            "aws:principalisawsservice" if *kind == CallerKind::Service => one("true"),
            "aws:principalservicename" if iam => Some(Lookup::Absent),
            "aws:principalservicename" if *kind == CallerKind::Service => one(&caller.text),
            // Somebody who did not sign in belongs to no organisation and carries no tags.
            _ if anonymous
                && (lower_key.starts_with("aws:principalorg") || lower_key.starts_with("aws:principaltag/")) =>
            {
                Some(Lookup::Absent)
            }
            "aws:resourceaccount" | "s3:resourceaccount" => {
                self.resource_account.filter(|account| *account != "aws").and_then(one)
            }
            _ => None,
        }
    }

    /// For sessions AWS returns the role's ARN with its path, which the session's ARN does not show: a complete context
    /// means that there is none, a partial one leaves it unknown.
    fn principal_arn(&self) -> Lookup<'_> {
        let caller = self.caller;
        let CallerKind::Session { role, .. } = &caller.kind else {
            let root = (caller.kind == CallerKind::Root).then_some(caller.account.as_deref()).flatten();
            return match root {
                Some(account) if !caller.text.starts_with("arn:") => {
                    Lookup::One(format!("arn:{}:iam::{account}:root", partition(caller, self.resource)).into())
                }
                _ => Lookup::One(Cow::Borrowed(&caller.text)),
            };
        };
        let reserved = role.starts_with("AWSReservedSSO_") || role.starts_with("AWSServiceRoleFor");
        match Arn::parse(&caller.text) {
            Some(arn) if !self.context.is_partial() && !reserved => {
                Lookup::One(format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account).into())
            }
            _ => Lookup::Unknown,
        }
    }
}

impl Lookups for Request<'_> {
    fn lookup(&self, lower_key: &str) -> Lookup<'_> {
        self.context.listed(lower_key).or_else(|| self.derived(lower_key)).unwrap_or_else(|| self.context.unlisted())
    }
}

/// The partition that a request is made in: the caller's, else the resource's.
fn partition<'t>(caller: &'t Caller, resource: &'t str) -> &'t str {
    let of = |text: &'t str| Arn::parse(text).map(|arn| arn.partition).filter(|partition| !partition.contains('*'));
    of(&caller.text).or_else(|| of(resource)).unwrap_or("aws")
}

/// The set of resources asked for.
///
/// An action that works on no resource type is authorised against the text `*` itself, whatever the caller names, and in S3
/// against `arn:aws:s3:::*` (its own examples grant `s3:ListAllMyBuckets` on that); a narrower pattern never covers it.
/// Source: Service Authorization Reference, "Resource types" column; S3 User Guide, `security_iam_service-with-iam`.
pub(super) fn target(resource: &str, lower_action: &str, partition: &str) -> Glob {
    if !actions::works_on_no_resource(lower_action) {
        return Glob::new(resource);
    }
    let mut builder = GlobBuilder::default();
    if lower_action.starts_with("s3:") {
        builder.literal(&format!("arn:{partition}:s3:::*"));
    } else {
        builder.literal("*");
    }
    builder.build()
}
