//! One condition: an operator, a key and its values.
//!
//! Source: IAM User Guide, `reference_policies_elements_condition`, `reference_policies_condition-logic-multiple-context-keys-or-values`.

use super::arn::ArnGlob;
use super::context::{Lookup, Lookups};
use super::operator::{Comparison, Operator, Order, Quantifier};
use super::value::{self, AddressBlock};
use super::variable::{Filled, Filling, Pattern};
use crate::model::truth::Truth;

/// A condition of a statement, compiled.
#[derive(Debug, Clone)]
pub struct Condition {
    operator_name: Box<str>,
    key: Box<str>,
    lower_key: Box<str>,
    values: Vec<String>,
    test: Option<(Operator, Test)>,
    problem: Option<&'static str>,
}

/// The policy's values in the form that their operator compares; `None` for a value it cannot read.
#[derive(Debug, Clone)]
enum Test {
    Equals(Vec<Pattern>),
    EqualsIgnoreCase(Vec<Pattern>),
    Like(Vec<Pattern>),
    Arn(Vec<(Pattern, Option<ArnGlob>)>),
    Numeric(Order, Vec<Option<f64>>),
    Date(Order, Vec<Option<jiff::Timestamp>>),
    Bool(Vec<Option<bool>>),
    Binary(Vec<String>),
    Ip(Vec<Option<AddressBlock>>),
    Null(Vec<Option<bool>>),
}

impl Condition {
    /// Compiles a condition; `variables` says whether the policy's version knows variables.
    #[must_use]
    pub fn new(operator: &str, key: &str, values: Vec<String>, variables: bool) -> Self {
        let Some(known) = Operator::parse(operator) else {
            let mut condition = Self::unreadable(operator, key, values);
            condition.problem = Some("AWS has no such operator");
            return condition;
        };
        let test = compile(known, &values, variables);
        let problem = test.has_unreadable_value().then_some("a value that this operator cannot read");
        Self {
            operator_name: operator.into(),
            key: key.into(),
            lower_key: key.to_ascii_lowercase().into(),
            values,
            test: Some((known, test)),
            problem,
        }
    }

    /// A condition that cannot be read: its answer is unknown.
    #[must_use]
    pub fn unreadable(operator: &str, key: &str, values: Vec<String>) -> Self {
        Self {
            operator_name: operator.into(),
            key: key.into(),
            lower_key: key.to_ascii_lowercase().into(),
            values,
            test: None,
            problem: Some("cannot be read"),
        }
    }

    /// The operator as written.
    #[must_use]
    pub fn operator(&self) -> &str {
        &self.operator_name
    }

    /// The operator understood, unless there is no such operator.
    #[must_use]
    pub fn parsed_operator(&self) -> Option<Operator> {
        self.test.as_ref().map(|(operator, _)| *operator)
    }

    /// The key as written.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key in lower case: key names are compared without regard to case.
    #[must_use]
    pub fn lower_key(&self) -> &str {
        &self.lower_key
    }

    /// Every key it asks for, in lower case: its own and those of variables in its values.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let patterns: Vec<&Pattern> = match &self.test {
            Some((_, Test::Equals(list) | Test::EqualsIgnoreCase(list) | Test::Like(list))) => list.iter().collect(),
            Some((_, Test::Arn(list))) => list.iter().map(|(pattern, _)| pattern).collect(),
            _ => Vec::new(),
        };
        std::iter::once(self.lower_key()).chain(patterns.into_iter().flat_map(Pattern::keys))
    }

    /// The policy's values as written.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// What makes this condition unreadable, if anything.
    #[must_use]
    pub fn problem(&self) -> Option<&'static str> {
        self.problem
    }

    /// Whether the condition holds for a request.
    #[must_use]
    pub fn holds(&self, request: &impl Lookups) -> Truth {
        let Some((operator, test)) = &self.test else { return Truth::Unknown };
        match request.lookup(&self.lower_key) {
            Lookup::Unknown => self.untold(*operator, test),
            Lookup::Absent => absent(*operator, test),
            Lookup::One(value) => self.present(*operator, test, std::slice::from_ref(&value), request),
            Lookup::Many(values) => {
                let values: Vec<_> = values.iter().map(|value| value.as_str().into()).collect();
                self.present(*operator, test, &values, request)
            }
        }
    }

    /// The answer for a key nobody told: unknown, but for times, which cannot lie before this program's own data.
    ///
    /// A token is at most 36 hours old (IAM User Guide, `id_credentials_temp_request`, GetFederationToken and GetSessionToken).
    fn untold(&self, operator: Operator, test: &Test) -> Truth {
        let (Test::Date(order, wanted), Quantifier::Single) = (test, operator.quantifier) else {
            return Truth::Unknown;
        };
        let (hours, always) = match &*self.lower_key {
            "aws:currenttime" | "aws:epochtime" => (0, true),
            "aws:tokenissuetime" => (36, false),
            _ => return Truth::Unknown,
        };
        let Some(floor) = value::time(super::actions::data_date()) else { return Truth::Unknown };
        let floor = floor.saturating_sub(jiff::SignedDuration::from_hours(hours)).unwrap_or(floor);
        let past = |wanted: &Option<jiff::Timestamp>| wanted.is_some_and(|wanted| wanted < floor);
        let matches = match order {
            Order::Less | Order::LessOrEqual | Order::Equals if wanted.iter().all(past) => Truth::False,
            Order::Greater | Order::GreaterOrEqual if wanted.iter().any(past) => Truth::True,
            _ => return Truth::Unknown,
        };
        let present = matches.not_if(operator.negated);
        if always || present == absent(operator, test) { present } else { Truth::Unknown }
    }

    fn present(
        &self,
        operator: Operator,
        test: &Test,
        values: &[std::borrow::Cow<'_, str>],
        request: &impl Lookups,
    ) -> Truth {
        if let Test::Null(wanted) = test {
            return null(wanted, false);
        }
        // "… or if the key values resolve to a null data set, such as an empty string."
        let null_set = values.iter().all(|value| value.is_empty());
        match operator.quantifier {
            Quantifier::All if null_set => return Truth::True,
            Quantifier::Any if null_set => return Truth::False,
            _ => {}
        }
        let one = |value: &std::borrow::Cow<'_, str>| test.matches(value, request).not_if(operator.negated);
        match operator.quantifier {
            Quantifier::Any => Truth::any(values.iter().map(one)),
            Quantifier::All => Truth::all(values.iter().map(one)),
            Quantifier::Single => {
                // Several values without a set operator: AWS does not say which one counts.
                let (any, all) = (Truth::any(values.iter().map(one)), Truth::all(values.iter().map(one)));
                if any == all { any } else { Truth::Unknown }
            }
        }
    }
}

/// The answer for a key that is not in the request.
///
/// Positive operators are false, negated ones true; `IfExists` and `ForAllValues` are true, `ForAnyValue` is false.
fn absent(operator: Operator, test: &Test) -> Truth {
    if let Test::Null(wanted) = test {
        return null(wanted, true);
    }
    match operator.quantifier {
        Quantifier::All => Truth::True,
        Quantifier::Any => Truth::False,
        Quantifier::Single => (operator.if_exists || operator.negated).into(),
    }
}

fn null(wanted: &[Option<bool>], is_absent: bool) -> Truth {
    Truth::any(wanted.iter().map(|value| value.map_or(Truth::Unknown, |value| (value == is_absent).into())))
}

fn compile(operator: Operator, values: &[String], variables: bool) -> Test {
    let patterns = || -> Vec<Pattern> {
        values.iter().map(|text| Pattern::new(text, variables && operator.takes_variables())).collect()
    };
    match operator.comparison {
        Comparison::StringEquals => Test::Equals(patterns()),
        Comparison::StringEqualsIgnoreCase => Test::EqualsIgnoreCase(patterns()),
        Comparison::StringLike => Test::Like(patterns()),
        Comparison::Arn => Test::Arn(
            patterns()
                .into_iter()
                .map(|pattern| {
                    let glob = ArnGlob::new(pattern.source());
                    (pattern, glob)
                })
                .collect(),
        ),
        Comparison::Numeric(order) => Test::Numeric(order, values.iter().map(|text| value::number(text)).collect()),
        Comparison::Date(order) => Test::Date(order, values.iter().map(|text| value::time(text)).collect()),
        Comparison::Bool => Test::Bool(values.iter().map(|text| value::truth_value(text)).collect()),
        Comparison::Binary => Test::Binary(values.to_vec()),
        Comparison::IpAddress => Test::Ip(values.iter().map(|text| AddressBlock::parse(text)).collect()),
        Comparison::Null => Test::Null(values.iter().map(|text| value::truth_value(text)).collect()),
    }
}

impl Test {
    fn has_unreadable_value(&self) -> bool {
        match self {
            Self::Numeric(_, values) => values.iter().any(Option::is_none),
            Self::Date(_, values) => values.iter().any(Option::is_none),
            Self::Bool(values) | Self::Null(values) => values.iter().any(Option::is_none),
            Self::Ip(values) => values.iter().any(Option::is_none),
            Self::Equals(_) | Self::EqualsIgnoreCase(_) | Self::Like(_) | Self::Arn(_) | Self::Binary(_) => false,
        }
    }

    /// Whether any value of the policy matches one value of the request, before negation.
    fn matches(&self, value: &str, request: &impl Lookups) -> Truth {
        match self {
            Self::Equals(patterns) => Truth::any(
                patterns
                    .iter()
                    .map(|pattern| texts(pattern, request, |text| text == value, |open| open.matches(value))),
            ),
            Self::EqualsIgnoreCase(patterns) => Truth::any(patterns.iter().map(|pattern| {
                let same = |text: &str| text.to_lowercase() == value.to_lowercase();
                texts(pattern, request, same, |_| true)
            })),
            Self::Like(patterns) => Truth::any(patterns.iter().map(|pattern| match pattern.fixed() {
                Some(glob) => glob.matches(value).into(),
                None => match pattern.fill(|key| filling(request, key)) {
                    Filled::Known(_, glob) => glob.matches(value).into(),
                    Filled::Nothing => Truth::False,
                    Filled::Open(glob) => Truth::from(glob.matches(value)).and(Truth::Unknown),
                },
            })),
            Self::Arn(patterns) => Truth::any(patterns.iter().map(|(pattern, glob)| {
                if pattern.fixed().is_some() {
                    return glob.as_ref().is_some_and(|glob| glob.matches(value)).into();
                }
                arn_template(pattern, value, request)
            })),
            Self::Numeric(order, wanted) => compare(*order, wanted, value::number(value)),
            Self::Date(order, wanted) => compare(*order, wanted, value::time(value)),
            Self::Bool(wanted) => compare(Order::Equals, wanted, value::truth_value(value)),
            Self::Binary(wanted) => wanted.iter().any(|text| text == value).into(),
            Self::Ip(blocks) => match value.trim().parse() {
                Err(_) => Truth::False,
                Ok(address) => Truth::any(
                    blocks.iter().map(|block| block.map_or(Truth::Unknown, |block| block.contains(address).into())),
                ),
            },
            Self::Null(_) => Truth::Unknown,
        }
    }
}

/// Compares a typed value; one of the policy that cannot be read is unknown, one of the request matches nothing.
fn compare<T: PartialOrd>(order: Order, wanted: &[Option<T>], value: Option<T>) -> Truth {
    let Some(value) = value else { return Truth::False };
    Truth::any(
        wanted.iter().map(|wanted| wanted.as_ref().map_or(Truth::Unknown, |wanted| order.holds(&value, wanted).into())),
    )
}

/// Compares a value without wildcards, its variables filled in.
fn texts(
    pattern: &Pattern,
    request: &impl Lookups,
    same: impl Fn(&str) -> bool,
    possible: impl Fn(&super::glob::Glob) -> bool,
) -> Truth {
    if pattern.fixed().is_some() {
        return same(pattern.source()).into();
    }
    match pattern.fill(|key| filling(request, key)) {
        Filled::Known(text, _) => same(&text).into(),
        Filled::Nothing => Truth::False,
        Filled::Open(glob) => Truth::from(possible(&glob)).and(Truth::Unknown),
    }
}

fn arn_template(pattern: &Pattern, value: &str, request: &impl Lookups) -> Truth {
    let mut wild = false;
    let filled = pattern.fill(|key| {
        let filling = filling(request, key);
        wild |= matches!(&filling, Filling::Value(text) if text.contains(['*', '?']));
        filling
    });
    match filled {
        Filled::Known(text, _) if !wild => ArnGlob::new(&text).is_some_and(|glob| glob.matches(value)).into(),
        Filled::Nothing => Truth::False,
        // A wildcard that came in as a value stands for itself, which field patterns cannot express.
        Filled::Known(..) | Filled::Open(_) => Truth::Unknown,
    }
}

/// What a request says about a variable. A key with several values cannot be one.
pub fn filling(request: &impl Lookups, key: &str) -> Filling {
    match request.lookup(key) {
        Lookup::One(value) => Filling::Value(value.into_owned()),
        Lookup::Many([value]) => Filling::Value(value.clone()),
        Lookup::Absent => Filling::Absent,
        Lookup::Many(_) | Lookup::Unknown => Filling::Unknown,
    }
}
