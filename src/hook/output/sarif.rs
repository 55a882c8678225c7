//! SARIF 2.1.0 (OASIS), for code scanning.

use serde_json::{Value, json};

use crate::{
    base::{
        foreign::{markdown, plain},
        visible_json,
    },
    hook::{Finding, Report, Rules, finding::Meta},
    report::Severity,
};

/// The report as one SARIF log. Rules that found nothing are listed too: they were run.
pub fn sarif(report: &Report, rules: &Rules) -> Result<String, serde_json::Error> {
    let mut listed: Vec<(String, Value)> = rules
        .all()
        .iter()
        .map(|rule| (rule.id.clone(), { descriptor(&rule.id, &rule.title, &rule.why, &rule.fix, rule.severity) }))
        .collect();
    listed.extend(
        Meta::ALL
            .iter()
            .map(|meta| (meta.id.to_owned(), descriptor(meta.id, meta.title, meta.title, meta.fix, meta.severity))),
    );
    listed.sort_by(|a, b| a.0.cmp(&b.0));
    let index = |id: &str| listed.iter().position(|(other, _)| other == id);
    let results: Vec<Value> = report.findings.iter().map(|finding| result(finding, index(&finding.rule))).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ambit hook",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": listed.iter().map(|(_, value)| value).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "REPOSITORY": { "description": { "text": "The root of the repository." } } },
            "results": results,
        }],
    });
    visible_json::pretty(&log)
}

fn descriptor(id: &str, title: &str, why: &str, fix: &str, severity: Severity) -> Value {
    json!({
        "id": id,
        "shortDescription": { "text": title },
        "fullDescription": { "text": why },
        "help": { "text": fix },
        "defaultConfiguration": { "level": level(severity) },
    })
}

fn result(finding: &Finding, rule: Option<usize>) -> Value {
    json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": { "text": format!("{} {}", finding.message, finding.fix), "markdown": format!("{} {}", markdown(finding.message.raw()), markdown(&finding.fix)) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(finding.path.raw()), "uriBaseId": "REPOSITORY" },
            "region": {
                "startLine": finding.line,
                "startColumn": finding.column,
                "endLine": finding.end_line,
                "snippet": { "text": plain(finding.excerpt.raw()) },
            },
        }}],
        "partialFingerprints": { "ambitHook/v1": finding.fingerprint },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A path as a relative URI reference (RFC 3986): everything outside the unreserved set and `/` is escaped.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/\u{20ac}%.rs"), "a%20b/%E2%82%AC%25.rs");
    }
}
