//! The embedded tables: whole, sorted, and agreeing with each other.

use std::collections::BTreeMap;

use ambit::{
    iam::{
        actions::{self, Curated},
        escalation::{self, Kind},
    },
    model::action::ActionClass,
};

#[test]
fn the_table_is_whole_and_every_action_is_found() {
    let table = actions::table();
    assert_eq!(table.len(), 22_091);
    assert_eq!(table.services().len(), 456);
    assert_eq!(actions::data_date(), "2026-09-26");
    for id in table.ids() {
        assert_eq!(table.find(&table.action(id).lower), Some(id), "{}", table.action(id).name);
    }
    assert!(std::fs::metadata("controls/aws/actions.bin").unwrap().len() < 400_000);
}

#[test]
fn classes_count_as_when_the_rule_was_made() {
    let mut counts: BTreeMap<ActionClass, usize> = BTreeMap::new();
    let table = actions::table();
    table.ids().for_each(|id| *counts.entry(table.action(id).class).or_default() += 1);
    let expected = [
        (ActionClass::List, 3_719),
        (ActionClass::Read, 5_871),
        (ActionClass::Write, 7_810),
        (ActionClass::Destroy, 2_590),
        (ActionClass::Disrupt, 957),
        (ActionClass::Tag, 719),
        (ActionClass::Permissions, 425),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn well_known_actions_have_their_class() {
    for (action, class) in [
        ("s3:DeleteObject", ActionClass::Destroy),
        ("ec2:TerminateInstances", ActionClass::Destroy),
        ("rds:DeleteDBInstance", ActionClass::Destroy),
        ("ec2:StopInstances", ActionClass::Disrupt),
        ("ec2:DescribeInstances", ActionClass::List),
        ("s3:GetObject", ActionClass::Read),
        ("iam:AttachRolePolicy", ActionClass::Permissions),
        ("ec2:CreateTags", ActionClass::Tag),
        ("kms:DisableKeyRotation", ActionClass::Disrupt),
    ] {
        assert_eq!(actions::class_of(action), Some(class), "{action}");
    }
    assert_eq!(actions::class_of("s3:NoSuchThing"), None);
    assert_eq!(actions::classes_of("s3:PutObject"), [ActionClass::Write, ActionClass::Destroy]);
    assert!(actions::classes_of("s3:PutBucketVersioning").contains(&ActionClass::RemovesRecovery));
    assert!(actions::works_on_no_resource("ec2:describeinstances"));
    assert!(!actions::works_on_no_resource("ec2:terminateinstances"));
}

#[test]
fn curated_and_escalation_actions_exist() {
    let table = actions::table();
    let unknown: Vec<&str> = Curated::get().actions().filter(|action| table.find(action).is_none()).collect();
    assert!(unknown.is_empty(), "curated: {unknown:?}");
    assert!(Curated::get().actions().count() > 100);
    let steps = escalation::paths().iter().flat_map(|path| &path.variants).flatten();
    let missing: Vec<&str> =
        steps.map(|step| step.action.as_str()).filter(|a| table.find(&a.to_ascii_lowercase()).is_none()).collect();
    assert!(missing.is_empty(), "escalation: {missing:?}");
}

#[test]
fn all_79_paths_are_there() {
    let paths = escalation::paths();
    assert_eq!(paths.len(), 79);
    assert_eq!(paths.iter().filter(|path| !path.id.starts_with("x-")).count(), 65);
    assert_eq!(paths.iter().filter(|path| path.iam_vulnerable.is_some()).count(), 31);
    let outside: Vec<&str> =
        paths.iter().filter(|path| path.variants.is_empty()).map(|path| path.id.as_str()).collect();
    assert_eq!(outside, ["x-workflow-edit", "x-workflow-env", "x-oidc-template", "x-codebuild-runner"]);
    assert!(paths.iter().all(|path| (path.kind == Kind::Pipeline) == path.variants.is_empty()));
}
