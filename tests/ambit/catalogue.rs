//! Tests over all checks and all data: what every one of them must keep.

use std::collections::BTreeSet;

use ambit::{
    analysis::{changes::persons::Persons, tiers::Tiers},
    checks::{self, Sight},
    controls::{
        self, KnownCheck,
        agents::Signatures,
        catalogue::{Catalogue, Overlay},
        config::Config,
        essentials::Essentials,
        guardrails::Guardrails,
    },
    model::{
        id::RunId,
        observed::Observed,
        world::{Coverage, RunFacts, World},
    },
    report::Outcome,
};

/// A world of which nothing was read.
pub fn empty_world() -> World {
    World {
        run: RunFacts {
            id: RunId::from("r"),
            started: "2026-11-25T00:00:00Z".to_owned(),
            tool_version: "0".to_owned(),
            scope: Vec::new(),
            config_digest: None,
            complete: true,
        },
        forge: Observed::not_collected("nothing was asked"),
        accounts: Vec::new(),
        cloud_skipped: None,
        coverage: Coverage::default(),
    }
}

#[test]
fn on_an_empty_world_every_check_is_unknown_or_manual() {
    let (world, signatures, tiers) =
        (empty_world(), Signatures::built_in().unwrap(), Tiers::new(&Config::default(), &[]));
    let (guardrails, essentials) = (Guardrails::built_in().unwrap(), Essentials::built_in().unwrap());
    let persons = Persons::default();
    let sight = Sight {
        world: &world,
        tiers: &tiers,
        agents: &[],
        paths: &[],
        powers: &[],
        recovery: &[],
        alerts: &[],
        signatures: &signatures,
        guardrails: &guardrails,
        essentials: &essentials,
        persons: &persons,
    };
    let findings = checks::run(&sight);
    for check in checks::all() {
        let rows: Vec<_> = findings.iter().filter(|finding| finding.check.as_str() == check.id).collect();
        assert!(!rows.is_empty(), "{} says nothing", check.id);
        let expected = if check.manual { Outcome::Manual } else { Outcome::Unknown };
        for row in rows {
            assert_eq!(row.outcome, expected, "{}: {}", check.id, row.statement);
            assert!(check.manual || !row.needs.is_empty(), "{} does not say what was not read", check.id);
        }
    }
}

#[test]
fn every_check_has_its_page_its_objective_and_an_id_of_its_own() {
    let catalogue = Catalogue::load(&Overlay::default()).unwrap();
    let objectives: BTreeSet<&str> = catalogue.objectives.iter().map(|objective| objective.id.as_str()).collect();
    let mut ids = BTreeSet::new();
    let all = checks::all();
    assert!(all.len() >= 20, "{} checks", all.len());
    for check in all {
        assert!(ids.insert(check.id), "{} stands twice", check.id);
        assert!(objectives.contains(check.objective), "{} serves {}, which is no objective", check.id, check.objective);
        let page = check.page();
        assert!(page.starts_with(check.title) && page.lines().count() >= 3, "{} has no page:\n{page}", check.id);
    }
}

#[test]
fn the_data_under_controls_fits_together() {
    let all = checks::all();
    let known: Vec<KnownCheck<'_>> =
        all.iter().map(|check| KnownCheck { id: check.id, objective: check.objective }).collect();
    let problems = controls::lint(&Overlay::default(), &known);
    assert!(problems.is_empty(), "{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

/// Every remedy that the code asks for by name exists; a misspelt one would silently offer nothing.
#[test]
fn every_remedy_named_in_the_code_exists() {
    let catalogue = Catalogue::load(&Overlay::default()).unwrap();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut named = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                for call in [".fix(\"", "remedies::fill(\"", ".fix(\n", "remedies::fill(\n"] {
                    for (at, found) in text.match_indices(call) {
                        let rest = text[at + found.len()..].trim_start().trim_start_matches('"');
                        named.insert(rest.split('"').next().unwrap().to_owned());
                    }
                }
            }
        }
    }
    named.retain(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !name.is_empty());
    assert!(named.len() > 15, "{named:?}");
    for name in named {
        assert!(catalogue.remedies.contains_key(&name), "no remedy `{name}`");
    }
}
