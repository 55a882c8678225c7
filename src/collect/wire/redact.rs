//! What of an answer may be kept. Decided before anything is written.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use super::policy::Secrecy;

const GONE: &str = "[redacted]";

/// A body fit for the store.
#[derive(Debug, PartialEq)]
pub(super) struct Kept {
    /// `None`: nothing of it may be kept.
    pub body: Option<Bytes>,
    /// JSON pointers of what was taken out; the empty pointer is the whole body.
    pub redactions: Vec<String>,
}

pub(super) fn body(secrecy: Secrecy, body: &Bytes) -> Kept {
    let whole = || Kept { body: None, redactions: vec![String::new()] };
    let names: &[&str] = match secrecy {
        Secrecy::Credentials => return whole(),
        // Somebody else's half-secrets: a clone token in repository answers, signed links to file contents, what a delivery
        // stream of AWS shows its destination.
        Secrecy::Plain if !mentions_secret(body) => return Kept { body: Some(body.clone()), redactions: Vec::new() },
        Secrecy::Plain => &["temp_clone_token", "HECToken", "AttributeValue"],
        Secrecy::Token => &["token", "temp_clone_token"],
    };
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        // Not JSON: a file's text may well mention such names. But a token answer that we cannot read may hold anything.
        return if secrecy == Secrecy::Plain {
            Kept { body: Some(body.clone()), redactions: Vec::new() }
        } else {
            whole()
        };
    };
    let mut redactions = Vec::new();
    take_out(&mut value, names, "", &mut redactions);
    match redactions.is_empty() {
        true => Kept { body: Some(body.clone()), redactions },
        false => Kept { body: Some(value.to_string().into()), redactions },
    }
}

fn mentions_secret(body: &[u8]) -> bool {
    let has = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
    has("temp_clone_token") || has("HECToken") || has("CommonAttributes") || has("?token=") || has("&token=")
}

fn take_out(value: &mut Value, names: &[&str], pointer: &str, redactions: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (nth, item) in items.iter_mut().enumerate() {
                take_out(item, names, &format!("{pointer}/{nth}"), redactions);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                if names.contains(&name.as_str()) && member.as_str().is_some_and(|text| !text.is_empty()) {
                    *member = GONE.into();
                    redactions.push(pointer);
                } else {
                    take_out(member, names, &pointer, redactions);
                }
            }
        }
        Value::String(text) if text.starts_with("https://") => {
            let Some((address, query)) = text.split_once('?') else { return };
            if query.split('&').any(|pair| pair.starts_with("token=")) {
                *text = format!("{address}?{GONE}");
                redactions.push(pointer.to_owned());
            }
        }
        _ => {}
    }
}

/// A list of headers to keep, not of headers to drop: a new secret header is then no leak. `location` is not kept,
/// because a redirect to a file store carries a signature.
pub(super) fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    const KEPT: [&str; 19] = [
        "date",
        "etag",
        "last-modified",
        "link",
        "content-type",
        "retry-after",
        "deprecation",
        "sunset",
        "x-accepted-github-permissions",
        "x-accepted-oauth-scopes",
        "x-oauth-scopes",
        "x-github-request-id",
        "x-github-api-version-selected",
        "x-github-enterprise-version",
        "x-github-sso",
        "x-amzn-requestid",
        "x-amz-request-id",
        "x-amzn-errortype",
        "x-amz-bucket-region",
    ];
    headers
        .iter()
        .filter(|(name, _)| KEPT.contains(&name.as_str()) || name.as_str().starts_with("x-ratelimit-"))
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(secrecy: Secrecy, text: &'static str) -> (Option<String>, Vec<String>) {
        let kept = body(secrecy, &Bytes::from_static(text.as_bytes()));
        (kept.body.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()), kept.redactions)
    }

    #[test]
    fn a_minted_token_goes_and_its_permissions_stay() {
        let (text, redactions) = kept(Secrecy::Token, r#"{"token":"ghs_hush","permissions":{"contents":"read"}}"#);
        assert_eq!(text.unwrap(), r#"{"permissions":{"contents":"read"},"token":"[redacted]"}"#);
        assert_eq!(redactions, ["/token"]);
        assert_eq!(kept(Secrecy::Token, "token=ghs_hush"), (None, vec![String::new()]), "not what we expected");
        let refused = r#"{"message":"Not Found"}"#;
        assert_eq!(kept(Secrecy::Token, refused), (Some(refused.to_owned()), vec![]), "the reason is evidence");
    }

    #[test]
    fn credentials_are_never_kept_and_plain_bytes_stay_as_they_are() {
        assert_eq!(kept(Secrecy::Credentials, "<AccessKeyId>ASIA</AccessKeyId>"), (None, vec![String::new()]));
        let plain = r#"{ "token" : "a field of that name elsewhere", "n": 1.0 }"#;
        assert_eq!(kept(Secrecy::Plain, plain), (Some(plain.to_owned()), vec![]));
    }

    #[test]
    fn half_secrets_in_ordinary_answers_go() {
        let body = r#"[{"temp_clone_token":"hush1","a/b":{"download_url":"https://raw.example/x?a=1&token=hush2"}},{"temp_clone_token":""}]"#;
        let (text, redactions) = kept(Secrecy::Plain, body);
        assert!(!text.unwrap().contains("hush"));
        assert_eq!(redactions, ["/0/a~1b/download_url", "/0/temp_clone_token"]);
        let source = "a file that says temp_clone_token";
        assert_eq!(kept(Secrecy::Plain, source), (Some(source.to_owned()), vec![]));
    }

    #[test]
    fn headers_are_kept_by_list() {
        let mut all = HeaderMap::new();
        for name in ["etag", "set-cookie", "authorization", "location", "x-ratelimit-remaining", "x-amz-security-token"]
        {
            all.insert(name, "v".parse().unwrap());
        }
        assert_eq!(headers(&all).into_keys().collect::<Vec<_>>(), ["etag", "x-ratelimit-remaining"]);
    }
}
