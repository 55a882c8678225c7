//! IAM Identity Center: who of the organisation's people may take on which permission set in which account.

use serde_json::Value;

use crate::model::{
    access::{Assignment, CenterGroup, CenterUser, IdentityCenter, PermissionSet},
    id::{AccountId, Arn},
    observed::Observed,
};

use super::{
    account::Account,
    answer::unexpected,
    fields::{items, text},
    join,
    store::joined,
};

/// "ListInstances": an organisation has one, and only its management account and a delegated administrator see it.
pub(super) fn center(account: &Account<'_>) -> Observed<IdentityCenter> {
    let listed = account.ask_home("sso", "ListInstances", &[]);
    let instance = listed.read(|pages| {
        let first = pages.iter().flat_map(|page| items(page, "Instances")).next();
        let named =
            |one: &Value| Some((text(one, "InstanceArn")?.to_owned(), text(one, "IdentityStoreId")?.to_owned()));
        first.map(|one| named(one).ok_or_else(unexpected)).transpose()
    });
    instance.and_then(|instance| match instance {
        None => Observed::absent(Vec::new()),
        Some((arn, store)) => Observed::known(
            IdentityCenter {
                permission_sets: permission_sets(account, &arn),
                assignments: assignments(account, &arn),
                users: members(account, "ListUsers", &store, "Users", &|user| {
                    Some(CenterUser {
                        id: text(user, "UserId")?.to_owned(),
                        user_name: text(user, "UserName")?.to_owned(),
                    })
                }),
                groups: members(account, "ListGroups", &store, "Groups", &|group| {
                    let id = text(group, "GroupId")?;
                    Some(CenterGroup {
                        id: id.to_owned(),
                        name: text(group, "DisplayName").unwrap_or(id).to_owned(),
                        members: group_members(account, &store, id),
                    })
                }),
                instance: Arn::new(arn),
            },
            Vec::new(),
        ),
    })
}

fn sets(account: &Account<'_>, instance: &str) -> Observed<Vec<String>> {
    let listed = account.ask_home("sso", "ListPermissionSets", &[("InstanceArn", instance)]);
    listed.read(|pages| {
        let all = pages.iter().flat_map(|page| items(page, "PermissionSets"));
        Ok(all.filter_map(Value::as_str).map(str::to_owned).collect())
    })
}

fn permission_sets(account: &Account<'_>, instance: &str) -> Observed<Vec<PermissionSet>> {
    sets(account, instance).map(|sets| sets.iter().map(|set| permission_set(account, instance, set)).collect())
}

fn permission_set(account: &Account<'_>, instance: &str, arn: &str) -> PermissionSet {
    let which = [("InstanceArn", instance), ("PermissionSetArn", arn)];
    let ask = |operation: &str| account.ask_home("sso", operation, &which);
    let described = ask("DescribePermissionSet");
    let (managed, customer) =
        (ask("ListManagedPoliciesInPermissionSet"), ask("ListCustomerManagedPolicyReferencesInPermissionSet"));
    let inline = ask("GetInlinePolicyForPermissionSet");
    let said = |name: &'static str| described.one(|body| text(body.get("PermissionSet")?, name).map(str::to_owned));
    PermissionSet {
        arn: Arn::new(arn),
        name: said("Name"),
        // "PT1H" unless set (IAM Identity Center API Reference, "PermissionSet").
        session_duration: described
            .one(|body| Some(text(body.get("PermissionSet")?, "SessionDuration").unwrap_or("PT1H").to_owned())),
        managed_policies: managed.read(|pages| {
            let all = pages.iter().flat_map(|page| items(page, "AttachedManagedPolicies"));
            Ok(all.filter_map(|policy| text(policy, "Arn")).map(Arn::new).collect())
        }),
        customer_policies: customer.read(|pages| {
            let all = pages.iter().flat_map(|page| items(page, "CustomerManagedPolicyReferences"));
            Ok(all.filter_map(|policy| text(policy, "Name")).map(str::to_owned).collect())
        }),
        inline_policy: inline
            .one(|body| Some(text(body, "InlinePolicy").map(str::to_owned)))
            .and_then(|policy| super::store::optional(policy, &[])),
        evidence: joined(&[&described.evidence, &managed.evidence, &customer.evidence, &inline.evidence]),
    }
}

/// "ListAccountAssignments" of each permission set in each account of the organisation.
fn assignments(account: &Account<'_>, instance: &str) -> Observed<Vec<Assignment>> {
    let accounts = super::organization::active_accounts(account);
    accounts.and_then(|accounts| {
        sets(account, instance).and_then(|sets| {
            let pairs = accounts.iter().flat_map(|member| sets.iter().map(move |set| (member.as_str(), set.as_str())));
            join::lists(pairs.map(|(member, set)| assigned(account, instance, member, set)).collect())
        })
    })
}

fn assigned(account: &Account<'_>, instance: &str, member: &str, set: &str) -> Observed<Vec<Assignment>> {
    let which = [("InstanceArn", instance), ("AccountId", member), ("PermissionSetArn", set)];
    account.ask_home("sso", "ListAccountAssignments", &which).read(|pages| {
        let all = pages.iter().flat_map(|page| items(page, "AccountAssignments"));
        let assignment = |body: &Value| {
            Some(Assignment {
                account: AccountId::new(text(body, "AccountId").unwrap_or(member)),
                permission_set: Arn::new(set),
                to_group: text(body, "PrincipalType")? == "GROUP",
                to: text(body, "PrincipalId")?.to_owned(),
            })
        };
        all.map(|body| assignment(body).ok_or_else(unexpected)).collect()
    })
}

fn members<T>(
    account: &Account<'_>,
    operation: &str,
    store: &str,
    list: &str,
    lower: &dyn Fn(&Value) -> Option<T>,
) -> Observed<Vec<T>> {
    account.ask_home("identitystore", operation, &[("IdentityStoreId", store)]).read(|pages| {
        let all = pages.iter().flat_map(|page| items(page, list));
        all.map(|body| lower(body).ok_or_else(unexpected)).collect()
    })
}

fn group_members(account: &Account<'_>, store: &str, group: &str) -> Observed<Vec<String>> {
    let which = [("IdentityStoreId", store), ("GroupId", group)];
    account.ask_home("identitystore", "ListGroupMemberships", &which).read(|pages| {
        let all = pages.iter().flat_map(|page| items(page, "GroupMemberships"));
        Ok(all.filter_map(|one| text(one.get("MemberId")?, "UserId")).map(str::to_owned).collect())
    })
}
