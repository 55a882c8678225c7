//! Primary rate limits: one window an hour for each token and resource, on a clock that only a test moves.

use std::collections::BTreeMap;

/// Where the clock starts: 2026-05-28T20:26:40Z.
pub const EPOCH: u64 = 1_780_000_000;

pub struct Limits {
    pub limits: BTreeMap<String, u64>,
    windows: BTreeMap<(String, String), Window>,
    pub now: u64,
}

#[derive(Clone)]
pub struct Window {
    pub used: u64,
    pub limit: u64,
    pub reset: u64,
    pub resource: String,
}

impl Limits {
    pub fn new() -> Self {
        let limits = [("core", 5000), ("graphql", 5000), ("audit_log", 1750), ("search", 30), ("anonymous", 60)];
        Self { limits: limits.map(|(k, v)| (k.to_owned(), v)).into(), windows: BTreeMap::new(), now: EPOCH }
    }

    pub fn window(&mut self, token: &str, resource: &str) -> &mut Window {
        let now = self.now;
        let limit = self.limits.get(resource).copied().unwrap_or(5000);
        let fresh = || Window { used: 0, limit, reset: now + 3600, resource: resource.to_owned() };
        let window = self.windows.entry((token.to_owned(), resource.to_owned())).or_insert_with(fresh);
        if window.reset <= now {
            *window = fresh();
        }
        window
    }
}

impl Window {
    pub fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    pub fn headers(&self) -> Vec<(String, String)> {
        let number = |name: &str, n: u64| (format!("x-ratelimit-{name}"), n.to_string());
        vec![
            number("limit", self.limit),
            number("remaining", self.remaining()),
            number("used", self.used),
            number("reset", self.reset),
            ("x-ratelimit-resource".to_owned(), self.resource.clone()),
        ]
    }
}
