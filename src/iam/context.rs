//! The request context: what is known of the keys that conditions ask for.
//!
//! Source: IAM User Guide, `reference_policies_condition-keys` (global condition context keys).

use std::borrow::Cow;
use std::collections::BTreeMap;

/// What is known of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// Not in the request.
    Absent,
    /// Nobody told.
    Unknown,
    /// One value.
    One(Cow<'a, str>),
    /// A set of values, as it was given.
    Many(&'a [String]),
}

/// Whatever can answer for condition keys (given in lower case).
pub trait Lookups {
    /// What is known of the key.
    fn lookup(&self, lower_key: &str) -> Lookup<'_>;
}

/// The keys of a request. Names are kept without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    partial: bool,
    keys: BTreeMap<Box<str>, Entry>,
    /// Prefixes whose keys are all listed: others of them are absent even in a partial context.
    closed: Vec<Box<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Absent,
    Unknown,
    One(String),
    Many(Vec<String>),
}

impl Context {
    /// A context in which a key that is not listed is absent from the request.
    #[must_use]
    pub fn complete() -> Self {
        Self::default()
    }

    /// A context in which a key that is not listed is unknown.
    #[must_use]
    pub fn partial() -> Self {
        Self { partial: true, ..Self::default() }
    }

    /// Whether keys that are not listed are unknown.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// Sets the one value of a key.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.put(key, Entry::One(value.into()));
    }

    /// Sets the values of a key; an empty set is the same as no key.
    pub fn set_many(&mut self, key: &str, values: Vec<String>) {
        self.put(key, if values.is_empty() { Entry::Absent } else { Entry::Many(values) });
    }

    /// Says that a key is not in the request.
    pub fn set_absent(&mut self, key: &str) {
        self.put(key, Entry::Absent);
    }

    /// Says that a key is unknown.
    pub fn set_unknown(&mut self, key: &str) {
        self.put(key, Entry::Unknown);
    }

    /// Says that every key with this prefix that the request has is listed.
    pub fn close_prefix(&mut self, prefix: &str) {
        self.closed.push(prefix.to_ascii_lowercase().into());
    }

    /// Adds a key and gives the context back, for building one in place.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.set(key, value);
        self
    }

    /// Adds what another context lists; what is listed here stays.
    pub fn add(&mut self, other: &Self) {
        for (key, entry) in &other.keys {
            self.keys.entry(key.clone()).or_insert_with(|| entry.clone());
        }
        self.closed.extend(other.closed.iter().cloned());
    }

    /// The keys that were set, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(|key| &**key)
    }

    fn put(&mut self, key: &str, entry: Entry) {
        self.keys.insert(key.to_ascii_lowercase().into(), entry);
    }

    /// What was said about a key, or `None` if it is not listed.
    #[must_use]
    pub fn listed(&self, lower_key: &str) -> Option<Lookup<'_>> {
        match self.keys.get(lower_key) {
            Some(Entry::Absent) => Some(Lookup::Absent),
            Some(Entry::Unknown) => Some(Lookup::Unknown),
            Some(Entry::One(value)) => Some(Lookup::One(Cow::Borrowed(value))),
            Some(Entry::Many(values)) => Some(Lookup::Many(values)),
            None => self.closed.iter().any(|prefix| lower_key.starts_with(&**prefix)).then_some(Lookup::Absent),
        }
    }

    /// The answer for a key that is not listed.
    #[must_use]
    pub fn unlisted(&self) -> Lookup<'static> {
        if self.partial { Lookup::Unknown } else { Lookup::Absent }
    }
}

impl Lookups for Context {
    fn lookup(&self, lower_key: &str) -> Lookup<'_> {
        self.listed(lower_key).unwrap_or_else(|| self.unlisted())
    }
}
