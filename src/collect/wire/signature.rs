//! Service and Region as the SigV4 credential scope names them: the same for dummy credentials, FIPS hosts and a local
//! endpoint. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>

use http::Request;

pub(super) struct Scope<'a> {
    pub region: &'a str,
    pub service: &'a str,
}

/// `Credential=AKID/20261125/eu-west-1/rds/aws4_request` of the `Authorization` header.
pub(super) fn scope<T>(request: &Request<T>) -> Option<Scope<'_>> {
    let header = request.headers().get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (_, rest) = header.split_once("Credential=")?;
    let mut parts = rest.split([',', ' ']).next()?.split('/').skip(2);
    let (region, service, end) = (parts.next()?, parts.next()?, parts.next()?);
    (end == "aws4_request").then_some(Scope { region, service })
}
