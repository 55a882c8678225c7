//! Every line of the case files is decided as it expects.

use ambit::iam::{Decision, Verdict, cases::Case};

/// Whether the verdict comes with its reasons.
fn is_told(decision: &Decision) -> bool {
    match decision.verdict {
        Verdict::Allow => decision.residual.is_empty(),
        Verdict::ExplicitDeny => !decision.because.is_empty(),
        Verdict::ImplicitDeny => !decision.missing.is_empty(),
        Verdict::Depends => !decision.residual.is_empty(),
    }
}

fn check(name: &str, text: &str, at_least: usize) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case = Case::parse(line).expect(line);
        let decision = case.decide();
        count += 1;
        if Some(decision.verdict.name()) != case.expect.as_deref() || !is_told(&decision) {
            wrong.push(format!("{}: expected {:?}, got {decision:?}", case.id, case.expect));
        }
    }
    assert!(count >= at_least, "{name}: only {count} cases");
    assert!(wrong.is_empty(), "{name}: {} of {count} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn probes_are_decided_as_documented() {
    check("probes", include_str!("../../data/iam/probes.jsonl"), 40);
}

#[test]
fn trust_policies_are_decided_as_aws_decided_them() {
    check("trust ground truth", include_str!("../../data/iam/trust-groundtruth.jsonl"), 9);
}

const OWN: &str = include_str!("../../data/iam/cases.jsonl");

#[test]
fn own_cases_are_decided_as_their_pages_say() {
    check("own cases", OWN, 380);
}

#[test]
fn own_cases_name_their_page_and_none_stands_twice() {
    let cases: Vec<serde_json::Value> = OWN.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_aws = |basis: &str| {
        basis.starts_with("https://docs.aws.amazon.com/") || basis.starts_with("https://docs.amazonaws.cn/")
    };
    let bare: Vec<_> =
        cases.iter().filter(|case| !case["basis"].as_str().is_some_and(of_aws)).map(|case| &case["id"]).collect();
    assert!(bare.is_empty(), "{bare:?}");
    let names: std::collections::BTreeSet<_> = cases.iter().map(|case| case["id"].to_string()).collect();
    assert_eq!(names.len(), cases.len());
}
