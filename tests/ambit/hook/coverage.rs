//! The coverage asked of changed lines.

use ambit::hook::coverage::{Coverage, Share};

use super::{Case, rules};

const OLD: &str = "def f():\n    return 1\n";
const NEW: &str = "def f():\n    return 1\n\ndef g(x):\n    if x:\n        return 2\n    return 3\n";

fn case(report: &str, path: &str) -> Case {
    let mut case = Case::new().file(path, OLD, NEW);
    case.coverage = Some(Coverage::parse(report).unwrap());
    case
}

#[test]
fn only_changed_executable_lines_are_counted() {
    let lcov = "SF:src/a.py\nDA:1,0\nDA:2,0\nDA:4,1\nDA:5,1\nDA:6,0\nDA:7,1\nend_of_record\n";
    let report = case(lcov, "src/a.py").report(rules());
    assert_eq!(report.coverage, Some(Share { covered: 3, executable: 4, minimum: 80 }));
    assert_eq!(report.findings.len(), 1);
    assert_eq!((report.findings[0].rule.as_str(), report.findings[0].line), ("coverage", 6));
    assert_eq!(report.findings[0].message.raw(), "No test runs 1 of 4 changed executable lines (6).");
    let whole = lcov.replace("DA:6,0", "DA:6,3");
    assert!(case(&whole, "src/a.py").report(rules()).findings.is_empty());
}

#[test]
fn cobertura_says_the_same() {
    let xml = "<coverage><sources><source>/ci/src</source></sources><class filename='a.py'><lines><line number='4' hits='1'/><line number='5' hits='0'/><line number='6' hits='0'/><line number='7' hits='0'/></lines></class></coverage>";
    let report = case(xml, "src/a.py").report(rules());
    assert_eq!(report.coverage, Some(Share { covered: 1, executable: 4, minimum: 80 }));
    assert!(report.findings[0].message.raw().contains("3 of 4 changed executable lines (5-7)"));
}

#[test]
fn a_file_the_report_does_not_know_is_no_pass() {
    let other = "SF:src/b.py\nDA:1,1\nend_of_record\n";
    assert_eq!(case(other, "src/a.py").found(rules()), ["coverage-unknown:3"]);
    assert!(case(other, "tests/test_a.py").found(rules()).is_empty(), "tests need no tests");
    assert!(case(other, "README.md").found(rules()).is_empty());
    let excused =
        "[[hook.ignore]]\nrule = \"coverage\"\npath = \"src/*.py\"\nreason = \"a script\"\nuntil = 2027-02-01\n";
    assert!(case(other, "src/a.py").base(excused).found(rules()).is_empty());
}
