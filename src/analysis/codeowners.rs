//! CODEOWNERS: who must review a path. The file stands in the repository, so it is a claim of those who may write there.
//!
//! Source: GitHub docs, "About code owners": patterns as in .gitignore, the last line that takes a path in wins.

use crate::{
    base::fnmatch,
    model::{observed::Gap, rules::Branch, truth::Truth, world::Repository},
};

/// Whether a change to the branch waits for the owners of what it touches.
pub fn asked(branch: &Branch) -> Truth {
    let classic = branch
        .classic
        .holds(Truth::False, |protection| protection.review.as_ref().is_some_and(|review| review.code_owners).into());
    branch.rules.any(|rule| rule.review().is_some_and(|review| review.code_owners).into()).or(classic)
}

/// What of the branch's rules and of the file was not read.
pub fn gaps(repository: &Repository, branch: &Branch) -> Vec<Gap> {
    let file = repository.codeowners.gap(format!("CODEOWNERS of {}", repository.name));
    branch.rules_gaps(&repository.at(branch)).into_iter().chain(file).collect()
}

/// The owners of a path; empty where no line takes it in, or the last one that does names nobody.
pub fn owners<'a>(text: &'a str, path: &str) -> Vec<&'a str> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut rows = lines.filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words))
    });
    rows.rfind(|(pattern, _)| takes_in(pattern, path)).map(|(_, owners)| owners.collect()).unwrap_or_default()
}

/// A pattern with a slash before its end is meant from the root; one without, at any depth. One that names a folder takes in
/// all below it, but `docs/*` only the files of `docs` itself.
fn takes_in(pattern: &str, path: &str) -> bool {
    let anchored = pattern.trim_end_matches('/').contains('/');
    let body = pattern.trim_start_matches('/');
    let folder = body.ends_with('/') || body.ends_with("/**");
    let body = body.trim_end_matches('/').trim_end_matches("/**");
    let shallow = body.ends_with("/*");
    let bases = if anchored { vec![body.to_owned()] } else { vec![body.to_owned(), format!("**/{body}")] };
    bases.iter().any(|base| {
        let itself = !folder && fnmatch::matches(base, path);
        itself || (!shallow && fnmatch::matches(&format!("{base}/**/*"), path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_in_what_githubs_examples_say() {
        for (pattern, path, taken) in [
            ("*", "a/b/c.js", true),
            ("*.js", "src/a.js", true),
            ("*.js", "src/a.ts", false),
            ("/build/logs/", "build/logs/a/b.txt", true),
            ("/build/logs/", "x/build/logs/a.txt", false),
            ("docs/*", "docs/getting-started.md", true),
            ("docs/*", "docs/build-app/troubleshooting.md", false),
            ("apps/", "x/apps/y/z.rb", true),
            ("/docs/", "docs/a.md", true),
            ("/apps/github", "apps/github/a.rb", true),
            ("**/logs", "deep/down/logs/a.txt", true),
            (".github/workflows/**", ".github/workflows/deploy.yml", true),
            ("CLAUDE.md", "CLAUDE.md", true),
            ("CLAUDE.md", "sub/CLAUDE.md", true),
            ("/CLAUDE.md", "sub/CLAUDE.md", false),
        ] {
            assert_eq!(takes_in(pattern, path), taken, "{pattern} {path}");
        }
    }

    #[test]
    fn the_last_line_wins_and_may_name_nobody() {
        let text = "* @acme/all # everything\n/.github/ @acme/platform @ann\n/.github/CODEOWNERS\n";
        assert_eq!(owners(text, ".github/workflows/a.yml"), ["@acme/platform", "@ann"]);
        assert_eq!(owners(text, "src/a.rs"), ["@acme/all"]);
        assert!(owners(text, ".github/CODEOWNERS").is_empty());
        assert!(owners("", "a").is_empty());
    }
}
