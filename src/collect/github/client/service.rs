//! The tower service under octocrab: it makes addresses whole, sets the headers and the token, and owns the only retry.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use octocrab::{OctoBody, auth::AppAuth};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    Source,
    credential::{self, Credential, Minted},
};
use crate::{
    base::secret::Secret,
    collect::wire::{
        Answered, Ask, Error, Mode, Target, Wire,
        classify::{self, Verdict},
    },
    evidence::{Caller, GITHUB_JSON, Next, Scope},
    model::id::EvidenceId,
};

/// A service that is unwell is asked this often; one that asks to be left alone, as long as the patience lasts.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// GitHub's own advice after a secondary limit without `retry-after`: a minute, then growing.
const SECONDARY_PAUSE: Duration = Duration::from_secs(60);
const API_VERSION: &str = "2022-11-28";
const USER_AGENT: &str = concat!("ambit/", env!("CARGO_PKG_VERSION"));

#[derive(Clone)]
pub(super) struct Service(Arc<Inner>);

struct Inner {
    wire: Wire,
    scope: Scope,
    caller: Caller,
    base: Uri,
    graphql: Uri,
    token: Token,
}

enum Token {
    None,
    Fixed(Secret),
    /// Minted through the wire. The lock is held while minting: eight requests must not mint eight tokens.
    Installation {
        auth: AppAuth,
        id: u64,
        minted: Mutex<Option<Minted>>,
    },
}

/// Rides on the response through octocrab.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub evidence: EvidenceId,
    pub next: Option<Next>,
}

impl Service {
    pub fn new(wire: Wire, source: Source) -> Result<Service, Error> {
        let unusable = |_| Error::Setup { why: format!("`{}` is not an address", source.base) };
        let base: Uri = source.base.trim_end_matches('/').parse().map_err(unusable)?;
        if base.scheme().is_none() || base.host().is_none() {
            return Err(Error::Setup { why: format!("`{}` has no scheme and host", source.base) });
        }
        let caller = source.credential.caller(source.scope.as_str());
        let token = match source.credential {
            // In Replay nobody checks a token, and none is needed.
            _ if wire.mode() == Mode::Replay => Token::None,
            Credential::None => Token::None,
            Credential::Token(token) => Token::Fixed(token),
            Credential::App { app, installation, key_pem } => Token::Installation {
                auth: credential::app_auth(app, &key_pem)?,
                id: installation,
                minted: Mutex::default(),
            },
        };
        let graphql = graphql_address(&base)?;
        Ok(Service(Arc::new(Inner { wire, scope: source.scope, caller, base, graphql, token })))
    }

    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    pub fn graphql(&self) -> &Uri {
        &self.0.graphql
    }

    /// See [`Wire::begin_list`].
    pub fn begin_list(&self, path: &str, accept: &str) -> Result<(), Error> {
        let request = Request::get(self.0.absolute(&Method::GET, path)?).header(header::ACCEPT, accept);
        let request = request.body(Bytes::new()).map_err(|e| Error::Setup { why: e.to_string() })?;
        self.0.wire.begin_list(&self.0.ask(request, 1))
    }
}

/// `/graphql` beside the REST API; on GitHub Enterprise Server REST is `/api/v3` and GraphQL `/api/graphql`.
/// <https://docs.github.com/en/enterprise-server/graphql/guides/forming-calls-with-graphql#the-graphql-endpoint>
fn graphql_address(base: &Uri) -> Result<Uri, Error> {
    let base = base.to_string();
    let base = base.trim_end_matches('/');
    let address = match base.strip_suffix("/api/v3") {
        Some(host) => format!("{host}/api/graphql"),
        None => format!("{base}/graphql"),
    };
    address.parse().map_err(|_| Error::Setup { why: format!("`{address}` is not an address") })
}

impl Inner {
    async fn answer(&self, request: Request<OctoBody>) -> Result<Response<Full<Bytes>>, Error> {
        let (mut parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|e| Error::Setup { why: e.to_string() })?.to_bytes();
        parts.uri = self.absolute(&parts.method, &parts.uri.to_string())?;
        // `insert`: octocrab's own `add_header` appends, and then both values go out.
        parts.headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        parts.headers.insert("x-github-api-version", HeaderValue::from_static(API_VERSION));
        parts.headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static(GITHUB_JSON));
        let answered = self.persevere(&Request::from_parts(parts, body)).await?;
        let mut response = answered.response.map(Full::new);
        response.extensions_mut().insert(Kept { evidence: answered.evidence, next: answered.next });
        Ok(response)
    }

    /// The only retry for GitHub. Each attempt is on record.
    async fn persevere(&self, request: &Request<Bytes>) -> Result<Answered, Error> {
        let mut waited = Duration::ZERO;
        let mut attempt = 1;
        loop {
            let mut signed = request.clone();
            let bearer = self.bearer().await?;
            if let Some(token) = &bearer {
                signed.headers_mut().insert(header::AUTHORIZATION, token.clone());
            }
            let result = self.wire.send(self.ask(signed, attempt)).await;
            let renewed = match &result {
                Ok(answered) => {
                    attempt == 1 && answered.response.status() == 401 && self.forget_token(bearer.as_ref()).await
                }
                Err(_) => false,
            };
            let pause = match self.pause(&result, attempt) {
                _ if renewed => Duration::ZERO,
                Some(pause) => pause,
                None => return result,
            };
            waited = waited.saturating_add(pause);
            if waited > self.wire.patience() {
                let why = format!("{} asks to wait {} s more", self.base.host().unwrap_or("GitHub"), pause.as_secs());
                return Err(Error::Exhausted { why });
            }
            if let Some(clock) = self.wire.clock() {
                clock.sleep(pause).await;
            }
            attempt += 1;
        }
    }

    /// How long to wait before the next attempt; `None` when this answer stands.
    fn pause(&self, result: &Result<Answered, Error>, attempt: u32) -> Option<Duration> {
        let now = self.wire.clock()?.now(); // Replay: the recorded answer is the answer
        let growing = |first: Duration| first.saturating_mul(1 << attempt.saturating_sub(1).min(16));
        let brief = (attempt < ATTEMPTS).then(|| growing(FIRST_PAUSE).min(LONGEST_PAUSE));
        match result {
            Ok(answered) if answered.replayed => None,
            Ok(answered) => {
                let response = &answered.response;
                match classify::github(response.status(), response.headers(), response.body()) {
                    Verdict::Settled | Verdict::Stale => None,
                    Verdict::Unwell => brief,
                    verdict => {
                        let told = classify::told_to_wait(verdict, response.headers(), now);
                        Some(told.unwrap_or_else(|| growing(SECONDARY_PAUSE)))
                    }
                }
            }
            Err(Error::NoAnswer { .. }) => brief,
            Err(_) => None,
        }
    }

    fn ask(&self, request: Request<Bytes>, attempt: u32) -> Ask {
        let target = Target::Github { base: self.base.clone(), graphql: self.graphql.clone() };
        Ask { scope: self.scope.clone(), caller: self.caller.clone(), target, request, attempt }
    }

    /// octocrab hands over `/orgs/acme` from its methods and a whole address from a `Link`, which the wire judges.
    fn absolute(&self, method: &Method, address: &str) -> Result<Uri, Error> {
        if *method == Method::POST && address == "/graphql" {
            return Ok(self.graphql.clone());
        }
        let whole = match address.starts_with('/') {
            true => format!("{}{address}", self.base.to_string().trim_end_matches('/')),
            false => address.to_owned(),
        };
        let refuse = |_| Error::Refused { what: address.to_owned(), why: "it is not an address".to_owned() };
        whole.parse().map_err(refuse)
    }

    /// Drops the installation token that was refused, unless another request has replaced it already. True when asking
    /// once more can help.
    async fn forget_token(&self, refused: Option<&HeaderValue>) -> bool {
        let Token::Installation { minted, .. } = &self.token else { return false };
        let mut minted = minted.lock().await;
        let current = minted.as_ref().and_then(|known| bearer(&known.token).ok());
        if current.as_ref() == refused {
            *minted = None;
        }
        true
    }

    async fn bearer(&self) -> Result<Option<HeaderValue>, Error> {
        let token = match &self.token {
            Token::None => return Ok(None),
            Token::Fixed(token) => token.clone(),
            Token::Installation { auth, id, minted } => {
                let mut minted = minted.lock().await;
                let Some(clock) = self.wire.clock() else { return Ok(None) };
                match &*minted {
                    Some(known) if known.fresh(clock.now()) => known.token.clone(),
                    _ => {
                        let token = self.mint(auth, *id).await?;
                        *minted = Some(Minted { token: token.clone(), at: clock.now() });
                        token
                    }
                }
            }
        };
        bearer(&token).map(Some)
    }

    /// Asks what the installation was granted, then for a token that may read just that. Both answers are evidence.
    async fn mint(&self, auth: &AppAuth, id: u64) -> Result<Secret, Error> {
        let granted = self.as_app(auth, Method::GET, &format!("/app/installations/{id}"), Bytes::new()).await?;
        let permissions = credential::read_only(granted.get("permissions").unwrap_or(&Value::Null));
        let body = Bytes::from(json!({ "permissions": permissions }).to_string());
        let path = format!("/app/installations/{id}/access_tokens");
        let answer = self.as_app(auth, Method::POST, &path, body).await?;
        let token = answer.get("token").and_then(Value::as_str);
        token.map(Secret::new).ok_or(Error::Setup { why: "GitHub's answer holds no installation token".to_owned() })
    }

    async fn as_app(&self, auth: &AppAuth, method: Method, path: &str, body: Bytes) -> Result<Value, Error> {
        let unusable = |why: String| Error::Setup { why };
        let jwt = auth.generate_bearer_token().map_err(|e| unusable(format!("cannot sign as the app: {e}")))?;
        let request = Request::builder()
            .method(method.clone())
            .uri(self.absolute(&method, path)?)
            .header(header::AUTHORIZATION, bearer(&Secret::new(jwt))?)
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, GITHUB_JSON)
            .header("x-github-api-version", API_VERSION)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|e| unusable(e.to_string()))?;
        let mut attempt = 1;
        loop {
            let result = self.wire.send(self.ask(request.clone(), attempt)).await;
            match self.pause(&result, attempt) {
                Some(pause) if pause <= self.wire.patience() => {
                    if let Some(clock) = self.wire.clock() {
                        clock.sleep(pause).await;
                    }
                    attempt += 1;
                }
                _ => {
                    let response = result?.response;
                    if response.status().is_success() {
                        return Ok(serde_json::from_slice(response.body()).unwrap_or_default());
                    }
                    return Err(unusable(format!("GitHub answers {} to `{method} {path}`", response.status())));
                }
            }
        }
    }
}

fn bearer(token: &Secret) -> Result<HeaderValue, Error> {
    let value = HeaderValue::try_from(format!("Bearer {}", token.expose()));
    let mut value =
        value.map_err(|_| Error::Setup { why: "the token holds characters that no header may".to_owned() })?;
    value.set_sensitive(true);
    Ok(value)
}

impl tower::Service<Request<OctoBody>> for Service {
    type Response = Response<Full<Bytes>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        let inner = self.0.clone();
        Box::pin(async move { inner.answer(request).await })
    }
}
