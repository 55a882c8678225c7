//! Asking one of many alike gives what asking each gives.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::super::account::{Account, Scp};
use super::super::policy::Policy;
use super::evaluate::Escalations;
use crate::model::iam::AuthorizationDetails;

const ACTIONS: [&str; 12] = [
    "*",
    "iam:*",
    "iam:PassRole",
    "iam:Create*",
    "iam:CreatePolicyVersion",
    "iam:AttachRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:PutUserPolicy",
    "iam:DeleteRolePermissionsBoundary",
    "sts:AssumeRole",
    "lambda:*",
    "ec2:RunInstances",
];

const RESOURCES: [&str; 14] = [
    "*",
    "arn:aws:iam::123456789012:role/*",
    "arn:aws:iam::123456789012:role/a*",
    "arn:aws:iam::123456789012:role/*b",
    "arn:aws:iam::*:role/ab",
    "arn:aws:iam::123456789012:user/*",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:iam::123456789012:user/u0",
    "arn:aws:iam::123456789012:role/${aws:PrincipalTag/team}*",
    "arn:aws:iam::123456789012:role/${aws:ResourceTag/team}*",
    "arn:aws:iam::123456789012:policy/*",
    "arn:aws:iam::123456789012:policy/p1",
    "arn:aws:iam::123456789012:*/a*",
    "arn:aws:iam::aws:policy/*",
];

fn condition() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => Just(json!({})),
        1 => Just(json!({"StringEquals": {"aws:ResourceTag/team": "a"}})),
        1 => Just(json!({"StringEquals": {"iam:ResourceTag/team": "${aws:PrincipalTag/team}"}})),
        1 => Just(json!({"StringLike": {"iam:PassedToService": "lambda*"}})),
        1 => Just(json!({"Null": {"iam:PermissionsBoundary": "true"}})),
        1 => Just(json!({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})),
        1 => Just(json!({"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}})),
    ]
}

fn document(principal: impl Strategy<Value = Option<Value>>) -> impl Strategy<Value = String> {
    let effect = prop_oneof![4 => Just("Allow"), 1 => Just("Deny")];
    let lists = (subsequence(ACTIONS.to_vec(), 1..3), subsequence(RESOURCES.to_vec(), 1..3));
    let statement = (effect, lists, any::<[bool; 5]>(), condition(), principal);
    let statement = statement.prop_map(|(effect, (actions, resources), negated, condition, principal)| {
        let mut statement = json!({"Effect": effect, "Condition": condition});
        statement[if negated == [true; 5] { "NotAction" } else { "Action" }] = json!(actions);
        match principal {
            Some(principal) => {
                statement["Principal"] = principal;
                statement["Action"] = json!("sts:AssumeRole");
            }
            None => statement[if negated[..2] == [true; 2] { "NotResource" } else { "Resource" }] = json!(resources),
        }
        statement
    });
    prop::collection::vec(statement, 1..3)
        .prop_map(|statements| json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

fn identity_document() -> impl Strategy<Value = String> {
    document(Just(None))
}

fn trust_document() -> impl Strategy<Value = String> {
    document(select(vec![
        Some(json!("*")),
        Some(json!({"AWS": "123456789012"})),
        Some(json!({"AWS": "arn:aws:iam::123456789012:user/u0"})),
        Some(json!({"AWS": "arn:aws:iam::123456789012:role/ab"})),
        Some(json!({"Service": "lambda.amazonaws.com"})),
        Some(json!({"Service": ["ec2.amazonaws.com", "cloudformation.amazonaws.com"]})),
    ]))
}

const ROLES: [&str; 6] = ["a", "ab", "b", "aws-reserved/sso/abc", "aws-service-role/x/b", "c"];

fn tags() -> impl Strategy<Value = Value> {
    select(vec![json!([]), json!([{"Key": "team", "Value": "a"}]), json!([{"Key": "team", "Value": "b"}])])
}

/// What a user and a role have in common: inline policy, attached policies, boundary, tags.
fn common() -> impl Strategy<Value = (Option<String>, Vec<&'static str>, Option<&'static str>, Value)> {
    let attached = subsequence(vec!["p0", "p1", "p2"], 0..3);
    (prop::option::of(identity_document()), attached, prop::option::weighted(0.3, select(vec!["p0", "p3"])), tags())
}

fn arn(kind: &str, name: &str) -> String {
    format!("arn:aws:iam::123456789012:{kind}/{name}")
}

fn member(
    kind: &str,
    name: &str,
    (inline, attached, boundary, tags): &(Option<String>, Vec<&str>, Option<&str>, Value),
) -> Value {
    let title = if kind == "role" { "Role" } else { "User" };
    let inline: Vec<Value> =
        inline.iter().map(|text| json!({"PolicyName": "inline", "PolicyDocument": text})).collect();
    let attached: Vec<Value> =
        attached.iter().map(|name| json!({"PolicyName": name, "PolicyArn": arn("policy", name)})).collect();
    let mut member = json!({"Arn": arn(kind, name), "Tags": tags, "AttachedManagedPolicies": attached});
    member[format!("{title}Name")] = json!(name.rsplit('/').next());
    member[format!("{title}PolicyList")] = json!(inline);
    if let Some(boundary) = boundary {
        member["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn("policy", boundary)});
    }
    member
}

fn details() -> impl Strategy<Value = AuthorizationDetails> {
    let users = prop::collection::vec(common(), 2);
    let roles = prop::collection::vec((common(), trust_document(), any::<bool>()), ROLES.len());
    let policies = prop::collection::vec(identity_document(), 4);
    (users, roles, policies).prop_map(|(users, roles, policies)| {
        let users: Vec<Value> =
            users.iter().enumerate().map(|(n, common)| member("user", &format!("u{n}"), common)).collect();
        let role = |(name, (common, trust, profile)): (&&str, &(_, String, bool))| {
            let mut role = member("role", name, common);
            role["AssumeRolePolicyDocument"] = json!(trust);
            role["InstanceProfileList"] = if *profile { json!([{}]) } else { json!([]) };
            role
        };
        let roles: Vec<Value> = ROLES.iter().zip(&roles).map(role).collect();
        let policy = |(number, text): (usize, &String)| {
            json!({
                "PolicyName": format!("p{number}"), "Arn": arn("policy", &format!("p{number}")),
                "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": text}],
            })
        };
        let policies: Vec<Value> = policies.iter().enumerate().map(policy).collect();
        let text = json!({"UserDetailList": users, "RoleDetailList": roles, "Policies": policies}).to_string();
        serde_json::from_str(&text).unwrap()
    })
}

/// Who gains whom by which way, with what it depends on.
type Told = BTreeMap<(usize, usize, String), Vec<String>>;

/// Every target of every way asked by itself.
fn one_by_one(account: &Account, escalations: &Escalations<'_>) -> Told {
    let mut told = Told::new();
    for from in 0..account.principals().len() {
        for (target, path, answer) in escalations.asked_alone(from) {
            let told = told.entry((from, target, path.to_owned())).or_default();
            told.push(format!("{:?} {:?}", answer.residual, answer.lacking));
        }
    }
    told.values_mut().for_each(|answers| answers.sort());
    told
}

fn grouped(account: &Account, escalations: &Escalations<'_>) -> Told {
    let mut told = Told::new();
    for from in 0..account.principals().len() {
        let edges = escalations.edges_of(from);
        for edge in edges.iter().filter(|edge| edge.path.variants.iter().flatten().any(|step| step.at.is_target())) {
            for target in edge.to.iter() {
                let answer = format!("{:?} {:?}", edge.residual, edge.lacking);
                told.entry((from, target, edge.path.id.clone())).or_default().push(answer);
            }
        }
    }
    told.values_mut().for_each(|answers| answers.sort());
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn asking_one_of_many_alike_is_asking_each(details in details(), scp in prop::option::of(identity_document())) {
        let scp = scp.map_or(Scp::NotApplicable, |text| Scp::Levels(vec![("root".to_owned(), vec![
            Policy::parse("full", r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#),
            Policy::parse("scp", &text),
        ])]));
        let account = Account::compile(&details, scp);
        let escalations = Escalations::new(&account);
        let (grouped, alone) = (grouped(&account, &escalations), one_by_one(&account, &escalations));
        let only = |one: &Told, other: &Told| -> Told {
            one.iter().filter(|(key, _)| one.get(key) != other.get(key)).map(|(k, v)| (k.clone(), v.clone())).collect()
        };
        prop_assert!(grouped == alone, "grouped {:#?}\nalone {:#?}", only(&grouped, &alone), only(&alone, &grouped));
    }
}
