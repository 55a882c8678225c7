//! Alert coverage: for each action that destroys data, removes its recovery or blinds the watch, whether an event of it
//! would reach somebody.

pub mod event_pattern;
mod events;
pub mod metric_pattern;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    alert::{Detection, EventRule, MetricFilter},
    id::{Arn, EvidenceId, Region},
    logging::Trail,
    observed::{Gap, Observed},
    truth::Truth,
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

/// One action in one Region.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// `rds:DeleteDBInstance`.
    pub action: &'static str,
    pub region: Region,
    pub outcome: Outcome,
    /// The rules and filters that take the event, by name.
    pub by: Vec<String>,
    pub evidence: Vec<EvidenceId>,
    /// What was not read and would settle an unknown.
    pub gaps: Vec<Gap>,
}

/// Every watched action in each Region; the events of services without Regions arrive in us-east-1 alone.
pub fn coverage(detection: &Detection, trails: &Observed<Vec<Trail>>, regions: &[Region]) -> Vec<Coverage> {
    let global = Region::new("us-east-1");
    let watch = Watch { detection, trails };
    let rows = WATCHED.iter().flat_map(|event| match event.global {
        true => vec![watch.judge(event, &global)],
        false => regions.iter().map(|region| watch.judge(event, region)).collect(),
    });
    rows.collect()
}

struct Watch<'a> {
    detection: &'a Detection,
    trails: &'a Observed<Vec<Trail>>,
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
        let rules = self.detection.rules.members().iter().filter(|rule| rule.region == *region);
        let taken: Vec<Taken<'_>> = rules
            .map(|rule| self.by_rule(rule, &event.envelope(&told, region)))
            .chain(self.detection.filters.members().iter().map(|filter| self.by_filter(filter, &told)))
            .filter(|taken| taken.takes != Truth::False)
            .collect();
        let reached = Truth::any(taken.iter().map(|taken| taken.takes.and(taken.arrives)));
        let delivered = self.delivered(region);
        let reached = delivered.and(if self.read() { reached } else { reached.or(Truth::Unknown) });
        let outcome = match reached {
            Truth::True => Outcome::Covered,
            Truth::Unknown => Outcome::Unknown,
            Truth::False if taken.iter().any(|taken| taken.takes == Truth::True) => Outcome::GoesNowhere,
            Truth::False => Outcome::NotCovered,
        };
        Coverage {
            action: event.action,
            region: region.clone(),
            outcome,
            by: taken.iter().map(|taken| taken.name.to_owned()).collect(),
            evidence: taken.iter().flat_map(|taken| taken.evidence.to_vec()).collect(),
            gaps: if outcome == Outcome::Unknown { self.gaps() } else { Vec::new() },
        }
    }

    /// Both ways start at a trail: without one that logs management writes, EventBridge gets no "AWS API Call via
    /// CloudTrail" ("Events from AWS services delivered via CloudTrail", EventBridge User Guide).
    fn delivered(&self, region: &Region) -> Truth {
        self.trails.any(|trail| {
            let here = Truth::from(trail.multi_region || trail.home_region == *region);
            let on = |reading: &Observed<bool>| reading.holds(Truth::False, |on| (*on).into());
            here.and(on(&trail.logging)).and(on(&trail.management_writes))
        })
    }

    fn read(&self) -> bool {
        self.detection.rules.is_whole() && self.detection.filters.is_whole()
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
        let fed = self.detection.trail_log_groups.any(|name| (*name == filter.log_group).into());
        let takes = fed.and(metric_pattern::matches(&filter.pattern, record));
        let arrives = self.detection.alarms.any(|alarm| {
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
        let topics = &self.detection.topics;
        match topics.members().iter().find(|topic| topic.arn == *arn) {
            Some(topic) => topic.subscriptions.any(|subscription| subscription.confirmed.into()),
            // Of another account or Region that was not looked at, or deleted: not told apart here.
            None => Truth::Unknown,
        }
    }

    fn gaps(&self) -> Vec<Gap> {
        let detection = self.detection;
        [
            self.trails.gap("trails"),
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
