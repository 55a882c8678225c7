//! The embedded table; `controls/aws/build-actions.py` writes it and describes its format.

use std::ops::Range;

use super::super::glob::Glob;
use crate::model::action::ActionClass;

/// An action's place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(u16);

impl ActionId {
    /// The action with a number, if the table can hold it.
    #[must_use]
    pub fn at(number: usize) -> Option<Self> {
        u16::try_from(number).ok().map(Self)
    }

    /// Its number, from 0.
    #[must_use]
    pub fn number(self) -> usize {
        usize::from(self.0)
    }
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// `s3:DeleteObject`.
    pub name: Box<str>,
    /// The same in lower case.
    pub lower: Box<str>,
    /// Its class.
    pub class: ActionClass,
    resources: u16,
}

/// A service: its prefix and its actions' places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The prefix, `s3`.
    pub prefix: Box<str>,
    /// Its actions, sorted by lower-case name.
    pub actions: Range<u16>,
}

/// All actions, sorted by service and lower-case name.
#[derive(Debug, Default)]
pub struct Table {
    /// The day of the data.
    pub date: Box<str>,
    services: Vec<Service>,
    actions: Vec<Action>,
    resources: Vec<Box<[Box<str>]>>,
}

/// The classes by their number in the table.
const CLASSES: [ActionClass; 7] = [
    ActionClass::List,
    ActionClass::Read,
    ActionClass::Write,
    ActionClass::Destroy,
    ActionClass::Disrupt,
    ActionClass::Tag,
    ActionClass::Permissions,
];

impl Table {
    /// Reads the table; a damaged one ends where the damage begins (a test counts the embedded one).
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut table = Self::default();
        let mut reader = Reader { bytes, words: Vec::new() };
        if table.read_all(&mut reader).is_none() {
            table.date = Box::default();
        }
        table
    }

    fn read_all(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let header = reader.line()?;
        let mut fields = header.split(' ').skip(2);
        self.date = fields.next()?.into();
        let services: usize = fields.next()?.parse().ok()?;
        reader.words = (0..128).map(|_| reader.word()).collect::<Option<_>>()?;
        for _ in 0..services {
            self.read_service(reader)?;
        }
        Some(())
    }

    fn read_service(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let prefix = reader.text()?;
        let patterns: Vec<Box<str>> =
            (0..reader.byte()?).map(|_| reader.text().map(Into::into)).collect::<Option<_>>()?;
        let first_set = u16::try_from(self.resources.len()).ok()?;
        for _ in 0..reader.byte()? {
            let numbers = reader.byte()?;
            let set: Option<Box<[Box<str>]>> =
                (0..numbers).map(|_| patterns.get(usize::from(reader.byte()?)).cloned()).collect();
            self.resources.push(set?);
        }
        let count = u16::from_le_bytes([reader.byte()?, reader.byte()?]);
        let first = u16::try_from(self.actions.len()).ok()?;
        let mut name = String::new();
        for _ in 0..count {
            let head = reader.byte()?;
            name.truncate(usize::from(head & 31));
            name.push_str(&reader.text()?);
            let whole = format!("{prefix}:{name}");
            self.actions.push(Action {
                lower: whole.to_ascii_lowercase().into(),
                name: whole.into(),
                class: *CLASSES.get(usize::from(head >> 5))?,
                resources: first_set + u16::from(reader.byte()?),
            });
        }
        self.services.push(Service { prefix: prefix.into(), actions: first..first + count });
        Some(())
    }

    /// How many actions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether the table is empty, which only a damaged one is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// The services in order.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Every action's place.
    pub fn ids(&self) -> impl Iterator<Item = ActionId> {
        (0..u16::try_from(self.actions.len()).unwrap_or(u16::MAX)).map(ActionId)
    }

    /// The action at a place that this table gave out.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "an id comes from this table, which never shrinks")]
    pub fn action(&self, id: ActionId) -> &Action {
        &self.actions[usize::from(id.0)]
    }

    /// The place of an action given in lower case.
    #[must_use]
    pub fn find(&self, lower_action: &str) -> Option<ActionId> {
        let service = self.service(lower_action.split_once(':')?.0)?;
        let range = usize::from(service.actions.start)..usize::from(service.actions.end);
        let names = self.actions.get(range)?;
        let place = names.binary_search_by(|action| (*action.lower).cmp(lower_action)).ok()?;
        Some(ActionId(service.actions.start + u16::try_from(place).ok()?))
    }

    /// The service with a prefix.
    #[must_use]
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let place = self.services.binary_search_by(|service| (*service.prefix).cmp(prefix)).ok()?;
        self.services.get(place)
    }

    /// The shapes of the resources that an action works on, `arn:*:s3:::*/*`.
    #[must_use]
    pub fn resources(&self, id: ActionId) -> &[Box<str>] {
        self.resources.get(usize::from(self.action(id).resources)).map_or(&[], |set| set)
    }

    /// The places of all actions that a pattern (over lower-case names) matches.
    pub fn expand<'t>(&'t self, pattern: &'t Glob) -> impl Iterator<Item = ActionId> + 't {
        let head = pattern.head();
        let services = match head.split_once(':') {
            Some((prefix, _)) => self.service(prefix).map_or(&[][..], std::slice::from_ref),
            None => &self.services,
        };
        services.iter().filter(move |service| service.prefix.starts_with(head) || head.contains(':')).flat_map(
            move |service| {
                service.actions.clone().map(ActionId).filter(move |id| pattern.matches(&self.action(*id).lower))
            },
        )
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    words: Vec<String>,
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn until(&mut self, end: u8) -> Option<&'b [u8]> {
        let place = self.bytes.iter().position(|byte| *byte == end)?;
        let (text, rest) = self.bytes.split_at_checked(place)?;
        self.bytes = rest.get(1..)?;
        Some(text)
    }

    fn line(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.until(b'\n')?).ok()
    }

    fn word(&mut self) -> Option<String> {
        let length = usize::from(self.byte()?);
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        for byte in self.until(0)? {
            match byte.checked_sub(0x80) {
                Some(word) => text.push_str(self.words.get(usize::from(word))?),
                None => text.push(char::from(*byte)),
            }
        }
        Some(text)
    }
}
