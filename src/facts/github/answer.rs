//! What one question was answered with, told apart by what it proves.
//!
//! GitHub says 404 where it hides, so a 404 is a denial unless its own text says what is missing. An answer that left a
//! field out denies that field alone (GitHub docs, "Troubleshooting the REST API": 404 for an existing resource).

use serde_json::Value;

use crate::{
    controls::permissions,
    evidence::{GITHUB_JSON, Next, Pages, Record, RunLog, Scope, Stop, first_page},
    model::{id::EvidenceId, observed::Observed},
};

const GITHUB: &str = "github";

/// As often as the client follows.
const MOVES: usize = 3;

/// The answers of one identity in one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub log: &'a RunLog,
    pub scope: &'a Scope,
}

/// An answer other than success.
#[derive(Debug, Clone)]
pub(super) struct Refusal<'a> {
    pub status: u16,
    /// GitHub's `message`; empty when the body is no such object.
    pub message: String,
    record: &'a Record,
    evidence: Vec<EvidenceId>,
}

/// The outcome of one question.
#[derive(Debug, Clone)]
pub(super) enum Got<'a, T> {
    Value(T, Vec<EvidenceId>),
    /// Members seen, but not all of them.
    Part(T, Vec<EvidenceId>),
    Refused(Refusal<'a>),
    Failed(String, Vec<EvidenceId>),
    NotAsked(String),
}

impl<'a> Reader<'a> {
    /// One JSON object.
    pub fn object(&self, path: &str) -> Got<'a, Value> {
        self.single(&self.pages(path, GITHUB_JSON), |record| self.log.json(record))
    }

    /// A file's text.
    pub fn text(&self, path: &str) -> Got<'a, String> {
        self.single(&self.pages(path, super::paths::RAW), |record| {
            let body = self.log.body(record).map_err(|e| e.to_string())?;
            String::from_utf8(body.to_vec()).map_err(|_| "the file is not UTF-8 text".to_owned())
        })
    }

    /// All pages of a list: an array, or the one array in an object (`{"total_count": 1, "runners": […]}`).
    pub fn list(&self, path: &str) -> Got<'a, Vec<Value>> {
        let pages = self.pages(&first_page(path), GITHUB_JSON);
        let evidence = pages.evidence();
        let mut items = Vec::new();
        let mut total = None;
        for record in &pages.records {
            if !record.status().is_some_and(|status| (200..300).contains(&status)) {
                break;
            }
            match self.log.json(record).and_then(members) {
                Ok((found, count)) => {
                    items.extend(found);
                    total = count.or(total);
                }
                Err(why) => return Got::Failed(why, evidence),
            }
        }
        let settled_first = pages.records.first().is_some_and(|record| record.granted());
        let distinct = distinct(&items);
        let moved = pages.records.len() > 1 && distinct < items.len();
        match (&pages.stop, settled_first) {
            (Stop::End, _) if !moved && total.is_none_or(|total| distinct >= total) => Got::Value(items, evidence),
            (Stop::End, _) | (_, true) => Got::Part(items, evidence),
            (_, false) => self.stopped(&pages),
        }
    }

    /// The answers to one question. A renamed or transferred repository moved, and GitHub says where to.
    fn pages(&self, path: &str, accept: &str) -> Pages<'a> {
        let mut pages = self.log.pages_as(self.scope, path, accept);
        for _ in 0..MOVES {
            match (&pages.stop, pages.records.last().and_then(|record| record.next.as_ref())) {
                (Stop::Status(300..=399), Some(Next::Page(moved))) => {
                    pages = self.log.pages_as(self.scope, moved, accept);
                }
                _ => break,
            }
        }
        pages
    }

    pub fn single<T>(&self, pages: &Pages<'a>, read: impl FnOnce(&Record) -> Result<T, String>) -> Got<'a, T> {
        match (&pages.stop, pages.records.last()) {
            (Stop::End, Some(record)) => match read(record) {
                Ok(value) => Got::Value(value, pages.evidence()),
                Err(why) => Got::Failed(why, pages.evidence()),
            },
            _ => self.stopped(pages),
        }
    }

    /// One record, whatever it answers.
    pub fn of(&self, record: &'a Record) -> Got<'a, Value> {
        let stop = match (record.status(), record.settled()) {
            (Some(200..=299), true) => Stop::End,
            (Some(status), true) => Stop::Status(status),
            (Some(status), false) => Stop::Failed(format!("HTTP {status}, ask again")),
            (None, _) => Stop::Failed("no answer came".to_owned()),
        };
        let pages = Pages { records: vec![record], stop };
        match record.accept == super::paths::RAW {
            // A file's bytes are no JSON; that they came is enough here.
            true => self.single(&pages, |_| Ok(Value::Null)),
            false => self.single(&pages, |record| self.log.json(record)),
        }
    }

    /// Why there is no success in these pages.
    fn stopped<T>(&self, pages: &Pages<'a>) -> Got<'a, T> {
        let evidence = pages.evidence();
        let Some(record) = pages.records.last() else { return Got::NotAsked(self.not_asked()) };
        match &pages.stop {
            Stop::Status(status) => {
                let body = self.log.json(record).unwrap_or_default();
                let message = body.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
                Got::Refused(Refusal { status: *status, message, record, evidence })
            }
            Stop::Failed(why) => Got::Failed(why.clone(), evidence),
            Stop::End | Stop::NotAsked => Got::NotAsked(self.not_asked()),
            Stop::Missing(page) => Got::Failed(format!("page `{page}` was not recorded"), evidence),
            Stop::Elsewhere(url) => Got::Failed(format!("it goes on at another host, `{url}`"), evidence),
        }
    }

    fn not_asked(&self) -> String {
        match self.log.end() {
            Some(end) if end.complete => match self.log.header().settings.get(super::SHARE) {
                Some(share) => format!("the run asked only for what is {share}"),
                None => "not asked".to_owned(),
            },
            Some(end) => end.why.clone().unwrap_or_else(|| "the run ended before it was asked".to_owned()),
            None => "the run was cut off before it was asked".to_owned(),
        }
    }
}

/// The items of one page, and how many GitHub says there are.
fn members(page: Value) -> Result<(Vec<Value>, Option<usize>), String> {
    let Value::Object(mut object) = page else {
        return match page {
            Value::Array(items) => Ok((items, None)),
            _ => Err("the answer is no list".to_owned()),
        };
    };
    let total = object.get("total_count").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    let mut arrays = object.iter_mut().filter_map(|(_, member)| member.as_array_mut());
    match (arrays.next(), arrays.next()) {
        (Some(items), None) => Ok((std::mem::take(items), total)),
        (None, _) if total == Some(0) => Ok((Vec::new(), total)),
        _ => Err("the answer holds no list".to_owned()),
    }
}

/// A list that moved while it was read can show one member twice and another never.
fn distinct(items: &[Value]) -> usize {
    let identity = |item: &Value| item.get("id").or(item.get("name")).unwrap_or(item).to_string();
    items.iter().map(identity).collect::<std::collections::BTreeSet<_>>().len()
}

impl<T> Got<'_, T> {
    /// The outcome as a reading: no status makes anything `Absent` here.
    pub fn observed(self) -> Observed<T> {
        match self {
            Got::Value(value, evidence) => Observed::known(value, evidence),
            Got::Part(value, evidence) => Observed::partial(value, evidence),
            Got::Refused(refusal) => refusal.observed(),
            Got::Failed(why, evidence) => Observed::failed(why, evidence),
            Got::NotAsked(why) => Observed::not_collected(why),
        }
    }

    /// As [`Got::observed`], where a refusal with this text proves that there is nothing.
    pub fn absent_when(self, says: impl Fn(&Refusal<'_>) -> bool) -> Observed<T> {
        match self {
            Got::Refused(refusal) if says(&refusal) => Observed::absent(refusal.evidence),
            got => got.observed(),
        }
    }
}

impl Refusal<'_> {
    fn observed<T>(self) -> Observed<T> {
        let Refusal { status, message, evidence, .. } = &self;
        match status {
            401 => Observed::denied(GITHUB, "a valid token", self.evidence),
            403 if self.is_plan() => Observed::unavailable(message.clone(), self.evidence),
            403 | 404 => Observed::denied(GITHUB, self.grant(), self.evidence),
            _ => Observed::failed(format!("HTTP {status}: {message}"), evidence.clone()),
        }
    }

    pub fn evidence(&self) -> Vec<EvidenceId> {
        self.evidence.clone()
    }

    /// "Upgrade to GitHub Pro or make this repository public to enable this feature.": the plan has it not, so nothing
    /// of the kind is in force.
    pub fn is_plan(&self) -> bool {
        self.status == 403 && self.message.starts_with("Upgrade to GitHub")
    }

    /// What would open the answer: what GitHub's header accepts, else what the permission table says.
    fn grant(&self) -> String {
        let says = |text: &str| self.message.contains(text);
        if self.record.header("x-github-sso").is_some() || says("SAML") {
            return "single sign-on authorisation of the token".to_owned();
        }
        if says("IP allow list") {
            return "an address on the organisation's IP allow list".to_owned();
        }
        let table = permissions::github(&self.record.path);
        match self.record.header("x-accepted-github-permissions").filter(|header| header.contains('=')) {
            Some(header) if !header.contains(',') && !header.contains(';') => accepted(header, &self.record.path),
            _ => table.map_or_else(|| permissions::needs_for("GET", &self.record.path), |row| row.needs()).to_owned(),
        }
    }
}

/// `organization_administration=read` in the words of the permission table.
fn accepted(header: &str, path: &str) -> String {
    let (name, level) = header.split_once('=').unwrap_or((header, "read"));
    let below_org = path.starts_with("/orgs/") || path.starts_with("/organizations/");
    let (scope, name) = match name.strip_prefix("organization_") {
        Some(rest) => ("organization", rest),
        None if below_org && name == "members" => ("organization", name),
        None => ("repository", name),
    };
    format!("{scope} {}: {level}", name.replace('_', " "))
}

/// What a field that an answer left out needs.
pub(super) fn hidden<T>(path: &str, field: &str, evidence: Vec<EvidenceId>) -> Observed<T> {
    let grant = permissions::github(path).map_or("a permission that our table does not name", |row| row.field(field));
    Observed::denied(GITHUB, grant, evidence)
}

/// A field of an answer that GitHub leaves out for want of a grant.
pub(super) fn field<T>(
    answer: &Observed<Value>,
    path: &str,
    name: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Observed<T> {
    answer.as_ref().and_then(|value| match value.get(name) {
        None | Some(Value::Null) => hidden(path, name, Vec::new()),
        Some(found) => match read(found) {
            Some(value) => Observed::known(value, Vec::new()),
            None => Observed::failed(format!("`{name}` has a shape we do not know"), Vec::new()),
        },
    })
}

/// A list, and whether that is all of it.
pub(super) fn listed<T>(members: Vec<T>, whole: bool, evidence: Vec<EvidenceId>) -> Observed<Vec<T>> {
    if whole { Observed::known(members, evidence) } else { Observed::partial(members, evidence) }
}

/// The same list, incomplete unless `whole`.
pub(super) fn unless<T>(reading: Observed<Vec<T>>, whole: bool) -> Observed<Vec<T>> {
    if whole { reading } else { reading.and_then(|members| Observed::partial(members, Vec::new())) }
}

/// A list of typed members. One of a shape that we do not know makes the list incomplete, never shorter in silence.
pub(super) fn each<T>(items: Observed<Vec<Value>>, read: impl Fn(&Value) -> Option<T>) -> Observed<Vec<T>> {
    items.and_then(|items| {
        let members: Vec<T> = items.iter().filter_map(read).collect();
        let whole = members.len() == items.len();
        listed(members, whole, Vec::new())
    })
}
