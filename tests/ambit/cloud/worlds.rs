//! Three worlds a check: pass, fail, unknown.

use ambit::{
    model::{id::Arn, recovery::Restore, world::World},
    report::{Outcome, Severity},
};

use super::scene::{denied, known, outcome, rows, snapshot, watched, with, world};

type Worlds = [World; 3];

const DELETE: &[&str] = &["rds:DeleteDBInstance"];

fn agent_removes_recovery() -> Worlds {
    [
        with(world(DELETE), |account| account.safeguards.copies = known(vec![snapshot()])),
        world(DELETE),
        with(world(DELETE), |account| account.safeguards.copies = denied()),
    ]
}

fn restore_untested() -> Worlds {
    let copied = || with(world(&[]), |account| account.safeguards.copies = known(vec![snapshot()]));
    let restore = Restore {
        recovery_point: Some(snapshot().arn),
        resource_type: "RDS".to_owned(),
        status: "COMPLETED".to_owned(),
        at: Some("2026-10-01T04:00:00Z".to_owned()),
    };
    [
        with(copied(), |account| account.safeguards.restores = known(vec![restore])),
        copied(),
        with(copied(), |account| account.safeguards.restores = denied()),
    ]
}

fn destruction_unalerted() -> Worlds {
    [
        with(world(&[]), |account| watched(&mut account.detection, &["eu-west-1", "us-east-1"])),
        with(world(&[]), |account| watched(&mut account.detection, &["eu-west-1"])),
        with(world(&[]), |account| account.detection.rules = denied()),
    ]
}

#[test]
fn each_check_passes_fails_and_stays_open_on_its_three_worlds() {
    for (check, worlds) in [
        ("agent_removes_recovery", agent_removes_recovery()),
        ("restore_untested", restore_untested()),
        ("destruction_unalerted", destruction_unalerted()),
    ] {
        for (world, expected) in worlds.iter().zip([Outcome::Pass, Outcome::Fail, Outcome::Unknown]) {
            assert_eq!(outcome(world, check), expected, "{check}: {:#?}", rows(world, check));
        }
    }
}

#[test]
fn without_the_list_of_stores_nothing_passes() {
    for check in ["agent_removes_recovery", "restore_untested", "destruction_unalerted", "agent_destroys_production"] {
        let unread = with(agent_removes_recovery()[0].clone(), |account| account.stores = denied());
        assert!(outcome(&unread, check) <= Outcome::Unknown, "{check}");
    }
}

#[test]
fn a_lesser_tier_is_watched_too_at_a_lower_severity() {
    let dev = with(world(&[]), |account| {
        let mut stores = account.stores.members().to_vec();
        stores[0].name = "shop-dev".to_owned();
        stores[0].arn = Arn::new("arn:aws:rds:eu-west-1:123456789012:db:shop-dev");
        account.stores = known(stores);
    });
    let found = rows(&dev, "destruction_unalerted");
    assert_eq!((found[0].outcome, found[0].severity), (Outcome::Fail, Severity::Low));
}
