//! What one or more steps of a path come to, when they are not refused.

use super::super::decision::{Decision, Question, Residual};
use super::super::policy::Effect;

/// The answer of one or more steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// What it depends on.
    pub residual: Vec<Residual>,
    /// What the account lacks today.
    pub lacking: Option<String>,
}

impl Answer {
    /// `None` where the decision refuses.
    pub(super) fn of(decision: Decision) -> Option<Self> {
        decision.verdict.may_be_allowed().then_some(Self { residual: decision.residual, lacking: None })
    }

    /// The caller chooses the resource: which one is meant is no open question, unless a Deny leaves nothing to choose.
    pub(super) fn chosen(decision: Decision) -> Option<Self> {
        let mut answer = Self::of(decision)?;
        let asks = |effect: Effect| {
            let of_effect = |residual: &&Residual| {
                residual.statement.as_ref().and_then(|statement| statement.effect) == Some(effect)
            };
            answer.residual.iter().filter(of_effect).any(is_resource)
        };
        if asks(Effect::Allow) && asks(Effect::Deny) {
            return Some(answer);
        }
        answer.residual.retain(|residual| !is_resource(residual));
        Some(answer)
    }

    /// The best of several answers: a certain one, else the first.
    pub(super) fn best(answers: impl Iterator<Item = Self>) -> Option<Self> {
        let mut first = None;
        for answer in answers {
            if answer.is_certain() {
                return Some(answer);
            }
            first.get_or_insert(answer);
        }
        first
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        for question in other.residual {
            if !self.residual.contains(&question) {
                self.residual.push(question);
            }
        }
        self.lacking = self.lacking.or(other.lacking);
        self
    }

    pub(super) fn is_certain(&self) -> bool {
        self.residual.is_empty() && self.lacking.is_none()
    }

    pub(super) fn but(mut self, lacking: String) -> Self {
        self.lacking = Some(lacking);
        self
    }
}

fn is_resource(residual: &Residual) -> bool {
    matches!(residual.question, Question::Resource { .. })
}
