//! Where a check writes what it found.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::{
    base::foreign::Foreign,
    checks::CheckDef,
    model::{
        id::{EvidenceId, FindingId, PathId},
        observed::{Gap, Observed},
    },
    reach::{path::Remedy, remedies},
    report::{Finding, Location, Outcome, Severity},
};

pub struct Sheet<'a> {
    check: &'a CheckDef,
    rows: Vec<Finding>,
}

/// A row just written, to be filled further.
pub struct Row<'a>(&'a mut Finding);

impl<'a> Sheet<'a> {
    pub fn new(check: &'a CheckDef) -> Sheet<'a> {
        Sheet { check, rows: Vec::new() }
    }

    pub fn pass(
        &mut self,
        subject: impl Into<String>,
        statement: impl Into<String>,
        evidence: &[EvidenceId],
    ) -> Row<'_> {
        self.row(Outcome::Pass, subject.into(), statement.into(), evidence)
    }

    pub fn fail(
        &mut self,
        subject: impl Into<String>,
        statement: impl Into<String>,
        evidence: &[EvidenceId],
    ) -> Row<'_> {
        self.row(Outcome::Fail, subject.into(), statement.into(), evidence)
    }

    pub fn not_applicable(
        &mut self,
        subject: impl Into<String>,
        why: impl Into<String>,
        evidence: &[EvidenceId],
    ) -> Row<'_> {
        self.row(Outcome::NotApplicable, subject.into(), why.into(), evidence)
    }

    pub fn manual(&mut self, subject: impl Into<String>, question: impl Into<String>) -> Row<'_> {
        self.row(Outcome::Manual, subject.into(), question.into(), &[])
    }

    /// Could not be told. `gaps` say what would settle it; without any there is nothing a grant could settle.
    pub fn unknown(&mut self, subject: impl Into<String>, statement: impl Into<String>, gaps: Vec<Gap>) -> Row<'_> {
        let evidence: Vec<EvidenceId> = gaps.iter().flat_map(|gap| gap.evidence.clone()).collect();
        let row = self.row(Outcome::Unknown, subject.into(), statement.into(), &evidence);
        row.0.needs = gaps;
        row
    }

    /// The value when it is wholly known; otherwise an Unknown row about `what`, and `None`.
    ///
    /// `Absent` is not a value: give `when_absent` through [`Sheet::known_or`] where absence says something.
    pub fn known<'b, T>(&mut self, subject: &str, what: &str, observed: &'b Observed<T>) -> Option<&'b T> {
        if let Some(gap) = observed.gap(what) {
            self.unknown(subject, format!("{what} could not be told"), vec![gap]);
            return None;
        }
        observed.seen()
    }

    /// The members of a list, with an Unknown row about `what` when there may be more.
    pub fn members<'b, T>(&mut self, subject: &str, what: &str, observed: &'b Observed<Vec<T>>) -> &'b [T] {
        if let Some(gap) = observed.gap(what) {
            self.unknown(subject, format!("{what} could not be read in full"), vec![gap]);
        }
        observed.members()
    }

    fn row(&mut self, outcome: Outcome, subject: String, statement: String, evidence: &[EvidenceId]) -> Row<'_> {
        let identity = format!("{}\n{subject}", self.check.id);
        let mut evidence = evidence.to_vec();
        evidence.sort();
        evidence.dedup();
        let check = self.check;
        self.rows.push(Finding {
            subject: Foreign::new(subject),
            statement,
            evidence,
            ..Finding::new(check.id, &identity, outcome, check.severity, check.mode)
        });
        // The push above makes the list non-empty.
        let last = self.rows.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "the row was pushed just above")]
        Row(&mut self.rows[last])
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One row a subject: where a check wrote several, the worst stands, with what any of them lacked.
    pub fn finish(self) -> Vec<Finding> {
        let mut kept: BTreeMap<FindingId, Finding> = BTreeMap::new();
        for row in self.rows {
            match kept.entry(row.id.clone()) {
                Entry::Vacant(place) => {
                    place.insert(row);
                }
                Entry::Occupied(mut place) => join(place.get_mut(), row),
            }
        }
        kept.into_values().collect()
    }
}

/// The worse of two rows about one subject: outcomes are ordered worst first.
fn join(kept: &mut Finding, mut other: Finding) {
    if other.outcome < kept.outcome {
        std::mem::swap(kept, &mut other);
    }
    kept.needs.append(&mut other.needs);
    kept.evidence.append(&mut other.evidence);
    kept.paths.append(&mut other.paths);
    kept.needs.sort();
    kept.needs.dedup();
    kept.evidence.sort();
    kept.evidence.dedup();
}

impl Row<'_> {
    pub fn severity(self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    pub fn paths(self, paths: impl IntoIterator<Item = PathId>) -> Self {
        self.0.paths.extend(paths);
        self
    }

    /// The change that would mend it: an entry of `controls/remedies/`, with the words that its text asks for.
    pub fn fix(self, remedy: &str, words: &[(&str, &str)]) -> Self {
        self.0.remedies.extend(remedies::fill(remedy, words));
        self
    }

    /// Changes that were worked out elsewhere.
    pub fn fixes(self, remedies: impl IntoIterator<Item = Remedy>) -> Self {
        self.0.remedies.extend(remedies);
        self
    }

    pub fn at(self, repository: &str, path: &str, line: Option<usize>) -> Self {
        self.0.location = Some(Location { repository: repository.to_owned(), path: path.to_owned(), line });
        self
    }
}
