//! The patterns that `ambit.toml` maps things with.

use std::fmt;

use crate::base::fnmatch;

/// `main`, or `acme/shop@release/*`: a branch or environment, in one repository or in all.
///
/// Text before the first `@` is a repository when it holds exactly one `/`. Both halves match as GitHub's patterns do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefPattern {
    pub repository: Option<String>,
    pub pattern: String,
}

impl RefPattern {
    pub fn parse(text: &str) -> RefPattern {
        match text.split_once('@') {
            Some((repository, pattern)) if repository.split('/').count() == 2 && !pattern.is_empty() => {
                RefPattern { repository: Some(repository.to_owned()), pattern: pattern.to_owned() }
            }
            _ => RefPattern { repository: None, pattern: text.to_owned() },
        }
    }

    /// Whether it maps `name` of `repository` (`owner/name`; GitHub compares those without case).
    pub fn matches(&self, repository: &str, name: &str) -> bool {
        let here = self
            .repository
            .as_ref()
            .is_none_or(|wanted| fnmatch::matches(&wanted.to_ascii_lowercase(), &repository.to_ascii_lowercase()));
        here && fnmatch::matches(&self.pattern, name)
    }
}

impl fmt::Display for RefPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.repository {
            Some(repository) => write!(f, "{repository}@{}", self.pattern),
            None => f.write_str(&self.pattern),
        }
    }
}

/// A name or ARN in which `*` stands for any run of characters, `/` and `:` included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamePattern(String);

impl NamePattern {
    pub fn new(text: impl Into<String>) -> NamePattern {
        NamePattern(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn matches(&self, name: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == name };
        let Some(mut left) = name.strip_prefix(first) else { return false };
        let mut pieces: Vec<&str> = rest.split('*').collect();
        let last = pieces.pop().unwrap_or_default();
        for piece in pieces {
            match left.split_once(piece) {
                Some((_, after)) => left = after,
                None => return false,
            }
        }
        left.ends_with(last)
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refs_match_in_one_repository_or_in_all() {
        let everywhere = RefPattern::parse("release/*");
        assert!(everywhere.matches("acme/shop", "release/1.0"));
        assert!(!everywhere.matches("acme/shop", "release/1.0/fix"));
        let one = RefPattern::parse("Acme/shop@main");
        assert!(one.matches("acme/Shop", "main"));
        assert!(!one.matches("acme/web", "main"));
        assert!(!one.matches("acme/shop", "Main"), "git refs differ by case");
        assert!(RefPattern::parse("acme/*@main").matches("acme/web", "main"));
        assert_eq!(RefPattern::parse("user@host").repository, None);
        assert_eq!(one.to_string(), "Acme/shop@main");
    }

    #[test]
    fn a_star_in_a_name_crosses_everything() {
        for (pattern, name, expected) in [
            ("shop-prod", "shop-prod", true),
            ("shop-prod", "shop-prod-2", false),
            ("*-prod", "shop-prod", true),
            ("*-prod", "shop-prod-eu", false),
            ("arn:aws:rds:*:db:shop*", "arn:aws:rds:eu-west-1:111122223333:db:shop-prod", true),
            ("a*b*c", "a--b--c", true),
            ("a*b*c", "a--c--b", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(NamePattern::new(pattern).matches(name), expected, "{pattern} against {name}");
        }
    }
}
