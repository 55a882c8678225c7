//! Everything that has a say in a decision, layer by layer.
//!
//! Source: IAM User Guide, `reference_policies_evaluation-logic`.

use super::policy::Policy;
use crate::model::truth::Truth;

/// The kinds of layer, in the order in which reasons are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Organizations resource control policies.
    Rcp,
    /// Organizations service control policies.
    Scp,
    /// Policies of a VPC endpoint on the way.
    Endpoint,
    /// The resource's own policy; for a role its trust policy.
    Resource,
    /// A KMS grant.
    Grant,
    /// Policies of the user, its groups, or the role.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The session policies.
    Session,
    /// A rule of AWS itself that no policy can change.
    Aws,
}

impl Layer {
    /// The layer's name in outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rcp => "rcp",
            Self::Scp => "scp",
            Self::Endpoint => "endpoint",
            Self::Resource => "resource_policy",
            Self::Grant => "kms_grant",
            Self::Identity => "identity",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Aws => "aws",
        }
    }
}

/// The layers of one request. The default is a caller without any policy, in no organisation.
#[derive(Debug, Clone, Default)]
pub struct Layers<'a> {
    /// Identity policies, those of groups included.
    pub identity: Vec<&'a Policy>,
    /// The permissions boundary; none if empty.
    pub boundary: Vec<&'a Policy>,
    /// The session policies, if the session was made with any.
    pub session: Option<Vec<&'a Policy>>,
    /// The policy of the resource; for a role its trust policy.
    pub resource_policy: ResourcePolicy<'a>,
    /// Service control policies of the caller's account.
    pub scp: Guardrail<'a>,
    /// Resource control policies of the resource's account; `RCPFullAWSAccess` need not be listed.
    pub rcp: Guardrail<'a>,
    /// Policies of the VPC endpoint that the request comes through; none if empty.
    pub endpoint: Vec<&'a Policy>,
    /// Grants on the KMS key.
    pub kms_grants: Vec<KmsGrant>,
    /// Whether S3 Block Public Access has RestrictPublicBuckets on for this bucket or its account.
    pub restrict_public_buckets: RestrictPublicBuckets,
}

/// The policy of the resource.
#[derive(Debug, Clone, Default)]
pub enum ResourcePolicy<'a> {
    /// The resource has none.
    #[default]
    None,
    /// It was read.
    Read(&'a Policy),
    /// There may be one that could not be read.
    Unreadable,
}

/// The policies of an organisation that apply to an account.
#[derive(Debug, Clone, Default)]
pub enum Guardrail<'a> {
    /// No organisation, its management account, or the policy type is not enabled.
    #[default]
    NotApplicable,
    /// Every level from the root to the account; each must allow.
    Levels(Vec<Level<'a>>),
    /// There may be some that could not be read.
    Unreadable,
}

/// The policies attached to one level: the root, an organisational unit, or the account.
#[derive(Debug, Clone)]
pub struct Level<'a> {
    /// The level's name or id.
    pub name: &'a str,
    /// The policies attached to it.
    pub policies: Vec<&'a Policy>,
}

/// A grant on a KMS key. Source: KMS Developer Guide, `grants`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KmsGrant {
    /// The grantee principal's ARN.
    pub grantee: String,
    /// The ARN of the principal that may retire it, if one is named beside the grantee.
    pub retiring: Option<String>,
    /// The operations it allows, `Decrypt`, …
    pub operations: Vec<String>,
    /// Pairs that the encryption context must contain.
    pub context_subset: Vec<(String, String)>,
    /// Whether the encryption context must consist of exactly those pairs.
    pub context_equals: bool,
}

/// The S3 Block Public Access setting RestrictPublicBuckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RestrictPublicBuckets {
    /// Off.
    #[default]
    Off,
    /// On at the bucket or the account.
    On,
    /// Could not be read.
    Unknown,
}

impl From<RestrictPublicBuckets> for Truth {
    fn from(setting: RestrictPublicBuckets) -> Self {
        match setting {
            RestrictPublicBuckets::Off => Self::False,
            RestrictPublicBuckets::On => Self::True,
            RestrictPublicBuckets::Unknown => Self::Unknown,
        }
    }
}
