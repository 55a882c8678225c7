//! One attempt on the network, then its record.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};

use super::{
    Answered, Ask, Counters, Error, Lane, Settings, Target,
    classify::{self, Verdict},
    next,
    pace::{Lane as PaceLane, Pace, Rate},
    policy::{Permit, Secrecy, bare, is_loopback},
    redact,
};
use crate::{
    base::{clock::Clock, digest::Digest},
    controls::operations,
    evidence::{Answer, Api, Key, Record, Response, RunWriter},
    model::id::EvidenceId,
};

/// The line to the outside: the clients that hold sockets, and the run that every exchange is written to.
#[derive(Clone)]
pub(super) struct Line(Arc<Inner>);

struct Inner {
    run: RunWriter,
    clock: Arc<dyn Clock>,
    pace: Pace,
    pace_loopback: bool,
    patience: Duration,
    max_requests: Option<u64>,
    counters: Arc<Counters>,
    /// Through a proxy where one is set.
    outside: reqwest::Client,
    /// This machine itself is never reached through a proxy.
    loopback: reqwest::Client,
}

impl Line {
    pub fn new(
        run: RunWriter,
        settings: &Settings,
        clock: Arc<dyn Clock>,
        counters: Arc<Counters>,
    ) -> Result<Line, Error> {
        Ok(Line(Arc::new(Inner {
            run,
            pace: Pace::new(clock.clone(), settings.concurrency, settings.patience),
            clock,
            pace_loopback: settings.pace_loopback,
            patience: settings.patience,
            max_requests: settings.max_requests,
            counters,
            outside: client(settings, false)?,
            loopback: client(settings, true)?,
        })))
    }

    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    pub fn patience(&self) -> Duration {
        self.0.patience
    }

    /// In a task of its own: a caller that goes away must not leave a request without its record.
    pub async fn exchange(&self, ask: Ask, permit: Permit, key: Option<Key>) -> Result<Answered, Error> {
        let inner = self.0.clone();
        let task = tokio::spawn(async move { inner.exchange(ask, permit, key).await });
        task.await.map_err(|e| Error::Exhausted { why: e.to_string() })?
    }
}

/// What came back, before anything is kept of it.
struct Raw {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Inner {
    async fn exchange(&self, ask: Ask, permit: Permit, key: Option<Key>) -> Result<Answered, Error> {
        self.spend()?;
        let lane = pace_lane(&ask, &permit);
        let paced = self.pace_loopback || !is_loopback(ask.request.uri());
        let rate = if paced { rate(&ask.target, &permit) } else { None };
        let _turn = self.pace.turn(&lane, rate).await?;
        let (at, started) = (self.clock.now(), self.clock.elapsed());
        let raw = self.attempt(&ask).await;
        let took_ms = u64::try_from(self.clock.elapsed().saturating_sub(started).as_millis()).unwrap_or(u64::MAX);
        let verdict = raw.as_ref().map_or(Verdict::Unwell, |raw| verdict(&ask.target, raw));
        if let Ok(raw) = &raw
            && paced
        {
            self.heed(&lane, verdict, &raw.headers);
        }
        self.count(&raw, verdict);
        let mut record = Record {
            id: EvidenceId::new(""),
            number: 0,
            key,
            scope: ask.scope.clone(),
            api: match ask.target {
                Target::Github { .. } => Api::Github,
                Target::Aws { .. } => Api::Aws,
            },
            service: permit.service.clone(),
            region: permit.region.clone(),
            operation: permit.operation.clone(),
            method: ask.request.method().to_string(),
            url: public_url(&ask, &permit),
            path: permit.path.clone(),
            accept: text_header(ask.request.headers(), "accept"),
            params: permit.params.clone(),
            request_body: None,
            at,
            took_ms,
            caller: ask.caller.clone(),
            attempt: ask.attempt,
            page: permit.page.clone(),
            next: None,
            answer: Answer::Failure { why: String::new() },
        };
        if permit.secrecy == Secrecy::Plain && !ask.request.body().is_empty() {
            record.request_body = Some(self.run.put(ask.request.body().clone()).await?);
        }
        match raw {
            Ok(raw) => self.keep(record, &ask, &permit, raw, verdict).await,
            Err(failure) => self.keep_failure(record, &ask, failure).await,
        }
    }

    /// Counts a request against the budget before it is sent.
    fn spend(&self) -> Result<(), Error> {
        let sent = self.counters.sent.fetch_add(1, Relaxed);
        match self.max_requests {
            Some(most) if sent >= most => {
                self.counters.sent.fetch_sub(1, Relaxed);
                Err(Error::Exhausted { why: format!("the budget of {most} requests is used up") })
            }
            _ => Ok(()),
        }
    }

    async fn attempt(&self, ask: &Ask) -> Result<Raw, Failure> {
        let client = if is_loopback(ask.request.uri()) { &self.loopback } else { &self.outside };
        let request = reqwest::Request::try_from(ask.request.clone()).map_err(Failure::from)?;
        let response = client.execute(request).await.map_err(Failure::from)?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Raw { status, headers, body: response.bytes().await.map_err(Failure::from)? })
    }

    /// Every other request of this lane waits, too, when the service says so.
    fn heed(&self, lane: &PaceLane, verdict: Verdict, headers: &HeaderMap) {
        if let Some(pause) = classify::told_to_wait(verdict, headers, self.clock.now()) {
            self.pace.shut(lane, pause);
        }
    }

    fn count(&self, raw: &Result<Raw, Failure>, verdict: Verdict) {
        let counter = match raw {
            Err(_) => &self.counters.failed,
            Ok(_) if verdict != Verdict::Settled => &self.counters.transient,
            Ok(raw) if matches!(raw.status.as_u16(), 401 | 403 | 404) => &self.counters.denied,
            Ok(_) => return,
        };
        counter.fetch_add(1, Relaxed);
    }

    async fn keep(
        &self,
        mut record: Record,
        ask: &Ask,
        permit: &Permit,
        raw: Raw,
        verdict: Verdict,
    ) -> Result<Answered, Error> {
        let kept = redact::body(permit.secrecy, &raw.body);
        let code = aws_code(&ask.target, permit, &raw);
        record.next = next::of(&ask.target, permit, ask.request.uri(), raw.status.as_u16(), &raw.headers, &raw.body);
        let redacted = !kept.redactions.is_empty();
        let body = match &kept.body {
            Some(bytes) => Some(self.run.put(bytes.clone()).await?),
            None => None,
        };
        record.answer = Answer::Response(Response {
            status: raw.status.as_u16(),
            headers: if permit.secrecy == Secrecy::Credentials {
                Default::default()
            } else {
                redact::headers(&raw.headers)
            },
            body,
            size: raw.body.len() as u64,
            // Of credentials not even a digest.
            received: (redacted && kept.body.is_some()).then(|| Digest::of(&raw.body)),
            redactions: kept.redactions,
            code: code.clone(),
            transient: verdict != Verdict::Settled,
        });
        let next = record.next.clone();
        // A failed write fails the request: what is not evidence must not be used.
        let evidence = self.run.append(record).await?;
        let shown = match (permit.secrecy, kept.body) {
            (Secrecy::Plain, Some(bytes)) => bytes,
            _ => raw.body,
        };
        let mut response = http::Response::new(shown);
        *response.status_mut() = raw.status;
        *response.headers_mut() = raw.headers;
        Ok(Answered { response, evidence, next, code, transient: verdict != Verdict::Settled, replayed: false })
    }

    async fn keep_failure(&self, mut record: Record, ask: &Ask, failure: Failure) -> Result<Answered, Error> {
        record.answer = Answer::Failure { why: failure.why.clone() };
        let evidence = self.run.append(record).await?;
        let what = bare(ask.request.uri());
        Err(Error::NoAnswer { what, why: failure.why, timeout: failure.timeout, evidence })
    }
}

/// Why no answer came, fit for a record and a report.
struct Failure {
    why: String,
    timeout: bool,
}

impl From<reqwest::Error> for Failure {
    /// reqwest prints the address with its query in every error; the root cause does not.
    fn from(error: reqwest::Error) -> Failure {
        let timeout = error.is_timeout();
        let top: &dyn std::error::Error = &error;
        let root = std::iter::successors(Some(top), |e| e.source()).last().unwrap_or(top);
        let why = match timeout {
            true => "it did not answer in time".to_owned(),
            false => root.to_string(),
        };
        Failure { why, timeout }
    }
}

fn client(settings: &Settings, loopback: bool) -> Result<reqwest::Client, Error> {
    let setup = |e: reqwest::Error| Error::Setup { why: e.to_string() };
    #[expect(clippy::disallowed_methods, reason = "this is the one wire")]
    let builder = reqwest::Client::builder();
    // A redirect is a request of its own, to be judged and recorded. No decompression is compiled in: raw stays raw.
    // Retrying is the clients' business.
    let mut builder = builder
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(settings.timeout.min(Duration::from_secs(10)))
        .timeout(settings.timeout);
    if loopback {
        builder = builder.no_proxy();
    }
    if let Some(bundle) = &settings.ca_bundle {
        builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(bundle).map_err(setup)?);
    }
    builder.build().map_err(setup)
}

fn pace_lane(ask: &Ask, permit: &Permit) -> PaceLane {
    let host = ask.request.uri().host().unwrap_or("");
    match ask.target {
        Target::Github { .. } => PaceLane(format!("{host} {}", permit.service)),
        Target::Aws { .. } => {
            PaceLane(format!("{} {} {} {}", ask.scope, permit.service, permit.region, permit.operation))
        }
    }
}

/// GitHub: 900 points a minute for REST, 2,000 for GraphQL, a read is 1. AWS: where the table knows a low limit.
/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits>
fn rate(target: &Target, permit: &Permit) -> Option<Rate> {
    match target {
        Target::Github { .. } if permit.service == "graphql" => Some(Rate::a_minute(2000, 100)),
        Target::Github { .. } => Some(Rate::a_minute(900, 100)),
        Target::Aws { .. } => {
            operations::find(&permit.service, &permit.operation).and_then(|(_, o)| o.per_second).map(Rate::a_second)
        }
    }
}

fn verdict(target: &Target, raw: &Raw) -> Verdict {
    match target {
        Target::Github { .. } => classify::github(raw.status, &raw.headers, &raw.body),
        Target::Aws { lane: Lane::Credentials, .. } => classify::aws(raw.status, None),
        Target::Aws { .. } => {
            let code = classify::aws_code(raw.status, &raw.headers, &raw.body);
            classify::aws(raw.status, code.as_deref())
        }
    }
}

fn aws_code(target: &Target, permit: &Permit, raw: &Raw) -> Option<String> {
    match target {
        Target::Aws { .. } if permit.secrecy == Secrecy::Plain => {
            classify::aws_code(raw.status, &raw.headers, &raw.body)
        }
        _ => None,
    }
}

/// On the credentials lane even the path may be a secret.
fn public_url(ask: &Ask, permit: &Permit) -> String {
    let uri = ask.request.uri();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    match permit.secrecy {
        Secrecy::Credentials => bare(&without_path(uri)),
        _ => format!("{}{query}", bare(uri)),
    }
}

fn without_path(uri: &Uri) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(http::uri::PathAndQuery::from_static("/"));
    Uri::from_parts(parts).unwrap_or_default()
}

fn text_header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned()
}
