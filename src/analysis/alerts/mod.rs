//! Alert coverage: for each action that destroys data, removes its recovery or blinds the watch, whether an event of it
//! would reach somebody.

pub mod event_pattern;
mod events;
pub mod metric_pattern;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    alert::{EventRule, MetricFilter},
    cloud::DataStore,
    id::{Arn, EvidenceId, Region},
    logging::DataEvents,
    observed::{Gap, Observed},
    truth::Truth,
    world::CloudAccount,
};

pub use events::{Event, WATCHED};

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A rule or filter takes it and a confirmed subscriber gets it.
    Covered,
    /// Something takes it, and nobody gets it.
    GoesNowhere,
    NotCovered,
    /// It hangs on something that was not read or cannot be followed.
    Unknown,
}

/// One action in one Region of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Coverage {
    /// The configured name of the account.
    pub account: String,
    /// `rds:DeleteDBInstance`.
    pub action: String,
    pub region: Region,
    pub outcome: Outcome,
    /// The rules and filters that take the event, by name.
    pub by: Vec<String>,
    pub evidence: Vec<EvidenceId>,
    /// What was not read and would settle an unknown.
    pub gaps: Vec<Gap>,
}

/// Every watched action in each Region where there is something that it could hit; the events of services without Regions
/// arrive in us-east-1 alone.
pub fn coverage(account: &CloudAccount) -> Vec<Coverage> {
    let global = Region::new("us-east-1");
    let watch = Watch { account };
    let rows = WATCHED.iter().flat_map(|event| match event.global {
        true => vec![watch.judge(event, &global)],
        false => regions(account, event.service()).iter().map(|region| watch.judge(event, region)).collect(),
    });
    rows.collect()
}

/// Where the account holds something of a service.
fn regions(account: &CloudAccount, service: &str) -> BTreeSet<Region> {
    let stores = account.stores.members().iter();
    match service {
        "backup" => account.safeguards.vaults.members().iter().map(|vault| vault.region.clone()).collect(),
        "cloudtrail" => account.trails.members().iter().map(|trail| trail.home_region.clone()).collect(),
        // A key encrypts what lies in its Region.
        "kms" => stores.map(|store| store.region.clone()).collect(),
        _ => stores.filter(|store| store.arn.service() == service).map(|store| store.region.clone()).collect(),
    }
}

struct Watch<'a> {
    account: &'a CloudAccount,
}

/// One rule or filter over one event.
struct Taken<'a> {
    name: &'a str,
    takes: Truth,
    arrives: Truth,
    evidence: &'a [EvidenceId],
}

impl Watch<'_> {
    fn judge(&self, event: &Event, region: &Region) -> Coverage {
        let told = event.record(region);
        let rules = self.account.detection.rules.members().iter().filter(|rule| rule.region == *region);
        let taken: Vec<Taken<'_>> = rules
            .map(|rule| self.by_rule(rule, &event.envelope(&told, region)))
            .chain(self.account.detection.filters.members().iter().map(|filter| self.by_filter(filter, &told)))
            .filter(|taken| taken.takes != Truth::False)
            .collect();
        let reached = Truth::any(taken.iter().map(|taken| taken.takes.and(taken.arrives)));
        let delivered = self.delivered(event, region);
        let reached = delivered.and(if self.read() { reached } else { reached.or(Truth::Unknown) });
        let outcome = match reached {
            Truth::True => Outcome::Covered,
            Truth::Unknown => Outcome::Unknown,
            Truth::False if taken.iter().any(|taken| taken.takes == Truth::True) => Outcome::GoesNowhere,
            Truth::False => Outcome::NotCovered,
        };
        Coverage {
            account: self.account.scope.clone(),
            action: event.action.to_owned(),
            region: region.clone(),
            outcome,
            by: taken.iter().map(|taken| taken.name.to_owned()).collect(),
            evidence: taken.iter().flat_map(|taken| taken.evidence.to_vec()).collect(),
            gaps: if outcome == Outcome::Unknown { self.gaps() } else { Vec::new() },
        }
    }

    /// Both ways start at a trail: without one that logs management writes, EventBridge gets no "AWS API Call via
    /// CloudTrail" ("Events from AWS services delivered via CloudTrail", EventBridge User Guide).
    fn delivered(&self, event: &Event, region: &Region) -> Truth {
        self.account.trails.any(|trail| {
            let here = Truth::from(trail.multi_region || trail.home_region == *region);
            let on = |reading: &Observed<bool>| reading.holds(Truth::False, |on| (*on).into());
            let selects = match event.data {
                None => on(&trail.management_writes),
                Some(kind) => trail.data_events.any(|selected| self.selects(selected, kind, event.service(), region)),
            };
            here.and(on(&trail.logging)).and(selects)
        })
    }

    /// Whether a selector takes in writes to every store of a service in a Region.
    fn selects(&self, selected: &DataEvents, kind: &str, service: &str, region: &Region) -> Truth {
        if selected.resource_type != kind || !selected.writes {
            return Truth::False;
        }
        let taken = |store: &DataStore| {
            selected.resources.is_empty() || selected.resources.iter().any(|head| begins(head, store))
        };
        let mut stores = self
            .account
            .stores
            .members()
            .iter()
            .filter(|store| store.arn.service() == service && store.region == *region);
        match (stores.all(taken), selected.narrowed) {
            (false, _) => Truth::False,
            (true, true) => Truth::Unknown,
            (true, false) => Truth::True,
        }
    }

    fn read(&self) -> bool {
        self.account.detection.rules.is_whole() && self.account.detection.filters.is_whole()
    }

    fn by_rule<'a>(&'a self, rule: &'a EventRule, envelope: &Value) -> Taken<'a> {
        let pattern = rule.pattern.as_deref().filter(|_| rule.enabled);
        let takes = pattern.map_or(Truth::False, |pattern| match serde_json::from_str::<Value>(pattern) {
            Ok(pattern) => event_pattern::matches(&pattern, envelope),
            Err(_) => Truth::Unknown,
        });
        let arrives = rule.targets.any(|target| self.arrives(target));
        Taken { name: &rule.name, takes, arrives, evidence: &rule.evidence }
    }

    /// A filter needs a trail that fills its log group, and an alarm on one of its metrics that tells somebody.
    fn by_filter<'a>(&'a self, filter: &'a MetricFilter, record: &Value) -> Taken<'a> {
        let fed = self.account.detection.trail_log_groups.any(|name| (*name == filter.log_group).into());
        let takes = fed.and(metric_pattern::matches(&filter.pattern, record));
        let arrives = self.account.detection.alarms.any(|alarm| {
            let ours =
                alarm.region == filter.region && alarm.metric.as_ref().is_some_and(|m| filter.metrics.contains(m));
            let tells = Truth::any(alarm.actions.iter().map(|action| self.arrives(action)));
            Truth::from(ours && alarm.actions_enabled).and(tells)
        });
        Taken { name: &filter.name, takes, arrives, evidence: &filter.evidence }
    }

    /// Whether what arrives at a target is told to somebody. A log group tells nobody. What a function, a queue or another
    /// bus does with it cannot be seen here.
    fn arrives(&self, target: &Arn) -> Truth {
        match target.service() {
            "sns" => self.topic(target),
            "logs" => Truth::False,
            _ => Truth::Unknown,
        }
    }

    fn topic(&self, arn: &Arn) -> Truth {
        let topics = &self.account.detection.topics;
        match topics.members().iter().find(|topic| topic.arn == *arn) {
            Some(topic) => topic.subscriptions.any(|subscription| subscription.confirmed.into()),
            // Of another account or Region that was not looked at, or deleted: not told apart here.
            None => Truth::Unknown,
        }
    }

    fn gaps(&self) -> Vec<Gap> {
        let detection = &self.account.detection;
        [
            self.account.trails.gap("trails"),
            detection.rules.gap("event rules"),
            detection.filters.gap("metric filters"),
            detection.alarms.gap("alarms"),
            detection.topics.gap("topics"),
        ]
        .into_iter()
        .flatten()
        .chain(
            detection
                .rules
                .members()
                .iter()
                .filter_map(|rule| rule.targets.gap(format!("targets of rule {}", rule.name))),
        )
        .chain(
            detection
                .topics
                .members()
                .iter()
                .filter_map(|t| t.subscriptions.gap(format!("subscriptions of {}", t.arn))),
        )
        .collect()
    }
}

/// Whether what a selector names, an ARN or the beginning of one, takes in all of a store: `arn:aws:s3:::shop/`,
/// `arn:aws:s3` for every bucket.
fn begins(head: &str, store: &DataStore) -> bool {
    let arn = store.arn.as_str();
    let whole_part = head.ends_with(['/', ':']) || head.matches(':').count() < 5;
    head == arn || (whole_part && format!("{arn}/").starts_with(head))
}
