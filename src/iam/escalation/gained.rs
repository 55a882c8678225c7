//! The principals that an edge gains.

use std::sync::Arc;

/// Places in the account, in order; the list is shared by all who gain the same, so who takes the step is left out of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gained {
    places: Arc<[usize]>,
    but: Option<usize>,
}

impl Gained {
    /// All of a sorted list but one, who gains nothing by becoming itself.
    pub(super) fn others(places: Arc<[usize]>, but: usize) -> Self {
        let but = places.binary_search(&but).is_ok().then_some(but);
        Self { places, but }
    }

    /// One principal.
    pub(super) fn one(place: usize) -> Self {
        Self { places: [place].into(), but: None }
    }

    /// The places.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.places.iter().copied().filter(|place| Some(*place) != self.but)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len() - usize::from(self.but.is_some())
    }

    /// Whether nobody is gained.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
