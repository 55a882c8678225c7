//! From an event to a person, link by link.

use serde_json::json;

use super::*;
use crate::model::alert::{Alarm, Metric, Subscription, Topic};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarm";
const RULE: &str = r#"{"source":["aws.rds"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventName":[{"prefix":"Delete"}]}}"#;

fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, Vec::new())
}

fn denied<T>() -> Observed<T> {
    Observed::denied("aws", "some:Grant", Vec::new())
}

struct Scene {
    detection: Detection,
    trails: Observed<Vec<Trail>>,
}

/// A trail that logs writes of all Regions, a topic with one confirmed subscriber, and nothing that leads there.
fn scene() -> Scene {
    let trail = Trail {
        arn: Arn::new("arn:aws:cloudtrail:eu-west-1:123456789012:trail/main"),
        name: "main".to_owned(),
        home_region: Region::new("eu-west-1"),
        bucket: None,
        log_group: Some("trail".to_owned()),
        key: None,
        multi_region: true,
        organization: false,
        log_file_validation: true,
        global_events: true,
        logging: known(true),
        delivery_error: Observed::absent(Vec::new()),
        management_writes: known(true),
        data_events: known(Vec::new()),
        evidence: Vec::new(),
    };
    let subscription = Subscription { protocol: "email".to_owned(), confirmed: true };
    let topic = Topic { arn: Arn::new(TOPIC), subscriptions: known(vec![subscription]) };
    let detection = Detection {
        rules: known(Vec::new()),
        filters: known(Vec::new()),
        alarms: known(Vec::new()),
        topics: known(vec![topic]),
        trail_log_groups: known(vec!["trail".to_owned()]),
        detectors: known(Vec::new()),
        hubs: known(Vec::new()),
    };
    Scene { detection, trails: known(vec![trail]) }
}

impl Scene {
    fn rule(mut self, pattern: &str, target: &str) -> Scene {
        self.detection.rules = known(vec![EventRule {
            arn: Arn::new("arn:aws:events:eu-west-1:123456789012:rule/r"),
            name: "r".to_owned(),
            region: Region::new("eu-west-1"),
            enabled: true,
            pattern: Some(pattern.to_owned()),
            targets: known(vec![Arn::new(target)]),
            evidence: Vec::new(),
        }]);
        self
    }

    fn change(mut self, change: impl FnOnce(&mut Detection)) -> Scene {
        change(&mut self.detection);
        self
    }

    fn trail(mut self, change: impl FnOnce(&mut Trail)) -> Scene {
        let mut trail = self.trails.members()[0].clone();
        change(&mut trail);
        self.trails = known(vec![trail]);
        self
    }

    fn filter(self, group: &str, pattern: &str) -> Scene {
        let metric = Metric { namespace: "Audit".to_owned(), name: "Deleted".to_owned() };
        let filter = MetricFilter {
            name: "f".to_owned(),
            region: Region::new("eu-west-1"),
            log_group: group.to_owned(),
            pattern: pattern.to_owned(),
            metrics: vec![metric.clone()],
            evidence: Vec::new(),
        };
        let alarm = Alarm {
            arn: Arn::new("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a"),
            name: "a".to_owned(),
            region: Region::new("eu-west-1"),
            metric: Some(metric),
            actions_enabled: true,
            actions: vec![Arn::new(TOPIC)],
            evidence: Vec::new(),
        };
        self.change(|detection| {
            detection.filters = known(vec![filter]);
            detection.alarms = known(vec![alarm]);
        })
    }

    /// What becomes of the deletion of a database.
    fn outcome(&self) -> Outcome {
        self.of("rds:DeleteDBInstance")
    }

    fn of(&self, action: &str) -> Outcome {
        let rows = coverage(&self.detection, &self.trails, &[Region::new("eu-west-1")]);
        rows.into_iter().find(|row| row.action == action).unwrap().outcome
    }
}

#[test]
fn each_link_of_the_chain_decides() {
    use Outcome::{Covered, GoesNowhere, NotCovered, Unknown};
    let rule = || scene().rule(RULE, TOPIC);
    let subscribed = |subscriptions: Observed<Vec<Subscription>>| {
        rule().change(|d| d.topics = known(vec![Topic { arn: Arn::new(TOPIC), subscriptions }]))
    };
    let pending = Subscription { protocol: "email".to_owned(), confirmed: false };
    let edit = |change: fn(&mut EventRule)| {
        rule().change(|detection| {
            let mut rules = detection.rules.members().to_vec();
            rules.iter_mut().for_each(change);
            detection.rules = known(rules);
        })
    };
    for (name, scene, outcome) in [
        ("nothing", scene(), NotCovered),
        ("a rule and a subscriber", rule(), Covered),
        ("another event", scene().rule(r#"{"source":["aws.ec2"]}"#, TOPIC), NotCovered),
        ("a disabled rule", edit(|rule| rule.enabled = false), NotCovered),
        ("a rule of another Region", edit(|rule| rule.region = Region::new("us-west-2")), NotCovered),
        ("a schedule", edit(|rule| rule.pattern = None), NotCovered),
        ("a pattern that is no JSON", edit(|rule| rule.pattern = Some("{".to_owned())), Unknown),
        ("a rule without targets", edit(|rule| rule.targets = known(Vec::new())), GoesNowhere),
        ("targets unread", edit(|rule| rule.targets = denied()), Unknown),
        ("a log group", scene().rule(RULE, "arn:aws:logs:eu-west-1:123456789012:log-group:x"), GoesNowhere),
        ("a function", scene().rule(RULE, "arn:aws:lambda:eu-west-1:123456789012:function:f"), Unknown),
        ("a topic that was not seen", scene().rule(RULE, "arn:aws:sns:eu-west-1:999999999999:x"), Unknown),
        ("nobody confirmed", subscribed(known(vec![pending])), GoesNowhere),
        ("nobody subscribed", subscribed(known(Vec::new())), GoesNowhere),
        ("subscriptions unread", subscribed(denied()), Unknown),
        ("no trail", Scene { trails: known(Vec::new()), ..rule() }, GoesNowhere),
        ("trails unread", Scene { trails: denied(), ..rule() }, Unknown),
        ("the trail stands still", rule().trail(|trail| trail.logging = known(false)), GoesNowhere),
        ("the trail leaves writes out", rule().trail(|trail| trail.management_writes = known(false)), GoesNowhere),
        ("rules unread", scene().change(|d| d.rules = denied()), Unknown),
        ("filters unread, a rule covers", rule().change(|d| d.filters = denied()), Covered),
        ("a filter with an alarm", scene().filter("trail", "{ $.eventName = Delete* }"), Covered),
        ("a filter on other logs", scene().filter("app", "{ $.eventName = Delete* }"), NotCovered),
        ("a filter for something else", scene().filter("trail", "{ $.eventName = StopLogging }"), NotCovered),
        (
            "an alarm that is muted",
            scene().filter("trail", "{ $.eventName = Delete* }").change(|detection| {
                let mut alarms = detection.alarms.members().to_vec();
                alarms.iter_mut().for_each(|alarm| alarm.actions_enabled = false);
                detection.alarms = known(alarms);
            }),
            GoesNowhere,
        ),
    ] {
        assert_eq!(scene.outcome(), outcome, "{name}");
    }
}

#[test]
fn events_of_services_without_regions_arrive_in_one_place() {
    let iam = r#"{"source":["aws.iam"]}"#;
    assert_eq!(scene().rule(iam, TOPIC).of("iam:AttachRolePolicy"), Outcome::NotCovered, "the rule is in eu-west-1");
}

#[test]
fn an_unknown_names_what_would_settle_it() {
    let scene = scene().change(|detection| detection.rules = denied());
    let rows = coverage(&scene.detection, &scene.trails, &[Region::new("eu-west-1")]);
    assert_eq!(rows[0].gaps[0].needs.as_ref().unwrap().grant, "some:Grant");
}

/// Every watched event against patterns as people write them; the number of events that each takes.
#[test]
fn patterns_take_the_events_they_are_meant_for() {
    let region = Region::new("eu-west-1");
    let delete = |names: &[&str]| json!({ "detail": { "eventName": names } });
    for (pattern, taken) in [
        (json!({ "source": ["aws.rds"] }), 6),
        (json!({ "source": [{ "prefix": "aws." }] }), 28),
        (json!({ "source": ["aws.iam", "aws.kms"] }), 7),
        (json!({ "detail-type": ["AWS API Call via CloudTrail"] }), 28),
        (json!({ "detail-type": ["RDS DB Instance Event"] }), 0),
        (json!({ "detail": { "eventSource": ["rds.amazonaws.com"], "eventName": ["DeleteDBInstance"] } }), 1),
        (json!({ "detail": { "eventName": [{ "prefix": "Delete" }] } }), 12),
        (json!({ "detail": { "eventName": [{ "suffix": "Policy" }] } }), 5),
        (json!({ "detail": { "eventName": [{ "wildcard": "*Backup*" }] } }), 5),
        (json!({ "detail": { "eventName": [{ "anything-but": { "prefix": "Delete" } }] } }), 16),
        (json!({ "detail": { "eventName": [{ "equals-ignore-case": "stoplogging" }] } }), 1),
        (json!({ "detail": { "readOnly": [false] } }), 28),
        (json!({ "detail": { "readOnly": ["false"] } }), 0),
        (json!({ "detail": { "managementEvent": [true], "eventCategory": ["Management"] } }), 28),
        (json!({ "detail": { "errorCode": [{ "exists": false }] } }), 28),
        (json!({ "detail": { "errorCode": [{ "exists": true }] } }), 0),
        (json!({ "detail": { "userIdentity": { "type": ["AssumedRole"] } } }), 28),
        (json!({ "detail": { "userIdentity": { "type": ["Root"] } } }), 0),
        (json!({ "detail": { "requestParameters": { "bucketName": ["shop"] } } }), 4),
        (json!({ "detail": { "requestParameters": { "backupVaultName": [{ "exists": true }] } } }), 4),
        (json!({ "detail": { "sourceIPAddress": [{ "cidr": "192.0.2.0/24" }] } }), 28),
        (json!({ "$or": [{ "source": ["aws.s3"] }, { "detail": { "eventName": ["StopLogging"] } }] }), 5),
        (json!({ "account": ["123456789012"], "region": ["eu-west-1"] }), 28),
        (delete(&["PutBucketLifecycle"]), 1),
        (delete(&["PutLifecycleConfiguration"]), 0),
    ] {
        let events = WATCHED.iter().map(|event| event.envelope(&event.record(&region), &region));
        let hits = events.filter(|event| event_pattern::matches(&pattern, event) == Truth::True).count();
        assert_eq!(hits, taken, "{pattern}");
    }
}
