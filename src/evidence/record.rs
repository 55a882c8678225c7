//! What one line of a run's log says: one attempt at one request, and its answer.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    base::{canonical, digest::Digest},
    model::id::EvidenceId,
};

/// Whose eyes a request uses: a configured identity and account, `github` or `aws/123456789012`. Never a token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(String);

impl Scope {
    pub fn new(name: impl Into<String>) -> Scope {
        Scope(name.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The digest of who asks and what is asked: the same question has the same key in any later process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub Digest);

/// Whose protocol a request speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    Github,
    Aws,
}

/// Who asked, as far as the configuration knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// `github token`, `github app 42 installation 7`, `aws default chain`, or the assumed role's ARN.
    pub name: String,
    /// Tells credentials apart and shows none: an answer that was denied is asked again when this changed.
    pub credential: String,
}

/// A request parameter by name. The continuation token is not among them: see [`Record::page`].
pub type Params = BTreeMap<String, Value>;

/// One attempt at one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Given by the run's writer: `e-` and 12 hex digits of this record's own digest.
    pub id: EvidenceId,
    /// The place in the run, counted from 1; given by the run's writer.
    pub number: u64,
    /// Absent on the credentials lane, where the request itself may be a secret.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key: Option<Key>,
    pub scope: Scope,
    pub api: Api,
    /// `rest` or `graphql` for GitHub; the signing name for AWS, `iam`, `rds`.
    pub service: String,
    /// Empty for GitHub.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub region: String,
    /// `GET` for REST, the operation's name for GraphQL and AWS.
    pub operation: String,
    pub method: String,
    /// The address without user, password or fragment.
    pub url: String,
    /// Path and sorted query below the API's base: `/orgs/acme/repos?per_page=100`.
    pub path: String,
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub accept: String,
    /// GraphQL variables, or the AWS operation's parameters.
    #[serde(skip_serializing_if = "Params::is_empty", default)]
    pub params: Params,
    /// The request's body in the store; absent when there was none, or it was a secret.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_body: Option<Digest>,
    /// When it was sent, UTC, in milliseconds.
    pub at: Timestamp,
    pub took_ms: u64,
    pub caller: Caller,
    /// 1 for the first try of a request.
    pub attempt: u32,
    /// The continuation token that was sent; absent on a first page, and on GitHub, where `path` is the position.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub page: Option<String>,
    /// Where the answer says that its list goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<Next>,
    pub answer: Answer,
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// GitHub: path and query below the base. AWS: the continuation token.
    Page(String),
    /// A link to another host. Recorded, never followed.
    Elsewhere(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Response(Response),
    /// No answer came. Recorded too: "could not be read" is an observation.
    Failure {
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    pub status: u16,
    /// The headers worth keeping, in lower case.
    pub headers: BTreeMap<String, String>,
    /// The stored body; absent when it was withheld as a secret.
    pub body: Option<Digest>,
    /// Bytes as received.
    pub size: u64,
    /// The body as received, where that differs from what is stored.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub received: Option<Digest>,
    /// JSON pointers of what was taken out; `` is the whole body.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub redactions: Vec<String>,
    /// The error code, where AWS names one: `NoSuchBucketPolicy`. An HTML page of something in between has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<String>,
    /// "Ask again", not an answer about the world.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub transient: bool,
}

impl Record {
    /// With its place in the run and the id that follows from everything it says.
    ///
    /// # Errors
    /// Only where the record cannot be written as JSON.
    pub(super) fn numbered(mut self, number: u64) -> Result<Record, serde_json::Error> {
        self.number = number;
        self.id = EvidenceId::new("");
        self.id = EvidenceId::new(format!("e-{}", canonical::digest(&self)?.short(12)));
        Ok(self)
    }

    /// The HTTP status, when an answer came.
    pub fn status(&self) -> Option<u16> {
        self.response().map(|response| response.status)
    }

    pub fn response(&self) -> Option<&Response> {
        match &self.answer {
            Answer::Response(response) => Some(response),
            Answer::Failure { .. } => None,
        }
    }

    /// The AWS error code, see [`Response::code`].
    pub fn code(&self) -> Option<&str> {
        self.response()?.code.as_deref()
    }

    /// A header that was kept, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response()?.headers.get(name).map(String::as_str)
    }

    /// An answer about the world, whatever it says; not a failure and not "ask again".
    pub fn settled(&self) -> bool {
        self.response().is_some_and(|response| !response.transient)
    }

    /// Settled, and not for want of rights. GitHub says 404 where it hides, so 404 counts as denied here; AWS says 403 or 400 with a code.
    pub fn granted(&self) -> bool {
        self.settled() && self.status().is_some_and(|status| (200..400).contains(&status))
    }
}

/// Path and query with the query's pairs sorted: two spellings of one question are one question.
pub fn normal_path(path_and_query: &str) -> String {
    let Some((path, query)) = path_and_query.split_once('?') else { return path_and_query.to_owned() };
    let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// One part of a path, percent-encoded: a branch named `release/1.0` is one part, `release%2F1.0`. Collectors and facts
/// both spell paths with it, so that they mean the same record.
pub fn path_segment(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let encoded = text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") });
    encoded.collect()
}

/// A list's first page as it is asked for: 100 a page unless the path says otherwise.
pub fn first_page(path: &str) -> String {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    if query.split('&').any(|pair| pair.starts_with("per_page=")) {
        return normal_path(path);
    }
    normal_path(&format!("{path}{}per_page=100", if path.contains('?') { '&' } else { '?' }))
}

/// The media type that GitHub documents for its REST answers; what the GitHub client asks for unless told otherwise.
pub const GITHUB_JSON: &str = "application/vnd.github+json";
