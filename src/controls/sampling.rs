//! `controls/sampling.yaml`: sample sizes by how often a control works.

use serde::Deserialize;

/// The table, the rarest first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// Populations of so many items or fewer are tested whole.
    pub all_upto: u64,
    pub rows: Vec<SizeRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeRow {
    /// In an auditor's words: `weekly`.
    pub frequency: String,
    /// Occurrences in a year up to which the row holds; the last row has none.
    pub upto: Option<u64>,
    pub low: u64,
    pub high: u64,
}

/// A size and the rule that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    pub n: u64,
    pub because: String,
}

impl Sampling {
    /// The size for a population of `items` over `days`.
    pub fn size(&self, items: u64, days: u64, high: bool) -> Size {
        if items <= self.all_upto {
            return Size { n: items, because: format!("{items} items, at most {}: all of them", self.all_upto) };
        }
        let yearly = items.saturating_mul(365) / days.max(1);
        let row = self.rows.iter().find(|row| row.upto.is_none_or(|upto| yearly <= upto));
        let n = row.map_or(items, |row| if high { row.high } else { row.low });
        let frequency = row.map_or("unknown", |row| row.frequency.as_str());
        let risk = if high { "high" } else { "low" };
        Size { n: n.min(items), because: format!("{yearly} a year: {frequency}, {risk} risk") }
    }
}

#[cfg(test)]
mod tests {
    use crate::controls::catalogue::{Catalogue, Overlay};

    #[test]
    fn sizes_follow_the_table() {
        let sampling = Catalogue::load(&Overlay::default()).unwrap().sampling;
        for (items, days, high, n) in [
            (0, 365, false, 0),
            (25, 365, true, 25),
            (26, 365, false, 5),
            (300, 365, false, 15),
            (300, 90, false, 25),
            (5000, 365, true, 60),
        ] {
            assert_eq!(sampling.size(items, days, high).n, n, "{items} in {days} days");
        }
    }
}
