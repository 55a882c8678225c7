//! Injected faults, by a regular expression on "METHOD path?query".

use std::time::Duration;

use regex::Regex;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone, Deserialize)]
pub struct Fault {
    #[serde(rename = "match")]
    pattern: String,
    kind: Option<Kind>,
    status: Option<u16>,
    body: Option<Value>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// Seconds that a secondary limit asks to wait; absent: it does not say.
    retry_after: Option<u64>,
    /// The first of its calls that it breaks.
    #[serde(default = "one")]
    from: u32,
    /// How many it breaks.
    #[serde(default = "one")]
    times: u32,
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    seen: u32,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Secondary,
    Reset,
    Truncate,
}

fn one() -> u32 {
    1
}

/// What a fault does to a call.
pub enum Effect {
    Reset,
    Truncate,
    Answer {
        status: u16,
        body: Value,
        headers: Vec<(String, String)>,
    },
    /// Only the delay; the call goes on.
    None,
}

pub const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/// The first fault that is active on this call, with its delay. Faults behind it do not count the call.
pub fn next(faults: &mut [Fault], call: &str) -> Option<(Duration, Effect)> {
    for fault in faults {
        if !Regex::new(&fault.pattern).unwrap().is_match(call) {
            continue;
        }
        fault.seen += 1;
        if (fault.from..fault.from + fault.times).contains(&fault.seen) {
            return Some((Duration::from_millis(fault.delay_ms), fault.effect()));
        }
    }
    None
}

impl Fault {
    fn effect(&self) -> Effect {
        match (self.kind, self.status) {
            (Some(Kind::Reset), _) => Effect::Reset,
            (Some(Kind::Truncate), _) => Effect::Truncate,
            (Some(Kind::Secondary), status) => {
                let wait = self.retry_after.map(|s| ("retry-after".to_owned(), s.to_string()));
                let headers = self.headers.iter().cloned().chain(wait).collect();
                Effect::Answer { status: status.unwrap_or(403), body: json!({ "message": SECONDARY }), headers }
            }
            (None, Some(status)) => {
                let body = self.body.clone().unwrap_or_else(|| json!({ "message": format!("status {status}") }));
                Effect::Answer { status, body, headers: self.headers.clone() }
            }
            (None, None) => Effect::None,
        }
    }
}
