use crate::hook::{
    Judgement, Rules, Settings,
    change::{Change, Content, FileChange, Scope},
    check,
};

fn found(rules: &Rules, path: &str, text: &str) -> Vec<String> {
    let file = FileChange { path: path.into(), old: Content::Absent, new: Content::Text(text.into()) };
    let change = Change { scope: Scope::Added, files: vec![file] };
    let judgement = Judgement {
        change: &change,
        rules,
        settings: &Settings::default(),
        base_file: None,
        today: jiff::civil::date(2027, 1, 1),
        coverage: None,
        minimum_coverage: 80,
    };
    check(&judgement).unwrap().findings.into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn every_rule_finds_what_its_examples_say() {
    let rules = Rules::built_in().unwrap();
    rules.verify().unwrap();
    let mut wrong = Vec::new();
    for rule in rules.all() {
        assert!(rule.examples.iter().any(|e| e.found.is_some()), "{} has no example of what it finds", rule.id);
        assert!(rule.examples.iter().any(|e| e.clean.is_some()), "{} has no example of what it passes", rule.id);
        for example in &rule.examples {
            let (text, expected) = match (&example.found, &example.clean) {
                (Some(text), None) => (text, true),
                (None, Some(text)) => (text, false),
                _ => panic!("an example of {} says both or nothing", rule.id),
            };
            if found(&rules, &example.path, text).contains(&rule.id) != expected {
                wrong.push(format!("{} in {}: expected {expected}\n{text}", rule.id, example.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
