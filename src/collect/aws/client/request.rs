//! A call as a signed HTTP request, in the four protocols that the table names.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Call;
use crate::{collect::wire::Error, controls::operations::Protocol, evidence::path_segment};

const USER_AGENT: &str = concat!("ambit/", env!("CARGO_PKG_VERSION"));

pub(super) fn signed(
    call: &Call<'_>,
    endpoint: Option<&Uri>,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<Request<Bytes>, Error> {
    let mut request = built(call, endpoint)?;
    let unsignable = |e: &dyn std::error::Error| Error::Setup { why: format!("cannot sign: {e}") };
    let identity = credentials.clone().into();
    let mut settings = SigningSettings::default();
    if call.service.service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(call.region)
        .name(&call.service.service)
        .time(SystemTime::from(now))
        .settings(settings)
        .build()
        .map_err(|e| unsignable(&e))?
        .into();
    let (method, uri) = (request.method().to_string(), request.uri().to_string());
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let signable = SignableRequest::new(&method, uri, headers, SignableBody::Bytes(request.body()));
    let signature = sign(signable.map_err(|e| unsignable(&e))?, &params).map_err(|e| unsignable(&e))?;
    let signed: Vec<_> =
        signature.output().headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for (name, value) in signed {
        let mut value = HeaderValue::try_from(value).map_err(|e| unsignable(&e))?;
        value.set_sensitive(true);
        let name = http::HeaderName::try_from(name).map_err(|e| unsignable(&e))?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

fn built(call: &Call<'_>, endpoint: Option<&Uri>) -> Result<Request<Bytes>, Error> {
    let mut params = call.params.clone();
    if let (Some(name), Some(token)) = (call.operation.token_sent(), &call.page) {
        params.insert(name.to_owned(), token.as_str().into());
    }
    let mut host = call.service.host_of(call.operation, call.region);
    let mut builder = Request::builder().header(header::USER_AGENT, USER_AGENT);
    for (header, param) in &call.operation.headers {
        let value = params.remove(param).map(|value| text(&value)).unwrap_or_default();
        host = host.replace(&format!("{{{param}}}"), &path_segment(&value));
        builder = builder.header(header, value);
    }
    let base = match endpoint {
        Some(endpoint) => endpoint.to_string().trim_end_matches('/').to_owned(),
        None => format!("https://{host}"),
    };
    let request = match call.service.protocol {
        Protocol::Query => {
            let mut form = format!("Action={}&Version={}", call.operation.name, call.service.version);
            params.iter().for_each(|(name, value)| flatten(name, value, &mut form));
            builder
                .method("POST")
                .uri(format!("{base}/"))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.into())
        }
        Protocol::Json => builder
            .method("POST")
            .uri(format!("{base}/"))
            .header(header::CONTENT_TYPE, format!("application/x-amz-json-{}", call.service.version))
            .header("x-amz-target", format!("{}.{}", call.service.target, call.operation.name))
            .body(Value::Object(params).to_string().into()),
        Protocol::RestJson | Protocol::RestXml => {
            builder.method("GET").uri(format!("{base}{}", rest_path(call, params)?)).body(Bytes::new())
        }
    };
    request.map_err(|e| Error::Refused { what: call.operation.name.clone(), why: e.to_string() })
}

/// awsQuery's spelling: a list is `Name.member.1`, a structure `Name.Field`.
/// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>
fn flatten(name: &str, value: &Value, form: &mut String) {
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                flatten(&format!("{name}.member.{}", nth + 1), item, form);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                flatten(&format!("{name}.{member}"), value, form);
            }
        }
        other => form.push_str(&format!("&{}={}", path_segment(name), path_segment(&text(other)))),
    }
}

/// The template with its parameters, the fixed part of the query, and the rest of the parameters as the query.
fn rest_path(call: &Call<'_>, mut params: Map<String, Value>) -> Result<String, Error> {
    let (template, fixed) = call.operation.route();
    let mut path = Vec::new();
    for part in template.split('/') {
        match part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            None => path.push(part.to_owned()),
            Some(name) => {
                let value = params.remove(name).map(|value| text(&value)).filter(|text| !text.is_empty());
                let missing =
                    || Error::Refused { what: call.operation.name.clone(), why: format!("`{name}` is missing") };
                path.push(path_segment(&value.ok_or_else(missing)?));
            }
        }
    }
    let fixed = (!fixed.is_empty()).then(|| fixed.to_owned());
    let rest = params.iter().map(|(name, value)| format!("{}={}", path_segment(name), path_segment(&text(value))));
    let query: Vec<_> = fixed.into_iter().chain(rest).collect();
    let path = path.join("/");
    Ok(if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) })
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
