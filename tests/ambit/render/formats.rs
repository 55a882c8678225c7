//! What holds for every format.

use std::collections::BTreeSet;

use ambit::{
    render::{Format, Options, render, terminal},
    report::{Assessment, Edition, Headline},
};

use super::{fixture, text};

const EDITIONS: [Edition; 3] = [Edition::Internal, Edition::Auditor, Edition::Buyer];

#[test]
fn one_assessment_gives_the_same_bytes_each_time() {
    for format in Format::ALL {
        for edition in EDITIONS {
            let once = render(*format, &fixture::acme(), &Options { edition }).unwrap();
            let again = render(*format, &fixture::acme(), &Options { edition }).unwrap();
            assert_eq!(once, again, "{format:?}");
            assert!(once.iter().all(|artifact| !artifact.bytes.is_empty()), "{format:?}");
        }
    }
}

#[test]
fn formats_are_named_once_and_write_files_of_their_own() {
    let mut names = BTreeSet::new();
    for format in Format::ALL {
        assert!(!format.about().is_empty());
        for artifact in render(*format, &fixture::acme(), &Options::default()).unwrap() {
            assert!(names.insert(artifact.file_name.clone()), "{}", artifact.file_name);
        }
    }
    let ids: BTreeSet<&str> = Format::ALL.iter().map(|format| format.id()).collect();
    assert_eq!(ids.len(), Format::ALL.len());
}

#[test]
fn the_terminal_leads_with_the_headline_and_draws_the_path() {
    insta::assert_snapshot!(terminal::render(&fixture::acme(), 80, false));
}

#[test]
fn the_wiki_page_reads_as_its_snapshot() {
    insta::assert_snapshot!(text(Format::Md, &fixture::scaled(6), "gap-report.md"));
}

#[test]
fn sarif_names_a_rule_for_every_result_and_a_line_where_there_is_one() {
    let assessment = fixture::acme();
    let log: serde_json::Value = serde_json::from_str(&text(Format::Sarif, &assessment, "findings.sarif")).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), assessment.findings.len());
    let mut lines = 0;
    for result in results {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        let fails = result["kind"] == "fail";
        assert_eq!(fails, result["level"] != "none", "{result}");
        lines += usize::from(!result["locations"][0]["physicalLocation"]["region"]["startLine"].is_null());
    }
    let located = assessment.findings.iter().filter(|finding| finding.location.is_some()).count();
    assert!(located > 3 && lines == located);
    let open = results.iter().filter(|result| result["kind"] == "open").count();
    let unknown =
        assessment.findings.iter().filter(|finding| finding.outcome == ambit::report::Outcome::Unknown).count();
    assert_eq!(open, unknown);
    assert_eq!(results.iter().filter(|result| !result["suppressions"].is_null()).count(), 1);
}

/// An assessment in which nothing was found must not read as a clean bill.
fn nothing_found() -> Assessment {
    let mut assessment = fixture::acme();
    assessment.paths.clear();
    assessment.findings.clear();
    assessment.changes.clear();
    assessment.headline = Headline {
        sentence: "No path found in what was read.".to_owned(),
        lines: Vec::new(),
        path: None,
        open: 0,
        possible: 0,
        gated: 0,
        closed: 0,
    };
    assessment
}

#[test]
fn no_path_found_stands_beside_what_was_not_read() {
    let assessment = nothing_found();
    let page = text(Format::Html, &assessment, "gap-report.html");
    let summary = page.split_once("id=\"summary\"").unwrap().1.split_once("</section>").unwrap().0;
    assert!(summary.contains("No path found in what was read"));
    assert!(summary.contains("What was not read"));
    let terminal = terminal::render(&assessment, 80, false);
    assert!(terminal.contains("No path found in what was read") && terminal.contains("207 of 214"));
}

#[test]
fn the_page_stays_small_with_a_thousand_findings() {
    let page = text(Format::Html, &fixture::scaled(1000), "gap-report.html");
    assert!(page.len() < 1_300_000, "{} bytes", page.len());
    assert!(text(Format::Html, &fixture::acme(), "gap-report.html").len() < 400_000);
}

#[test]
fn every_link_of_the_page_leads_to_something() {
    let page = text(Format::Html, &fixture::acme(), "gap-report.html");
    let mut missing = BTreeSet::new();
    for part in page.split("href=\"#").skip(1) {
        let id = part.split_once('"').unwrap().0;
        if !page.contains(&format!("id=\"{id}\"")) {
            missing.insert(id.to_owned());
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
    let ids: Vec<&str> = page.split(" id=\"").skip(1).map(|part| part.split_once('"').unwrap().0).collect();
    let unique: BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len());
}
