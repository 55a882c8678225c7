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
    // "If it points to an array or object, the filter will not be applied."
    if matches!(value, Some(Value::Array(_) | Value::Object(_))) {
        return Some(Truth::False);
    }
    let equal = match operand {
        Token::Word(text) if number(text).is_some() && value.is_some_and(Value::is_number) => {
            value.map(|value| (value.as_f64() == number(text)).into())
        }
        Token::Quoted(text) | Token::Word(text) => {
            value.map(|value| text_of(value).map_or(Truth::False, |v| like(text, &v)))
        }
        Token::Regex(pattern) => {
            let regex = regex::Regex::new(pattern).ok()?;
            value.map(|value| text_of(value).is_some_and(|v| regex.is_match(&v)).into())
        }
        Token::Sign(_) | Token::Selector(_) => return None,
    };
    match sign {
        "=" => Some(equal.unwrap_or(Truth::False)),
        // The documentation does not say what a missing field does here.
        "!=" => Some(equal.map_or(Truth::Unknown, Truth::not)),
        _ => {
            let Token::Word(limit) = operand else { return None };
            let (limit, value) = (number(limit)?, value.and_then(Value::as_f64));
            let test = |value: f64| match sign {
                "<" => value < limit,
                "<=" => value <= limit,
                ">" => value > limit,
                _ => value >= limit,
            };
            matches!(sign, "<" | "<=" | ">" | ">=").then(|| value.is_some_and(test).into())
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

/// `5`, `+1000`, `55.5`, `10e-3`; the words that Rust reads as numbers besides are none.
fn number(text: &str) -> Option<f64> {
    text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)).then(|| text.parse().ok())?
}

/// Equality, where `*` at either end stands for any text. Whether one between letters does has been documented both ways.
fn like(pattern: &str, text: &str) -> Truth {
    let (front, end) = (pattern.starts_with('*'), pattern.len() > 1 && pattern.ends_with('*'));
    let middle = pattern.strip_prefix('*').unwrap_or(pattern);
    let middle = if end { middle.strip_suffix('*').unwrap_or(middle) } else { middle };
    if middle.contains('*') {
        return if pattern == text { Truth::True } else { Truth::Unknown };
    }
    match (front, end) {
        (true, true) => text.contains(middle),
        (true, false) => text.ends_with(middle),
        (false, true) => text.starts_with(middle),
        (false, false) => text == middle,
    }
    .into()
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

/// Unstructured patterns: every word is in the line, `?word` one of those, `-word` none, and `%…%` alone is a regular
/// expression. What `?` does beside other words is not documented to a certain end: where it matters, Unknown.
fn terms(pattern: &str, line: &str) -> Truth {
    if let Some(regex) = pattern.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')) {
        return regex::Regex::new(regex).map_or(Truth::Unknown, |regex| regex.is_match(line).into());
    }
    let Some(words) = words(pattern) else { return Truth::Unknown };
    let of = |mark: Option<char>| words.iter().filter(move |(given, _)| *given == mark).map(|(_, word)| word);
    let there = |word: &String| line.contains(word.as_str());
    let others = of(None).all(there) && !of(Some('-')).any(there);
    match (of(Some('?')).count(), words.len()) {
        (0, _) => others.into(),
        (alone, all) if alone == all => of(Some('?')).any(there).into(),
        _ if others == (others && of(Some('?')).any(there)) => others.into(),
        _ => Truth::Unknown,
    }
}

/// The words of an unstructured pattern with their marks; `None` where a quote stays open or a regular expression stands
/// among words.
fn words(pattern: &str) -> Option<Vec<(Option<char>, String)>> {
    let mut words = Vec::new();
    let mut rest = pattern.trim_start();
    while let Some(first) = rest.chars().next() {
        let mark = matches!(first, '?' | '-').then_some(first);
        rest = mark.and_then(|mark| rest.strip_prefix(mark)).unwrap_or(rest);
        let (word, after) = match rest.strip_prefix('"') {
            Some(open) => quoted(open)?,
            None => {
                let (word, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
                (word.to_owned(), after)
            }
        };
        if word.starts_with('%') {
            return None;
        }
        words.push((mark, word));
        rest = after.trim_start();
    }
    Some(words)
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
            ("{ $.eventName = \"*DBIn*\" }", Truth::True),
            ("{ $.eventName = \"*DB*stance\" }", Truth::Unknown),
            ("{ $.requestParameters.items != 1 }", Truth::False),
            ("{ $.requestParameters.n = 4.04e2 }", Truth::True),
            ("{ $.requestParameters.n > +1000 }", Truth::False),
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
            ("%Delete[A-Z]+Instance%", Truth::True),
            ("?StopLogging deploy", Truth::Unknown),
            ("?DeleteDBInstance deploy", Truth::True),
            ("?DeleteDBInstance nowhere", Truth::False),
        ] {
            assert_eq!(matches(pattern, &record), expected, "{pattern}");
        }
    }
}
