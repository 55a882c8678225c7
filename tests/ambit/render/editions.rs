//! What an edition withholds is in none of its files.

use ambit::{
    render::{Format, Options, render},
    report::Edition,
};

use super::{file, fixture};

const INSIDE: &[&str] = &[
    "arn:aws",
    "491820013377",
    "acme/shop",
    "shop-prod",
    "deploy-prod",
    "claude",
    "devin",
    "copilot",
    "anna",
    "Anna Berg",
    "Ben Oduya",
    "Ola Lund",
    "chidi",
    "dora",
    "PROD_AWS_KEY",
    "builder-1",
    "orders-prod",
    "prod-branches",
];

/// All files of the edition as text; what is binary is searched as it is.
fn everything(edition: Edition) -> Vec<(String, String)> {
    Format::ALL
        .iter()
        .flat_map(|format| render(*format, &fixture::acme(), &Options { edition }).unwrap())
        .map(|artifact| (artifact.file_name, String::from_utf8_lossy(&artifact.bytes).into_owned()))
        .collect()
}

#[test]
fn the_buyer_sees_no_name_and_no_path() {
    for (name, text) in everything(Edition::Buyer) {
        for secret in INSIDE {
            assert!(!text.contains(secret), "{name} holds {secret}");
        }
    }
    let json: serde_json::Value =
        serde_json::from_slice(&file(Format::Json, &fixture::acme(), Edition::Buyer, "assessment.json")).unwrap();
    for list in ["paths", "findings", "evidence", "changes"] {
        assert_eq!(json[list].as_array().unwrap().len(), 0, "{list}");
    }
}

#[test]
fn the_buyers_counts_are_those_of_the_full_report() {
    let json = |edition| -> serde_json::Value {
        serde_json::from_slice(&file(Format::Json, &fixture::acme(), edition, "assessment.json")).unwrap()
    };
    let (full, cut) = (json(Edition::Internal), json(Edition::Buyer));
    for count in ["open", "possible", "gated", "closed"] {
        assert_eq!(full["headline"][count], cut["headline"][count]);
    }
    assert_eq!(full["coverage"]["planned"], cut["coverage"]["planned"]);
    assert_eq!(
        full["coverage"]["denied"].as_array().unwrap().len(),
        cut["coverage"]["denied"].as_array().unwrap().len()
    );
    assert_eq!(full["matrix"].as_array().unwrap().len(), cut["matrix"].as_array().unwrap().len());
}

#[test]
fn a_pseudonym_means_the_same_thing_everywhere() {
    let json: serde_json::Value =
        serde_json::from_slice(&file(Format::Json, &fixture::acme(), Edition::Buyer, "assessment.json")).unwrap();
    let full = fixture::acme();
    let claude = full.agents.iter().position(|agent| agent.name.raw() == "claude").unwrap();
    let pseudonym = json["agents"][claude]["name"].as_str().unwrap();
    let answer = full.answers.iter().position(|answer| answer.id.as_str() == "sign_off").unwrap();
    let statement = json["answers"][answer]["statement"].as_str().unwrap();
    assert!(statement.contains(&format!("by {pseudonym},")), "{statement}");
    let cell = full.matrix.iter().position(|cell| cell.agent == full.agents[claude].id).unwrap();
    assert_eq!(json["matrix"][cell]["agent"].as_str().unwrap(), pseudonym);
}

#[test]
fn the_auditor_sees_every_fact_and_no_proposal() {
    let json = |edition| -> serde_json::Value {
        serde_json::from_slice(&file(Format::Json, &fixture::acme(), edition, "assessment.json")).unwrap()
    };
    let (full, cut) = (json(Edition::Internal), json(Edition::Auditor));
    for list in ["criteria", "evidence", "assertions", "coverage", "matrix", "answers"] {
        assert_eq!(full[list], cut[list], "{list}");
    }
    assert_eq!(full["findings"].as_array().unwrap().len(), cut["findings"].as_array().unwrap().len());
    assert_eq!(cut["changes"].as_array().unwrap().len(), 0);
    assert!(
        cut["findings"].as_array().unwrap().iter().all(|finding| finding["remedies"].as_array().unwrap().is_empty())
    );
}
