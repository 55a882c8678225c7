//! Sets of actions as bits.

use super::super::actions::{self, ActionId};

/// A set of actions of the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ActionSet {
    words: Box<[u64]>,
}

impl ActionSet {
    /// No action.
    #[must_use]
    pub fn empty() -> Self {
        Self { words: vec![0; actions::table().len().div_ceil(64)].into() }
    }

    /// Every action.
    #[must_use]
    pub fn all() -> Self {
        let mut set = Self::empty();
        actions::table().ids().for_each(|id| set.insert(id));
        set
    }

    /// These actions.
    #[must_use]
    pub fn of(ids: impl IntoIterator<Item = ActionId>) -> Self {
        let mut set = Self::empty();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }

    /// Adds an action.
    pub fn insert(&mut self, id: ActionId) {
        if let Some(word) = self.words.get_mut(id.number() / 64) {
            *word |= 1 << (id.number() % 64);
        }
    }

    /// Whether the action is in it.
    #[must_use]
    pub fn contains(&self, id: ActionId) -> bool {
        self.words.get(id.number() / 64).is_some_and(|word| word >> (id.number() % 64) & 1 == 1)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Adds all of another set.
    pub fn add(&mut self, other: &Self) {
        self.words.iter_mut().zip(&*other.words).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// Keeps what the other set has too.
    pub fn keep(&mut self, other: &Self) {
        self.words.iter_mut().zip(&*other.words).for_each(|(mine, theirs)| *mine &= theirs);
    }

    /// Takes away what the other set has.
    pub fn remove(&mut self, other: &Self) {
        self.words.iter_mut().zip(&*other.words).for_each(|(mine, theirs)| *mine &= !theirs);
    }

    /// Everything that is not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut all = Self::all();
        all.remove(self);
        all
    }

    /// The actions in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = ActionId> {
        self.words.iter().enumerate().flat_map(|(place, word)| ids(place, *word))
    }

    /// The set without its empty words, for splitting.
    pub(super) fn sparse(&self) -> Sparse {
        let words = self.words.iter().enumerate().filter(|(_, word)| **word != 0);
        Sparse { words: words.map(|(place, word)| (place, *word)).collect() }
    }
}

/// A set that holds only its words that are not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sparse {
    words: Vec<(usize, u64)>,
}

impl Sparse {
    /// The part inside and the part outside another set.
    pub(super) fn split(&self, by: &ActionSet) -> (Self, Self) {
        let (mut inside, mut outside) = (Self { words: Vec::new() }, Self { words: Vec::new() });
        for (place, word) in &self.words {
            let other = by.words.get(*place).copied().unwrap_or(0);
            for (part, bits) in [(&mut inside, word & other), (&mut outside, word & !other)] {
                if bits != 0 {
                    part.words.push((*place, bits));
                }
            }
        }
        (inside, outside)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The actions in order.
    pub(super) fn ids(&self) -> Vec<ActionId> {
        self.words.iter().flat_map(|(place, word)| ids(*place, *word)).collect()
    }
}

/// The actions of one word of a set.
fn ids(place: usize, word: u64) -> impl Iterator<Item = ActionId> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let lowest = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
        rest &= rest - 1;
        ActionId::at(place * 64 + lowest)
    })
}
