//! The key of a request: who asks and what is asked. Never when, with which token, or from which build.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::{Target, policy::Permit};
use crate::{
    base::{canonical, digest::Digest},
    evidence::{Key, Scope, normal_path},
};

/// Two accounts, two Regions, two buckets or two JSON-protocol operations behind one address never share a key.
pub(super) fn of(scope: &Scope, target: &Target, permit: &Permit, request: &Request<Bytes>) -> Key {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let uri = request.uri();
    let path = match target {
        // Below the base, so a recording made through another name of the host still answers.
        Target::Github { .. } => permit.path.clone(),
        Target::Aws { .. } => normal_path(uri.path_and_query().map_or("/", |path| path.as_str())),
    };
    let host = match permit.service.as_str() {
        "s3" | "s3control" => uri.host().unwrap_or(""), // bucket or account stands there
        _ => "",
    };
    let body = Digest::of(canonical_body(header("content-type"), request.body())).to_string();
    let parts: [&str; 10] = [
        "v1",
        scope.as_str(),
        &permit.service,
        &permit.region,
        host,
        request.method().as_str(),
        &path,
        header("accept"),
        header("x-amz-target"),
        &body,
    ];
    Key(Digest::of(canonical::bytes(&Value::from(parts.to_vec()))))
}

/// An update of an SDK may write the same parameters in another order.
fn canonical_body(content_type: &str, body: &[u8]) -> Vec<u8> {
    if content_type.starts_with("application/x-www-form-urlencoded") {
        let mut pairs: Vec<_> = body.split(|b| *b == b'&').collect();
        pairs.sort_unstable();
        return pairs.join(&b'&');
    }
    serde_json::from_slice(body).map_or_else(|_| body.to_vec(), |value| canonical::bytes(&value))
}
