//! Who gets into an account beside its own policies: people through IAM Identity Center, passwords and keys of users, and
//! what each was last used for.

use serde::{Deserialize, Serialize};

use super::{
    id::{AccountId, Arn, EvidenceId},
    observed::Observed,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Access {
    /// Absent where the identity that read the account sees no instance of IAM Identity Center: its management account
    /// and a delegated administrator do.
    pub center: Observed<IdentityCenter>,
    /// One row a user, and one for root ("GetCredentialReport").
    pub credentials: Observed<Vec<Credential>>,
    pub access_keys: Observed<Vec<AccessKey>>,
    /// What those principals used that are entered from outside: by federation, with a key, or as an agent.
    pub uses: Observed<Vec<Uses>>,
}

/// An instance of IAM Identity Center, for all accounts of an organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IdentityCenter {
    pub instance: Arn,
    pub permission_sets: Observed<Vec<PermissionSet>>,
    pub assignments: Observed<Vec<Assignment>>,
    pub users: Observed<Vec<CenterUser>>,
    pub groups: Observed<Vec<CenterGroup>>,
}

/// What becomes a role `AWSReservedSSO_NAME_…` in each account that it is assigned in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermissionSet {
    pub arn: Arn,
    pub name: Observed<String>,
    /// ISO 8601, `PT8H`.
    pub session_duration: Observed<String>,
    pub managed_policies: Observed<Vec<Arn>>,
    /// Names of policies that each account holds itself.
    pub customer_policies: Observed<Vec<String>>,
    pub inline_policy: Observed<String>,
    pub evidence: Vec<EvidenceId>,
}

/// A person or group that may take on a permission set in an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assignment {
    pub account: AccountId,
    pub permission_set: Arn,
    /// Otherwise a user.
    pub to_group: bool,
    /// The id of the user or group in the identity store.
    pub to: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CenterUser {
    pub id: String,
    pub user_name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CenterGroup {
    pub id: String,
    pub name: String,
    /// Ids of users.
    pub members: Observed<Vec<String>>,
}

impl IdentityCenter {
    /// The names of the users that an assignment lets in.
    pub fn people(&self, assignment: &Assignment) -> Observed<Vec<String>> {
        let ids = match assignment.to_group {
            false => Observed::known(vec![assignment.to.clone()], Vec::new()),
            true => {
                let group = self.groups.members().iter().find(|group| group.id == assignment.to);
                group.map_or_else(|| Observed::not_collected("the group was not read"), |group| group.members.clone())
            }
        };
        ids.and_then(|ids| {
            self.users.clone().map(|users| {
                let named = users.into_iter().filter(|user| ids.contains(&user.id));
                named.map(|user| user.user_name).collect()
            })
        })
    }
}

/// A row of the credential report. Times are RFC 3339; absent: never, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// A user's name, or `<root_account>`.
    pub user: String,
    pub arn: Arn,
    /// `None` where the report says that it is not supported, as for root.
    pub password: Option<bool>,
    pub password_last_used: Option<String>,
    pub mfa: bool,
    /// Active keys, each with the time of its last rotation.
    pub active_keys: Vec<Option<String>>,
}

/// An access key of a user ("ListAccessKeys", "GetAccessKeyLastUsed").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessKey {
    pub id: String,
    pub user: String,
    pub active: bool,
    pub created: Option<String>,
    /// Absent: never.
    pub last_used: Observed<KeyUse>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    pub at: String,
    /// `s3`, `ec2` …
    pub service: String,
    pub region: String,
}

/// What a principal tried to use, denied attempts included, since at least 400 days ("GetServiceLastAccessedDetails").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Uses {
    pub principal: Arn,
    pub services: Observed<Vec<ServiceUse>>,
}

/// A service that the principal's policies allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceUse {
    /// The prefix of its actions, `s3`.
    pub namespace: String,
    /// `None`: not within the time that is tracked.
    pub last: Option<String>,
    /// Actions that were used, for the services that tell; each with its time.
    pub actions: Vec<(String, String)>,
}
