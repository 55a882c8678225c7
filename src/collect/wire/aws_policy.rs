//! What may be asked of AWS. The evidence lane: the operations of the table, and nothing else. The credentials lane: the
//! steps of the credential chain, whose answers are never kept.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Request, Uri};
use serde_json::Value;

use super::{
    Lane,
    policy::{Permit, Secrecy, encrypted_or_loopback, same_origin},
    signature,
};
use crate::{
    controls::operations::{self, Operation, Protocol, Service},
    evidence::{Params, normal_path},
};

/// Where AWS lives. Dual-stack hosts end in `.aws`; China and the isolated partitions have names of their own.
const SUFFIXES: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];

/// What the credential chain may call at STS.
const CREDENTIAL_CALLS: [&str; 3] = ["AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"];

pub(super) fn judge(
    lane: Lane,
    named: Option<&str>,
    endpoint: Option<&Uri>,
    request: &Request<Bytes>,
) -> Result<Permit, String> {
    match lane {
        Lane::Credentials => credentials(endpoint, request),
        Lane::Evidence => evidence(named, endpoint, request),
    }
}

fn evidence(named: Option<&str>, endpoint: Option<&Uri>, request: &Request<Bytes>) -> Result<Permit, String> {
    at_aws(endpoint, request.uri())?;
    let scope = signature::scope(request).ok_or("it is not signed, so its service is unknown")?;
    let service = operations::services().iter().find(|s| s.service == scope.service);
    let service = service.ok_or_else(|| format!("no operation of `{}` is on the list", scope.service))?;
    // The bytes are what the service obeys; the caller's name is only a label. Where both exist they must agree.
    let (operation, params) = match service.protocol {
        Protocol::Query => by_form(service, request)?,
        Protocol::Json => by_target(service, request)?,
        Protocol::RestJson | Protocol::RestXml => by_route(service, named, request)?,
    };
    if let Some(name) = named.filter(|name| *name != operation.name) {
        return Err(format!("the caller says {name}, the bytes say {}", operation.name));
    }
    let (params, page) = without_token(operation, params);
    Ok(Permit {
        service: scope.service.to_owned(),
        region: scope.region.to_owned(),
        operation: operation.name.clone(),
        params,
        page,
        path: normal_path(request.uri().path_and_query().map_or("/", |path| path.as_str())),
        secrecy: Secrecy::Plain,
    })
}

/// The configured endpoint and no other host; without one, AWS's own hosts over TLS.
fn at_aws(endpoint: Option<&Uri>, uri: &Uri) -> Result<(), String> {
    let host = uri.host().unwrap_or("");
    let known = match endpoint {
        Some(endpoint) => same_origin(endpoint, uri),
        None => SUFFIXES.iter().any(|suffix| host.ends_with(suffix)),
    };
    match known {
        false => Err("it is not an AWS host".to_owned()),
        true if !encrypted_or_loopback(uri) => Err("plain http is for this machine only".to_owned()),
        true => Ok(()),
    }
}

fn listed<'a>(service: &'a Service, name: &str) -> Result<&'a Operation, String> {
    let operation = service.operations.iter().find(|operation| operation.name == name);
    operation.ok_or_else(|| format!("`{} {name}` is not on the list of reads", service.service))
}

/// awsQuery and ec2Query: `Action=ListRoles&Version=...` in the body.
fn by_form<'a>(service: &'a Service, request: &Request<Bytes>) -> Result<(&'a Operation, Params), String> {
    if request.method() != Method::POST || request.uri().query().is_some() {
        return Err("a query-protocol call is a POST without a query".to_owned());
    }
    let mut params = form(request.body()).ok_or("its body is no form")?;
    let Some(Value::String(action)) = params.remove("Action") else { return Err("it names no action".to_owned()) };
    params.remove("Version");
    Ok((listed(service, &action)?, params))
}

/// The pairs of a form; `None` when a name stands twice, because then the service chooses and not the list.
fn form(body: &[u8]) -> Option<Params> {
    let mut params = Params::new();
    for pair in std::str::from_utf8(body).ok()?.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if params.insert(decoded(name), Value::from(decoded(value))).is_some() {
            return None;
        }
    }
    Some(params)
}

/// awsJson: the operation in `X-Amz-Target`, the parameters in the body.
fn by_target<'a>(service: &'a Service, request: &Request<Bytes>) -> Result<(&'a Operation, Params), String> {
    let mut targets = request.headers().get_all("x-amz-target").iter();
    let target = targets.next().and_then(|value| value.to_str().ok()).ok_or("it names no target")?;
    if request.method() != Method::POST || targets.next().is_some() || request.uri().path() != "/" {
        return Err("a JSON-protocol call is a POST to `/` with one target".to_owned());
    }
    let (prefix, name) = target.rsplit_once('.').ok_or("its target has no operation")?;
    if prefix != service.target {
        return Err(format!("`{prefix}` is not the target of `{}`", service.service));
    }
    let params = serde_json::from_slice(request.body()).map_err(|e| format!("its body is no JSON object: {e}"))?;
    Ok((listed(service, name)?, params))
}

/// REST: no name on the wire, so method and path have to fit the table's template.
fn by_route<'a>(
    service: &'a Service,
    named: Option<&str>,
    request: &Request<Bytes>,
) -> Result<(&'a Operation, Params), String> {
    if *request.method() != Method::GET || !request.body().is_empty() {
        return Err("it is not a GET without a body".to_owned());
    }
    let path = s3_path(service, request.uri());
    let query = request.uri().query().unwrap_or("");
    let fits = |operation: &'a Operation| Some((operation, routed(service, operation, &path, query)?));
    let mut matches = service.operations.iter().filter_map(fits);
    // Two S3 reads never fit one address, because the fixed part of the query tells them apart; a name settles the rest.
    matches.find(|(operation, _)| named.is_none_or(|name| name == operation.name)).ok_or_else(|| {
        format!(
            "no read of `{}` on the list has this path{}",
            service.service,
            named.map(|n| format!(" and the name {n}")).unwrap_or_default()
        )
    })
}

/// S3's bucket stands in the host (`bucket.s3.eu-west-1.amazonaws.com`) or in the path: here always in the path.
fn s3_path<'a>(service: &Service, uri: &'a Uri) -> Cow<'a, str> {
    match uri.host().and_then(|host| host.split_once(".s3.")) {
        Some((bucket, _)) if service.service == "s3" => format!("/{bucket}{}", uri.path().trim_end_matches('/')).into(),
        _ => uri.path().into(),
    }
}

fn routed(service: &Service, operation: &Operation, path: &str, query: &str) -> Option<Params> {
    let (template, fixed) = operation.route();
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    let mut params = Params::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => break,
            (Some(want), Some(give)) => match want.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !give.is_empty() => {
                    params.insert(name.to_owned(), Value::from(decoded(give)));
                }
                None if want == give => {}
                _ => return None,
            },
            _ => return None,
        }
    }
    let mut found = fixed.is_empty();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name == fixed {
            found = true;
            continue;
        }
        // S3 chooses the operation by the names in the query (`?acl`), so there only the page's own may stand.
        let page = operation.token_sent() == Some(name) || operation.page.contains_key(name);
        if service.protocol == Protocol::RestXml && !page {
            return None;
        }
        params.insert(decoded(name), Value::from(decoded(value)));
    }
    found.then_some(params)
}

fn without_token(operation: &Operation, mut params: Params) -> (Params, Option<String>) {
    let token = operation.token_sent().and_then(|name| params.remove(name));
    (params, token.map(|token| token.as_str().map_or_else(|| token.to_string(), str::to_owned)))
}

/// Instance and container metadata, STS, and the two REST calls of IAM Identity Center. These clients are built inside
/// aws-config, where nothing of ours can name the operation, so the route has to.
fn credentials(endpoint: Option<&Uri>, request: &Request<Bytes>) -> Result<Permit, String> {
    let uri = request.uri();
    let (host, path) = (uri.host().unwrap_or(""), uri.path());
    let aws = |start: &str| host.starts_with(start) && SUFFIXES.iter().any(|suffix| host.ends_with(suffix));
    let named = form(request.body()).and_then(|form| form.get("Action").and_then(Value::as_str).map(str::to_owned));
    let operation = match (request.method().as_str(), named) {
        ("POST", Some(call)) if CREDENTIAL_CALLS.contains(&call.as_str()) => {
            at_aws(endpoint, uri)?;
            call
        }
        // Link-local addresses of the machine's own host: the one place where plain http is AWS's design.
        ("GET" | "PUT", None)
            if matches!(host, "169.254.169.254" | "[fd00:ec2::254]") && path.starts_with("/latest/") =>
        {
            "instance credentials".to_owned()
        }
        ("GET", None) if matches!(host, "169.254.170.2" | "169.254.170.23" | "[fd00:ec2::23]") => {
            "container credentials".to_owned()
        }
        ("GET", None) if aws("portal.sso.") && path == "/federation/credentials" && encrypted_or_loopback(uri) => {
            "single sign-on credentials".to_owned()
        }
        ("POST", _) if aws("oidc.") && path == "/token" && encrypted_or_loopback(uri) => {
            "single sign-on token".to_owned()
        }
        _ => return Err("it is not a step of the credential chain".to_owned()),
    };
    Ok(Permit {
        service: "credentials".to_owned(),
        region: String::new(),
        operation,
        params: Params::new(),
        page: None,
        path: "/".to_owned(),
        secrecy: Secrecy::Credentials,
    })
}

/// A form's or an address's text: `+` for a space in forms is what both AWS protocols accept.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (digit(rest.next()), digit(rest.next())) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => b'%',
            },
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
