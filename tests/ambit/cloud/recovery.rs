//! The recoverability table on whole worlds: who could do what, and what makes it safe.

use ambit::{
    model::truth::Truth,
    report::{RecoveryVerdict, StoreRecovery},
};

use super::scene::{AGENT, judge, known, snapshot, with, world};

fn table(world: &ambit::model::world::World) -> StoreRecovery {
    let mut rows = judge(world).recovery;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

#[test]
fn the_table_names_who_may_take_protection_and_copies_away() {
    let all = ["rds:DeleteDBInstance", "rds:ModifyDBInstance", "rds:DeleteDBSnapshot"];
    let row = table(&with(world(&all), |account| {
        account.safeguards.copies = known(vec![snapshot()]);
    }));
    assert_eq!(row.verdict, RecoveryVerdict::Lost);
    let agents: Vec<_> = row.agents.iter().map(|agent| (agent.agent.as_str(), agent.verdict)).collect();
    assert_eq!(agents, [(&*format!("principal:{AGENT}"), RecoveryVerdict::Lost)]);
    let hand = |hands: &[ambit::report::Hand]| {
        hands.iter().map(|hand| (hand.principal.raw().to_owned(), hand.may)).collect::<Vec<_>>()
    };
    let expected = vec![(AGENT.to_owned(), Truth::True)];
    assert_eq!(hand(&row.unprotected_by), expected);
    assert_eq!(hand(&row.shortened_by), expected);
    assert_eq!(hand(&row.copies[0].deleted_by), expected);
    assert_eq!(row.copies[0].place, "eu-west-1 of the same account");
    assert_eq!(row.reaches_back, "automated backups of 7 days");
    assert_eq!(row.remedy.unwrap().id, "deny_destructive_actions");
}

#[test]
fn what_is_out_of_reach_names_no_agent_and_asks_for_no_change() {
    let row = table(&world(&["s3:GetObject"]));
    assert_eq!((row.verdict, row.agents.len(), row.remedy), (RecoveryVerdict::OutOfReach, 0, None));
}

#[test]
fn an_scp_that_was_not_read_is_the_reserve_of_an_unknown() {
    let row = table(&with(world(&["rds:DeleteDBInstance"]), |account| {
        account.scps = super::scene::denied();
    }));
    assert_eq!(row.verdict, RecoveryVerdict::Unknown);
    assert_eq!(row.unless, ["an SCP that we may not read forbids it"]);
    assert_eq!(row.remedy.unwrap().id, "enable_deletion_protection");
}

#[test]
fn a_copy_that_nobody_may_delete_brings_the_data_back() {
    let row = table(&with(world(&["rds:DeleteDBInstance"]), |account| {
        account.safeguards.copies = known(vec![snapshot()]);
    }));
    assert_eq!((row.verdict, row.remedy), (RecoveryVerdict::Recoverable, None));
    assert!(row.copies[0].deleted_by.is_empty());
}
