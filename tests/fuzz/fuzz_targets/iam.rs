//! The policy language on any bytes: nothing panics, no text is a silent no, and every answer says what it rests on.
#![no_main]

use ambit::iam::{
    Caller, Context, Decision, Effect, Guardrail, Layers, Level, Policy, Request, ResourcePolicy, Verdict, cases::Case,
    evaluate,
};
use libfuzzer_sys::fuzz_target;

const CALLERS: [&str; 8] = [
    "arn:aws:iam::123456789012:root",
    "arn:aws:iam::123456789012:user/u",
    "arn:aws:iam::123456789012:role/deploy",
    "arn:aws:sts::123456789012:assumed-role/deploy/s1",
    "arn:aws:sts::123456789012:federated-user/bob",
    "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    "ec2.amazonaws.com",
    "*",
];

const ASKED: [(&str, &str); 4] = [
    ("s3:GetObject", "arn:aws:s3:::b/k"),
    ("sts:AssumeRole", "arn:aws:iam::123456789012:role/target"),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/k1"),
    ("ec2:RunInstances", "*"),
];

/// Every verdict comes with its reasons.
fn is_told(decision: &Decision) {
    match decision.verdict {
        Verdict::ExplicitDeny => {
            assert!(decision.because.iter().any(|statement| statement.effect == Some(Effect::Deny)), "{decision:?}");
        }
        Verdict::ImplicitDeny => assert!(!decision.missing.is_empty(), "{decision:?}"),
        Verdict::Depends => assert!(!decision.residual.is_empty(), "{decision:?}"),
        Verdict::Allow => assert!(decision.residual.is_empty(), "{decision:?}"),
    }
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Ok(case) = Case::parse(&text) {
        is_told(&case.decide());
    }
    let Some((choice, rest)) = data.split_first() else { return };
    let choice = usize::from(*choice);
    let (one, other) = rest.split_at(rest.len() / 2);
    let whole = Policy::parse("whole", &String::from_utf8_lossy(rest));
    let half = Policy::parse("half", &String::from_utf8_lossy(one));
    let context = if choice & 0x80 == 0 { Context::partial() } else { Context::complete() };
    let caller = Caller::parse(CALLERS[choice % CALLERS.len()]);
    let (action, resource) = ASKED[choice / CALLERS.len() % ASKED.len()];
    let written = String::from_utf8_lossy(other);
    for (action, resource) in [(action, resource), (&*written, "*"), ("s3:GetObject", &*written)] {
        let request = Request::new(&caller, action, resource, Some("123456789012"), &context);
        let level = |policy| Guardrail::Levels(vec![Level { name: "root", policies: vec![policy] }]);
        let layers = Layers {
            identity: vec![&whole],
            boundary: vec![&whole, &half],
            resource_policy: ResourcePolicy::Read(&whole),
            scp: level(&whole),
            rcp: level(&half),
            endpoint: vec![&whole],
            ..Layers::default()
        };
        is_told(&evaluate(&request, &layers));
        is_told(&evaluate(&request, &Layers { identity: vec![&whole], ..Layers::default() }));
    }
});
