//! The report as people read it: sorted, grouped and worded once, so that the page, the paper and the wiki agree.
//!
//! Every string here is plain (`base::foreign::plain`) and of bounded length; escaping is the format's.

mod agents;
mod judgement;
pub mod order;
mod paths;
mod recovery;
mod routes;
mod rows;
mod text;

pub use agents::{Agent, Deed, Matrix, Reach};
pub use judgement::{Answer, Change, Criterion, Finding, Price, prices};
pub use paths::{Edge, Hop, Node, Path, Target};
pub use recovery::{Alert, Rollback, Store};
pub use routes::{End, Route};
pub use rows::{Assertion, Coverage, Evidence, Tier};
pub use text::clip;

use serde::Serialize;

use crate::report::{Assessment, Edition, Verdict};

use super::words::{self, Word};
use text::{line, shown};

#[derive(Debug, Serialize)]
pub struct Report {
    pub title: &'static str,
    pub organisation: String,
    pub edition: &'static str,
    pub confidentiality: String,
    pub prepared_for: Option<String>,
    pub prepared_by: Option<String>,
    /// `2026-11-24 06:00 UTC`.
    pub as_of: String,
    pub tool: String,
    /// Label and value, for the cover.
    pub facts: Vec<(&'static str, String)>,
    pub headline: Headline,
    pub matrix: Matrix,
    pub changes: Vec<Change>,
    pub prices: Vec<Price>,
    pub agents: Vec<Agent>,
    pub routes: Vec<Route>,
    pub targets: Vec<Target>,
    pub stores: Vec<Store>,
    /// Production stores by verdict.
    pub recoverable: Vec<Count>,
    pub rollbacks: Vec<Rollback>,
    pub alerts: Vec<Alert>,
    pub findings: Vec<Finding>,
    pub outcomes: Vec<Count>,
    pub criteria: Vec<Criterion>,
    pub answers: Vec<Answer>,
    pub tiers: Vec<Tier>,
    pub assertions: Vec<Assertion>,
    pub coverage: Coverage,
    pub evidence: Vec<Evidence>,
    /// What this edition leaves out, in a sentence each.
    pub withheld: Vec<&'static str>,
    /// The rule by which humans were counted: printed in every report.
    pub human_rule: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Headline {
    pub sentence: String,
    pub lines: Vec<String>,
    pub counts: Vec<Count>,
    /// Drawn under it.
    pub path: Option<Path>,
    /// The worst verdict over production paths; `None` when there is none.
    pub worst: Option<Word>,
}

/// So many of something.
#[derive(Debug, Serialize)]
pub struct Count {
    pub word: Word,
    pub n: usize,
}

const HUMAN_RULE: &str = "A human counts only at an enforced gate, and only if no agent on the path holds a credential \
    that can give that approval. The person who prompted the agent, wait timers, app-run rules, another agent and a \
    human who merely usually merges count zero. Possible paths count as open.";

/// The view of an assessment that is already cut to its edition.
pub fn report(assessment: &Assessment, edition: Edition) -> Report {
    let branding = &assessment.branding;
    let sorted = order::paths(assessment);
    Report {
        title: "How far can our AI agents reach?",
        organisation: branding.organisation.as_deref().map_or_else(|| scope(assessment), line),
        edition: words::edition(edition),
        confidentiality: branding.confidentiality.as_deref().map_or_else(|| "Confidential".to_owned(), line),
        prepared_for: branding.prepared_for.as_deref().map(line),
        prepared_by: branding.prepared_by.as_deref().map(line),
        as_of: words::instant(&assessment.run.started),
        tool: format!("ambit {}", line(&assessment.run.tool_version)),
        facts: facts(assessment),
        headline: headline(assessment, &sorted),
        matrix: agents::matrix(assessment),
        changes: judgement::changes(assessment),
        prices: judgement::prices(assessment),
        agents: agents::agents(assessment),
        targets: paths::targets(&sorted),
        routes: routes::routes(&sorted),
        stores: recovery::stores(assessment),
        recoverable: recovery::verdicts(assessment),
        rollbacks: recovery::rollbacks(assessment),
        alerts: recovery::alerts(assessment),
        findings: judgement::findings(assessment),
        outcomes: judgement::outcomes(assessment),
        criteria: judgement::criteria(assessment),
        answers: judgement::answers(assessment),
        tiers: rows::tiers(assessment),
        assertions: rows::assertions(assessment),
        coverage: rows::coverage(assessment),
        evidence: rows::evidence(assessment),
        withheld: withheld(edition),
        human_rule: HUMAN_RULE,
    }
}

fn scope(assessment: &Assessment) -> String {
    assessment.run.scope.first().map(|scope| line(scope)).unwrap_or_default()
}

fn facts(assessment: &Assessment) -> Vec<(&'static str, String)> {
    let run = &assessment.run;
    let coverage = &assessment.coverage;
    let mut facts = vec![
        ("Scope", run.scope.iter().map(|scope| line(scope)).collect::<Vec<_>>().join("; ")),
        ("Collected", format!("{}, read only", words::instant(&run.started))),
        ("Requests answered", format!("{} of {}", coverage.answered, coverage.planned)),
        ("Run", shown(&run.id)),
        ("Tool", format!("ambit {}, action data of {}", line(&run.tool_version), line(&run.data_date))),
    ];
    if !run.complete {
        facts.push(("Incomplete", "the run was cut short; what it lacks is not collected, never absent".to_owned()));
    }
    if let Some(digest) = &run.config_digest {
        facts.push(("Configuration", format!("sha256 {}", line(digest))));
    }
    facts
}

fn headline(assessment: &Assessment, sorted: &[&crate::report::ReachPath]) -> Headline {
    let headline = &assessment.headline;
    let counts = [
        (Verdict::Open, headline.open),
        (Verdict::Possible, headline.possible),
        (Verdict::Gated, headline.gated),
        (Verdict::Closed, headline.closed),
    ];
    Headline {
        sentence: line(&headline.sentence),
        lines: headline.lines.iter().map(|text| line(text)).collect(),
        worst: counts.iter().find(|(_, n)| *n > 0).map(|(verdict, _)| words::verdict(*verdict)),
        counts: counts.into_iter().map(|(verdict, n)| Count { word: words::verdict(verdict), n }).collect(),
        path: headline
            .path
            .as_ref()
            .and_then(|id| sorted.iter().find(|path| path.id == *id))
            .map(|path| paths::path(path)),
    }
}

fn withheld(edition: Edition) -> Vec<&'static str> {
    match edition {
        Edition::Internal => Vec::new(),
        Edition::Auditor => vec!["Proposals of changes are management's and are left out of the auditor edition."],
        Edition::Buyer => vec![
            "Paths, findings, requests and names are withheld from the buyer edition; counts and answers are those of the full report.",
            "Names are replaced by pseudonyms that mean the same thing throughout this report.",
        ],
    }
}
