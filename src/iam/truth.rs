//! Three-valued logic (Kleene's strong logic of indeterminacy): what is not known stays visible in every answer.

/// The answer of a predicate. The order is `False < Unknown < True`, so conjunction is the minimum and disjunction the maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Known not to hold.
    False,
    /// Depends on something that was not told.
    Unknown,
    /// Known to hold.
    True,
}

impl Truth {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// The complement; unknown stays unknown.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }

    /// The complement when `flag` is set.
    #[must_use]
    pub fn negate_if(self, flag: bool) -> Self {
        if flag { self.negate() } else { self }
    }

    /// Whether every member holds; true for none. Stops at the first member known not to hold.
    pub fn all(members: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::True;
        for member in members {
            all = all.and(member);
            if all == Self::False {
                break;
            }
        }
        all
    }

    /// Whether any member holds; false for none. Stops at the first member known to hold.
    pub fn any(members: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::False;
        for member in members {
            any = any.or(member);
            if any == Self::True {
                break;
            }
        }
        any
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}
