//! Whatever a change holds, the hook ends, says what it could not read, and prints nothing it should not.

use ambit::hook::{
    change::{Content, FileChange},
    output,
};

use super::{Case, rules};

fn content(path: &str, new: Content) -> Case {
    let mut case = Case::new();
    case.files.push(FileChange { path: path.into(), old: Content::Absent, new });
    case
}

#[test]
fn deep_nesting_ends() {
    for (path, open, close) in [
        ("a.js", "[", "]"),
        ("a.py", "(", ")"),
        ("a.rs", "{", "}"),
        ("a.go", "(", ")"),
        ("a.kt", "(", ")"),
        ("a.rb", "[", "]"),
    ] {
        let depth = 20_000;
        let text = format!("x = {}1{}\n", open.repeat(depth), close.repeat(depth));
        for text in [text, open.repeat(depth)] {
            let report = Case::new().file(path, "", &text).report(rules());
            assert!(report.files_read == 1 && report.lines_added == 1, "{path}");
        }
    }
}

#[test]
fn nested_functions_and_comments_end() {
    let functions: String = (0..2_000).map(|n| format!("{}def f{n}():\n", " ".repeat(n % 300))).collect();
    assert_eq!(Case::new().file("a.py", "", &functions).report(rules()).lines_added, 2_000);
    let comments = "/*".repeat(50_000);
    assert_eq!(Case::new().file("a.rs", "", &comments).report(rules()).lines_added, 1);
}

#[test]
fn what_cannot_be_read_is_a_finding_where_code_was_expected() {
    assert_eq!(content("a.py", Content::Binary).found(rules()), ["not-checked:1"]);
    assert!(content("logo.png", Content::Binary).found(rules()).is_empty());
    assert!(content("link", Content::Reference).found(rules()).is_empty());
    assert_eq!(content("data.csv", Content::Large(9 << 20)).found(rules()), ["not-checked:1"]);
    let long = format!("x = [\n{}]\n", "    1,\n".repeat(200_000));
    assert_eq!(content("a.py", Content::Text(long)).found(rules()), ["not-checked:1"]);
}

#[test]
fn names_and_lines_cannot_write_to_the_terminal() {
    let report = Case::new()
        .file("a\u{1b}[2J\u{202e}\n.py", "", "def is_allowed(u): # \u{1b}[31m\u{202e}\n    return True\n")
        .report(rules());
    let text = output::human(&report);
    assert!(text.contains("constant-check"));
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    let json: serde_json::Value = serde_json::from_str(&output::json(&report).unwrap()).unwrap();
    assert_eq!(json["findings"][0]["rule"], "constant-check");
}

#[test]
fn no_output_carries_the_secret() {
    let token = ["ghp_", "k3Jf82hGq0ZpLx7VbNm4RtYw6UsDa1Ec5T9o"].concat();
    let text = format!("console.log('DEBUG', '{token}');\nconst password = 'vK8#mq2Lx9Tz'; // hardcoded for now\n");
    let report = Case::new().file("a.js", "", &text).report(rules());
    assert!(report.findings.len() >= 3, "{:?}", report.findings);
    for out in [output::human(&report), output::json(&report).unwrap(), output::sarif(&report, rules()).unwrap()] {
        assert!(!out.contains(&token) && !out.contains("vK8#mq2Lx9Tz"), "{out}");
        assert!(out.contains("********"));
    }
}

#[test]
fn odd_line_ends_keep_gits_numbers() {
    let text = "x = 1\r\ny = 2\rz = 3\r\ntry:\r\n    f()\r\nexcept:\r\n    pass\r\n";
    assert_eq!(Case::new().file("a.py", "", text).found(rules()), ["swallowed-error:5"]);
}

#[test]
fn a_line_of_a_million_characters_ends() {
    let text = format!("const x = \"{}\";\n", "password=\\\"".repeat(90_000));
    assert_eq!(Case::new().file("a.js", "", &text).report(rules()).lines_added, 1);
}
