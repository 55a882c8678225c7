//! The GitHub client: octocrab above the recorded wire, our own pager and our own retry.
//!
//! octocrab's pager loses an installation token on page 2 of every host that is not `api.github.com`, its retry waits for
//! ever or not at all, and its cache turns a 404 into a 200; so none of the three is used.

mod credential;
mod service;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Uri, header};
use http_body_util::{BodyExt, combinators::BoxBody};
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use serde_json::{Value, json};

use self::service::{Kept, Service};
use crate::{
    collect::wire::{Error, Wire},
    evidence::{GITHUB_JSON, Next, Scope, first_page, normal_path},
    model::id::EvidenceId,
};

pub use self::credential::Credential;

type Body = BoxBody<Bytes, octocrab::Error>;

/// A renamed or transferred repository moves at most this often.
const HOPS: usize = 3;

/// One GitHub seen through one identity.
#[derive(Debug, Clone)]
pub struct Source {
    pub scope: Scope,
    /// `https://api.github.com`, or `https://ghe.example.com/api/v3`.
    pub base: String,
    pub credential: Credential,
}

/// Cheap to clone. Needs a tokio runtime.
#[derive(Clone)]
pub struct Client {
    service: Service,
    octocrab: Octocrab,
}

/// What came for one question. 403, 404 and no answer at all are answers here: each is on record.
#[derive(Debug, Clone)]
pub struct Answer {
    pub evidence: EvidenceId,
    /// `None` when no answer came.
    pub status: Option<u16>,
    pub body: Bytes,
    /// Where the list goes on, below the base.
    next: Option<Next>,
}

/// A list with all the pages that could be had.
#[derive(Debug, Clone)]
pub struct Listed {
    pub pages: Vec<Answer>,
    pub items: Vec<Value>,
    /// Every page was answered and the last one says that it is the last.
    pub complete: bool,
}

impl Answer {
    /// A 2xx answer.
    pub fn ok(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The body as JSON; null when it is something else.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Listed {
    /// The first page's status.
    pub fn status(&self) -> Option<u16> {
        self.pages.first()?.status
    }

    /// The first page was answered with 2xx.
    pub fn ok(&self) -> bool {
        self.pages.first().is_some_and(Answer::ok)
    }
}

impl Client {
    /// # Errors
    /// An address or a private key that cannot be used.
    pub fn new(wire: Wire, source: Source) -> Result<Client, Error> {
        let service = Service::new(wire, source)?;
        // `AuthState::None`: the service sets the token, on every page.
        let built = OctocrabBuilder::new_empty().with_service(service.clone()).with_auth(AuthState::None).build();
        let octocrab = built.unwrap_or_else(|never| match never {});
        Ok(Client { service, octocrab })
    }

    pub fn scope(&self) -> &Scope {
        self.service.scope()
    }

    /// octocrab's typed API on the same wire. It returns errors where this client returns answers.
    pub fn octocrab(&self) -> &Octocrab {
        &self.octocrab
    }

    /// `GET path`, in GitHub's own media type.
    ///
    /// # Errors
    /// A refusal, a used-up budget, or a store that cannot be written; never an HTTP status.
    pub async fn get(&self, path: &str) -> Result<Answer, Error> {
        self.get_as(path, GITHUB_JSON).await
    }

    /// `GET path` in another media type, e.g. `application/vnd.github.raw+json` for a file's text.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub async fn get_as(&self, path: &str, accept: &str) -> Result<Answer, Error> {
        let mut answer = self.get_once(path, accept).await?;
        for _ in 0..HOPS {
            match (&answer.next, answer.status) {
                (Some(Next::Page(moved)), Some(300..=399)) => answer = self.get_once(&moved.clone(), accept).await?,
                _ => break,
            }
        }
        Ok(answer)
    }

    /// All pages of a list, 100 a page unless `path` says otherwise. Only links on the configured host are followed.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub async fn get_paged(&self, path: &str) -> Result<Listed, Error> {
        self.get_pages(path, |_| true).await
    }

    /// As [`Client::get_paged`], as long as `more` of what was read so far says so.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub async fn get_pages(&self, path: &str, more: impl Fn(&Listed) -> bool) -> Result<Listed, Error> {
        let first = first_page(path);
        self.service.begin_list(&first, GITHUB_JSON)?;
        let mut listed = Listed { pages: Vec::new(), items: Vec::new(), complete: false };
        let mut asked = std::collections::BTreeSet::from([first.clone()]);
        let mut answer = self.get_as(&first, GITHUB_JSON).await?;
        loop {
            let (ok, next) = (answer.ok(), answer.next.clone());
            if ok {
                listed.items.extend(items(answer.json()));
            }
            listed.pages.push(answer);
            match next {
                Some(Next::Page(page)) if ok && asked.insert(page.clone()) && more(&listed) => {
                    answer = self.get_as(&page, GITHUB_JSON).await?;
                }
                next => {
                    listed.complete = ok && next.is_none();
                    return Ok(listed);
                }
            }
        }
    }

    /// A GraphQL document of queries. Give it a name: the record and the facts find it by that.
    ///
    /// # Errors
    /// As for [`Client::get`]; a mutation is refused.
    pub async fn graphql(&self, document: &str, variables: Value) -> Result<Answer, Error> {
        let body = json!({ "query": document, "variables": variables });
        let uri = self.service.graphql().clone();
        self.answered(self.octocrab._post(uri, Some(&body)).await).await
    }

    async fn get_once(&self, path: &str, accept: &str) -> Result<Answer, Error> {
        let refuse = |why: &str| Error::Refused { what: path.to_owned(), why: why.to_owned() };
        let uri: Uri = normal_path(path).parse().map_err(|_| refuse("it is not a path"))?;
        let accept = HeaderValue::try_from(accept).map_err(|_| refuse("the media type is no header value"))?;
        let headers = HeaderMap::from_iter([(header::ACCEPT, accept)]);
        self.answered(self.octocrab._get_with_headers(uri, Some(headers)).await).await
    }

    async fn answered(&self, result: octocrab::Result<http::Response<Body>>) -> Result<Answer, Error> {
        let response = match result {
            Ok(response) => response,
            // Its Debug would print a backtrace and its Display an address; our own error is inside.
            Err(error) => {
                return match Error::within(&error) {
                    Some(Error::NoAnswer { evidence, .. }) => {
                        Ok(Answer { evidence: evidence.clone(), status: None, body: Bytes::new(), next: None })
                    }
                    Some(ours) => Err(ours.clone()),
                    None => Err(Error::Setup { why: error.to_string() }),
                };
            }
        };
        let (parts, body) = response.into_parts();
        let lost = || Error::Setup { why: "octocrab dropped the record's id".to_owned() };
        let Kept { evidence, next } = parts.extensions.get::<Kept>().cloned().ok_or_else(lost)?;
        let body = body.collect().await.map_err(|e| Error::Setup { why: e.to_string() })?.to_bytes();
        Ok(Answer { evidence, status: Some(parts.status.as_u16()), body, next })
    }
}

/// A list's members: the answer itself, or its one array beside `total_count`.
fn items(answer: Value) -> Vec<Value> {
    match answer {
        Value::Array(items) => items,
        Value::Object(members) => members
            .into_iter()
            .find_map(|(_, member)| match member {
                Value::Array(items) => Some(items),
                _ => None,
            })
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}
