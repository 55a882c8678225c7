//! Filter patterns of CloudWatch Logs over CloudTrail's records.
//!
//! Source: Amazon CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters, filter log
//! events". What this does not read is Unknown, never a miss.

use serde_json::Value;

use crate::model::truth::Truth;

/// Whether a record passes a filter pattern.
pub fn matches(pattern: &str, record: &Value) -> Truth {
    let pattern = pattern.trim();
    match pattern.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
        Some(inner) => json(inner, record),
        None if pattern.starts_with('[') => Truth::Unknown, // space-delimited logs; CloudTrail writes JSON
        None => terms(pattern, &record.to_string()),
    }
}

fn json(inner: &str, record: &Value) -> Truth {
    let Some(tokens) = tokens(inner) else { return Truth::Unknown };
    let mut reader = Reader { tokens: &tokens, record };
    let outcome = reader.or();
    match (outcome, reader.tokens) {
        (Some(truth), []) => truth,
        _ => Truth::Unknown,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// `(`, `)`, `&&`, `||`, `=`, `!=`, `<`, `<=`, `>`, `>=`.
    Sign(&'static str),
    /// `$.a.b[0]`.
    Selector(String),
    Quoted(String),
    /// A bare value or a word such as `EXISTS`.
    Word(String),
    /// `%…%`.
    Regex(String),
}

/// Longer signs first.
const SIGNS: [&str; 10] = ["&&", "||", "!=", "<=", ">=", "(", ")", "=", "<", ">"];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), rest.strip_prefix(sign)?)
        } else if first == '"' {
            let (value, after) = quoted(rest.strip_prefix('"')?)?;
            (Token::Quoted(value), after)
        } else if first == '%' {
            let (value, after) = rest.strip_prefix('%')?.split_once('%')?;
            (Token::Regex(value.to_owned()), after)
        } else {
            let ends = |c: char| c.is_whitespace() || "()&|=!<>\"".contains(c);
            let (word, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
            if word.is_empty() {
                return None;
            }
            (if first == '$' { Token::Selector(word.to_owned()) } else { Token::Word(word.to_owned()) }, after)
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

/// The text up to the closing quote; `\"` and `\\` are literal.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut rest) = (String::new(), text.chars());
    loop {
        match rest.next()? {
            '"' => return Some((value, rest.as_str())),
            '\\' => value.push(rest.next()?),
            other => value.push(other),
        }
    }
}

/// A recursive descent: `||` binds weaker than `&&`. `None` is a pattern that does not read.
struct Reader<'a> {
    tokens: &'a [Token],
    record: &'a Value,
}

impl<'a> Reader<'a> {
    fn sign(&mut self, wanted: &str) -> bool {
        match self.tokens {
            [Token::Sign(sign), rest @ ..] if *sign == wanted => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    fn or(&mut self) -> Option<Truth> {
        let mut truth = self.and()?;
        while self.sign("||") {
            truth = truth.or(self.and()?);
        }
        Some(truth)
    }

    fn and(&mut self) -> Option<Truth> {
        let mut truth = self.term()?;
        while self.sign("&&") {
            truth = truth.and(self.term()?);
        }
        Some(truth)
    }

    fn term(&mut self) -> Option<Truth> {
        if self.sign("(") {
            let truth = self.or()?;
            return self.sign(")").then_some(truth);
        }
        let [Token::Selector(selector), rest @ ..] = self.tokens else { return None };
        let value = select(selector, self.record)?;
        let (truth, rest) = condition(value, rest)?;
        self.tokens = rest;
        Some(truth)
    }
}

fn condition<'a>(value: Option<&Value>, tokens: &'a [Token]) -> Option<(Truth, &'a [Token])> {
    match tokens {
        [Token::Sign(sign), operand, rest @ ..] => Some((compare(sign, operand, value)?, rest)),
        [Token::Word(a), Token::Word(b), rest @ ..] if is(a, "NOT") && is(b, "EXISTS") => {
            Some((value.is_none().into(), rest))
        }
        [Token::Word(a), Token::Word(b), rest @ ..] if is(a, "IS") => {
            let wanted = match b.to_ascii_uppercase().as_str() {
                "NULL" => Value::Null,
                "TRUE" => Value::Bool(true),
                "FALSE" => Value::Bool(false),
                _ => return None,
            };
            Some(((value == Some(&wanted)).into(), rest))
        }
        [Token::Word(a), rest @ ..] if is(a, "EXISTS") => Some((value.is_some().into(), rest)),
        _ => None,
    }
}

fn is(word: &str, wanted: &str) -> bool {
    word.eq_ignore_ascii_case(wanted)
}

fn compare(sign: &str, operand: &Token, value: Option<&Value>) -> Option<Truth> {
    let equal = match operand {
        Token::Quoted(text) | Token::Word(text) => value.map(|value| text_of(value).is_some_and(|v| like(text, &v))),
        Token::Regex(pattern) => {
            let regex = regex::Regex::new(pattern).ok()?;
            value.map(|value| text_of(value).is_some_and(|v| regex.is_match(&v)))
        }
        Token::Sign(_) | Token::Selector(_) => return None,
    };
    match sign {
        "=" => Some(equal.unwrap_or(false).into()),
        // The documentation does not say what a missing field does here.
        "!=" => Some(equal.map_or(Truth::Unknown, |equal| (!equal).into())),
        _ => {
            let Token::Word(limit) = operand else { return None };
            let (limit, number) = (limit.parse::<f64>().ok()?, value.and_then(Value::as_f64));
            let test = |number: f64| match sign {
                "<" => number < limit,
                "<=" => number <= limit,
                ">" => number > limit,
                _ => number >= limit,
            };
            matches!(sign, "<" | "<=" | ">" | ">=").then(|| number.is_some_and(test).into())
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Equality, where `*` stands for any run of characters.
fn like(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(first) else { return false };
    if rest.is_empty() {
        return true;
    }
    (0..=text.len()).filter_map(|at| text.get(at..)).any(|tail| like(rest, tail))
}

/// The value that a selector names: `None` for a selector that does not read, `Some(None)` where nothing is there.
fn select<'a>(selector: &str, record: &'a Value) -> Option<Option<&'a Value>> {
    let mut value = Some(record);
    for step in selector.strip_prefix("$.")?.split('.') {
        let (name, indexes) = step.split_once('[').map_or((step, None), |(name, rest)| (name, Some(rest)));
        value = value.and_then(|value| value.get(name));
        for index in indexes.into_iter().flat_map(|rest| rest.split('[')) {
            let index: usize = index.strip_suffix(']')?.parse().ok()?;
            value = value.and_then(|value| value.get(index));
        }
    }
    Some(value)
}

/// Unstructured patterns: every word is in the line, `?word` one of those, `-word` none.
fn terms(pattern: &str, line: &str) -> Truth {
    if pattern.contains('%') {
        return Truth::Unknown;
    }
    let (mut all, mut any): (bool, Option<bool>) = (true, None);
    let mut rest = pattern;
    while let Some(start) = rest.trim_start().chars().next() {
        rest = rest.trim_start();
        let mark = matches!(start, '?' | '-').then_some(start);
        rest = mark.and_then(|mark| rest.strip_prefix(mark)).unwrap_or(rest);
        let word = match rest.strip_prefix('"') {
            Some(open) => {
                let Some((word, after)) = quoted(open) else { return Truth::Unknown };
                rest = after;
                word
            }
            None => {
                let (word, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
                rest = after;
                word.to_owned()
            }
        };
        let there = line.contains(&word);
        match mark {
            Some('?') => any = Some(any.unwrap_or(false) || there),
            Some(_) => all &= !there,
            None => all &= there,
        }
    }
    (all && any.unwrap_or(true)).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_read_as_documented() {
        let record = json!({
            "eventSource": "rds.amazonaws.com", "eventName": "DeleteDBInstance", "errorCode": "Client.UnauthorizedOperation",
            "userIdentity": { "type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/deploy/s", "mfa": false, "none": null },
            "requestParameters": { "n": 404, "items": [{ "id": "a" }, { "id": "b" }] },
        });
        for (pattern, expected) in [
            ("{ $.eventName = DeleteDBInstance }", Truth::True),
            ("{ $.eventName = \"DeleteDBInstance\" }", Truth::True),
            ("{$.eventName=deletedbinstance}", Truth::False),
            ("{ $.eventName = Delete* }", Truth::True),
            ("{ $.errorCode = \"*UnauthorizedOperation\" }", Truth::True),
            ("{ $.eventName = \"*DB*stance\" }", Truth::True),
            ("{ ($.eventName = StopLogging) || ($.eventName = DeleteDBInstance) }", Truth::True),
            ("{ $.eventName = StopLogging || $.eventSource = rds.amazonaws.com && $.eventName = X }", Truth::False),
            ("{ ($.eventSource = rds.amazonaws.com) && (($.eventName = A) || ($.eventName = Delete*)) }", Truth::True),
            ("{ $.eventName != StopLogging }", Truth::True),
            ("{ $.missing != x }", Truth::Unknown),
            ("{ $.missing NOT EXISTS && $.userIdentity.type EXISTS }", Truth::True),
            ("{ $.userIdentity.none IS NULL }", Truth::True),
            ("{ $.userIdentity.mfa IS FALSE }", Truth::True),
            ("{ $.requestParameters.n >= 404 && $.requestParameters.n < 500 }", Truth::True),
            ("{ $.requestParameters.n = 404 }", Truth::True),
            ("{ $.requestParameters.items[1].id = b }", Truth::True),
            ("{ $.requestParameters.items[2].id = b }", Truth::False),
            ("{ $.userIdentity.arn = %role/dep.oy% }", Truth::True),
            ("{ $.eventName = }", Truth::Unknown),
            ("{ $.eventName DeleteDBInstance }", Truth::Unknown),
            ("{ ($.eventName = DeleteDBInstance }", Truth::Unknown),
            ("[a, b]", Truth::Unknown),
            ("", Truth::True),
            ("DeleteDBInstance deploy", Truth::True),
            ("?StopLogging ?DeleteDBInstance", Truth::True),
            ("DeleteDBInstance -deploy", Truth::False),
            ("\"assumed-role/deploy\"", Truth::True),
        ] {
            assert_eq!(matches(pattern, &record), expected, "{pattern}");
        }
    }
}
