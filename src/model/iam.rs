//! An account's identities and policies, in the shape of IAM's GetAccountAuthorizationDetails.
//!
//! Reads what `aws iam get-account-authorization-details` prints; members that are missing or new do no harm. Source: IAM
//! API Reference, `API_GetAccountAuthorizationDetails`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Users, groups, roles and managed policies of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthorizationDetails {
    /// The users.
    #[serde(rename = "UserDetailList", deserialize_with = "list")]
    pub users: Vec<UserDetail>,
    /// The groups.
    #[serde(rename = "GroupDetailList", deserialize_with = "list")]
    pub groups: Vec<GroupDetail>,
    /// The roles.
    #[serde(rename = "RoleDetailList", deserialize_with = "list")]
    pub roles: Vec<RoleDetail>,
    /// The managed policies with their versions.
    #[serde(rename = "Policies", deserialize_with = "list")]
    pub policies: Vec<ManagedPolicyDetail>,
}

/// A user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct UserDetail {
    /// Its ARN, path included.
    pub arn: String,
    /// Its name.
    pub user_name: String,
    /// Its unique id, `AIDA…`.
    pub user_id: String,
    /// Its path, `/` at least.
    pub path: String,
    /// When it was made, as AWS wrote it.
    pub create_date: Option<String>,
    /// Inline policies.
    #[serde(deserialize_with = "list")]
    pub user_policy_list: Vec<InlinePolicy>,
    /// Names of its groups.
    #[serde(deserialize_with = "list")]
    pub group_list: Vec<String>,
    /// Managed policies attached to it.
    #[serde(deserialize_with = "list")]
    pub attached_managed_policies: Vec<AttachedPolicy>,
    /// Its permissions boundary.
    pub permissions_boundary: Option<PermissionsBoundary>,
    /// Its tags.
    #[serde(deserialize_with = "list")]
    pub tags: Vec<Tag>,
}

/// A group of users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GroupDetail {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub group_name: String,
    /// Its unique id, `AGPA…`.
    pub group_id: String,
    /// Its path.
    pub path: String,
    /// Inline policies.
    #[serde(deserialize_with = "list")]
    pub group_policy_list: Vec<InlinePolicy>,
    /// Managed policies attached to it.
    #[serde(deserialize_with = "list")]
    pub attached_managed_policies: Vec<AttachedPolicy>,
}

/// A role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RoleDetail {
    /// Its ARN, path included.
    pub arn: String,
    /// Its name.
    pub role_name: String,
    /// Its unique id, `AROA…`.
    pub role_id: String,
    /// Its path.
    pub path: String,
    /// When it was made, as AWS wrote it.
    pub create_date: Option<String>,
    /// Its trust policy.
    pub assume_role_policy_document: Document,
    /// Instance profiles that hold it.
    #[serde(deserialize_with = "list")]
    pub instance_profile_list: Vec<InstanceProfile>,
    /// Inline policies.
    #[serde(deserialize_with = "list")]
    pub role_policy_list: Vec<InlinePolicy>,
    /// Managed policies attached to it.
    #[serde(deserialize_with = "list")]
    pub attached_managed_policies: Vec<AttachedPolicy>,
    /// Its permissions boundary.
    pub permissions_boundary: Option<PermissionsBoundary>,
    /// Its tags.
    #[serde(deserialize_with = "list")]
    pub tags: Vec<Tag>,
    /// When and where it was last used.
    pub role_last_used: Option<RoleLastUsed>,
}

/// A managed policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ManagedPolicyDetail {
    /// Its ARN; `arn:aws:iam::aws:policy/…` for those of AWS.
    pub arn: String,
    /// Its name.
    pub policy_name: String,
    /// Its unique id, `ANPA…`.
    pub policy_id: String,
    /// Its path.
    pub path: String,
    /// The version in force.
    pub default_version_id: String,
    /// Its versions, at most five.
    #[serde(deserialize_with = "list")]
    pub policy_version_list: Vec<PolicyVersion>,
}

impl ManagedPolicyDetail {
    /// The version in force: the one marked so, else the one that the policy names.
    #[must_use]
    pub fn default_version(&self) -> Option<&PolicyVersion> {
        let marked = self.policy_version_list.iter().find(|version| version.is_default_version);
        marked.or_else(|| self.policy_version_list.iter().find(|version| version.version_id == self.default_version_id))
    }
}

/// A version of a managed policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct PolicyVersion {
    /// `v1`, …
    pub version_id: String,
    /// Whether it is in force.
    pub is_default_version: bool,
    /// The document.
    pub document: Document,
}

/// A policy embedded in an identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct InlinePolicy {
    /// Its name.
    pub policy_name: String,
    /// The document.
    pub policy_document: Document,
}

/// A managed policy attached to an identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AttachedPolicy {
    /// Its name.
    pub policy_name: String,
    /// Its ARN.
    pub policy_arn: String,
}

/// The managed policy that bounds an identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct PermissionsBoundary {
    /// Its ARN.
    pub permissions_boundary_arn: String,
}

/// An instance profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct InstanceProfile {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub instance_profile_name: String,
}

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// The last use of a role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RoleLastUsed {
    /// When, as AWS wrote it; absent if not within the tracking period.
    pub last_used_date: Option<String>,
    /// In which Region.
    pub region: Option<String>,
}

/// The text of a policy document: JSON, or the percent-encoded JSON of the IAM API.
///
/// The AWS CLI decodes documents into objects, the API keeps them as text; both are read, an object is written back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document(String);

impl Document {
    /// Takes a text as it came.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as it came.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether nothing was there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Self(text),
            serde_json::Value::Null => Self::default(),
            object => Self(object.to_string()),
        })
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_str::<serde_json::Value>(&self.0) {
            Ok(object) => object.serialize(serializer),
            Err(_) => serializer.serialize_str(&self.0),
        }
    }
}

/// A list, where null stands for an empty one.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}
