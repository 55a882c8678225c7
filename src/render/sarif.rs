//! `findings.sarif`: SARIF 2.1.0 (OASIS, errata 01) for code scanning and editors; a finding that stands on a line of a
//! workflow or of CODEOWNERS points at it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    base::{foreign, visible_json},
    report::{Assessment, Check, Finding, Location, Outcome, Severity},
};

use super::{
    artifact::{Artifact, Options, RenderError},
    view::order,
    words,
};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn write(assessment: &Assessment, _options: &Options) -> Result<Vec<Artifact>, RenderError> {
    let index: BTreeMap<&str, usize> =
        assessment.checks.iter().enumerate().map(|(at, check)| (check.id.as_str(), at)).collect();
    let findings = order::findings(assessment);
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ambit",
                "version": assessment.run.tool_version,
                "rules": assessment.checks.iter().map(rule).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": format!("ambit/{}", foreign::uri_path(assessment.run.id.as_str())) },
            "invocations": [{ "executionSuccessful": assessment.run.complete, "startTimeUtc": assessment.run.started }],
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": bases(&findings),
            "results": findings.iter().map(|finding| result(finding, &index)).collect::<Vec<_>>(),
        }],
    });
    Ok(vec![Artifact::new("findings.sarif", visible_json::pretty(&log)?)])
}

fn rule(check: &Check) -> Value {
    json!({
        "id": check.id.as_str(),
        "name": pascal(check.id.as_str()),
        "shortDescription": { "text": foreign::sarif(&sentence(&check.title)) },
        "fullDescription": { "text": foreign::sarif(&sentence(check.page.lines().next().unwrap_or(&check.title))) },
        "help": { "text": foreign::sarif(&check.page) },
        "defaultConfiguration": { "level": level(check.severity) },
        "properties": {
            "tags": ["security", foreign::plain(&check.family), words::mode(check.mode)],
            "security-severity": score(check.severity),
        },
    })
}

fn result(finding: &Finding, index: &BTreeMap<&str, usize>) -> Value {
    let kind = kind(finding.outcome);
    let mut result = json!({
        "ruleId": finding.check.as_str(),
        "kind": kind,
        "level": if kind == "fail" { level(finding.severity) } else { "none" },
        "message": { "text": foreign::sarif(&finding.statement) },
        "locations": [location(finding)],
        "partialFingerprints": { "ambit/v1": finding.id.as_str() },
        "properties": {
            "outcome": words::outcome(finding.outcome).text,
            "severity": words::severity(finding.severity).text,
            "mode": words::mode(finding.mode),
            "needs": finding.needs.iter().filter_map(|gap| gap.needs.as_ref()).map(ToString::to_string).collect::<Vec<_>>(),
            "changes": finding.remedies.iter().map(|remedy| foreign::plain(&remedy.change)).collect::<Vec<_>>(),
            "evidence": finding.evidence,
        },
    });
    if let Some(at) = index.get(finding.check.as_str()) {
        set(&mut result, "ruleIndex", json!(at));
    }
    if let Some(accepted) = &finding.accepted {
        let reason = foreign::plain(&format!("{} (until {})", accepted.reason, accepted.until));
        set(
            &mut result,
            "suppressions",
            json!([{ "kind": "external", "status": "accepted", "justification": reason }]),
        );
    }
    result
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

fn location(finding: &Finding) -> Value {
    let subject = foreign::plain(finding.subject.raw());
    let mut location = json!({ "logicalLocations": [{ "fullyQualifiedName": subject, "kind": "resource" }] });
    if let Some(at) = &finding.location {
        let mut physical = json!({ "artifactLocation": { "uri": foreign::uri_path(&at.path), "uriBaseId": base(at) } });
        if let Some(line) = at.line.filter(|line| *line > 0) {
            set(&mut physical, "region", json!({ "startLine": line }));
        }
        set(&mut location, "physicalLocation", physical);
    }
    location
}

/// One base a repository: a path means nothing without it.
fn bases(findings: &[&Finding]) -> Value {
    let bases: BTreeMap<String, Value> = findings
        .iter()
        .filter_map(|finding| finding.location.as_ref())
        .map(|at| {
            let text = format!("the root of repository {}", at.repository);
            (base(at), json!({ "description": { "text": foreign::sarif(&text) } }))
        })
        .collect();
    json!(bases)
}

fn base(at: &Location) -> String {
    foreign::uri_path(&at.repository)
}

/// Only `fail` carries a level. What could not be told is `open`, what a person must say is `review` (SARIF 3.27.9).
fn kind(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fail => "fail",
        Outcome::Unknown | Outcome::Broken => "open",
        Outcome::Manual => "review",
        Outcome::Pass => "pass",
        Outcome::NotApplicable => "notApplicable",
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The number by which GitHub's code scanning tells critical, high, medium and low apart.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn pascal(id: &str) -> String {
    id.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
        })
        .collect()
}
