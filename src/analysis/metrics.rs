//! The figures of `controls/metrics/`, each with its base, or with the reason why it is not determinable.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    analysis::{
        changes::incidents::Incidents,
        period::{Period, minutes_between},
        population::change::Change,
    },
    model::{observed::Observed, truth::Truth},
};

/// Days within which a revert counts against a change.
const REVERT_DAYS: i64 = 14;

/// One figure. `value` is absent where it is not determinable, and `base` says why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metric {
    pub id: &'static str,
    pub value: Option<f64>,
    /// `17 of 20 agent changes; 2 more not determinable`.
    pub base: String,
}

/// What the figures are worked out from.
pub struct Inputs<'a> {
    pub period: Period,
    pub changes: &'a [Change],
    /// Production deployments of the period; `None`: not all were read.
    pub deployments: Option<usize>,
    pub incidents: &'a Observed<Incidents>,
}

/// Every figure, in the order of their ids.
pub fn all(inputs: &Inputs<'_>) -> Vec<Metric> {
    let changes = inputs.changes;
    let (agents, people): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.kind.by_agent());
    let mut metrics = vec![
        share("share_by_agents", agents.len(), changes.len(), "merged changes"),
        approved(&agents),
        reverted("agent_changes_reverted", &agents, "agent changes"),
        reverted("human_changes_reverted", &people, "changes without an agent's mark"),
        detection(inputs.incidents, &inputs.period),
        with_agents(inputs.incidents, &inputs.period),
        deployments(inputs),
        median(
            "time_to_revert",
            changes.iter().filter_map(|c| minutes_between(&c.merged_at, c.reverted_at.as_ref()?)),
            "reverted changes",
        ),
        median("time_to_merge", changes.iter().filter_map(to_merge), "merged changes"),
        median("time_to_merge_by_agents", agents.iter().filter_map(|change| to_merge(change)), "agent changes"),
        median(
            "review_latency",
            changes.iter().filter_map(|c| minutes_between(&c.created_at, c.first_review_at.as_ref()?)),
            "changes reviewed before the merge",
        ),
        load(changes),
    ];
    metrics.sort_by_key(|metric| metric.id);
    metrics
}

fn to_merge(change: &Change) -> Option<i64> {
    minutes_between(&change.created_at, &change.merged_at)
}

fn share(id: &'static str, part: usize, of: usize, what: &str) -> Metric {
    let value = (of > 0).then(|| part as f64 / of as f64);
    Metric { id, value, base: format!("{part} of {of} {what}") }
}

fn approved(agents: &[&Change]) -> Metric {
    let count = |wanted: Truth| agents.iter().filter(|change| change.approved() == wanted).count();
    let (yes, untold) = (count(Truth::True), count(Truth::Unknown));
    let mut metric = share("agent_changes_approved", yes, agents.len() - untold, "agent changes");
    if untold > 0 {
        metric.base.push_str(&format!("; {untold} more not determinable"));
    }
    metric
}

fn reverted(id: &'static str, changes: &[&Change], what: &str) -> Metric {
    let soon = |change: &&&Change| {
        let after = change.reverted_at.as_ref().and_then(|at| minutes_between(&change.merged_at, at));
        after.is_some_and(|minutes| minutes <= REVERT_DAYS * 24 * 60)
    };
    share(id, changes.iter().filter(soon).count(), changes.len(), what)
}

fn unknown(id: &'static str, incidents: &Observed<Incidents>) -> Metric {
    let why = incidents.gap("incidents").map_or_else(String::new, |gap| gap.why);
    Metric { id, value: None, base: format!("not determinable: {why}") }
}

fn detection(incidents: &Observed<Incidents>, period: &Period) -> Metric {
    const ID: &str = "time_to_detect";
    let Some(list) = incidents.seen() else { return unknown(ID, incidents) };
    let inside: Vec<_> = list.all.iter().filter(|one| period.holds(&one.started_at)).collect();
    let times: Vec<i64> =
        inside.iter().filter_map(|one| minutes_between(&one.started_at, one.detected_at.as_ref()?)).collect();
    let base = format!("{} of {} incidents have a recorded alert", times.len(), inside.len());
    let value = (!times.is_empty()).then(|| times.iter().sum::<i64>() as f64 / times.len() as f64);
    Metric { id: ID, value, base }
}

fn with_agents(incidents: &Observed<Incidents>, period: &Period) -> Metric {
    const ID: &str = "incidents_with_agents";
    let Some(list) = incidents.seen() else { return unknown(ID, incidents) };
    let inside: Vec<_> = list.all.iter().filter(|one| period.holds(&one.started_at)).collect();
    let agents = inside.iter().filter(|one| one.agent.is_some()).count();
    Metric { id: ID, value: Some(agents as f64), base: format!("of {} incidents", inside.len()) }
}

fn deployments(inputs: &Inputs<'_>) -> Metric {
    const ID: &str = "deployments_a_week";
    match inputs.deployments {
        Some(count) => {
            let days = inputs.period.days();
            Metric { id: ID, value: Some(count as f64 * 7.0 / days as f64), base: format!("{count} in {days} days") }
        }
        None => Metric { id: ID, value: None, base: "not determinable: not all deployments were read".to_owned() },
    }
}

fn median(id: &'static str, values: impl Iterator<Item = i64>, what: &str) -> Metric {
    let mut values: Vec<i64> = values.collect();
    values.sort_unstable();
    let base = format!("{} {what}", values.len());
    let middle = values.len() / 2;
    let value = match (values.get(middle), values.len() % 2) {
        (Some(high), 0) => values.get(middle.saturating_sub(1)).map(|low| (low + high) as f64 / 2.0),
        (Some(one), _) => Some(*one as f64),
        (None, _) => None,
    };
    Metric { id, value, base }
}

fn load(changes: &[Change]) -> Metric {
    let mut by_login: BTreeMap<&str, usize> = BTreeMap::new();
    for signed in changes.iter().flat_map(|change| &change.signed) {
        *by_login.entry(signed.split(" (").next().unwrap_or_default()).or_default() += 1;
    }
    let total: usize = by_login.values().sum();
    let most = by_login.values().max().copied().unwrap_or_default();
    share("review_load", most, total, "approvals that stood on a final head")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::changes::incidents::Incident,
        controls::catalogue::{Catalogue, Overlay},
    };

    fn inputs(incidents: &Observed<Incidents>) -> Vec<Metric> {
        let period = Period::parse("2026-05-01", "2026-05-14").unwrap();
        all(&Inputs { period, changes: &[], deployments: Some(4), incidents })
    }

    fn value(metrics: &[Metric], id: &str) -> Option<f64> {
        metrics.iter().find(|metric| metric.id == id).unwrap().value
    }

    #[test]
    fn every_figure_has_its_text_and_every_text_its_figure() {
        let texts = Catalogue::load(&Overlay::default()).unwrap().metrics;
        let ids: Vec<&str> = texts.iter().map(|text| text.id.as_str()).collect();
        let metrics = inputs(&Observed::not_collected("none given"));
        assert_eq!(metrics.iter().map(|metric| metric.id).collect::<Vec<_>>(), ids);
    }

    #[test]
    fn what_is_not_recorded_is_not_determinable_and_never_zero() {
        let metrics = inputs(&Observed::not_collected("none given"));
        assert_eq!(value(&metrics, "time_to_detect"), None);
        assert_eq!(value(&metrics, "incidents_with_agents"), None);
        assert_eq!(value(&metrics, "agent_changes_approved"), None);
        assert_eq!(value(&metrics, "deployments_a_week"), Some(2.0));
        let incident = |id: &str, detected: Option<&str>| Incident {
            id: id.to_owned(),
            title: String::new(),
            started_at: "2026-05-02T10:00:00Z".to_owned(),
            detected_at: detected.map(str::to_owned),
            resolved_at: None,
            agent: Some("claude".to_owned()),
            change: None,
        };
        let silent = Observed::known(Incidents::new(vec![incident("i1", None)]), Vec::new());
        assert_eq!(value(&inputs(&silent), "time_to_detect"), None, "no alert is no zero");
        let told = vec![incident("i1", None), incident("i2", Some("2026-05-02T10:30:00Z"))];
        let told = inputs(&Observed::known(Incidents::new(told), Vec::new()));
        assert_eq!(value(&told, "time_to_detect"), Some(30.0));
        assert_eq!(value(&told, "incidents_with_agents"), Some(2.0));
    }

    #[test]
    fn a_median_is_the_middle_or_between_the_two() {
        let of = |values: &[i64]| median("x", values.iter().copied(), "things").value;
        assert_eq!((of(&[]), of(&[3]), of(&[9, 1]), of(&[9, 1, 2])), (None, Some(3.0), Some(5.0), Some(2.0)));
    }
}
