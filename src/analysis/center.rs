//! Which roles a person may take on through IAM Identity Center.
//!
//! Source: IAM Identity Center user guide, "Referencing permission sets in resource policies": a permission set becomes a role
//! `AWSReservedSSO_NAME_SUFFIX` below `/aws-reserved/sso.amazonaws.com/` in each account that it is assigned in.

use crate::model::{
    access::{Assignment, IdentityCenter},
    iam::{AuthorizationDetails, RoleDetail},
    id::{AccountId, Arn},
    observed::{Gap, Observed},
    world::World,
};

/// A role that an assignment opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub arn: Arn,
    pub permission_set: String,
}

/// The roles of a person whom the identity store knows by one of these names, and what stands in the way of more. Names are
/// equal or not; none is guessed.
pub fn roles(world: &World, names: &[&str]) -> (Vec<Role>, Vec<Gap>) {
    let details = |id: &AccountId| {
        let account = world.accounts.iter().find(|account| account.account_id() == id.as_str())?;
        account.principals.seen()
    };
    let mut seen = world.accounts.iter().filter_map(|account| account.access.center.seen()).peekable();
    if seen.peek().is_none() {
        // An organisation has one, and most accounts do not see it: what was refused matters only where none was read.
        let what = |scope: &str| format!("IAM Identity Center as account {scope} sees it");
        let unread = world.accounts.iter().filter_map(|account| account.access.center.gap(what(&account.scope)));
        return (Vec::new(), unread.collect());
    }
    let (mut all, mut gaps) = (Vec::new(), Vec::new());
    for center in seen {
        let (roles, unread) = of_center(center, names, &details);
        all.extend(roles);
        gaps.extend(unread);
    }
    (all, gaps)
}

fn of_center<'a>(
    center: &IdentityCenter,
    names: &[&str],
    details: &impl Fn(&AccountId) -> Option<&'a AuthorizationDetails>,
) -> (Vec<Role>, Vec<Gap>) {
    let mut gaps: Vec<Gap> = center.assignments.gap("assignments of IAM Identity Center").into_iter().collect();
    let mut all = Vec::new();
    for assignment in center.assignments.members() {
        let people = center.people(assignment);
        if !people.members().iter().any(|user| names.iter().any(|name| name.eq_ignore_ascii_case(user))) {
            let what = format!("who {} of IAM Identity Center is", assignment.to);
            gaps.extend(people.gap(what));
            continue;
        }
        let name = name_of(center, assignment);
        gaps.extend(name.gap(format!("the name of permission set {}", assignment.permission_set.as_str())));
        let Some(name) = name.seen() else { continue };
        let roles = details(&assignment.account).map_or(&[][..], |details| details.roles.as_slice());
        let made = roles.iter().filter(|role| is_of(role, name));
        all.extend(made.map(|role| Role { arn: Arn::new(&*role.arn), permission_set: name.clone() }));
    }
    gaps.sort();
    gaps.dedup();
    (all, gaps)
}

fn name_of(center: &IdentityCenter, assignment: &Assignment) -> Observed<String> {
    let set = center.permission_sets.members().iter().find(|set| set.arn == assignment.permission_set);
    set.map_or_else(|| Observed::not_collected("the permission set was not read"), |set| set.name.clone())
}

/// The suffix is sixteen hexadecimal digits: a set named `Admin` is not the one named `Admin_Extra`.
fn is_of(role: &RoleDetail, set: &str) -> bool {
    let suffix =
        role.role_name.strip_prefix("AWSReservedSSO_").and_then(|rest| rest.strip_prefix(set)?.strip_prefix('_'));
    let digits = |suffix: &str| suffix.len() == 16 && suffix.chars().all(|c| c.is_ascii_hexdigit());
    role.path.starts_with("/aws-reserved/sso.amazonaws.com/") && suffix.is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::access::{CenterGroup, CenterUser, PermissionSet};

    fn known<T>(value: T) -> Observed<T> {
        Observed::known(value, Vec::new())
    }

    fn details() -> AuthorizationDetails {
        let role = |path: &str, name: &str| {
            json!({"Arn": format!("arn:aws:iam::111111111111:role{path}{name}"), "RoleName": name, "RoleId": "AROA", "Path": path,
                "AssumeRolePolicyDocument": "{}", "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": []})
        };
        let reserved = "/aws-reserved/sso.amazonaws.com/";
        let roles = [
            role(reserved, "AWSReservedSSO_Admin_0123456789abcdef"),
            role(reserved, "AWSReservedSSO_Admin_Extra_0123456789abcdef"),
            role("/", "AWSReservedSSO_Admin_0123456789abcdee"),
        ];
        let all = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": []});
        serde_json::from_value(all).unwrap()
    }

    fn center(members: Observed<Vec<String>>) -> IdentityCenter {
        IdentityCenter {
            instance: Arn::from("arn:aws:sso:::instance/i"),
            permission_sets: known(vec![PermissionSet {
                arn: Arn::from("arn:aws:sso:::permissionSet/i/p"),
                name: known("Admin".to_owned()),
                session_duration: Observed::absent(Vec::new()),
                managed_policies: known(Vec::new()),
                customer_policies: known(Vec::new()),
                inline_policy: Observed::absent(Vec::new()),
                evidence: Vec::new(),
            }]),
            assignments: known(vec![Assignment {
                account: AccountId::from("111111111111"),
                permission_set: Arn::from("arn:aws:sso:::permissionSet/i/p"),
                to_group: true,
                to: "g".to_owned(),
            }]),
            users: known(vec![
                CenterUser { id: "u".to_owned(), user_name: "Bob@acme.example".to_owned() },
                CenterUser { id: "v".to_owned(), user_name: "bob@acme.example.org".to_owned() },
            ]),
            groups: known(vec![CenterGroup { id: "g".to_owned(), name: "admins".to_owned(), members }]),
        }
    }

    fn of(members: Observed<Vec<String>>, name: &str) -> (Vec<String>, usize) {
        let held = details();
        let (roles, gaps) = of_center(&center(members), &[name], &|_: &AccountId| Some(&held));
        (roles.into_iter().map(|role| role.arn.as_str().to_owned()).collect(), gaps.len())
    }

    #[test]
    fn a_member_of_the_group_takes_on_the_role_and_nobody_else_does() {
        let group = || known(vec!["u".to_owned()]);
        let (roles, gaps) = of(group(), "bob@acme.example");
        assert_eq!((roles.len(), gaps), (1, 0), "{roles:?}");
        assert!(roles[0].ends_with("AWSReservedSSO_Admin_0123456789abcdef"), "{roles:?}");
        assert_eq!(of(group(), "bob@acme.example.org"), (Vec::new(), 0), "no member");
        assert_eq!(of(group(), "bob"), (Vec::new(), 0), "a name is not guessed");
    }

    #[test]
    fn members_that_were_not_read_are_a_gap_and_no_right() {
        let denied = Observed::denied("aws", "identitystore:ListGroupMemberships", Vec::new());
        assert_eq!(of(denied, "bob@acme.example"), (Vec::new(), 1));
    }
}
