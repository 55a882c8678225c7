//! `[[accept]]` and `[[response]]`: what management carries and what it does. An acceptance hides nothing: the finding
//! keeps its outcome, only the exit code passes over it. One that is expired, nameless or fits nothing is a finding.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::foreign::Foreign,
    controls::config::{Accept, Config, Response},
    model::id::{CheckId, ObjectiveId},
    report::{Accepted, Check, Finding, Mode, Outcome, Severity},
};

const UNSOUND: &str = "acceptance_unsound";

const PAGE: &str = "\
Accepted risks have an owner, an approver and an end.

Fails for an `[[accept]]` of the configuration that is past its date, names no owner or no approver, or names a finding
that this run does not have; and for a `[[response]]` to a finding that this run does not have. Such an acceptance changes
nothing: the finding it meant decides the exit code as before.
";

/// The checks that judgement itself makes, over what management states.
pub fn own_checks() -> Vec<Check> {
    vec![Check {
        id: CheckId::from(UNSOUND),
        title: "Accepted risks have an owner, an approver and an end".to_owned(),
        family: "governance".to_owned(),
        severity: Severity::Medium,
        mode: Mode::ApprovalBypass,
        objective: ObjectiveId::from("agents_owned"),
        page: PAGE.to_owned(),
    }]
}

/// Findings with acceptances and responses on them, and the lines of those that were not followed.
pub(super) struct Settled {
    pub findings: Vec<Finding>,
    pub not_followed: BTreeSet<usize>,
}

/// `today` is the day of the run: no clock decides whether an acceptance has ended.
pub(super) fn apply(config: &Config, today: &str, findings: Vec<Finding>) -> Settled {
    let mut findings = findings;
    let mut settled = BTreeSet::new();
    let mut own = Vec::new();
    let mut by_id: BTreeMap<String, &mut Finding> =
        findings.iter_mut().map(|finding| (finding.id.as_str().to_owned(), finding)).collect();
    for accept in &config.accepts {
        match unsound(accept, today, by_id.contains_key(&accept.finding)) {
            Some(why) => {
                settled.insert(accept.line);
                own.push(flaw(config, accept.line, &accept.finding, &why));
            }
            None => {
                if let Some(finding) = by_id.get_mut(&accept.finding) {
                    finding.accepted = accepted(config, accept);
                }
            }
        }
    }
    for response in &config.responses {
        match by_id.get_mut(&response.finding) {
            Some(finding) => respond(config, response, finding),
            None => {
                settled.insert(response.line);
                let why = format!("answers {}, which this run does not have", response.finding);
                own.push(flaw(config, response.line, &response.finding, &why));
            }
        }
    }
    findings.extend(own);
    Settled { findings, not_followed: settled }
}

fn unsound(accept: &Accept, today: &str, known: bool) -> Option<String> {
    if !known {
        return Some(format!("accepts {}, which this run does not have", accept.finding));
    }
    if accept.until.as_str() < today {
        return Some(format!("accepted {} until {}, which is past", accept.finding, accept.until));
    }
    match (&accept.owner, &accept.approver) {
        (Some(_), Some(_)) => None,
        (None, _) => Some(format!("accepts {} without an owner", accept.finding)),
        (_, None) => Some(format!("accepts {} without an approver", accept.finding)),
    }
}

fn accepted(config: &Config, accept: &Accept) -> Option<Accepted> {
    let (owner, approver) = accept.owner.as_deref().zip(accept.approver.as_deref())?;
    Some(Accepted {
        reason: accept.reason.clone(),
        owner: config.name_of(owner).to_owned(),
        approver: config.name_of(approver).to_owned(),
        compensating_control: accept.compensating_control.clone(),
        until: accept.until.clone(),
    })
}

fn respond(config: &Config, response: &Response, finding: &mut Finding) {
    finding.owner = response.owner.as_deref().map(|owner| config.name_of(owner).to_owned());
    finding.due = response.due.clone();
    finding.response = response.response.clone();
}

fn flaw(config: &Config, line: usize, meant: &str, why: &str) -> Finding {
    let source = config.source(line);
    let identity = format!("{UNSOUND}\n{line}\n{meant}");
    Finding {
        subject: Foreign::new(source.as_str()),
        statement: format!("{source} {why}"),
        ..Finding::new(UNSOUND, &identity, Outcome::Fail, Severity::Medium, Mode::ApprovalBypass)
    }
}
