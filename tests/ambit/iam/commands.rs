//! `ambit iam` as people and scripts call it.

use std::process::{Command, Output};

use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/iam/");

fn ambit(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ambit"));
    command.env_clear().env("AWS_EC2_METADATA_DISABLED", "true").current_dir(DATA).arg("iam").args(args);
    command.output().unwrap()
}

/// What a call prints that must succeed.
fn said(args: &[&str]) -> String {
    let output = ambit(args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a call complains of that must fail with this code.
fn refused(args: &[&str], code: i32) -> String {
    let output = ambit(args);
    assert_eq!(output.status.code(), Some(code), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn evaluate_prints_one_line_a_request() {
    let printed = said(&["evaluate", "--cases", "probes.jsonl"]);
    let asked = include_str!("../../data/iam/probes.jsonl");
    assert_eq!(printed.lines().count(), asked.lines().count());
    for (line, case) in printed.lines().zip(asked.lines()) {
        let [line, case]: [Value; 2] = [line, case].map(|text| serde_json::from_str(text).unwrap());
        assert_eq!((&line["id"], &line["verdict"]), (&case["id"], &case["expect"]));
    }
    let error = refused(&["evaluate", "--cases", "LICENSE-iam-vulnerable.txt"], 1);
    assert!(error.contains("line 1"), "{error}");
}

#[test]
fn account_prints_a_table_csv_or_json() {
    let dump = "--authorization-details=iam-vulnerable.json";
    let table = said(&["account", dump]);
    assert!(table.contains("AWS actions as of 2026-09-26"), "{table}");
    assert!(table.contains("No SCPs were given"), "{table}");
    assert!(!said(&["account", dump, "--no-scp"]).contains("No SCPs were given"));
    let csv = said(&["account", dump, "--format", "csv", "--class", "destroy,write"]);
    assert!(csv.starts_with("principal,class,action,verdict,depends_on,because\n"), "{csv}");
    let json: Value = serde_json::from_str(&said(&["account", dump, "--no-scp", "--format", "json"])).unwrap();
    assert_eq!((&json["account"], &json["scp"]), (&"123456789012".into(), &"read".into()));
    assert!(json["escalations"].as_array().is_some_and(|edges| edges.len() > 31));
    assert!(refused(&["account", dump, "--class", "nonsense"], 2).contains("removes_recovery"));
    assert!(refused(&["account", "--authorization-details=probes.jsonl"], 1).contains("probes.jsonl"));
}

#[test]
fn why_says_what_an_answer_hangs_on() {
    let dump = "--authorization-details=iam-vulnerable.json";
    let who = "fn3-exploitableConditionConstraint-user";
    let policy = "arn:aws:iam::123456789012:policy/x";
    let open = said(&["why", dump, who, "iam:CreatePolicyVersion", policy]);
    for part in ["it depends on what follows", "unless an SCP that was not read forbids it", "aws:TokenIssueTime"] {
        assert!(open.contains(part), "{part} is not in {open}");
    }
    let unknown = said(&["why", dump, who, "s3:Nonsense", "*"]);
    assert!(unknown.contains("AWS had no action `s3:Nonsense`"), "{unknown}");
    assert!(unknown.contains("no statement that was read speaks of the action"), "{unknown}");
    assert!(refused(&["why", dump, "nobody", "s3:GetObject", "*"], 1).contains("`nobody`"));
}
