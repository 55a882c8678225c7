//! What an answer means before anybody reads it: an answer about the world, or "ask again", and why.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

/// Whether to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// An answer about the world, whatever it says.
    Settled,
    /// The hourly budget is used up: wait for its reset.
    BudgetSpent,
    /// Too fast: wait as told, or a minute and growing.
    TooFast,
    /// The service is unwell: wait a little and growing.
    Unwell,
    /// The signature's time or the session is stale: sign anew.
    Stale,
}

/// GitHub has three kinds of 403. "Resource not accessible" is a fact about the world; the two rate limits are not.
/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
pub fn github(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Verdict {
    match status.as_u16() {
        403 | 429 if headers.contains_key("retry-after") => Verdict::TooFast,
        403 | 429 if says(body, "secondary rate limit") || says(body, "abuse detection") => Verdict::TooFast,
        403 | 429 if says(body, "rate limit exceeded") => Verdict::BudgetSpent,
        429 if header(headers, "x-ratelimit-remaining") == Some("0") => Verdict::BudgetSpent,
        429 => Verdict::TooFast,
        408 | 500 | 502 | 503 | 504 => Verdict::Unwell,
        200 => graphql_errors(body),
        _ => Verdict::Settled,
    }
}

/// GraphQL reports a spent budget and its own time-outs with a 200.
fn graphql_errors(body: &[u8]) -> Verdict {
    if !body.starts_with(b"{") || !says(body, "\"errors\"") {
        return Verdict::Settled;
    }
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = answer.get("errors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let any = |field: &str, text: &str| {
        errors.iter().filter_map(|e| e.get(field)?.as_str()).any(|found| found.starts_with(text))
    };
    let nothing = answer.get("data").is_none_or(Value::is_null);
    match () {
        () if any("type", "RATE_LIMITED") || any("type", "RATE_LIMIT") => Verdict::BudgetSpent,
        () if nothing && any("message", "You have exceeded a secondary rate limit") => Verdict::TooFast,
        () if nothing && any("message", "Something went wrong while executing your query") => Verdict::Unwell,
        () => Verdict::Settled,
    }
}

/// How long the service asks to be left alone, in GitHub's order: `retry-after`, else the reset of a spent budget, else a
/// minute for the secondary limit. An answer that used the budget's last point asks for the reset, too.
/// <https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api>
pub fn told_to_wait(verdict: Verdict, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let number = |name| header(headers, name)?.parse::<i64>().ok();
    let seconds = |count: i64| Duration::from_secs(u64::try_from(count).unwrap_or(0));
    let spent = number("x-ratelimit-remaining") == Some(0);
    let until_reset = number("x-ratelimit-reset").map(|reset| seconds(reset.saturating_sub(now.as_second()) + 1));
    match (verdict, number("retry-after")) {
        (Verdict::Settled, _) if spent => until_reset,
        (Verdict::Settled | Verdict::Stale, _) => None,
        (_, Some(after)) => Some(seconds(after)),
        (Verdict::BudgetSpent, None) => Some(until_reset.unwrap_or(Duration::from_secs(60))),
        (Verdict::TooFast, None) if spent => until_reset,
        _ => None,
    }
}

/// The error codes that every AWS SDK tries again, and those that a fresh signature mends.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
pub fn aws(status: StatusCode, code: Option<&str>) -> Verdict {
    const TOO_FAST: [&str; 14] = [
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "SlowDown",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
    ];
    const UNWELL: [&str; 5] =
        ["RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure", "ServiceUnavailable"];
    const STALE: [&str; 5] =
        ["RequestTimeTooSkewed", "RequestExpired", "ExpiredToken", "ExpiredTokenException", "RequestInTheFuture"];
    let among = |list: &[&str]| code.is_some_and(|code| list.contains(&code));
    match status.as_u16() {
        200..=399 => Verdict::Settled,
        429 => Verdict::TooFast,
        _ if among(&TOO_FAST) => Verdict::TooFast,
        _ if among(&STALE) => Verdict::Stale,
        408 | 500 | 502 | 503 | 504 => Verdict::Unwell,
        _ if among(&UNWELL) => Verdict::Unwell,
        _ => Verdict::Settled,
    }
}

/// The error code of an AWS answer, in all protocols. `None` for a success, and for a page that is no AWS answer at all,
/// such as an HTML error page of something in between.
pub fn aws_code(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<String> {
    if status.is_success() || status.is_redirection() {
        return None;
    }
    if let Some(name) = header(headers, "x-amzn-errortype") {
        return Some(short(name));
    }
    if let Ok(answer) = serde_json::from_slice::<Value>(body) {
        let member = ["__type", "code", "Code"].iter().find_map(|name| answer.get(*name)?.as_str());
        return member.map(short);
    }
    let text = std::str::from_utf8(body).ok()?;
    let document = roxmltree::Document::parse(text).ok()?;
    let code = document.descendants().find(|node| node.tag_name().name() == "Code")?;
    code.text().map(short)
}

/// `aws.protocoltests#FooError:http://...` names `FooError`.
fn short(code: &str) -> String {
    let end = code.split(':').next().unwrap_or(code);
    end.rsplit('#').next().unwrap_or(end).trim().to_owned()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn says(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn three_kinds_of_403() {
        let judge = |status: u16, pairs: &[(&'static str, &'static str)], body: &str| {
            github(StatusCode::from_u16(status).unwrap(), &headers(pairs), body.as_bytes())
        };
        let spent = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")];
        let denied = r#"{"message":"Resource not accessible by integration"}"#;
        assert_eq!(judge(403, &[], denied), Verdict::Settled);
        assert_eq!(judge(403, &spent, denied), Verdict::Settled, "the last request of the hour may be a denial");
        assert_eq!(judge(403, &spent, r#"{"message":"API rate limit exceeded for user ID 1."}"#), Verdict::BudgetSpent);
        let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
        assert_eq!(judge(403, &[], secondary), Verdict::TooFast);
        assert_eq!(judge(403, &[("retry-after", "7")], "{}"), Verdict::TooFast);
        assert_eq!(judge(429, &spent, "{}"), Verdict::BudgetSpent);
        assert_eq!(judge(429, &[], "{}"), Verdict::TooFast);
        assert_eq!((judge(502, &[], ""), judge(404, &[], "{}")), (Verdict::Unwell, Verdict::Settled));
    }

    #[test]
    fn graphql_says_it_with_a_200() {
        let judge = |body: &str| github(StatusCode::OK, &HeaderMap::new(), body.as_bytes());
        assert_eq!(judge(r#"{"errors":[{"type":"RATE_LIMITED","message":"API rate limit"}]}"#), Verdict::BudgetSpent);
        assert_eq!(
            judge(r#"{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}"#),
            Verdict::Unwell
        );
        assert_eq!(judge(r#"{"data":{"a":1},"errors":[{"type":"FORBIDDEN","message":"no"}]}"#), Verdict::Settled);
        assert_eq!(judge(r#"{"body":"RATE_LIMITED \"errors\""}"#), Verdict::Settled);
    }

    #[test]
    fn aws_codes_in_every_protocol() {
        let code = |status: u16, pairs: &[(&'static str, &'static str)], body: &str| {
            aws_code(StatusCode::from_u16(status).unwrap(), &headers(pairs), body.as_bytes())
        };
        let xml =
            "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>Throttling</Code></Error></ErrorResponse>";
        assert_eq!(code(400, &[], xml).as_deref(), Some("Throttling"));
        assert_eq!(
            code(404, &[], "<Error><Code>NoSuchBucketPolicy</Code></Error>").as_deref(),
            Some("NoSuchBucketPolicy")
        );
        assert_eq!(
            code(400, &[], r#"{"__type":"com.amazonaws.kms#NotFoundException"}"#).as_deref(),
            Some("NotFoundException")
        );
        assert_eq!(
            code(400, &[("x-amzn-errortype", "AccessDeniedException:http://x")], "{}").as_deref(),
            Some("AccessDeniedException")
        );
        assert_eq!(code(500, &[], "<!doctype html><title>500</title>"), None, "moto's page for what it lacks");
        assert_eq!(code(200, &[], "<Code>Success</Code>"), None);
    }

    #[test]
    fn aws_throttles_denials_and_stale_signatures() {
        let judge = |status: u16, code: Option<&str>| aws(StatusCode::from_u16(status).unwrap(), code);
        assert_eq!(judge(400, Some("ThrottlingException")), Verdict::TooFast);
        assert_eq!(judge(503, Some("SlowDown")), Verdict::TooFast);
        assert_eq!(judge(403, Some("RequestTimeTooSkewed")), Verdict::Stale);
        assert_eq!(judge(403, Some("AccessDenied")), Verdict::Settled);
        assert_eq!(judge(404, None), Verdict::Settled);
        assert_eq!(judge(500, None), Verdict::Unwell);
    }
}
