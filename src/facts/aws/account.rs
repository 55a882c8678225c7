//! The calls of one account in one run.

use serde_json::Value;

use crate::{
    controls::operations,
    evidence::{Pages, Record, RunLog, Scope},
    model::{
        id::{EvidenceId, Region},
        observed::Observed,
    },
};

use super::{
    answer::{Answer, End},
    fields::{items, text},
    join,
};

/// A Region's name, in the header of a run, that stands for all Regions that the account has enabled.
pub const ENABLED_REGIONS: &str = "enabled";

/// Reads one member of a list; `None` leaves it out.
pub(super) type Lower<'a, T> = &'a dyn Fn(&Value, &Region, &[EvidenceId]) -> Result<Option<T>, String>;

/// One account's part of a run log.
pub(super) struct Account<'a> {
    pub log: &'a RunLog,
    pub scope: &'a Scope,
    /// The Regions that the run was to look at, the home Region first.
    pub regions: Vec<Region>,
    /// Why there may be further Regions, where they could not be listed.
    pub unlisted: Option<Answer>,
}

impl<'a> Account<'a> {
    pub fn new(log: &'a RunLog, scope: &'a Scope) -> Account<'a> {
        let source = log.header().aws.iter().find(|source| source.scope == *scope);
        let regions = source.map(|source| source.regions.as_slice()).unwrap_or_default();
        let named = regions.iter().filter(|region| *region != ENABLED_REGIONS);
        let regions = named.map(|region| Region::new(region.clone())).collect();
        let mut account = Account { log, scope, regions, unlisted: None };
        account.find_regions();
        account
    }

    /// EC2 "DescribeRegions" names the enabled Regions, where a run was to look at all of them.
    fn find_regions(&mut self) {
        let listed = self.ask("ec2", self.home(), "DescribeRegions", &[]);
        let named = listed.pages.iter().flat_map(|page| items(page, "regionInfo"));
        for region in named.filter_map(|region| text(region, "regionName")).map(Region::new) {
            if !self.regions.contains(&region) {
                self.regions.push(region);
            }
        }
        if !listed.evidence.is_empty() && listed.end != End::Whole {
            self.unlisted = Some(listed);
        }
    }

    /// The last attempt to assume this account's role, if it failed.
    pub fn refused_role(&self) -> Option<&'a Record> {
        let attempts = self.log.records().iter().filter(|record| record.scope == *self.scope);
        attempts.rev().find(|record| record.operation == "AssumeRole").filter(|record| !record.granted())
    }

    /// The Region that answers for the account as a whole.
    pub fn home(&self) -> &str {
        self.regions.first().map_or("us-east-1", Region::as_str)
    }

    /// One list over all Regions; incomplete where the Regions themselves could not be listed.
    pub fn by_region<T>(&self, list: impl Fn(&Region) -> Vec<Observed<Vec<T>>>) -> Observed<Vec<T>> {
        let mut parts: Vec<_> = self.regions.iter().flat_map(list).collect();
        parts.extend(self.unlisted.as_ref().map(Answer::nothing));
        join::lists(parts)
    }

    /// The members of a list that one operation answers in each Region, as `lower` reads them.
    pub fn list<T>(&self, service: &str, operation: &str, list: &str, lower: Lower<'_, T>) -> Observed<Vec<T>> {
        self.by_region(|region| {
            let asked = self.ask(service, region.as_str(), operation, &[]);
            let members = asked.read(|pages| {
                let found = pages.iter().flat_map(|page| items(page, list));
                found.filter_map(|body| lower(body, region, &asked.evidence).transpose()).collect()
            });
            vec![members]
        })
    }

    /// The answer to the call whose parameters include `params`. A service without Regions answers for all of them.
    pub fn ask(&self, service: &str, region: &str, operation: &str, params: &[(&str, &str)]) -> Answer {
        let signed = operations::find(service, operation).map_or(region, |(service, _)| service.signing_region(region));
        self.answer(service, operation, &self.log.call(self.scope, service, signed, operation, params))
    }

    /// As [`Account::ask`], in the home Region.
    pub fn ask_home(&self, service: &str, operation: &str, params: &[(&str, &str)]) -> Answer {
        self.ask(service, self.home(), operation, params)
    }

    pub fn answer(&self, service: &str, operation: &str, pages: &Pages<'_>) -> Answer {
        Answer::new(self.log, pages, super::coverage::grant(service, operation))
    }
}
