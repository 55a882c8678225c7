//! The one place that says what may leave this machine. What is not listed is refused, in every mode.

use bytes::Bytes;
use http::{Request, Uri};

use super::{Error, Target, aws_policy, github_policy};
use crate::evidence::Params;

/// What a permitted request is called, and what its answer may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Permit {
    pub service: String,
    pub region: String,
    pub operation: String,
    pub params: Params,
    /// The continuation token that it sends.
    pub page: Option<String>,
    /// Path and sorted query below the API's base.
    pub path: String,
    pub secrecy: Secrecy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// A plain read: keep the answer.
    Plain,
    /// JSON with a top-level `token`: keep the rest, because the granted permissions are evidence.
    Token,
    /// Credentials: keep only that it happened.
    Credentials,
}

/// Whether the request may be sent, and as what.
pub fn judge(target: &Target, request: &Request<Bytes>) -> Result<Permit, Error> {
    let refuse = |why: String| Error::Refused { what: format!("{} {}", request.method(), bare(request.uri())), why };
    if request.uri().path().split('/').any(|part| matches!(part, "." | "..")) {
        return Err(refuse("the path goes up".to_owned()));
    }
    if request.headers().contains_key("x-http-method-override") {
        return Err(refuse("the method is overridden".to_owned()));
    }
    match target {
        Target::Github { base, graphql } => github_policy::judge(base, graphql, request),
        Target::Aws { lane, operation, endpoint } => {
            aws_policy::judge(*lane, operation.as_deref(), endpoint.as_ref(), request)
        }
    }
    .map_err(refuse)
}

/// An address without user, password and query: fit for a message.
pub fn bare(uri: &Uri) -> String {
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    match uri.host() {
        Some(host) => format!("{}://{host}{port}{}", uri.scheme_str().unwrap_or("https"), uri.path()),
        None => uri.path().to_owned(),
    }
}

/// Same scheme, host and port; a default port that is spelled out is the same port.
pub fn same_origin(a: &Uri, b: &Uri) -> bool {
    let port = |uri: &Uri| uri.port_u16().or(if uri.scheme_str() == Some("http") { Some(80) } else { Some(443) });
    let host = |uri: &Uri| uri.host().map(str::to_ascii_lowercase);
    a.host().is_some() && (a.scheme(), host(a), port(a)) == (b.scheme(), host(b), port(b))
}

/// Plain http shows a credential to everyone on the way, so it may only go to this machine itself.
pub fn encrypted_or_loopback(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && is_loopback(uri))
}

/// Whether the host is this machine: pacing may be off, and plain http may be on.
pub fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
