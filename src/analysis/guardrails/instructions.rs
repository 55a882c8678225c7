//! Instructions to an agent: what a person who reviews them does not see, and what they say against each other.

use std::collections::BTreeMap;

use super::{Concern, Weakness};
use crate::model::severity::Severity;

/// Characters that show nothing and that a model reads: tags, zero-width marks, direction overrides (Unicode Standard Annex 9
/// and section 23.9, "Tag Characters"). A zero-width joiner between pictures and a mark at the start of a file are ordinary.
pub fn hidden(text: &str) -> Option<Weakness> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (line, what) = text.lines().enumerate().find_map(|(at, line)| Some((at + 1, hidden_in(line)?)))?;
    Some(Weakness {
        concern: Concern::Instructions,
        rule: "instructions.hidden_text".to_owned(),
        severity: Severity::High,
        says: format!("it holds {what} that no reader sees and an agent reads"),
        mend: "take the characters out and find out who put them there".to_owned(),
        line: Some(line),
    })
}

fn hidden_in(line: &str) -> Option<&'static str> {
    let mut before = ' ';
    for c in line.chars() {
        let what = match c {
            '\u{e0000}'..='\u{e007f}' => Some("tag characters"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some("marks that reverse the order of text"),
            '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{180e}' => Some("zero-width characters"),
            // Between pictures and after letters of scripts that need it, it is spelling.
            '\u{200c}' | '\u{200d}' if before.is_ascii() => Some("zero-width characters"),
            '\u{fe00}'..='\u{fe0f}' if before.is_ascii_alphabetic() => Some("variation selectors"),
            _ => None,
        };
        if what.is_some() {
            return what;
        }
        before = c;
    }
    None
}

/// Files at the root that give different commands for one purpose: agents that read different files then build or test
/// in different ways. Only a command in a code span after `test:` or `build:` and the like counts.
pub fn contradictions<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let mut stated: BTreeMap<&str, BTreeMap<String, &str>> = BTreeMap::new();
    for (path, text) in files.filter(|(path, _)| !path.contains('/')) {
        for (purpose, command) in text.lines().filter_map(command) {
            stated.entry(purpose).or_default().entry(command).or_insert(path);
        }
    }
    let differing = stated.into_iter().filter(|(_, commands)| {
        let files: std::collections::BTreeSet<_> = commands.values().collect();
        commands.len() > 1 && files.len() > 1
    });
    let told = |commands: BTreeMap<String, &str>| {
        let each: Vec<String> = commands.iter().map(|(command, path)| format!("`{command}` in {path}")).collect();
        each.join(", ")
    };
    differing.map(|(purpose, commands)| (purpose.to_owned(), told(commands))).collect()
}

/// `- Test: \`npm test\`` as its purpose and command.
fn command(line: &str) -> Option<(&'static str, String)> {
    const PURPOSES: [(&str, &str); 8] = [
        ("test", "tests"),
        ("tests", "tests"),
        ("run tests", "tests"),
        ("build", "building"),
        ("lint", "linting"),
        ("format", "formatting"),
        ("typecheck", "type checks"),
        ("type check", "type checks"),
    ];
    let (label, rest) = line.split_once(':')?;
    let label = label.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    let (_, purpose) = PURPOSES.iter().find(|(word, _)| *word == label)?;
    let rest = rest.trim_start_matches('*').trim();
    let (command, _) = rest.strip_prefix('`')?.split_once('`')?;
    (!command.is_empty()).then(|| (*purpose, command.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_found_and_ordinary_marks_are_not() {
        for (text, line) in [
            ("plain\nsecond\u{200b} line", Some(2)),
            ("tags \u{e0041}\u{e0042}", Some(1)),
            ("a \u{202e}reversed", Some(1)),
            ("\u{feff}a mark at the start", None),
            ("a family \u{1f468}\u{200d}\u{1f469}", None),
            ("a heart \u{2764}\u{fe0f}", None),
            ("x\u{fe01}y", Some(1)),
            ("Persian \u{645}\u{6cc}\u{200c}\u{62e}", None),
        ] {
            assert_eq!(hidden(text).map(|weakness| weakness.line.unwrap()), line, "{text:?}");
        }
    }

    #[test]
    fn two_files_that_name_different_commands_are_told() {
        let files = [
            ("AGENTS.md", "- Test: `npm test`\n- Build: `make`\n"),
            ("CLAUDE.md", "**Tests**: `pnpm test`\nBuild: `make`\nFormat: as you like\n"),
            ("docs/CLAUDE.md", "Build: `cargo build`"),
        ];
        let found = contradictions(files.into_iter());
        assert_eq!(found, [("tests".to_owned(), "`npm test` in AGENTS.md, `pnpm test` in CLAUDE.md".to_owned())]);
        let one = [("AGENTS.md", "Test: `a`\nTest: `b`")];
        assert!(contradictions(one.into_iter()).is_empty(), "one file may list several");
    }
}
