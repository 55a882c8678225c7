//! Every line of the case files is decided as it expects.

use ambit::iam::cases::Case;

fn check(name: &str, text: &str, at_least: usize) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case = Case::parse(line).expect(line);
        let decision = case.decide();
        count += 1;
        if Some(decision.verdict.name()) != case.expect.as_deref() {
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

#[test]
fn own_cases_are_decided_as_their_pages_say() {
    check("own cases", include_str!("../../data/iam/cases.jsonl"), 330);
}
