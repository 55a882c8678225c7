//! The AWS SDK on the wire. Its crates are built without an HTTP client of their own, so a client or a provider that is not
//! given this one cannot send at all. Answers to the credential chain never reach the store; those to the IAM client do.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextMut, dyn_dispatch_hint},
        orchestrator::{HttpRequest, HttpResponse, Metadata},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use http::{HeaderMap, Uri};
use http_body_util::BodyExt;

use crate::{
    collect::wire::{Ask, Error, Lane, Target, Wire},
    evidence::{Caller, Scope},
};

/// An HTTP client on one lane.
#[derive(Debug, Clone)]
pub(super) struct Http {
    pub wire: Wire,
    pub scope: Scope,
    pub caller: Caller,
    pub endpoint: Option<Uri>,
    pub lane: Lane,
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
        let operation = request.extension::<OperationName>().map(|name| name.0.clone());
        let (parts, body) = request.try_into_http1x().map_err(|e| odd(e.into()))?.into_parts();
        let body = body.collect().await.map_err(odd)?.to_bytes(); // `SdkBody::bytes` is none for a wrapped body
        let ask = Ask {
            scope: self.scope.clone(),
            caller: self.caller.clone(),
            target: Target::Aws { lane: self.lane, operation, endpoint: self.endpoint.clone() },
            attempt: attempt(&parts.headers),
            request: http::Request::from_parts(parts, body),
        };
        if self.lane == Lane::Evidence && ask.attempt == 1 {
            self.wire.begin_list(&ask)?;
        }
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

#[derive(Debug, Clone)]
struct OperationName(String);

/// Tells the wire what the SDK calls the operation; the wire checks it against the bytes.
#[derive(Debug)]
pub(super) struct NameTheOperation;

#[dyn_dispatch_hint]
impl Intercept for NameTheOperation {
    fn name(&self) -> &'static str {
        "NameTheOperation"
    }

    // Before transmit, so that it runs on every attempt: the SDK drops extensions when it retries.
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = bag.load::<Metadata>() {
            context.request_mut().add_extension(OperationName(metadata.name().to_owned()));
        }
        Ok(())
    }
}
