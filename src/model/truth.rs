//! Three-valued logic after Kleene: `Unknown` is an answer of its own and never turns into `True` by itself.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    False,
    Unknown,
    True,
}

impl Truth {
    pub fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    pub fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    #[expect(clippy::should_implement_trait, reason = "`!` on a three-valued type reads as a Boolean")]
    pub fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        }
    }

    /// The complement when `flag` is set.
    pub fn not_if(self, flag: bool) -> Truth {
        if flag { self.not() } else { self }
    }

    /// True when every one is; an empty list is true. Asks no further once one is false.
    pub fn all(values: impl IntoIterator<Item = Truth>) -> Truth {
        let mut all = Truth::True;
        for value in values {
            all = all.and(value);
            if all == Truth::False {
                break;
            }
        }
        all
    }

    /// True when one is; an empty list is false. Asks no further once one is true.
    pub fn any(values: impl IntoIterator<Item = Truth>) -> Truth {
        let mut any = Truth::False;
        for value in values {
            any = any.or(value);
            if any == Truth::True {
                break;
            }
        }
        any
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}
