//! The wildcards of the policy language: `*` is any run of characters, also across `/` and `:`, `?` is exactly one.
//!
//! Source: IAM User Guide, `reference_policies_elements_resource` (using wildcards in resource ARNs).

use crate::model::truth::Truth;

/// One unit of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// One byte that must be there.
    Byte(u8),
    /// `?`: exactly one character.
    One,
    /// `*`: any run, also none.
    Run,
}

/// How the pattern is compared; most patterns in use need no search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Any,
    Exact,
    Prefix,
    General,
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    /// The literal text before the first wildcard.
    head: Box<str>,
    tokens: Box<[Token]>,
    shape: Shape,
}

/// Collects the tokens of a [`Glob`], keeping text that came from a variable apart from wildcards that were written.
#[derive(Debug, Default)]
pub struct GlobBuilder {
    tokens: Vec<Token>,
}

impl GlobBuilder {
    /// Adds text in which `*` and `?` are wildcards.
    pub fn pattern(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                b'*' => self.any_run(),
                b'?' => self.tokens.push(Token::One),
                other => self.tokens.push(Token::Byte(other)),
            }
        }
    }

    /// Adds text that stands for itself.
    pub fn literal(&mut self, text: &str) {
        self.tokens.extend(text.bytes().map(Token::Byte));
    }

    /// Adds a `*`.
    pub fn any_run(&mut self) {
        if self.tokens.last() != Some(&Token::Run) {
            self.tokens.push(Token::Run);
        }
    }

    /// The finished pattern.
    #[must_use]
    pub fn build(self) -> Glob {
        let head: Vec<u8> =
            self.tokens.iter().map_while(|t| if let Token::Byte(b) = t { Some(*b) } else { None }).collect();
        let rest = self.tokens.get(head.len()..).unwrap_or_default();
        let shape = match rest {
            [] => Shape::Exact,
            [Token::Run] if head.is_empty() => Shape::Any,
            [Token::Run] => Shape::Prefix,
            _ => Shape::General,
        };
        let tokens = if shape == Shape::General { rest.into() } else { Box::default() };
        // A multi-byte character is never cut: wildcards are ASCII and the text around them came in as `str`.
        Glob { head: String::from_utf8_lossy(&head).into_owned().into(), tokens, shape }
    }
}

impl Glob {
    /// Compiles a pattern as it is written.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        let mut builder = GlobBuilder::default();
        builder.pattern(pattern);
        builder.build()
    }

    /// Whether the pattern is `*`.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.shape == Shape::Any
    }

    /// The text itself when the pattern has no wildcard.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        (self.shape == Shape::Exact).then_some(&*self.head)
    }

    /// The literal text before the first wildcard.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.head
    }

    /// Whether the text matches, byte for byte.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match self.shape {
            Shape::Any => true,
            Shape::Exact => *self.head == *text,
            Shape::Prefix => text.as_bytes().starts_with(self.head.as_bytes()),
            Shape::General => {
                text.as_bytes().strip_prefix(self.head.as_bytes()).is_some_and(|rest| search(&self.tokens, rest))
            }
        }
    }

    /// Whether every text of `set` matches (true), none does (false), or only some may (unknown).
    ///
    /// Sound in both definite answers; a few covered sets that only a full automaton would see come out unknown.
    #[must_use]
    pub fn covers(&self, set: &Self) -> Truth {
        if self.is_any() {
            return Truth::True;
        }
        if let Some(text) = set.exact() {
            return self.matches(text).into();
        }
        let shared = self.head.len().min(set.head.len());
        if self.head.as_bytes().get(..shared) != set.head.as_bytes().get(..shared) {
            return Truth::False;
        }
        let (mine, theirs) = (self.all_tokens(), set.all_tokens());
        if contains(&mine, &theirs) {
            Truth::True
        } else if meets(&mine, &theirs) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    fn all_tokens(&self) -> Vec<Token> {
        let mut tokens: Vec<Token> = self.head.bytes().map(Token::Byte).collect();
        match self.shape {
            Shape::Exact => {}
            Shape::Any | Shape::Prefix => tokens.push(Token::Run),
            Shape::General => tokens.extend_from_slice(&self.tokens),
        }
        tokens
    }
}

/// Two-pointer search with one point to fall back to: linear but for repeated partial matches.
fn search(pattern: &[Token], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        let step = match pattern.get(p) {
            Some(Token::Run) => {
                back = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some(Token::One) => Some(character_width(text, t)),
            Some(Token::Byte(b)) => (text.get(t) == Some(b)).then_some(1),
            None => None,
        };
        if let Some(width) = step {
            p += 1;
            t += width;
        } else if let Some((after, from)) = back {
            back = Some((after, from + 1));
            p = after;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|token| *token == Token::Run)
}

/// How many bytes the character at `at` takes (UTF-8 continuation bytes start with the bits `10`).
fn character_width(text: &[u8], at: usize) -> usize {
    let tail = text.get(at + 1..).unwrap_or_default();
    1 + tail.iter().take_while(|byte| **byte & 0xC0 == 0x80).count()
}

/// Whether `outer` matches every text of `inner`: a `*` of `inner` may be taken up only by a `*` of `outer`.
fn contains(outer: &[Token], inner: &[Token]) -> bool {
    fold(
        outer,
        inner,
        |mine, theirs| match (mine, theirs) {
            (Token::One, Token::Byte(b)) => *b < 0x80,
            (Token::One, Token::One) => true,
            (Token::Byte(a), Token::Byte(b)) => a == b,
            _ => false,
        },
        false,
    )
}

/// Whether some text matches both patterns.
fn meets(one: &[Token], other: &[Token]) -> bool {
    fold(
        one,
        other,
        |mine, theirs| match (mine, theirs) {
            (Token::Byte(a), Token::Byte(b)) => a == b,
            (Token::Run, _) | (_, Token::Run) => false,
            _ => true,
        },
        true,
    )
}

/// Dynamic programme over both patterns, row by row. `shared` lets a `*` of the second pattern stretch as well.
fn fold(first: &[Token], second: &[Token], same: impl Fn(&Token, &Token) -> bool, shared: bool) -> bool {
    // `row[j]`: the tokens of `first` read so far and the first `j` of `second` can be brought together.
    let mut row = vec![false; second.len() + 1];
    for (j, cell) in row.iter_mut().enumerate() {
        *cell = j == 0 || (shared && second.iter().take(j).all(|t| *t == Token::Run));
    }
    for mine in first {
        let mut next = vec![false; second.len() + 1];
        let mut left = *mine == Token::Run && row.first() == Some(&true);
        if let Some(cell) = next.first_mut() {
            *cell = left;
        }
        let above = row.iter().skip(1);
        for (((cell, up), diagonal), theirs) in next.iter_mut().skip(1).zip(above).zip(row.iter()).zip(second) {
            let stretched =
                (*mine == Token::Run && (*up || left)) || (shared && *theirs == Token::Run && (left || *up));
            *cell = stretched || (*diagonal && same(mine, theirs));
            left = *cell;
        }
        row = next;
    }
    row.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_cross_separators_and_count_characters() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-", false),
            ("?", "é", true),
            ("??", "é", false),
            ("*é?", "xéy", true),
            ("a**", "a", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_literal_star_is_no_wildcard() {
        let mut builder = GlobBuilder::default();
        builder.pattern("b/");
        builder.literal("*");
        let glob = builder.build();
        assert!(glob.matches("b/*"));
        assert!(!glob.matches("b/x"));
    }

    #[test]
    fn covering_is_three_valued() {
        for (pattern, set, expected) in [
            ("*", "*", Truth::True),
            ("b/*", "b/x*", Truth::True),
            ("b/*", "b/*", Truth::True),
            ("b/x*", "b/*", Truth::Unknown),
            ("b/x", "b/*", Truth::Unknown),
            ("c/*", "b/*", Truth::False),
            ("*z", "b*", Truth::Unknown),
            ("?*", "*", Truth::Unknown),
            ("a?c", "a*", Truth::Unknown),
            ("abc", "a*d", Truth::False),
            ("*", "abc", Truth::True),
            ("a*", "abc", Truth::True),
            ("*-prod-*", "x-prod-*", Truth::True),
        ] {
            assert_eq!(Glob::new(pattern).covers(&Glob::new(set)), expected, "{pattern} over {set}");
        }
    }
}
