//! The 27 condition operators, their set prefixes and `IfExists`.
//!
//! Source: IAM User Guide, `reference_policies_elements_condition_operators` and `reference_policies_condition-single-vs-multi-valued-context-keys`.

/// What is compared and how; negation stands beside it in [`Operator`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Byte for byte, no wildcards.
    StringEquals,
    /// Without regard to case, no wildcards.
    StringEqualsIgnoreCase,
    /// With `*` and `?`.
    StringLike,
    /// Numbers, in this order to the policy's value.
    Numeric(Order),
    /// Times, in this order to the policy's value.
    Date(Order),
    /// `true` or `false`.
    Bool,
    /// Base-64 text, byte for byte.
    Binary,
    /// An address inside a CIDR block.
    IpAddress,
    /// ARNs, field by field with wildcards; `ArnEquals` and `ArnLike` are the same.
    Arn,
    /// Whether the key is absent.
    Null,
}

/// An order between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The same.
    Equals,
    /// Below.
    Less,
    /// Below or the same.
    LessOrEqual,
    /// Above.
    Greater,
    /// Above or the same.
    GreaterOrEqual,
}

/// How a set of values in the request is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// No prefix: the key has one value.
    Single,
    /// `ForAnyValue:`.
    Any,
    /// `ForAllValues:`.
    All,
}

/// A condition operator as written in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// What is compared.
    pub comparison: Comparison,
    /// `…Not…`: true where no value of the policy matches.
    pub negated: bool,
    /// The set prefix.
    pub quantifier: Quantifier,
    /// The suffix `IfExists`.
    pub if_exists: bool,
}

/// The operators' names: 27 with their negations.
const NAMES: [(&str, Comparison, bool); 27] = [
    ("StringEquals", Comparison::StringEquals, false),
    ("StringNotEquals", Comparison::StringEquals, true),
    ("StringEqualsIgnoreCase", Comparison::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Comparison::StringEqualsIgnoreCase, true),
    ("StringLike", Comparison::StringLike, false),
    ("StringNotLike", Comparison::StringLike, true),
    ("NumericEquals", Comparison::Numeric(Order::Equals), false),
    ("NumericNotEquals", Comparison::Numeric(Order::Equals), true),
    ("NumericLessThan", Comparison::Numeric(Order::Less), false),
    ("NumericLessThanEquals", Comparison::Numeric(Order::LessOrEqual), false),
    ("NumericGreaterThan", Comparison::Numeric(Order::Greater), false),
    ("NumericGreaterThanEquals", Comparison::Numeric(Order::GreaterOrEqual), false),
    ("DateEquals", Comparison::Date(Order::Equals), false),
    ("DateNotEquals", Comparison::Date(Order::Equals), true),
    ("DateLessThan", Comparison::Date(Order::Less), false),
    ("DateLessThanEquals", Comparison::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Comparison::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Comparison::Date(Order::GreaterOrEqual), false),
    ("Bool", Comparison::Bool, false),
    ("BinaryEquals", Comparison::Binary, false),
    ("IpAddress", Comparison::IpAddress, false),
    ("NotIpAddress", Comparison::IpAddress, true),
    ("ArnEquals", Comparison::Arn, false),
    ("ArnNotEquals", Comparison::Arn, true),
    ("ArnLike", Comparison::Arn, false),
    ("ArnNotLike", Comparison::Arn, true),
    ("Null", Comparison::Null, false),
];

impl Operator {
    /// Reads an operator's name, without regard to case; `None` for one that AWS does not have.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (quantifier, rest) = match name.split_once(':') {
            None => (Quantifier::Single, name),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAnyValue") => (Quantifier::Any, rest),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAllValues") => (Quantifier::All, rest),
            Some(_) => return None,
        };
        let lower = rest.to_ascii_lowercase();
        let (base, if_exists) = match lower.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (lower.as_str(), false),
        };
        let (_, comparison, negated) = NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(base))?;
        // "You can use IfExists with any operator except Null", whose very question is existence.
        if if_exists && *comparison == Comparison::Null {
            return None;
        }
        Some(Self { comparison: *comparison, negated: *negated, quantifier, if_exists })
    }

    /// Whether policy variables are replaced in its values: only string and ARN operators take them.
    #[must_use]
    pub fn takes_variables(self) -> bool {
        matches!(
            self.comparison,
            Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike | Comparison::Arn
        )
    }
}

impl Order {
    /// Whether `left` stands in this order to `right`.
    #[must_use]
    pub fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equals => left == right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_in_every_form() {
        for (name, comparison, negated) in NAMES {
            for (prefix, quantifier) in
                [("", Quantifier::Single), ("ForAnyValue:", Quantifier::Any), ("forallvalues:", Quantifier::All)]
            {
                let operator = Operator::parse(&format!("{prefix}{name}")).unwrap();
                assert_eq!(operator, Operator { comparison, negated, quantifier, if_exists: false });
                let with = Operator::parse(&format!("{prefix}{name}IfExists"));
                assert_eq!(with.is_none(), comparison == Comparison::Null, "{name}");
            }
        }
        assert_eq!(Operator::parse("StringMatches"), None);
        assert_eq!(Operator::parse("ForSomeValue:StringLike"), None);
    }
}
