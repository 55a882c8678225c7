//! What people and programs are shown.

use ambit::hook::{Report, output};

use super::{Case, rules};

fn report() -> Report {
    Case::new()
        .file("src/auth.py", "", "def is_allowed(user):\n    return True\n")
        .file("src/pay.ts", "", "export function sendInvoice(to: string) {}\ntry { f() } catch {}\n")
        .report(rules())
}

#[test]
fn people_read_what_is_wrong_and_what_to_do() {
    insta::assert_snapshot!(output::human(&report()), @r"
    src/auth.py:1:5  `is_allowed` checks nothing: it always answers yes.
        | def is_allowed(user):
        Write the check; until then let it refuse.
        [constant-check, critical]

    src/pay.ts:1:17  `sendInvoice` does nothing: its body is empty.
        | export function sendInvoice(to: string) {}
        Write the body, or take the function and its calls out.
        [stub-body, medium]

    src/pay.ts:2:13  An error is caught here and thrown away: nobody will learn that it happened.
        | try { f() } catch {}
        Handle it, pass it on, or log it. If it can never matter, say why in a comment of a few words inside the block.
        [swallowed-error, high]

    3 findings in 4 lines of 2 files.
    ");
    let clean = Case::new().file("a.py", "", "x = 1\n").report(rules());
    assert_eq!(output::human(&clean), "Nothing found in 1 line of 1 file.\n");
}

#[test]
fn programs_read_stable_json() {
    let first = output::json(&report()).unwrap();
    assert_eq!(first, output::json(&report()).unwrap());
    let json: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(json["schema"], "ambit-hook-1");
    assert_eq!(json["findings"][0]["severity"], "critical");
    assert_eq!(json["lines_added"], 4);
}

#[test]
fn a_fingerprint_outlives_lines_above_it() {
    let print = |text: &str| Case::new().file("a.py", "", text).report(rules()).findings[0].fingerprint.clone();
    let code = "def is_allowed(user):\n    return True\n";
    assert_eq!(print(code), print(&format!("x = 1\n\n{code}")));
    assert_ne!(print(code), print("def is_valid(user):\n    return True\n"));
}

#[test]
fn sarif_follows_its_schema() {
    let path = format!("{}/tests/data/schemas/sarif-2.1.0.json", env!("CARGO_MANIFEST_DIR"));
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let log: serde_json::Value = serde_json::from_str(&output::sarif(&report(), rules()).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
}
