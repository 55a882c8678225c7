//! From GetAccountAuthorizationDetails to an [`Account`].

use std::collections::{BTreeMap, BTreeSet};

use super::super::arn::Arn;
use super::super::context::Context;
use super::super::policy::Policy;
use super::super::principal::Caller;
use super::scope::Scopes;
use super::{Account, Group, Principal, Scp};
use crate::model::iam::{
    AttachedPolicy, AuthorizationDetails, InlinePolicy, PermissionsBoundary, RoleDetail, Tag, UserDetail,
};

impl Account {
    /// Compiles an account. A policy that is attached and not among the details counts as unread.
    #[must_use]
    pub fn compile(details: &AuthorizationDetails, scp: Scp) -> Self {
        let mut builder = Builder::default();
        for policy in &details.policies {
            let document = policy.default_version().map(|version| version.document.text());
            let compiled =
                document.map_or_else(|| Policy::unread(&policy.arn), |text| Policy::parse(&policy.arn, text));
            builder.add_managed(&policy.arn, compiled);
            if policy.policy_version_list.len() > 1 {
                builder.versioned.insert(policy.arn.clone());
            }
        }
        for group in &details.groups {
            let policies = builder.identity(&group.arn, &group.group_policy_list, &group.attached_managed_policies);
            let attached = arns(&group.attached_managed_policies);
            builder.groups.insert(group.group_name.clone(), Group { arn: group.arn.clone(), policies, attached });
        }
        let users = details.users.iter().map(|user| builder.user(user)).collect::<Vec<_>>();
        let roles = details.roles.iter().map(|role| builder.role(role)).collect::<Vec<_>>();
        builder.finish(users.into_iter().chain(roles).collect(), scp)
    }
}

#[derive(Default)]
struct Builder {
    policies: Vec<Policy>,
    managed: BTreeMap<String, usize>,
    versioned: BTreeSet<String>,
    groups: BTreeMap<String, Group>,
    trust_texts: BTreeMap<String, usize>,
}

impl Builder {
    fn add(&mut self, policy: Policy) -> usize {
        self.policies.push(policy);
        self.policies.len() - 1
    }

    fn add_managed(&mut self, arn: &str, policy: Policy) -> usize {
        let place = self.add(policy);
        self.managed.insert(arn.to_owned(), place);
        place
    }

    fn managed(&mut self, arn: &str) -> usize {
        match self.managed.get(arn) {
            Some(place) => *place,
            None => self.add_managed(arn, Policy::unread(arn)),
        }
    }

    fn identity(&mut self, owner: &str, inline: &[InlinePolicy], attached: &[AttachedPolicy]) -> Vec<usize> {
        let mut places = Vec::new();
        for policy in inline {
            let id = format!("{owner}#{}", policy.policy_name);
            places.push(self.add(Policy::parse(&id, policy.policy_document.text())));
        }
        for policy in attached {
            places.push(self.managed(&policy.policy_arn));
        }
        places
    }

    fn boundary(&mut self, boundary: Option<&PermissionsBoundary>) -> Option<usize> {
        let arn = boundary.map(|boundary| boundary.permissions_boundary_arn.as_str())?;
        (!arn.is_empty()).then(|| self.managed(arn))
    }

    fn user(&mut self, user: &UserDetail) -> Principal {
        let mut context = tags(&user.tags);
        // A user has no tags but its own; a role's session may bring more.
        context.close_prefix("aws:principaltag/");
        if !user.user_id.is_empty() {
            context.set("aws:userid", user.user_id.clone());
        }
        Principal {
            arn: user.arn.clone(),
            name: user.user_name.clone(),
            is_role: false,
            groups: user.group_list.clone(),
            in_instance_profile: false,
            caller: Caller::parse(&user.arn),
            context,
            identity: self.identity(&user.arn, &user.user_policy_list, &user.attached_managed_policies),
            boundary: self.boundary(user.permissions_boundary.as_ref()),
            trust: None,
            trust_text: 0,
            attached: arns(&user.attached_managed_policies),
            tags: user.tags.clone(),
        }
    }

    fn role(&mut self, role: &RoleDetail) -> Principal {
        let text = role.assume_role_policy_document.text();
        let trust = self.add(Policy::parse(&format!("{}#trust", role.arn), text));
        let next = self.trust_texts.len();
        let trust_text = *self.trust_texts.entry(text.to_owned()).or_insert(next);
        Principal {
            arn: role.arn.clone(),
            name: role.role_name.clone(),
            is_role: true,
            groups: Vec::new(),
            in_instance_profile: !role.instance_profile_list.is_empty(),
            caller: Caller::parse(&role.arn),
            context: tags(&role.tags),
            identity: self.identity(&role.arn, &role.role_policy_list, &role.attached_managed_policies),
            boundary: self.boundary(role.permissions_boundary.as_ref()),
            trust: Some(trust),
            trust_text,
            attached: arns(&role.attached_managed_policies),
            tags: role.tags.clone(),
        }
    }

    fn finish(self, principals: Vec<Principal>, scp: Scp) -> Account {
        let first = principals.first().and_then(|principal| Arn::parse(&principal.arn));
        let (id, partition) =
            first.map_or((String::new(), "aws".to_owned()), |arn| (arn.account.to_owned(), arn.partition.to_owned()));
        let mut scopes = Scopes::new(&partition, &id);
        let by_arn = principals.iter().enumerate().map(|(place, principal)| (principal.arn.clone(), place)).collect();
        let guard = match &scp {
            Scp::Levels(levels) => levels
                .iter()
                .map(|(_, policies)| policies.iter().flat_map(|policy| scopes.of(policy)).collect())
                .collect(),
            Scp::NotApplicable | Scp::Unreadable => Vec::new(),
        };
        Account {
            id,
            partition,
            by_arn,
            scopes: self.policies.iter().map(|policy| scopes.of(policy)).collect(),
            guard,
            principals,
            policies: self.policies,
            versioned: self.versioned,
            groups: self.groups,
            scp,
        }
    }
}

fn arns(attached: &[AttachedPolicy]) -> Vec<String> {
    attached.iter().map(|policy| policy.policy_arn.clone()).collect()
}

fn tags(tags: &[Tag]) -> Context {
    let mut context = Context::partial();
    for tag in tags {
        context.set(&format!("aws:PrincipalTag/{}", tag.key), tag.value.clone());
    }
    context
}
