//! Reading a policy document: tolerant of the forms AWS accepts, explicit about everything else.
//!
//! Source: IAM User Guide, `reference_policies_grammar`.

use super::name::Name;

use super::condition::Condition;
use super::json::Json;
use super::policy::{ActionPattern, Effect, Element, Policy, Statement};
use super::principal::Named;
use super::variable::Pattern;

/// The members that a statement may have.
const MEMBERS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

impl Policy {
    /// Reads a document, plain or percent-encoded as the IAM API returns it.
    ///
    /// Never fails: a text that is no policy becomes one statement of which nothing is known.
    #[must_use]
    pub fn parse(id: &str, text: &str) -> Self {
        let decoded;
        let mut text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with('%') {
            decoded = percent_decode(text);
            text = &decoded;
        }
        match Json::parse(text) {
            Ok(document) => Self::from_json(id, &document),
            Err(error) => {
                let mut reader = Reader::new(id, false);
                reader.note(&format!("not readable as JSON: {error}"));
                reader.finish(vec![unknown_statement(0)])
            }
        }
    }

    /// Compiles a document that was already read as JSON.
    #[must_use]
    pub fn from_json(id: &str, document: &Json) -> Self {
        let version = document.get("Version").and_then(Json::scalar);
        let mut reader = Reader::new(id, version.as_deref() == Some("2012-10-17"));
        if !matches!(version.as_deref(), None | Some("2012-10-17" | "2008-10-17")) {
            reader.note("unknown policy language version");
        }
        reader.note_repeats(document, "document");
        let statements = match document.get("Statement") {
            Some(list @ (Json::List(_) | Json::Object(_))) => {
                list.one_or_many().iter().enumerate().map(|(index, json)| reader.statement(index, json)).collect()
            }
            _ => {
                reader.note("no statement could be read");
                vec![unknown_statement(0)]
            }
        };
        reader.finish(statements)
    }
}

/// A statement of which nothing is known: it may allow or deny anything.
fn unknown_statement(index: usize) -> Statement {
    Statement {
        index,
        sid: None,
        effect: None,
        principal: Element::Unreadable,
        action: Element::Unreadable,
        resource: Element::Unreadable,
        conditions: Vec::new(),
    }
}

struct Reader {
    id: Name,
    variables: bool,
    diagnostics: Vec<Name>,
}

impl Reader {
    fn new(id: &str, variables: bool) -> Self {
        Self { id: id.into(), variables, diagnostics: Vec::new() }
    }

    fn note(&mut self, what: &str) {
        self.diagnostics.push(format!("policy `{}`: {what}", self.id).into());
    }

    fn note_repeats(&mut self, json: &Json, place: &str) {
        for key in json.repeated_keys() {
            self.note(&format!("{place}: `{key}` is written more than once, the last one counts"));
        }
    }

    fn finish(self, statements: Vec<Statement>) -> Policy {
        Policy { id: self.id, statements, diagnostics: self.diagnostics }
    }

    fn statement(&mut self, index: usize, json: &Json) -> Statement {
        let place = format!("statement {index}");
        let Json::Object(members) = json else {
            self.note(&format!("{place} is no object"));
            return unknown_statement(index);
        };
        self.note_repeats(json, &place);
        for (name, _) in members {
            if !MEMBERS.contains(&name.as_str()) {
                self.note(&format!("{place}: unknown member `{name}`"));
            }
        }
        let unknown_member = members.iter().any(|(name, _)| !MEMBERS.contains(&name.as_str()));
        let mut conditions = self.conditions(&place, json.get("Condition"));
        if unknown_member {
            conditions.push(Condition::unreadable("unknown member", "", Vec::new()));
        }
        let variables = self.variables;
        for kind in ["Principal", "NotPrincipal"].into_iter().filter_map(|name| json.get(name)) {
            self.note_repeats(kind, &format!("{place}: principal"));
        }
        let principal = self.element(&place, json, ["Principal", "NotPrincipal"], read_principals);
        if principal.listed().iter().any(Named::is_deleted) {
            self.note(&format!("{place}: names a principal that was deleted"));
        }
        Statement {
            index,
            sid: json.get("Sid").and_then(Json::scalar).map(Into::into),
            effect: self.effect(&place, json.get("Effect")),
            principal,
            action: self.element(&place, json, ["Action", "NotAction"], |json| read_texts(json, ActionPattern::new)),
            resource: self.element(&place, json, ["Resource", "NotResource"], |json| {
                read_texts(json, |text| Pattern::new(text, variables))
            }),
            conditions,
        }
    }

    fn effect(&mut self, place: &str, json: Option<&Json>) -> Option<Effect> {
        match json {
            Some(Json::Text(text)) if text == "Allow" => Some(Effect::Allow),
            Some(Json::Text(text)) if text == "Deny" => Some(Effect::Deny),
            _ => {
                self.note(&format!("{place}: the effect is neither Allow nor Deny"));
                None
            }
        }
    }

    /// Reads an element that comes in a plain and a negated form, such as Action and NotAction.
    fn element<T>(
        &mut self,
        place: &str,
        json: &Json,
        [plain, negated]: [&str; 2],
        read: impl Fn(&Json) -> Option<Vec<T>>,
    ) -> Element<T> {
        let (value, is_plain) = match (json.get(plain), json.get(negated)) {
            (None, None) => return Element::Missing,
            (Some(value), None) => (value, true),
            (None, Some(value)) => (value, false),
            (Some(_), Some(_)) => {
                self.note(&format!("{place}: has both {plain} and {negated}"));
                return Element::Unreadable;
            }
        };
        match read(value) {
            None => {
                self.note(&format!("{place}: {plain} or {negated} cannot be read"));
                Element::Unreadable
            }
            Some(list) if is_plain => Element::In(list),
            Some(list) => Element::NotIn(list),
        }
    }

    fn conditions(&mut self, place: &str, json: Option<&Json>) -> Vec<Condition> {
        let operators = match json {
            None | Some(Json::Null) => return Vec::new(),
            Some(Json::Object(operators)) => operators,
            Some(_) => {
                self.note(&format!("{place}: the condition is no object"));
                return vec![Condition::unreadable("Condition", "", Vec::new())];
            }
        };
        if let Some(json) = json {
            self.note_repeats(json, &format!("{place}: condition"));
        }
        let mut conditions = Vec::new();
        for (position, (operator, keys)) in operators.iter().enumerate() {
            // Last one wins for an operator or a key that is written twice.
            if operators.iter().skip(position + 1).any(|(later, _)| later == operator) {
                continue;
            }
            self.operator(place, operator, keys, &mut conditions);
        }
        conditions
    }

    fn operator(&mut self, place: &str, operator: &str, keys: &Json, conditions: &mut Vec<Condition>) {
        let Json::Object(members) = keys else {
            self.note(&format!("{place}: the operator `{operator}` holds no object"));
            conditions.push(Condition::unreadable(operator, "", Vec::new()));
            return;
        };
        self.note_repeats(keys, &format!("{place}: {operator}"));
        for (position, (key, values)) in members.iter().enumerate() {
            if members.iter().skip(position + 1).any(|(later, _)| later == key) {
                continue;
            }
            let texts: Option<Vec<String>> = values.one_or_many().iter().map(Json::scalar).collect();
            let condition = match texts {
                Some(texts) => Condition::new(operator, key, texts, self.variables),
                None => Condition::unreadable(operator, key, Vec::new()),
            };
            if let Some(problem) = condition.problem() {
                self.note(&format!("{place}: {operator} on `{key}`: {problem}"));
            }
            conditions.push(condition);
        }
    }
}

/// Reads a text or a list of texts.
fn read_texts<T>(value: &Json, make: impl Fn(&str) -> T) -> Option<Vec<T>> {
    let texts = value.one_or_many().iter().map(|item| match item {
        Json::Text(text) => Some(make(text)),
        _ => None,
    });
    texts.collect()
}

/// Reads the value of `Principal`: `"*"`, or an object of lists by kind.
fn read_principals(value: &Json) -> Option<Vec<Named>> {
    let Json::Object(kinds) = value else {
        return read_texts(value, |text| Named::parse("AWS", text));
    };
    let mut list = Vec::new();
    for (position, (kind, names)) in kinds.iter().enumerate() {
        if !["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind.as_str()) {
            return None;
        }
        if kinds.iter().skip(position + 1).any(|(later, _)| later == kind) {
            continue;
        }
        for name in names.one_or_many() {
            // Account ids are written as numbers in the wild.
            list.push(Named::parse(kind, &name.scalar()?));
        }
    }
    Some(list)
}

/// Decodes `%XX`; anything else stays as it is.
fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = (byte == b'%').then(|| {
            let mut ahead = rest.clone();
            let high = char::from(ahead.next()?).to_digit(16)?;
            let low = char::from(ahead.next()?).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()
        });
        if let Some(Some(decoded)) = hex {
            rest.nth(1);
            bytes.push(decoded);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Policy {
        Policy::parse("p", text)
    }

    #[test]
    fn single_values_stand_for_lists() {
        let policy = parse(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#);
        assert!(policy.diagnostics.is_empty(), "{:?}", policy.diagnostics);
        assert_eq!(policy.statements[0].action.covers("s3:getobject"), Some(true));
    }

    #[test]
    fn percent_encoded_documents_are_read() {
        let policy = parse("%7B%22Statement%22%3A%5B%5D%7D");
        assert!(policy.statements.is_empty() && policy.diagnostics.is_empty(), "{policy:?}");
    }

    #[test]
    fn nonsense_is_unknown_and_said() {
        for text in [
            "",
            "[]",
            r#"{"Statement":7}"#,
            r#"{"Statement":["x"]}"#,
            r#"{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}"#,
        ] {
            let policy = parse(text);
            assert_eq!(policy.statements.len(), 1, "{text}");
            assert_eq!(policy.statements[0].effect, None, "{text}");
            assert!(!policy.diagnostics.is_empty(), "{text}");
        }
    }

    #[test]
    fn a_key_written_twice_is_reported_and_the_last_counts() {
        let policy = parse(
            r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*",
                "Condition":{"StringEquals":{"a":"1","a":"2"},"StringEquals":{"b":"3","b":"4"}}}}"#,
        );
        assert_eq!(policy.diagnostics.len(), 2, "{:?}", policy.diagnostics);
        assert_eq!(policy.statements[0].conditions.len(), 1);
        assert_eq!(policy.statements[0].conditions[0].values(), ["4"]);
    }
}
