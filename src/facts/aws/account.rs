//! The calls of one account in one run.

use crate::{
    evidence::{Pages, RunLog, Scope},
    model::id::Region,
};

use super::answer::Answer;

/// Where services without Regions answer; what their requests are signed for.
///
/// Source: AWS General Reference, "Service endpoints and quotas" (global services of the `aws` partition).
pub(super) const GLOBAL: &str = "us-east-1";

/// One account's part of a run log.
pub(super) struct Account<'a> {
    pub log: &'a RunLog,
    pub scope: &'a Scope,
    /// The Regions that the run was to look at, the home Region first.
    pub regions: Vec<Region>,
}

impl<'a> Account<'a> {
    pub fn new(log: &'a RunLog, scope: &'a Scope) -> Account<'a> {
        let source = log.header().aws.iter().find(|source| source.scope == *scope);
        let regions = source.map(|source| source.regions.as_slice()).unwrap_or_default();
        Account { log, scope, regions: regions.iter().map(|region| Region::new(region.clone())).collect() }
    }

    /// The answer to the call whose parameters include `params`.
    pub fn ask(&self, service: &str, region: &str, operation: &str, params: &[(&str, &str)]) -> Answer {
        self.answer(service, operation, &self.log.call(self.scope, service, region, operation, params))
    }

    /// The answer of a service that has no Regions.
    pub fn ask_global(&self, service: &str, operation: &str, params: &[(&str, &str)]) -> Answer {
        self.ask(service, GLOBAL, operation, params)
    }

    pub fn answer(&self, service: &str, operation: &str, pages: &Pages<'_>) -> Answer {
        Answer::new(self.log, pages, super::coverage::grant(service, operation))
    }
}
