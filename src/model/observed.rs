//! What was read, or why it was not. There is no conversion to `Option` and no default: a caller must say what Unknown means.

use serde::{Deserialize, Serialize};

use super::{id::EvidenceId, truth::Truth};

/// A reading of one field that the outside may withhold on its own, with the records it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed<T> {
    pub reading: Reading<T>,
    pub evidence: Vec<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading<T> {
    /// Read. `complete` is false when a list may have more members than were seen.
    Known { value: T, complete: bool },
    /// Provably not there: the body said so, or the credential holds the permission that would have shown it.
    Absent,
    /// Withheld for want of a grant.
    Denied { needs: Needs },
    /// This edition or plan does not have it.
    Unavailable { edition: String },
    /// Asked, and no usable answer came.
    Failed { why: String },
    /// Never asked, by scope or budget.
    NotCollected { why: String },
}

/// The grant that would settle a question, in the provider's own words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Needs {
    /// `github` or `aws`.
    pub provider: String,
    /// `repository administration: read`, or `rds:DescribeDBInstances`.
    pub grant: String,
}

impl std::fmt::Display for Needs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.provider, self.grant)
    }
}

/// Why something could not be told, and what would settle it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Gap {
    /// What was not read, for a person: `branch rules of acme/shop main`.
    pub what: String,
    /// `denied`, `unavailable`, `failed`, `not collected` or `incomplete`, and why.
    pub why: String,
    pub needs: Option<Needs>,
    pub evidence: Vec<EvidenceId>,
}

impl<T> Observed<T> {
    pub fn known(value: T, evidence: Vec<EvidenceId>) -> Observed<T> {
        Observed { reading: Reading::Known { value, complete: true }, evidence }
    }

    pub fn partial(value: T, evidence: Vec<EvidenceId>) -> Observed<T> {
        Observed { reading: Reading::Known { value, complete: false }, evidence }
    }

    pub fn absent(evidence: Vec<EvidenceId>) -> Observed<T> {
        Observed { reading: Reading::Absent, evidence }
    }

    pub fn denied(provider: &str, grant: impl Into<String>, evidence: Vec<EvidenceId>) -> Observed<T> {
        Observed {
            reading: Reading::Denied { needs: Needs { provider: provider.to_owned(), grant: grant.into() } },
            evidence,
        }
    }

    pub fn failed(why: impl Into<String>, evidence: Vec<EvidenceId>) -> Observed<T> {
        Observed { reading: Reading::Failed { why: why.into() }, evidence }
    }

    pub fn unavailable(edition: impl Into<String>, evidence: Vec<EvidenceId>) -> Observed<T> {
        Observed { reading: Reading::Unavailable { edition: edition.into() }, evidence }
    }

    pub fn not_collected(why: impl Into<String>) -> Observed<T> {
        Observed { reading: Reading::NotCollected { why: why.into() }, evidence: Vec::new() }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Observed<U> {
        let reading = match self.reading {
            Reading::Known { value, complete } => Reading::Known { value: f(value), complete },
            Reading::Absent => Reading::Absent,
            Reading::Denied { needs } => Reading::Denied { needs },
            Reading::Unavailable { edition } => Reading::Unavailable { edition },
            Reading::Failed { why } => Reading::Failed { why },
            Reading::NotCollected { why } => Reading::NotCollected { why },
        };
        Observed { reading, evidence: self.evidence }
    }

    /// The next reading when this one is known; otherwise this one's reason. Evidence is joined.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Observed<U>) -> Observed<U> {
        let (value, complete) = match self.reading {
            Reading::Known { value, complete } => (value, complete),
            other => return Observed { reading: carry(other), evidence: self.evidence },
        };
        let mut next = f(value);
        if let (false, Reading::Known { complete, .. }) = (complete, &mut next.reading) {
            *complete = false;
        }
        next.evidence.splice(0..0, self.evidence);
        next
    }

    /// Borrowed, so that `map` and `and_then` need not consume.
    pub fn as_ref(&self) -> Observed<&T> {
        let reading = match &self.reading {
            Reading::Known { value, complete } => Reading::Known { value, complete: *complete },
            Reading::Absent => Reading::Absent,
            Reading::Denied { needs } => Reading::Denied { needs: needs.clone() },
            Reading::Unavailable { edition } => Reading::Unavailable { edition: edition.clone() },
            Reading::Failed { why } => Reading::Failed { why: why.clone() },
            Reading::NotCollected { why } => Reading::NotCollected { why: why.clone() },
        };
        Observed { reading, evidence: self.evidence.clone() }
    }

    /// What was seen, whether or not it is all there is. Use for "is there one that"; never to conclude that there is none.
    pub fn seen(&self) -> Option<&T> {
        match &self.reading {
            Reading::Known { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Whether the absence of a member proves that it is not there.
    pub fn is_whole(&self) -> bool {
        matches!(self.reading, Reading::Known { complete: true, .. } | Reading::Absent)
    }

    /// A truth about the value. `Absent` is `when_absent`; every other reading that is not known is Unknown.
    pub fn holds(&self, when_absent: Truth, test: impl FnOnce(&T) -> Truth) -> Truth {
        match &self.reading {
            Reading::Known { value, .. } => test(value),
            Reading::Absent => when_absent,
            _ => Truth::Unknown,
        }
    }

    /// The reason this is not wholly known, for a report; `None` when it is.
    pub fn gap(&self, what: impl Into<String>) -> Option<Gap> {
        let (why, needs) = match &self.reading {
            Reading::Known { complete: true, .. } | Reading::Absent => return None,
            Reading::Known { complete: false, .. } => ("incomplete: not all of it was read".to_owned(), None),
            Reading::Denied { needs } => ("denied".to_owned(), Some(needs.clone())),
            Reading::Unavailable { edition } => (format!("unavailable: {edition}"), None),
            Reading::Failed { why } => (format!("failed: {why}"), None),
            Reading::NotCollected { why } => (format!("not collected: {why}"), None),
        };
        Some(Gap { what: what.into(), why, needs, evidence: self.evidence.clone() })
    }
}

impl<T> Observed<Vec<T>> {
    /// Whether one member passes. Settles early on a hit; "none" needs the whole list.
    pub fn any(&self, test: impl Fn(&T) -> Truth) -> Truth {
        match &self.reading {
            Reading::Known { value, complete } => {
                let seen = Truth::any(value.iter().map(test));
                if *complete { seen } else { seen.or(Truth::Unknown) }
            }
            Reading::Absent => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// Whether all members pass. Settles early on a miss; "all" needs the whole list.
    pub fn all(&self, test: impl Fn(&T) -> Truth) -> Truth {
        self.any(|member| test(member).not()).not()
    }

    /// The members seen; empty when nothing was read.
    pub fn members(&self) -> &[T] {
        self.seen().map_or(&[], Vec::as_slice)
    }
}

/// A reading that holds no value, under another type.
fn carry<T, U>(reading: Reading<T>) -> Reading<U> {
    match reading {
        Reading::Absent | Reading::Known { .. } => Reading::Absent,
        Reading::Denied { needs } => Reading::Denied { needs },
        Reading::Unavailable { edition } => Reading::Unavailable { edition },
        Reading::Failed { why } => Reading::Failed { why },
        Reading::NotCollected { why } => Reading::NotCollected { why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_needs_the_whole_list_and_one_does_not() {
        let part = Observed::partial(vec![1, 2], Vec::new());
        assert_eq!(part.any(|n| (*n == 2).into()), Truth::True);
        assert_eq!(part.any(|n| (*n == 3).into()), Truth::Unknown);
        assert_eq!(part.all(|n| (*n == 1).into()), Truth::False);
        assert_eq!(part.all(|n| (*n > 0).into()), Truth::Unknown);
        let whole = Observed::known(vec![1, 2], Vec::new());
        assert_eq!(whole.any(|n| (*n == 3).into()), Truth::False);
        assert_eq!(whole.all(|n| (*n > 0).into()), Truth::True);
        let denied: Observed<Vec<i32>> = Observed::denied("github", "x", Vec::new());
        assert_eq!(denied.any(|_| Truth::True), Truth::Unknown);
        assert_eq!(denied.all(|_| Truth::True), Truth::Unknown);
    }

    #[test]
    fn and_then_keeps_the_first_reason_and_all_evidence() {
        let first: Observed<i32> = Observed::failed("boom", vec!["e-1".into()]);
        let joined = first.and_then(|n| Observed::known(n, vec!["e-2".into()]));
        assert_eq!(joined.reading, Reading::Failed { why: "boom".to_owned() });
        let both = Observed::partial(1, vec!["e-1".into()]).and_then(|n| Observed::known(n + 1, vec!["e-2".into()]));
        assert_eq!(both.reading, Reading::Known { value: 2, complete: false });
        assert_eq!(both.evidence, vec![EvidenceId::from("e-1"), EvidenceId::from("e-2")]);
    }
}
