//! Which secrets an expression reads (GitHub docs, "Contexts reference": `secrets` context; names ignore case).

use std::collections::BTreeSet;

/// What was found in the texts of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SecretUse {
    /// In upper case. `GITHUB_TOKEN` is no stored secret and is left out.
    pub names: BTreeSet<String>,
    /// The whole context, or one member that is chosen at run time.
    pub all: bool,
}

impl SecretUse {
    /// Reads every `${{ … }}` in `text`; `bare` says that the text is an expression even without braces, as `if:` is.
    pub fn scan(&mut self, text: &str, bare: bool) {
        let mut rest = text;
        let mut found = false;
        while let Some((_, after)) = rest.split_once("${{") {
            found = true;
            let (expression, tail) = close(after);
            self.expression(expression);
            rest = tail;
        }
        if bare && !found {
            self.expression(text);
        }
    }

    fn expression(&mut self, expression: &str) {
        let tokens = tokens(expression);
        for (at, token) in tokens.iter().enumerate() {
            let member_of_another = at.checked_sub(1).and_then(|before| tokens.get(before)) == Some(&Token::Mark('.'));
            match token {
                Token::Word(word) if word.eq_ignore_ascii_case("secrets") && !member_of_another => {
                    self.reference(tokens.get(at + 1..).unwrap_or_default());
                }
                _ => {}
            }
        }
    }

    /// What follows the word `secrets`.
    fn reference(&mut self, after: &[Token<'_>]) {
        match after {
            [Token::Mark('.'), Token::Word(name), ..] => self.name(name),
            [Token::Mark('['), Token::Text(name), Token::Mark(']'), ..] => self.name(name),
            _ => self.all = true,
        }
    }

    fn name(&mut self, name: &str) {
        let name = name.to_ascii_uppercase();
        if name != "GITHUB_TOKEN" {
            self.names.insert(name);
        }
    }
}

#[derive(Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    /// A literal, without its quotes. A doubled quote inside is left as it stands: no secret's name has one.
    Text(&'a str),
    Mark(char),
}

fn tokens(expression: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, tail) = if first == '\'' {
            let body = rest.strip_prefix('\'').unwrap_or(rest);
            let (text, tail) = body.split_once('\'').unwrap_or((body, ""));
            (Token::Text(text), tail)
        } else if is_word(first) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, tail) = rest.split_at(end);
            (Token::Word(word), tail)
        } else {
            (Token::Mark(first), rest.split_at(first.len_utf8()).1)
        };
        tokens.push(token);
        rest = tail.trim_start();
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// The expression up to its `}}`, which a literal may hold too; and what follows.
fn close(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '}' if !quoted => {
                let (expression, tail) = text.split_at(at);
                if let Some(tail) = tail.strip_prefix("}}") {
                    return (expression, tail);
                }
            }
            _ => {}
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_whole_contexts() {
        for (text, names, all) in [
            ("${{ secrets.AWS_KEY }}", vec!["AWS_KEY"], false),
            ("${{secrets.a}}-${{ SECRETS['b-c'] }}", vec!["A", "B-C"], false),
            ("${{ secrets.GITHUB_TOKEN || github.token }}", vec![], false),
            ("${{ secrets[format('{0}_KEY', matrix.env)] }}", vec![], true),
            ("${{ secrets[matrix.name] }}", vec![], true),
            ("${{ toJSON(secrets) }}", vec![], true),
            ("${{ secrets.* }}", vec![], true),
            ("${{ 'secrets.NOT' }}", vec![], false),
            ("${{ '}} secrets.NOT' && secrets.YES }}", vec!["YES"], false),
            ("${{ needs.secrets.outputs.x }}", vec![], false),
            ("${{ my-secrets.x }}", vec![], false),
            ("echo secrets.NOT", vec![], false),
            ("${{ secrets.UNCLOSED", vec!["UNCLOSED"], false),
        ] {
            let mut seen = SecretUse::default();
            seen.scan(text, false);
            let names = names.into_iter().map(str::to_owned).collect();
            assert_eq!(seen, SecretUse { names, all }, "{text}");
        }
    }

    #[test]
    fn a_condition_is_an_expression_without_braces() {
        let mut seen = SecretUse::default();
        seen.scan("secrets.DEPLOY_KEY != ''", true);
        assert_eq!(seen.names.into_iter().collect::<Vec<_>>(), ["DEPLOY_KEY"]);
    }
}
