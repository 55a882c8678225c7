//! The speed of the IAM evaluator. `docs/performance.md` holds the figures and how to run this.

use std::hint::black_box;

use ambit::{
    iam::{
        Caller, Context, Guardrail, Layers, Level, Policy, Request, Verdict,
        account::{Account, ActionSet, OrgPolicies},
        actions,
        escalation::Escalations,
        evaluate,
    },
    model::{
        action::ActionClass,
        iam::{
            AttachedPolicy, AuthorizationDetails, Document, InstanceProfile, ManagedPolicyDetail, PermissionsBoundary,
            PolicyVersion, RoleDetail,
        },
    },
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;

/// One request against 10 policies of 10 statements, two SCP levels and a boundary.
fn one_request(criterion: &mut Criterion) {
    let identity: Vec<Policy> = (0..10)
        .map(|number| {
            let statements: Vec<_> = (0..10)
                .map(|place| {
                    json!({
                        "Effect": if place == 9 { "Deny" } else { "Allow" },
                        "Action": [format!("service{number}:Get*"), format!("s3:Put{number}{place}*"), "ec2:Describe*"],
                        "Resource": [format!("arn:aws:s3:::bucket-{number}-{place}/*"), "arn:aws:ec2:*:*:instance/*"],
                        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}},
                    })
                })
                .chain(
                    (number == 9)
                        .then(|| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"})),
                )
                .collect();
            Policy::parse("identity", &json!({"Version": "2012-10-17", "Statement": statements}).to_string())
        })
        .collect();
    let full =
        Policy::parse("full", r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#);
    let layers = Layers {
        identity: identity.iter().collect(),
        boundary: vec![&full],
        scp: Guardrail::Levels(vec![
            Level { name: "root", policies: vec![&full] },
            Level { name: "account", policies: vec![&full] },
        ]),
        ..Layers::default()
    };
    let caller = Caller::parse("arn:aws:iam::123456789012:role/deploy");
    let context = Context::complete().with("aws:PrincipalTag/team", "red");
    let mut group = criterion.benchmark_group("iam");
    group.throughput(Throughput::Elements(1));
    group.bench_function("one request, 10 policies of 10 statements, 2 SCP levels, boundary", |bencher| {
        bencher.iter(|| {
            let request =
                Request::new(&caller, "s3:GetObject", black_box("arn:aws:s3:::b/k"), Some("123456789012"), &context);
            let decision = evaluate(&request, &layers);
            assert_eq!(decision.verdict, Verdict::Allow);
            decision
        });
    });
    group.finish();
}

/// Compiling a dump, every principal by every destructive action, and all escalation paths.
fn whole(details: &AuthorizationDetails) -> (usize, usize) {
    let account = Account::compile(details, OrgPolicies::NotApplicable);
    let wanted = ActionSet::of(actions::of_class(ActionClass::Destroy));
    let grants = account.principals().iter().map(|principal| account.capabilities(principal, &wanted).len()).sum();
    (grants, Escalations::new(&account).edges().count())
}

/// `AMBIT_DUMP=FILE` names a dump of GetAccountAuthorizationDetails; without it there is nothing to measure.
#[expect(clippy::disallowed_methods, reason = "a bench reads the dump it is given")]
fn dump(criterion: &mut Criterion) {
    let Ok(path) = std::env::var("AMBIT_DUMP") else { return };
    let Ok(text) = std::fs::read_to_string(&path) else { return };
    criterion.bench_function("iam/dump: read, compile, destructive actions, escalation", |bencher| {
        bencher.iter(|| serde_json::from_str(&text).map(|details| whole(&details)).unwrap_or_default());
    });
}

/// A generated account: half as many policies as roles, every tenth role bounded, every twentieth an administrator.
fn generated(roles: usize) -> AuthorizationDetails {
    let arn = |kind: &str, name: &str| format!("arn:aws:iam::123456789012:{kind}/{name}");
    let policies = (0..roles / 2).map(|number| {
        let name = format!("policy-{number}");
        let document = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject", "s3:DeleteObject"], "Resource": format!("arn:aws:s3:::bucket-{number}/*")},
            {"Effect": "Allow", "Action": ["dynamodb:*"], "Resource": format!("arn:aws:dynamodb:*:123456789012:table/table-{}", number % 97)},
            {"Effect": "Allow", "Action": ["iam:PassRole"], "Resource": arn("role", &format!("role-{number}*"))},
            {"Effect": "Allow", "Action": ["lambda:*", "ec2:RunInstances"], "Resource": "*",
             "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}},
            {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::audit-*"},
        ]});
        let version = PolicyVersion {
            version_id: "v1".to_owned(),
            is_default_version: true,
            document: Document::new(document.to_string()),
        };
        ManagedPolicyDetail {
            arn: arn("policy", &name),
            policy_name: name,
            policy_version_list: vec![version],
            ..ManagedPolicyDetail::default()
        }
    });
    let mut policies: Vec<ManagedPolicyDetail> = policies.collect();
    let everything = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    policies.push(ManagedPolicyDetail {
        arn: arn("policy", "administrator"),
        policy_version_list: vec![PolicyVersion {
            version_id: "v1".to_owned(),
            is_default_version: true,
            document: Document::new(everything),
        }],
        ..ManagedPolicyDetail::default()
    });
    let roles = (0..roles).map(|number| {
        let name = format!("role-{number}");
        let trusted = match number % 10 {
            0 => json!({"Service": "lambda.amazonaws.com"}),
            1 => json!({"Service": "ec2.amazonaws.com"}),
            2 => json!({"AWS": "arn:aws:iam::123456789012:root"}),
            _ => json!({"AWS": arn("role", &format!("role-{}", number / 2))}),
        };
        let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusted}});
        let mut attached = vec![arn("policy", &format!("policy-{}", number / 2)), arn("policy", &format!("policy-{}", number % 13))];
        if number % 20 == 0 {
            attached.push(arn("policy", "administrator"));
        }
        RoleDetail {
            arn: arn("role", &name),
            role_name: name,
            assume_role_policy_document: Document::new(trust.to_string()),
            attached_managed_policies: attached
                .into_iter()
                .map(|policy_arn| AttachedPolicy { policy_arn, ..AttachedPolicy::default() })
                .collect(),
            permissions_boundary: (number % 10 == 3)
                .then(|| PermissionsBoundary { permissions_boundary_arn: arn("policy", "policy-1") }),
            instance_profile_list: (number % 10 == 1).then(InstanceProfile::default).into_iter().collect(),
            ..RoleDetail::default()
        }
    });
    AuthorizationDetails { roles: roles.collect(), policies, ..AuthorizationDetails::default() }
}

fn scale(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("iam/generated account");
    group.sample_size(10);
    for roles in [1_000, 10_000] {
        let details = generated(roles);
        group.bench_with_input(BenchmarkId::from_parameter(roles), &details, |bencher, details| {
            bencher.iter(|| whole(details));
        });
    }
    group.finish();
}

criterion_group!(benches, one_request, dump, scale);
criterion_main!(benches);
