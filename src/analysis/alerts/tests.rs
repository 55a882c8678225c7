//! From an event to a person, link by link.

use serde_json::{Value, json};

use super::*;
use crate::model::{
    access::Access,
    alert::{Alarm, Detection, Metric, Subscription, Topic},
    cloud::{DataStore, Recovery, StoreKind},
    logging::{DataEvents, Logging, Trail},
    recovery::Safeguards,
};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarm";
const RULE: &str = r#"{"source":["aws.rds"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventName":[{"prefix":"Delete"}]}}"#;

fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, Vec::new())
}

fn denied<T>() -> Observed<T> {
    Observed::denied("aws", "some:Grant", Vec::new())
}

fn database() -> DataStore {
    DataStore {
        arn: Arn::new("arn:aws:rds:eu-west-1:123456789012:db:shop"),
        kind: StoreKind::RdsInstance,
        engine: None,
        region: Region::new("eu-west-1"),
        name: "shop".to_owned(),
        tags: denied(),
        deletion_protection: denied(),
        recovery: Recovery {
            backup_days: denied(),
            point_in_time: denied(),
            versioning: denied(),
            object_lock: denied(),
            expires_days: denied(),
            replicas: denied(),
        },
        resource_policy: denied(),
        encrypted: denied(),
        key: denied(),
        public: denied(),
        evidence: Vec::new(),
    }
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

    /// An account with a database in eu-west-1 under this detection; nothing else was read.
    fn account(&self) -> CloudAccount {
        CloudAccount {
            scope: "prod".to_owned(),
            caller: denied(),
            principals: denied(),
            oidc_providers: denied(),
            membership: denied(),
            scps: denied(),
            rcps: denied(),
            access: Access { center: denied(), credentials: denied(), access_keys: denied(), uses: denied() },
            keys: denied(),
            logging: Logging {
                event_data_stores: denied(),
                invocations: denied(),
                log_groups: denied(),
                streams: denied(),
                lakes: denied(),
            },
            stores: known(vec![database()]),
            trails: self.trails.clone(),
            safeguards: Safeguards {
                copies: denied(),
                vaults: denied(),
                restores: denied(),
                plans: denied(),
                restore_tests: denied(),
            },
            detection: self.detection.clone(),
        }
    }

    /// What becomes of the deletion of a database.
    fn outcome(&self) -> Outcome {
        self.of("rds:DeleteDBInstance")
    }

    fn of(&self, action: &str) -> Outcome {
        let rows = coverage(&self.account());
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
fn an_action_is_asked_for_where_it_could_hit_something() {
    let rows = coverage(&scene().account());
    let of = |service: &str| rows.iter().filter(|row| row.action.starts_with(service)).count();
    assert_eq!((of("rds:"), of("dynamodb:"), of("backup:"), of("kms:"), of("iam:")), (6, 0, 0, 2, 5));
    assert!(rows.iter().all(|row| row.account == "prod"));
}

#[test]
fn a_data_event_arrives_only_where_a_trail_selects_it() {
    let everything = r#"{"detail-type":["AWS API Call via CloudTrail"]}"#;
    let selecting = |selected: Vec<DataEvents>| {
        let scene = scene().rule(everything, TOPIC).trail(|trail| trail.data_events = known(selected));
        let mut account = scene.account();
        let bucket = DataStore { arn: Arn::new("arn:aws:s3:::shop"), kind: StoreKind::S3Bucket, ..database() };
        account.stores = known(vec![bucket]);
        coverage(&account).into_iter().find(|row| row.action == "s3:DeleteObject").unwrap().outcome
    };
    let objects = |resources: &[&str], narrowed| DataEvents {
        resource_type: "AWS::S3::Object".to_owned(),
        reads: false,
        writes: true,
        resources: resources.iter().map(|arn| (*arn).to_owned()).collect(),
        narrowed,
    };
    assert_eq!(selecting(Vec::new()), Outcome::GoesNowhere);
    assert_eq!(selecting(vec![objects(&[], false)]), Outcome::Covered);
    assert_eq!(selecting(vec![objects(&["arn:aws:s3:::shop/"], false)]), Outcome::Covered);
    assert_eq!(selecting(vec![objects(&["arn:aws:s3"], false)]), Outcome::Covered);
    for other in ["arn:aws:s3:::other/", "arn:aws:s3:::sho/", "arn:aws:s3:::sho"] {
        assert_eq!(selecting(vec![objects(&[other], false)]), Outcome::GoesNowhere, "{other}");
    }
    assert_eq!(selecting(vec![objects(&[], true)]), Outcome::Unknown);
}

#[test]
fn an_unknown_names_what_would_settle_it() {
    let scene = scene().change(|detection| detection.rules = denied());
    let rows = coverage(&scene.account());
    assert_eq!(rows[0].gaps[0].needs.as_ref().unwrap().grant, "some:Grant");
}

/// A call as CloudTrail records it.
#[derive(Debug, serde::Deserialize)]
struct Sample {
    id: String,
    /// What EventBridge names its source.
    source: String,
    record: Value,
}

/// A rule's or filter's pattern with the samples that it takes.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    rule: Option<String>,
    filter: Option<String>,
    takes: Takes,
}

#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Takes {
    /// `all`.
    All(String),
    These(Vec<String>),
}

fn samples() -> Vec<Sample> {
    let lines = include_str!("../../../tests/data/alerts/events.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn patterns() -> Vec<Row> {
    yaml_serde::from_str(include_str!("../../../tests/data/alerts/patterns.yaml")).unwrap()
}

/// As a bus delivers it.
fn delivered(sample: &Sample) -> Value {
    json!({
        "version": "0",
        "id": sample.record["eventID"],
        "detail-type": "AWS API Call via CloudTrail",
        "source": sample.source,
        "account": sample.record["recipientAccountId"],
        "time": sample.record["eventTime"],
        "region": sample.record["awsRegion"],
        "resources": [],
        "detail": sample.record,
    })
}

#[test]
fn each_pattern_takes_the_samples_it_is_meant_for_and_no_other() {
    let (samples, patterns) = (samples(), patterns());
    assert_eq!((samples.len(), patterns.len()), (60, 25));
    for row in &patterns {
        for sample in &samples {
            let expected = match &row.takes {
                Takes::All(word) => word == "all",
                Takes::These(ids) => ids.contains(&sample.id),
            };
            let found = match (&row.rule, &row.filter) {
                (Some(rule), None) => event_pattern::matches(&serde_json::from_str(rule).unwrap(), &delivered(sample)),
                (None, Some(filter)) => metric_pattern::matches(filter, &sample.record),
                _ => panic!("{} is a rule or a filter", row.name),
            };
            assert_eq!(found, expected.into(), "{} on {}", row.name, sample.id);
        }
        if let Takes::These(ids) = &row.takes {
            let known = |id: &&String| samples.iter().any(|sample| sample.id == **id);
            assert_eq!(ids.iter().filter(known).count(), ids.len(), "{} names a sample that is not there", row.name);
        }
    }
}

/// Each watched event of ours has the source and the name of a sample written to the documented shape.
#[test]
fn watched_events_look_like_the_samples() {
    let samples = samples();
    let region = Region::new("eu-west-1");
    for event in &WATCHED {
        let ours = event.record(&region);
        let like = |sample: &&Sample| {
            sample.record["eventSource"] == ours["eventSource"] && sample.record["eventName"] == ours["eventName"]
        };
        let sample = samples.iter().find(like).unwrap_or_else(|| panic!("no sample of {}", event.action));
        let parameter = ours["requestParameters"].as_object().unwrap().keys().next().unwrap().clone();
        assert!(sample.record["requestParameters"].get(&parameter).is_some(), "{} has no {parameter}", event.action);
        assert_eq!(event.envelope(&ours, &region)["source"], *sample.source, "{}", event.action);
    }
}
