//! An ignore counts only if a person let it into the base.

use super::{Case, rules};

const CODE: &str = "try:\n    f()\nexcept:\n    pass\n";

fn with_directive(directive: &str) -> String {
    format!("try:\n    f()\n# {directive}\nexcept:\n    pass\n")
}

const GOOD: &str = "ambit-ignore[swallowed-error] until 2027-02-01: the socket is gone already";

fn entry(rule: &str, path: &str, until: &str) -> String {
    format!("[[hook.ignore]]\nrule = \"{rule}\"\npath = \"{path}\"\nreason = \"known\"\nuntil = {until}\n")
}

#[test]
fn an_ignore_in_the_base_covers_what_comes_after() {
    let old = format!("# {GOOD}\n");
    let new = format!("# {GOOD}\ntry:\n    f()\nexcept:\n    pass\n");
    // The directive speaks of the next line, where nothing is found, and not of the clause two lines below.
    assert_eq!(Case::new().file("a.py", &old, &new).found(rules()), ["ignore-unmatched:1", "swallowed-error:4"]);
    let old = "try:\n    f()\n# ".to_owned() + GOOD + "\nexcept KeyError:\n    pass\n";
    let report = Case::new().file("a.py", &old, &with_directive(GOOD)).report(rules());
    assert_eq!((report.findings.len(), report.ignored), (0, 1));
}

#[test]
fn an_ignore_added_by_the_change_covers_nothing_and_is_a_finding() {
    assert_eq!(
        Case::new().file("a.py", "", &with_directive(GOOD)).found(rules()),
        ["ignore-added:3", "swallowed-error:4"]
    );
    assert_eq!(
        Case::new().file("a.py", CODE, &with_directive(GOOD)).found(rules()),
        ["ignore-added:3"],
        "the old clause is not new, the ignore is"
    );
}

#[test]
fn an_ignore_on_the_same_line_covers_it() {
    let line = "except:  # ambit-ignore[swallowed-error] until 2027-02-01: gone already";
    let old = format!("try:\n    f()\n{line}\n    g()\n");
    let new = format!("try:\n    f()\n{line}\n    pass\n");
    assert!(Case::new().file("a.py", &old, &new).found(rules()).is_empty());
}

#[test]
fn expired_unmatched_and_malformed_ignores_are_findings() {
    for (directive, expected) in [
        (GOOD.replace("2027-02-01", "2027-01-14"), "ignore-expired"),
        (GOOD.replace("swallowed-error", "debug-leftover"), "ignore-unmatched"),
        (GOOD.replace("swallowed-error", "no-such-rule"), "ignore-malformed"),
        (GOOD.replace(": the socket is gone already", ":"), "ignore-malformed"),
        (GOOD.replace(" until 2027-02-01", ""), "ignore-malformed"),
        (GOOD.replace("2027-02-01", "2027-02-31"), "ignore-malformed"),
    ] {
        let text = with_directive(&directive);
        let changed = format!("{text}x = 1\n");
        let found = Case::new().file("a.py", &text, &changed).found(rules());
        assert_eq!(found, [format!("{expected}:3")], "{directive}");
    }
    let today = "ambit-ignore[swallowed-error] until 2027-01-15: the last day counts";
    let text = with_directive(today);
    assert!(Case::new().file("a.py", &text, &format!("{text}x = 1\n")).found(rules()).is_empty());
}

#[test]
fn a_word_in_a_string_is_no_ignore() {
    let text = format!("x = \"{GOOD}\"\n");
    assert!(Case::new().file("a.py", "", &text).found(rules()).is_empty());
    let shown = format!("```python\n# {GOOD}\n```\n");
    assert!(Case::new().file("README.md", "", &shown).found(rules()).is_empty());
    let quoted = format!("//! `{GOOD}` is how one writes it\n");
    assert!(Case::new().file("a.rs", "", &quoted).found(rules()).is_empty());
    let yaml = format!("key: value # {}\n", GOOD.replace("swallowed-error", "credential-token"));
    assert_eq!(Case::new().file("a.yml", "", &yaml).found(rules()), ["ignore-added:1"]);
}

#[test]
fn an_ignore_that_moves_with_its_line_is_not_added_and_alone_it_is() {
    let block = with_directive(GOOD);
    let case = Case::new().file("a.py", &format!("{block}x = 1\n"), "x = 1\n").file("b.py", "", &block);
    assert!(case.found(rules()).is_empty());
    let case = Case::new().file("a.py", &format!("y()\n# {GOOD}\nx = 1\n"), "y()\nx = 1\n").file(
        "b.py",
        "",
        &with_directive(GOOD),
    );
    assert_eq!(case.found(rules()), ["b.py ignore-added:3", "b.py swallowed-error:4"]);
}

#[test]
fn the_table_of_the_base_covers_by_path_and_text() {
    let table = entry("swallowed-error", "legacy/**", "2027-02-01");
    let report = Case::new().base(&table).file("legacy/a.py", "", CODE).report(rules());
    assert_eq!((report.findings.len(), report.ignored), (0, 1));
    assert_eq!(Case::new().base(&table).file("src/a.py", "", CODE).found(rules()), ["swallowed-error:3"]);
    let with_text = format!("{table}text = \"except ValueError\"\n");
    assert_eq!(Case::new().base(&with_text).file("legacy/a.py", "", CODE).found(rules()), ["swallowed-error:3"]);
}

#[test]
fn a_table_entry_added_by_the_change_covers_nothing_and_is_a_finding() {
    let table = entry("swallowed-error", "a.py", "2027-02-01");
    let case = Case::new().file("a.py", "", CODE).file("ambit.toml", "", &table);
    assert_eq!(case.found(rules()), ["a.py swallowed-error:3", "ambit.toml ignore-added:2"]);
    let longer = table.replace("2027-02-01", "2028-02-01");
    let case = Case::new().base(&table).file("ambit.toml", &table, &longer);
    assert_eq!(case.found(rules()), ["ignore-added:2"], "a later end is a new ignore");
}

#[test]
fn expired_and_unmatched_table_entries_are_findings_until_they_are_taken_out() {
    let expired = entry("swallowed-error", "legacy/**", "2026-12-31");
    assert_eq!(Case::new().base(&expired).file("x.md", "", "x\n").found(rules()), ["ignore-expired:2"]);
    let taken_out = Case::new().base(&expired).file("ambit.toml", &expired, "[aws]\n");
    assert!(taken_out.found(rules()).is_empty());
    let exact = entry("swallowed-error", "a.py", "2027-02-01");
    assert_eq!(
        Case::new().base(&exact).file("a.py", "x = 1\n", "x = 2\n").found(rules()),
        ["ignore-unmatched:2"],
        "the file it names was read and holds nothing"
    );
    assert!(Case::new().base(&exact).file("b.py", "x = 1\n", "x = 2\n").found(rules()).is_empty());
    let unknown = entry("no-such-rule", "a.py", "2027-02-01");
    assert_eq!(Case::new().base(&unknown).file("b.py", "", "x = 2\n").found(rules()), ["ignore-malformed:2"]);
}

#[test]
fn settings_that_weaken_the_hook_are_findings() {
    let base = "[hook]\nminimum_coverage = 90\nrules = \"rules\"\n";
    for (now, expected) in [
        ("[hook]\nminimum_coverage = 10\nrules = \"rules\"\n", 1),
        ("[hook]\nminimum_coverage = 95\nrules = \"rules\"\n", 0),
        ("[hook]\nrules = \"rules\"\n", 1),
        ("", 2),
    ] {
        let found = Case::new().base(base).file("ambit.toml", base, now).found(rules());
        assert_eq!(found.len(), expected, "{now}: {found:?}");
        assert!(found.iter().all(|one| one == "settings-changed:1"), "{now}: {found:?}");
    }
    let broken = Case::new().base("[hook]\nignore = 3\n").file("a.py", "", CODE).report(rules());
    let ids: Vec<&str> = broken.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(ids, ["swallowed-error", "settings-unreadable"]);
}
