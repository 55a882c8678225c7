//! What came back of one call: its pages as values, and why it ends where it ends.
//!
//! Only a code that AWS documents for the call as "there is none" is an absence; everything else that is no success is
//! denied, failed or not collected.

use serde_json::Value;

use crate::{
    evidence::{Pages, Record, RunLog, Stop},
    model::{id::EvidenceId, observed::Observed},
};

use super::xml;

/// The answer to one call.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// The bodies that succeeded, in order.
    pub pages: Vec<Value>,
    pub end: End,
    pub evidence: Vec<EvidenceId>,
    /// The IAM action that the call needs.
    pub grant: String,
}

/// Why there are no more pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// The last page says that it is the last.
    Whole,
    /// An error that AWS answered, by its code.
    Error { code: String, message: String },
    /// No usable answer came.
    Failed(String),
    /// Nobody asked, or something that is no AWS service answered.
    NotCollected(String),
}

impl Answer {
    pub fn new(log: &RunLog, pages: &Pages<'_>, grant: String) -> Answer {
        let mut answer = Answer { pages: Vec::new(), end: End::Whole, evidence: pages.evidence(), grant };
        for record in &pages.records {
            match body(log, record) {
                Ok(value) => answer.pages.push(value),
                Err(end) => {
                    answer.end = end;
                    return answer;
                }
            }
        }
        answer.end = match &pages.stop {
            Stop::End => End::Whole,
            Stop::NotAsked => End::NotCollected("it was not asked in this run".to_owned()),
            Stop::Status(status) => End::Failed(format!("HTTP {status}")),
            Stop::Failed(why) => End::Failed(why.clone()),
            Stop::Missing(_) => End::Failed("a further page was not read".to_owned()),
            Stop::Elsewhere(_) => End::Failed("a further page lies on another host".to_owned()),
        };
        answer
    }

    /// The error code AWS gave, if that is how the answer ends.
    pub fn code(&self) -> Option<&str> {
        match &self.end {
            End::Error { code, .. } => Some(code),
            _ => None,
        }
    }

    /// A reading of all pages; what stops short of the last page is incomplete.
    pub fn read<T>(&self, lower: impl FnOnce(&[Value]) -> Result<T, String>) -> Observed<T> {
        if self.pages.is_empty() {
            return self.nothing();
        }
        match lower(&self.pages) {
            Ok(value) if self.end == End::Whole => Observed::known(value, self.evidence.clone()),
            Ok(value) => Observed::partial(value, self.evidence.clone()),
            Err(why) => Observed::failed(why, self.evidence.clone()),
        }
    }

    /// As [`Answer::read`]; one of `codes`, which AWS documents for this call as "there is none", is an absence.
    pub fn read_or_absent<T>(&self, codes: &[&str], lower: impl FnOnce(&[Value]) -> Result<T, String>) -> Observed<T> {
        if self.code().is_some_and(|code| codes.contains(&code)) && self.pages.is_empty() {
            return Observed::absent(self.evidence.clone());
        }
        self.read(lower)
    }

    /// A reading of the one page that a call without pages has.
    pub fn one<T>(&self, lower: impl FnOnce(&Value) -> Option<T>) -> Observed<T> {
        self.read(|pages| pages.first().and_then(lower).ok_or_else(unexpected))
    }

    /// The reason for having no page at all.
    pub fn nothing<T>(&self) -> Observed<T> {
        let evidence = self.evidence.clone();
        match &self.end {
            End::Error { code, .. } if denied(code) => Observed::denied("aws", self.grant.clone(), evidence),
            End::Error { code, message } => Observed::failed(described(code, message), evidence),
            End::Failed(why) => Observed::failed(why.clone(), evidence),
            End::Whole => Observed::failed(unexpected(), evidence),
            End::NotCollected(why) => {
                let mut nothing = Observed::not_collected(why.clone());
                nothing.evidence = evidence;
                nothing
            }
        }
    }
}

pub(super) fn unexpected() -> String {
    "the answer does not hold what AWS documents for it".to_owned()
}

fn described(code: &str, message: &str) -> String {
    if message.is_empty() { code.to_owned() } else { format!("{code}: {message}") }
}

/// One page's body as a value, or why there is none.
pub(super) fn body(log: &RunLog, record: &Record) -> Result<Value, End> {
    let Some(status) = record.status() else {
        let why =
            if let crate::evidence::Answer::Failure { why } = &record.answer { why.clone() } else { unexpected() };
        return Err(End::Failed(why));
    };
    let bytes = log.body(record).map_err(|e| End::Failed(e.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| End::Failed("the answer is not UTF-8".to_owned()))?;
    if is_page_for_people(text) {
        return Err(End::NotCollected(format!("no AWS service answered: an HTML page with HTTP {status}")));
    }
    if !(200..300).contains(&status) {
        return Err(error(record, text, status));
    }
    page(text).map_err(End::Failed)
}

fn page(text: &str) -> Result<Value, String> {
    value(text).map(unwrapped)
}

/// Bodies that succeeded, as far as they can be read.
pub(super) fn pages<'a>(bodies: impl Iterator<Item = &'a [u8]>) -> Vec<Value> {
    bodies.filter_map(|body| page(std::str::from_utf8(body).ok()?).ok()).collect()
}

/// Gateways, proxies and emulators answer with HTML where an operation does not exist. It says nothing about the account.
fn is_page_for_people(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(14).collect();
    let start = start.to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

fn value(text: &str) -> Result<Value, String> {
    match text.trim_start().chars().next() {
        None => Ok(Value::Object(serde_json::Map::new())),
        Some('<') => xml::parse(text),
        Some(_) => serde_json::from_str(text).map_err(|e| format!("the answer is not JSON: {e}")),
    }
}

/// The query protocol wraps `XResult` and `ResponseMetadata` into `XResponse`.
fn unwrapped(mut value: Value) -> Value {
    let result = value.as_object_mut().and_then(|members| {
        let name = members.keys().find(|name| name.ends_with("Result"))?.clone();
        members.contains_key("ResponseMetadata").then(|| members.remove(&name)).flatten()
    });
    match result {
        Some(Value::String(_)) => Value::Object(serde_json::Map::new()), // an empty result
        Some(result) => result,
        None => value,
    }
}

/// The error code in each protocol's own place: a header or `__type` (JSON), `Error/Code` (query, S3), `Errors/Error/Code` (EC2).
///
/// Source: Smithy 2.0, "AWS JSON 1.0 protocol" (operation error serialization) and "AWS query protocol"; Amazon S3 API Reference, "Error responses".
fn error(record: &Record, text: &str, status: u16) -> End {
    let body = value(text).unwrap_or(Value::Null);
    let inner = ["/Error", "/Errors/Error"].iter().find_map(|place| body.pointer(place)).unwrap_or(&body);
    let field = |names: &[&str]| names.iter().find_map(|name| super::fields::text(inner, name));
    let code = record
        .header("x-amzn-errortype")
        .or_else(|| field(&["__type", "Code", "code"]))
        .map(|code| code.split(':').next().unwrap_or(code))
        .map(|code| code.rsplit('#').next().unwrap_or(code));
    let message = field(&["Message", "message", "errorMessage"]).unwrap_or_default();
    match code {
        Some(code) => End::Error { code: code.to_owned(), message: message.to_owned() },
        None => End::Failed(format!("HTTP {status}")),
    }
}

/// Codes that mean "this identity may not", in the spelling of each service.
pub(super) fn denied(code: &str) -> bool {
    matches!(
        code,
        "AccessDenied"
            | "AccessDeniedException"
            | "AccessDeniedFault"
            | "AuthorizationError"
            | "AuthorizationErrorException"
            | "NotAuthorized"
            | "UnauthorizedException"
            | "UnauthorizedOperation"
    )
}
