//! The SDK's credential chain on the wire. Its crates are built without an HTTP client of their own, so a provider that is
//! not given this one cannot send at all; and this one is on the credentials lane, whose answers never reach the store.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::body::SdkBody;
use http::{HeaderMap, Uri};
use http_body_util::BodyExt;

use crate::{
    collect::wire::{Ask, Error, Lane, Target, Wire},
    evidence::{Caller, Scope},
};

/// An HTTP client for the providers of the chain.
#[derive(Debug, Clone)]
pub(super) struct Http {
    pub wire: Wire,
    pub scope: Scope,
    pub caller: Caller,
    pub endpoint: Option<Uri>,
}

impl HttpClient for Http {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone()) // the wire has its own time-outs
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.exchange(request).await.map_err(connector_error) })
    }
}

impl Http {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let odd = |e: BoxError| Error::Setup { why: e.to_string() };
        let (parts, body) = request.try_into_http1x().map_err(|e| odd(e.into()))?.into_parts();
        let body = body.collect().await.map_err(odd)?.to_bytes(); // `SdkBody::bytes` is none for a wrapped body
        let ask = Ask {
            scope: self.scope.clone(),
            caller: self.caller.clone(),
            target: Target::Aws { lane: Lane::Credentials, operation: None, endpoint: self.endpoint.clone() },
            attempt: attempt(&parts.headers),
            request: http::Request::from_parts(parts, body),
        };
        let response = self.wire.send(ask).await?.response.map(SdkBody::from);
        HttpResponse::try_from(response).map_err(|e| odd(e.into()))
    }
}

/// The SDK counts its attempts in `amz-sdk-request: attempt=2; max=3`.
fn attempt(headers: &HeaderMap) -> u32 {
    let counted = headers.get("amz-sdk-request").and_then(|value| value.to_str().ok());
    let number = counted.and_then(|text| text.split(';').find_map(|part| part.trim().strip_prefix("attempt=")));
    number.and_then(|number| number.parse().ok()).unwrap_or(1)
}

/// The kind decides the SDK's retry: `io` and `timeout` are tried again, `user` never. A refusal must never be.
fn connector_error(error: Error) -> ConnectorError {
    match error {
        Error::NoAnswer { timeout: true, .. } => ConnectorError::timeout(error.into()),
        Error::NoAnswer { .. } => ConnectorError::io(error.into()),
        _ => ConnectorError::user(error.into()),
    }
}
