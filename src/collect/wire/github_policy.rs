//! What may be asked of GitHub: GET and HEAD below the configured base, GraphQL documents that hold queries only, and
//! the one POST that mints an installation token.

use apollo_parser::{Parser, cst};
use bytes::Bytes;
use http::{Method, Request, Uri};
use serde::Deserialize;
use serde_json::Value;

use super::policy::{Permit, Secrecy, encrypted_or_loopback, same_origin};
use crate::evidence::{Params, normal_path};

pub(super) fn judge(base: &Uri, graphql: &Uri, request: &Request<Bytes>) -> Result<Permit, String> {
    let uri = request.uri();
    // A `Link` or `Location` may name any host; a token must never follow it there.
    if !same_origin(uri, base) {
        return Err("it is not the configured GitHub host".to_owned());
    }
    if !encrypted_or_loopback(uri) {
        return Err("plain http is for this machine only".to_owned());
    }
    if request.method() == Method::POST && same_origin(uri, graphql) && uri.path() == graphql.path() {
        return query_only(request.body());
    }
    let path = below(base, uri).ok_or("it is not below the configured GitHub address")?;
    let permit = |operation: &str, secrecy| Permit {
        service: "rest".to_owned(),
        region: String::new(),
        operation: operation.to_owned(),
        params: Params::new(),
        page: None,
        path: path.clone(),
        secrecy,
    };
    match *request.method() {
        Method::GET | Method::HEAD => Ok(permit(request.method().as_str(), Secrecy::Plain)),
        Method::POST if is_token_mint(&path) => Ok(permit("mint installation token", Secrecy::Token)),
        _ => Err("it is not a read".to_owned()),
    }
}

/// Path and sorted query below the base, `/orgs/acme`: GitHub Enterprise Server lives under `/api/v3`, and records are
/// written without that.
pub fn below(base: &Uri, uri: &Uri) -> Option<String> {
    let prefix = base.path().trim_end_matches('/');
    let path = uri.path().strip_prefix(prefix).filter(|rest| rest.starts_with('/'))?;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(normal_path(&format!("{path}{query}")))
}

fn is_token_mint(path: &str) -> bool {
    path.strip_prefix("/app/installations/")
        .and_then(|rest| rest.strip_suffix("/access_tokens"))
        .is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    query: String,
    #[serde(default)]
    variables: Option<Params>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

/// Every operation in the document must be a query: `operationName` chooses among them at the server, so "the first one
/// is a query" proves nothing. A batch, a persisted query and an extension fail to parse here and are refused with it.
fn query_only(body: &[u8]) -> Result<Permit, String> {
    let document: Document =
        serde_json::from_slice(body).map_err(|e| format!("the GraphQL body is unreadable: {e}"))?;
    let tree = Parser::new(&document.query).recursion_limit(200).token_limit(100_000).parse();
    if let Some(error) = tree.errors().next() {
        return Err(format!("the GraphQL document does not parse: {}", error.message()));
    }
    let mut name = None;
    for definition in tree.document().definitions() {
        match definition {
            // A missing operation type is the shorthand `{ ... }`, which is a query.
            cst::Definition::OperationDefinition(operation)
                if operation.operation_type().is_none_or(|kind| kind.query_token().is_some()) =>
            {
                name = Some(operation.name().map_or_else(String::new, |name| name.text().to_string()));
            }
            cst::Definition::FragmentDefinition(_) => {}
            _ => return Err("the GraphQL document holds something other than queries".to_owned()),
        }
    }
    let name = name.ok_or("the GraphQL document holds no query")?;
    Ok(Permit {
        service: "graphql".to_owned(),
        region: String::new(),
        operation: document.operation_name.unwrap_or(name),
        params: document.variables.unwrap_or_default().into_iter().filter(|(_, value)| *value != Value::Null).collect(),
        page: None,
        path: "/graphql".to_owned(),
        secrecy: Secrecy::Plain,
    })
}
