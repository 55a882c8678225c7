//! GitHub in the test process: loopback only, hermetic, checked by GitHub's own OpenAPI description and GraphQL schema.
//!
//! It serves the scenario files of `tests/conformance` and answers the same self-test list as the fake there. Requests are
//! strict (an unknown parameter is a violation), answers are checked against the schema before they are sent, and a test
//! ends with [`Fake::assert_no_violations`].
//!
//! ```ignore
//! let fake = Fake::start(Scenario::reach().with("no-bypass"));
//! fake.deny("ghp_admin", "GET /orgs/{org}/installations", 403, Some("organization_administration=read"));
//! fake.fault(json!({"match": "/rulesets$", "status": 502, "times": 2}));
//! // ... drive the code under test against fake.url() with the token "ghp_admin" ...
//! assert_eq!(fake.calls("GET /orgs/{org}/installations"), 1);
//! fake.assert_no_violations();
//! ```

#![cfg(test)]

mod client;
mod contract;
mod core;
mod fault;
mod graphql;
mod http;
mod limits;
mod paging;
mod rules;
mod selftest;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

pub use self::core::Entry;
pub use self::state::{Identity, Scenario};

/// A running fake; it ends when dropped.
pub struct Fake {
    server: http::Server,
    core: Arc<Mutex<core::Core>>,
}

impl Scenario {
    /// The organisation `acme` of the conformance test.
    pub fn reach() -> Self {
        serde_json::from_str(include_str!("../../conformance/scenarios/reach.json")).unwrap()
    }

    /// With a named variant laid over it.
    pub fn with(mut self, variant: &str) -> Self {
        self.apply(variant);
        self
    }
}

impl Fake {
    pub fn start(scenario: Scenario) -> Self {
        let core = Arc::new(Mutex::new(core::Core::new(scenario)));
        let shared = Arc::clone(&core);
        let server = http::Server::start(Arc::new(move |request| shared.lock().unwrap().handle(request)));
        Self { server, core }
    }

    /// `http://127.0.0.1:PORT`, the value of `--github-api`.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.server.address, self.core().state.prefix)
    }

    /// Adds a token, or replaces what it may see. The scenario brings `ghp_admin`, `ghs_least` and `ghp_none`.
    pub fn identity(&self, token: &str, identity: Identity) {
        self.core().state.tokens.insert(token.to_owned(), identity);
    }

    /// Refuses an operation ("GET /orgs/{org}/installations", or its beginning and a star) to a token, before its other denials.
    pub fn deny(&self, token: &str, op: &str, status: u16, accepted: Option<&str>) {
        let accepted = accepted.map(str::to_owned);
        let denial = state::Denial { op: op.to_owned(), status, message: None, accepted };
        self.token(token, |identity| identity.deny.insert(0, denial));
    }

    /// Leaves fields out of the operation's answers, without a word.
    pub fn omit(&self, token: &str, op: &str, fields: &[&str]) {
        let fields = fields.iter().map(|f| (*f).to_owned()).collect();
        self.token(token, |identity| identity.omit.push(state::Omission { op: op.to_owned(), fields }));
    }

    /// Refuses a GraphQL field ("Repository.pullRequests") to a token: null with a FORBIDDEN error.
    pub fn deny_field(&self, token: &str, field: &str) {
        self.token(token, |identity| identity.deny_fields.push(field.to_owned()));
    }

    /// Makes a GraphQL field null for a token, without an error.
    pub fn null_field(&self, token: &str, field: &str) {
        self.token(token, |identity| identity.null_fields.push(field.to_owned()));
    }

    /// `{"match": regex on "METHOD path?query", "kind": "secondary" | "reset" | "truncate" or "status": n, "times": n, ...}`
    pub fn fault(&self, fault: Value) {
        self.core().faults.push(serde_json::from_value(fault).unwrap());
    }

    /// Changes one body; null removes it.
    pub fn patch(&self, path: &str, body: Value) {
        self.core().state.patch(path.to_owned(), body);
    }

    pub fn variant(&self, name: &str) {
        self.core().state.apply(name);
    }

    /// Moves the clock of the rate windows.
    pub fn advance(&self, by: Duration) {
        self.core().limits.now += by.as_secs();
    }

    /// Sets the requests an hour of a resource: `core`, `audit_log`.
    pub fn limit(&self, resource: &str, requests: u64) {
        self.core().limits.limits.insert(resource.to_owned(), requests);
    }

    /// Back to the scenario as it was started, with an empty log.
    pub fn reset(&self) {
        self.core().reset();
    }

    pub fn log(&self) -> Vec<Entry> {
        self.core().log.clone()
    }

    /// How often an operation was asked for.
    pub fn calls(&self, op: &str) -> usize {
        self.core().log.iter().filter(|entry| entry.op == op).count()
    }

    pub fn violations(&self) -> Vec<String> {
        self.core().log.iter().flat_map(|entry| entry.violations.clone()).collect()
    }

    pub fn assert_no_violations(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "requests that GitHub's description does not allow: {}", json!(violations));
    }

    fn core(&self) -> MutexGuard<'_, core::Core> {
        self.core.lock().unwrap()
    }

    fn token(&self, token: &str, change: impl FnOnce(&mut Identity)) {
        change(self.core().state.tokens.get_mut(token).unwrap_or_else(|| panic!("no token {token}")));
    }
}
