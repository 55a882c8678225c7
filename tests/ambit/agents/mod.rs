//! The inventory on a recorded organisation.

mod guardrails;
mod hostile;
mod layouts;
mod local;

use ambit::{
    analysis::agents::{self, Identity, Stated},
    controls::agents::Signatures,
    facts,
};

use crate::promises::sample;

fn stated(acts_as: &str) -> Stated {
    Stated { name: "Own agent".to_owned(), acts_as: vec![acts_as.to_owned()], owner: None }
}

#[tokio::test]
async fn finds_apps_jobs_and_people_and_nothing_else() {
    let (_, log) = sample("acme-before").await;
    let found = agents::inventory(&facts::world(&log), &Signatures::built_in().unwrap(), &[]);
    let ids: Vec<&str> = found.iter().map(|principal| principal.agent.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "app:claude",
            "app:cursor",
            "person:bob",
            "workflow:acme/docs/.github/workflows/triage.yml#triage",
            "workflow:acme/shop/.github/workflows/claude.yml#claude"
        ],
        "renovate is automation; alice and carol show no agent"
    );
}

#[tokio::test]
async fn a_stated_workflow_is_each_of_its_jobs_and_an_unknown_one_is_unseen() {
    let (_, log) = sample("acme-before").await;
    let (world, signatures) = (facts::world(&log), Signatures::built_in().unwrap());
    let of = |acts_as: &str| agents::inventory(&world, &signatures, &[stated(acts_as)]);
    let nightly = of("workflow:acme/shop/.github/workflows/nightly.yml");
    let job = nightly
        .iter()
        .find(|p| p.agent.id.as_str() == "workflow:acme/shop/.github/workflows/nightly.yml#smoke")
        .unwrap();
    assert!(matches!(&job.identity, Identity::Job { job, .. } if job == "smoke"));
    let nowhere = of("workflow:.github/workflows/nowhere.yml");
    assert!(nowhere.iter().any(|principal| matches!(principal.identity, Identity::Unseen { .. })));
}
