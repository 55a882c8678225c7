//! What each reader may see. The cut is made on the assessment, before any format sees it.
//!
//! The internal edition shows all. The auditor's leaves out proposals, which are management's. The buyer's shows answers,
//! boundaries, tests by criterion and limits; paths, findings, requests and every name stay inside.

mod pseudonym;

use std::borrow::Cow;

use crate::{
    base::foreign::Foreign,
    model::world::CoverageRow,
    report::{
        AgentRow, Answer, Assertion, Assessment, Coverage, Criterion, Edition, Headline, MatrixCell, Observation,
        Outcome, RunInfo, Signal, TierRow, Verdict,
    },
};

use pseudonym::Pseudonyms;

pub(super) fn cut(assessment: &Assessment, edition: Edition) -> Cow<'_, Assessment> {
    match edition {
        Edition::Internal => Cow::Borrowed(assessment),
        Edition::Auditor => Cow::Owned(auditor(assessment)),
        Edition::Buyer => Cow::Owned(buyer(assessment)),
    }
}

fn auditor(assessment: &Assessment) -> Assessment {
    let mut cut = assessment.clone();
    cut.changes.clear();
    for finding in &mut cut.findings {
        finding.remedies.clear();
    }
    for row in &mut cut.recovery {
        row.remedy = None;
    }
    for path in cut.paths.iter_mut().filter(|path| path.verdict != Verdict::Closed) {
        path.closed_by.clear();
    }
    cut
}

/// Written field by field: a field that is added later does not compile until somebody decides whether a buyer sees it.
fn buyer(full: &Assessment) -> Assessment {
    let names = Pseudonyms::of(full);
    Assessment {
        schema_version: full.schema_version,
        run: run(&full.run),
        headline: headline(full),
        coverage: coverage(&full.coverage),
        tiers: full.tiers.iter().map(|row| tier(row, &names)).collect(),
        assertions: assertions(full),
        agents: full.agents.iter().map(|agent| self::agent(agent, &names)).collect(),
        paths: Vec::new(),
        recovery: Vec::new(),
        rollback: Vec::new(),
        alerts: Vec::new(),
        matrix: full.matrix.iter().map(|cell| matrix_cell(cell, &names)).collect(),
        findings: Vec::new(),
        checks: full.checks.clone(),
        criteria: full.criteria.iter().map(|criterion| self::criterion(criterion, &names)).collect(),
        answers: full.answers.iter().map(|answer| self::answer(answer, &names)).collect(),
        changes: Vec::new(),
        evidence: Vec::new(),
        branding: full.branding.clone(),
        exit_reasons: Vec::new(),
    }
}

fn run(run: &RunInfo) -> RunInfo {
    RunInfo {
        id: run.id.clone(),
        started: run.started.clone(),
        tool_version: run.tool_version.clone(),
        scope: vec!["the organisation's repositories and cloud accounts; their names are withheld".to_owned()],
        config_digest: run.config_digest.clone(),
        complete: run.complete,
        data_date: run.data_date.clone(),
    }
}

/// The counts stay: an edition may say less, never something better.
fn headline(full: &Assessment) -> Headline {
    let mut reached = [0_usize; 2];
    for agent in &full.agents {
        let cells = full.matrix.iter().filter(|cell| cell.agent == agent.id && cell.outcome != Outcome::Pass);
        match cells.map(|cell| cell.observed).max() {
            Some(Observation::Yes) => reached[0] += 1,
            Some(Observation::Possible | Observation::Unknown) => reached[1] += 1,
            _ => {}
        }
    }
    let agents = full.agents.len();
    Headline {
        sentence: format!("{} of {agents} agents may do more than the permission profile allows.", reached[0]),
        lines: vec![
            format!("For {} of {agents} it could not be told from what was read.", reached[1]),
            format!(
                "Ways to production resources: {} open, {} possible, {} gated by a person, {} closed.",
                full.headline.open, full.headline.possible, full.headline.gated, full.headline.closed
            ),
        ],
        path: None,
        ..full.headline.clone()
    }
}

fn coverage(full: &Coverage) -> Coverage {
    let rows = |rows: &[CoverageRow], how: &str| {
        rows.iter()
            .map(|row| CoverageRow {
                what: "a request, withheld from this edition".to_owned(),
                why: how.to_owned(),
                needs: row.needs.clone(),
                evidence: Vec::new(),
            })
            .collect()
    };
    Coverage {
        planned: full.planned,
        answered: full.answered,
        denied: rows(&full.denied, "denied"),
        failed: rows(&full.failed, "failed"),
        skipped: rows(&full.skipped, "left out of scope"),
    }
}

fn tier(row: &TierRow, names: &Pseudonyms) -> TierRow {
    TierRow { tier: row.tier, kind: row.kind.clone(), subject: names.subject(row).into(), basis: row.basis }
}

/// Statements of management name people; a buyer learns how many there are.
fn assertions(full: &Assessment) -> Vec<Assertion> {
    if full.assertions.is_empty() {
        return Vec::new();
    }
    let contradicted = full.assertions.iter().filter(|row| !row.followed).count();
    vec![Assertion {
        kind: "scope".to_owned(),
        statement: format!(
            "{} statements of management stand behind this report; {contradicted} of them are contradicted by facts and were not followed",
            full.assertions.len()
        ),
        source: "withheld from this edition".to_owned(),
        followed: true,
    }]
}

fn agent(agent: &AgentRow, names: &Pseudonyms) -> AgentRow {
    let pseudonym = names.agent(&agent.id);
    AgentRow {
        id: pseudonym.as_str().into(),
        name: pseudonym.into(),
        kind: agent.kind,
        acts_as: Vec::new(),
        signals: agent
            .signals
            .iter()
            .map(|signal| Signal { kind: signal.kind.clone(), detail: Foreign::default(), evidence: Vec::new() })
            .collect(),
        owner: None,
        steered_by: None,
        first_seen: agent.first_seen.clone(),
        last_seen: agent.last_seen.clone(),
        pull_requests: agent.pull_requests,
        commits: agent.commits,
    }
}

fn matrix_cell(cell: &MatrixCell, names: &Pseudonyms) -> MatrixCell {
    MatrixCell { agent: names.agent(&cell.agent).as_str().into(), paths: Vec::new(), ..cell.clone() }
}

fn criterion(criterion: &Criterion, names: &Pseudonyms) -> Criterion {
    let mut cut = criterion.clone();
    for test in &mut cut.tests {
        test.findings.clear();
    }
    for text in &mut cut.populations {
        // What was not read of it is told with names of repositories and rulesets.
        const SHORT: &str = ": not read in full";
        if let Some((lead, _)) = text.split_once(SHORT) {
            *text = format!("{lead}{SHORT}");
        }
    }
    for text in cut.populations.iter_mut().chain(&mut cut.attested).chain(&mut cut.not_tested) {
        *text = names.scrub(text);
    }
    cut
}

fn answer(answer: &Answer, names: &Pseudonyms) -> Answer {
    Answer {
        id: answer.id.clone(),
        question: answer.question.clone(),
        answer: answer.answer,
        statement: names.scrub(&answer.statement),
        evidence: Vec::new(),
        findings: Vec::new(),
        as_of: answer.as_of.clone(),
        limits: answer.limits.iter().map(|limit| names.scrub(limit)).collect(),
        owner: answer.owner.as_ref().map(|owner| names.scrub(owner)),
    }
}
