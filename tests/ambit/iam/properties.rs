//! What must hold for any policies: denies only take away, allows only add, and not knowing never decides otherwise.

use ambit::iam::{Caller, Context, Guardrail, Layers, Level, Policy, Request, ResourcePolicy, Verdict, evaluate};
use proptest::{prelude::*, sample::select};

const KEYS: [&str; 4] = ["aws:SourceVpc", "aws:PrincipalTag/team", "aws:MultiFactorAuthAge", "aws:SourceIp"];
const VALUES: [&str; 5] = ["vpc-1", "red", "300", "10.0.0.1", "true"];

fn operator() -> impl Strategy<Value = String> {
    let base = select(vec![
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "NumericLessThan",
        "NumericNotEquals",
        "IpAddress",
        "NotIpAddress",
        "Bool",
        "Null",
        "ArnLike",
        "ArnNotEquals",
        "DateLessThan",
        "BinaryEquals",
    ]);
    let prefix = select(vec!["", "", "", "ForAnyValue:", "ForAllValues:"]);
    (prefix, base, any::<bool>()).prop_map(|(prefix, base, exists)| {
        let suffix = if exists && base != "Null" { "IfExists" } else { "" };
        format!("{prefix}{base}{suffix}")
    })
}

fn condition() -> impl Strategy<Value = serde_json::Value> {
    let leaf = (operator(), select(&KEYS[..]), prop::collection::vec(select(&VALUES[..]), 1..3));
    prop::collection::vec(leaf, 0..3).prop_map(|leaves| {
        let mut operators = serde_json::Map::new();
        for (operator, key, values) in leaves {
            operators.insert(operator, serde_json::json!({ key: values }));
        }
        operators.into()
    })
}

fn statement(effect: &'static str) -> impl Strategy<Value = serde_json::Value> {
    let action = select(vec!["*", "s3:*", "s3:Get*", "s3:GetObject", "ec2:*"]);
    let resource = select(vec!["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:PrincipalTag/team}", "arn:aws:s3:::c/*"]);
    (action, resource, any::<[bool; 2]>(), condition()).prop_map(move |(action, resource, negated, condition)| {
        serde_json::json!({
            "Effect": effect,
            if negated[0] { "NotAction" } else { "Action" }: action,
            if negated[1] { "NotResource" } else { "Resource" }: resource,
            "Condition": condition,
        })
    })
}

fn policy(statements: &[serde_json::Value]) -> Policy {
    Policy::parse("p", &serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

fn either() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![3 => statement("Allow"), 1 => statement("Deny")]
}

fn statements() -> impl Strategy<Value = Vec<serde_json::Value>> {
    prop::collection::vec(either(), 0..4)
}

fn context() -> impl Strategy<Value = Context> {
    let values = prop::collection::vec(prop::option::of(select(&VALUES[..])), KEYS.len());
    (values, any::<bool>()).prop_map(|(values, partial)| {
        let mut context = if partial { Context::partial() } else { Context::complete() };
        for (key, value) in KEYS.iter().zip(values) {
            if let Some(value) = value {
                context.set(key, value);
            }
        }
        context
    })
}

#[derive(Debug, Clone)]
struct World {
    identity: Vec<serde_json::Value>,
    boundary: Option<Vec<serde_json::Value>>,
    scp: Option<Vec<serde_json::Value>>,
    resource: Option<Vec<serde_json::Value>>,
    context: Context,
}

prop_compose! {
    fn world()(
        identity in statements(),
        boundary in prop::option::of(statements()),
        scp in prop::option::of(statements()),
        resource in prop::option::of(statements()),
        context in context(),
    ) -> World {
        World { identity, boundary, scp, resource, context }
    }
}

impl World {
    fn verdict(&self) -> Verdict {
        let caller = Caller::parse("arn:aws:iam::123456789012:user/u");
        let request = Request::new(&caller, "s3:GetObject", "arn:aws:s3:::b/red", Some("123456789012"), &self.context);
        let identity = policy(&self.identity);
        let boundary = self.boundary.as_ref().map(|statements| policy(statements));
        let scp = self.scp.as_ref().map(|statements| policy(statements));
        let named = |statement: &serde_json::Value| {
            let mut statement = statement.clone();
            statement["Principal"] = serde_json::json!({"AWS": "arn:aws:iam::123456789012:user/u"});
            statement
        };
        let resource = self.resource.as_ref().map(|list| policy(&list.iter().map(named).collect::<Vec<_>>()));
        let layers = Layers {
            identity: vec![&identity],
            boundary: boundary.iter().collect(),
            resource_policy: resource.as_ref().map_or(ResourcePolicy::None, ResourcePolicy::Read),
            scp: scp.as_ref().map_or(Guardrail::NotApplicable, |policy| {
                Guardrail::Levels(vec![Level { name: "root", policies: vec![policy] }])
            }),
            ..Layers::default()
        };
        evaluate(&request, &layers).verdict
    }
}

/// Refused, open, granted.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::ExplicitDeny | Verdict::ImplicitDeny => 0,
        Verdict::Depends => 1,
        Verdict::Allow => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adding_a_deny_never_grants(world in world(), deny in statement("Deny"), place in 0..3_u8) {
        let mut more = world.clone();
        match place {
            0 => more.identity.push(deny),
            1 => if let Some(boundary) = &mut more.boundary { boundary.push(deny) },
            _ => if let Some(scp) = &mut more.scp { scp.push(deny) },
        }
        prop_assert!(rank(more.verdict()) <= rank(world.verdict()));
    }

    #[test]
    fn adding_an_allow_never_denies(world in world(), allow in statement("Allow"), place in 0..4_u8) {
        let mut more = world.clone();
        match place {
            0 => more.identity.push(allow),
            1 => if let Some(boundary) = &mut more.boundary { boundary.push(allow) },
            2 => if let Some(resource) = &mut more.resource { resource.push(allow) },
            _ => if let Some(scp) = &mut more.scp { scp.push(allow) },
        }
        prop_assert!(rank(more.verdict()) >= rank(world.verdict()));
    }

    #[test]
    fn widening_an_scp_never_denies(world in world()) {
        let mut wide = world.clone();
        if let Some(scp) = &mut wide.scp {
            scp.retain(|statement| statement["Effect"] == "Allow");
            scp.push(serde_json::json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
        }
        prop_assert!(rank(wide.verdict()) >= rank(world.verdict()));
    }

    #[test]
    fn forgetting_a_key_never_decides_otherwise(world in world(), key in select(&KEYS[..])) {
        let mut less = world.clone();
        less.context.set_unknown(key);
        let (known, forgotten) = (rank(world.verdict()), rank(less.verdict()));
        prop_assert!(forgotten == 1 || forgotten == known, "{known} became {forgotten}");
    }

    #[test]
    fn any_text_is_a_policy_and_never_a_silent_no(text in "\\PC{0,80}") {
        let policy = Policy::parse("p", &text);
        let caller = Caller::parse("arn:aws:iam::123456789012:user/u");
        let context = Context::partial();
        let request = Request::new(&caller, "s3:GetObject", "arn:aws:s3:::b/k", None, &context);
        let layers = Layers { identity: vec![&policy], ..Layers::default() };
        prop_assert_eq!(evaluate(&request, &layers).verdict, Verdict::Depends);
        prop_assert!(!policy.diagnostics.is_empty());
    }
}
