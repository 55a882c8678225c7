//! The order in which every format lists things: the worst first, then by stable names.

use std::cmp::Reverse;

use crate::report::{Assessment, Finding, ReachPath};

/// Production first, then open, possible, gated, closed, then fewest humans, then those that strangers start.
pub fn paths(assessment: &Assessment) -> Vec<&ReachPath> {
    let mut paths: Vec<&ReachPath> = assessment.paths.iter().collect();
    paths.sort_by_key(|path| {
        let bounded = !path.from_strangers();
        (Reverse(path.tier), path.verdict, path.humans.min, bounded, &path.agent, &path.resource, path.class, &path.id)
    });
    paths
}

/// Fails first, then by severity.
pub fn findings(assessment: &Assessment) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = assessment.findings.iter().collect();
    findings.sort_by_key(|finding| {
        (finding.outcome, Reverse(finding.severity), &finding.check, &finding.subject, &finding.id)
    });
    findings
}
