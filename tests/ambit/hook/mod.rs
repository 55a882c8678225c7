//! `ambit hook`: seeded changes in ten languages, ignores, hostile input, outputs, and the command in a repository.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests stand outside `#[test]` functions; fixtures are files"
)]

mod command;
mod coverage;
mod hostile;
mod ignores;
mod output;
mod rows;

use ambit::hook::{
    Judgement, Report, Rules, Settings,
    change::{Change, Content, FileChange, Scope},
    check,
    coverage::Coverage,
};
use jiff::civil::Date;

/// A change under judgement, with everything that decides it.
struct Case {
    files: Vec<FileChange>,
    scope: Scope,
    base_file: Option<String>,
    today: Date,
    coverage: Option<Coverage>,
}

impl Case {
    fn new() -> Case {
        Case {
            files: Vec::new(),
            scope: Scope::Added,
            base_file: None,
            today: jiff::civil::date(2027, 1, 15),
            coverage: None,
        }
    }

    /// A file before and after; empty text is no file.
    fn file(mut self, path: &str, old: &str, new: &str) -> Case {
        let content = |text: &str| match text {
            "" => Content::Absent,
            text => Content::Text(text.to_owned()),
        };
        self.files.push(FileChange { path: path.into(), old: content(old), new: content(new) });
        self
    }

    /// `ambit.toml` in the base.
    fn base(mut self, toml: &str) -> Case {
        self.base_file = Some(toml.to_owned());
        self
    }

    fn report(self, rules: &Rules) -> Report {
        let settings = self.base_file.as_deref().and_then(|text| Settings::parse(text).ok()).unwrap_or_default();
        check(&Judgement {
            change: &Change { scope: self.scope, files: self.files },
            rules,
            settings: &settings,
            base_file: self.base_file.as_deref(),
            today: self.today,
            coverage: self.coverage.as_ref(),
            minimum_coverage: 80,
        })
        .unwrap()
    }

    /// `rule:line`, or `path rule:line` where there are several files.
    fn found(self, rules: &Rules) -> Vec<String> {
        let several = self.files.len() > 1;
        let name = |finding: &ambit::hook::Finding| {
            let place = format!("{}:{}", finding.rule, finding.line);
            if several { format!("{} {place}", finding.path) } else { place }
        };
        self.report(rules).findings.iter().map(name).collect()
    }
}

fn rules() -> &'static Rules {
    static RULES: std::sync::LazyLock<Rules> = std::sync::LazyLock::new(|| Rules::built_in().unwrap());
    &RULES
}
