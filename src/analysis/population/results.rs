//! What testing every item of the population gave, and what a sample of it would have missed.

use serde::{Deserialize, Serialize};

use super::{Populations, change::Stratum};
use crate::{
    analysis::{changes::attributes::Attribute, sampling},
    model::truth::Truth,
};

/// One attribute over the whole population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    pub attribute: Attribute,
    pub title: String,
    pub tested: u64,
    pub met: u64,
    /// Ids of items that do not meet it: the deviations.
    pub not_met: Vec<String>,
    /// Ids of items for which it could not be told.
    pub not_determinable: Vec<String>,
}

impl Test {
    /// `3 of 120 not met, 2 not determinable; a sample of 25 would have missed all 3 with probability 0.489`.
    pub fn sentence(&self, sample: u64) -> String {
        let bad = u64::try_from(self.not_met.len()).unwrap_or(u64::MAX);
        let untold = match self.not_determinable.len() {
            0 => String::new(),
            untold => format!(", {untold} not determinable"),
        };
        // A sample as large as the population is the population.
        let missed = match bad {
            1.. if sample < self.tested => format!(
                "; a sample of {sample} would have missed all of them with probability {:.3}",
                sampling::misses_all(self.tested, bad, sample)
            ),
            _ => String::new(),
        };
        format!("{bad} of {} not met{untold}{missed}", self.tested)
    }
}

/// Every attribute, each item tested. A direct push has no approval, so it deviates from C and D; the other attributes are
/// those of pull requests.
pub fn tests(populations: &Populations) -> Vec<Test> {
    let direct: Vec<String> =
        populations.frame().into_iter().filter(|(stratum, _)| *stratum == Stratum::Direct).map(|(_, id)| id).collect();
    let of = |attribute: Attribute| {
        let mut test = Test {
            attribute,
            title: attribute.title().to_owned(),
            tested: 0,
            met: 0,
            not_met: Vec::new(),
            not_determinable: Vec::new(),
        };
        for change in &populations.changes {
            test.tested += 1;
            match change.get(attribute).held {
                Truth::True => test.met += 1,
                Truth::False => test.not_met.push(change.id.clone()),
                Truth::Unknown => test.not_determinable.push(change.id.clone()),
            }
        }
        if matches!(attribute, Attribute::C | Attribute::D) {
            test.tested += u64::try_from(direct.len()).unwrap_or_default();
            test.not_met.extend(direct.iter().cloned());
        }
        test
    };
    Attribute::ALL.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_says_what_a_smaller_sample_would_have_missed() {
        let of = |tested: u64, not_met: usize| Test {
            attribute: Attribute::C,
            title: String::new(),
            tested,
            met: 0,
            not_met: vec!["acme/shop#1".to_owned(); not_met],
            not_determinable: Vec::new(),
        };
        let missed = "3 of 300 not met; a sample of 25 would have missed all of them with probability 0.770";
        assert_eq!(of(300, 3).sentence(25), missed);
        assert_eq!(of(7, 2).sentence(25), "2 of 7 not met", "all of them are drawn");
        assert_eq!(of(300, 0).sentence(25), "0 of 300 not met");
    }
}
