//! Tiers, assertions, coverage and the evidence index.

use serde::Serialize;

use crate::{
    model::world::CoverageRow,
    report::{Assessment, EvidenceRow},
};

use super::text::{line, name, shown};
use crate::render::words;

#[derive(Debug, Serialize)]
pub struct Tier {
    pub tier: &'static str,
    pub kind: String,
    pub subject: String,
    pub basis: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Assertion {
    pub kind: String,
    pub statement: String,
    pub source: String,
    pub followed: bool,
}

#[derive(Debug, Serialize)]
pub struct Coverage {
    pub planned: usize,
    pub answered: usize,
    pub complete: bool,
    pub rows: Vec<Unread>,
}

/// One request without an answer.
#[derive(Debug, Serialize)]
pub struct Unread {
    /// `denied`, `failed` or `skipped`.
    pub how: &'static str,
    pub what: String,
    pub why: String,
    pub needs: Option<String>,
    pub evidence: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Evidence {
    pub id: String,
    pub request: String,
    pub status: String,
    pub at: String,
    pub caller: String,
    pub digest: String,
}

pub fn tiers(assessment: &Assessment) -> Vec<Tier> {
    let mut rows: Vec<_> = assessment.tiers.iter().collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.tier), &row.kind, &row.subject));
    rows.into_iter()
        .map(|row| Tier {
            tier: row.tier.as_str(),
            kind: line(&row.kind),
            subject: name(&row.subject),
            basis: words::tier_basis(row.basis),
        })
        .collect()
}

pub fn assertions(assessment: &Assessment) -> Vec<Assertion> {
    assessment
        .assertions
        .iter()
        .map(|row| Assertion {
            kind: line(&row.kind),
            statement: line(&row.statement),
            source: line(&row.source),
            followed: row.followed,
        })
        .collect()
}

pub fn coverage(assessment: &Assessment) -> Coverage {
    let coverage = &assessment.coverage;
    let kinds = [("denied", &coverage.denied), ("failed", &coverage.failed), ("skipped", &coverage.skipped)];
    Coverage {
        planned: coverage.planned,
        answered: coverage.answered,
        complete: assessment.run.complete,
        rows: kinds.into_iter().flat_map(|(how, rows)| rows.iter().map(move |row| unread(how, row))).collect(),
    }
}

fn unread(how: &'static str, row: &CoverageRow) -> Unread {
    Unread {
        how,
        what: line(&row.what),
        why: line(&row.why),
        needs: row.needs.as_deref().map(line),
        evidence: row.evidence.iter().map(shown).collect(),
    }
}

pub fn evidence(assessment: &Assessment) -> Vec<Evidence> {
    let mut rows: Vec<&EvidenceRow> = assessment.evidence.iter().collect();
    rows.sort_by_key(|row| &row.id);
    rows.into_iter()
        .map(|row| Evidence {
            id: shown(&row.id),
            request: name(&row.request),
            status: row.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string()),
            at: line(&row.at),
            caller: name(&row.caller),
            digest: row.digest.as_deref().map(line).unwrap_or_default(),
        })
        .collect()
}
