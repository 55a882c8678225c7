//! Ways by which an AWS principal gains what it was not given: the paths as data, decided by the evaluator.

mod alike;
mod answer;
mod evaluate;
mod gained;
mod marks;
mod population;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use evaluate::{Edge, Escalations};
pub use gained::Gained;

/// A path of `controls/aws/escalation.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Path {
    /// Its id: pathfinding.cloud's, or one of ours with `x-`.
    pub id: String,
    /// How it works.
    pub kind: Kind,
    /// What is gained.
    pub gain: Gain,
    /// Whether the gained principal's own policies no longer bind.
    #[serde(default)]
    pub full: bool,
    /// Services that must be able to assume the role.
    #[serde(default)]
    pub services: Vec<String>,
    /// Alternatives; in each, every step must be allowed. None for paths on the code host's side.
    pub variants: Vec<Vec<Step>>,
    /// Whether the role must sit in an instance profile.
    #[serde(default)]
    pub instance_profile: bool,
    /// What no policy says.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The name of the same path in BishopFox's iam-vulnerable.
    #[serde(default)]
    pub iam_vulnerable: Option<String>,
}

/// One action of a path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The action.
    pub action: String,
    /// On what.
    pub at: At,
}

/// How a path works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Passes a role to something it makes.
    NewPassrole,
    /// Takes over something that runs as a role.
    ExistingPassrole,
    /// Becomes a user or a role.
    PrincipalAccess,
    /// Widens itself.
    SelfEscalation,
    /// Takes a guardrail away.
    GuardrailRemoval,
    /// Reads a credential.
    CredentialAccess,
    /// Reaches data past IAM's own actions.
    DataPlane,
    /// On the code host's side; the trust policy decides.
    Pipeline,
}

/// What a step's action is done on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// The gained role, passed to a service.
    PassedRole,
    /// The gained role.
    Role,
    /// The gained user.
    User,
    /// A role with a permissions boundary.
    BoundedRole,
    /// A user with a permissions boundary.
    BoundedUser,
    /// The principal, a role.
    OwnRole,
    /// The principal, a user.
    OwnUser,
    /// A group of the principal.
    OwnGroup,
    /// A group the principal is not in.
    OtherGroup,
    /// A customer-managed policy attached to the principal.
    OwnPolicy,
    /// One of those that has older versions.
    OwnOlderPolicy,
    /// A customer-managed policy attached to the gained role.
    PolicyOfRole,
    /// Something the caller makes: it chooses the resource.
    New,
    /// Something that must exist.
    Existing,
}

/// What is gained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gain {
    /// The role that is passed.
    PassedRole,
    /// Some role that the service may run as.
    ServiceRole,
    /// A role.
    Role,
    /// A user.
    User,
    /// More rights for the principal itself.
    Itself,
    /// A guardrail is gone.
    Guardrail,
    /// What a secret opens.
    Secret,
    /// Data.
    Data,
}

impl Step {
    /// Whether it enters a role by its trust policy.
    fn assumes(&self) -> bool {
        self.action == "sts:AssumeRole"
    }
}

impl At {
    /// Whether the resource is the principal to be gained.
    fn is_target(self) -> bool {
        matches!(
            self,
            Self::PassedRole | Self::Role | Self::User | Self::BoundedRole | Self::BoundedUser | Self::PolicyOfRole
        )
    }
}

static PATHS: LazyLock<Vec<Path>> =
    LazyLock::new(|| read(include_str!("../../../controls/aws/escalation.yaml")).unwrap_or_default());

/// Every path, in the order of the file (a test counts them).
#[must_use]
pub fn paths() -> &'static [Path] {
    &PATHS
}

/// Reads a list of paths.
///
/// # Errors
/// When the text is not such a list.
pub fn read(text: &str) -> Result<Vec<Path>, yaml_serde::Error> {
    yaml_serde::from_str(text)
}
