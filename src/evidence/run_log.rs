//! The reading side: a run in memory, without a clock, a network or a wait. Facts are lowered from this alone.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::Value;

use super::{
    Error,
    header::{End, Header},
    objects::Objects,
    record::{Api, Key, Next, Params, Record, Scope, normal_path},
};
use crate::{base::digest::Digest, model::id::EvidenceId};

/// Who asked which operation of which service in which Region.
type Operation = (Scope, String, String, String);

/// One run: its header, its records in order, and the way to every stored body.
#[derive(Debug)]
pub struct RunLog {
    header: Header,
    end: Option<End>,
    torn: bool,
    records: Vec<Record>,
    objects: Objects,
    parts: Vec<RunLog>,
    /// The record that answers each question: the last settled one, or the last attempt where none settled.
    answers: BTreeMap<Key, usize>,
    ids: BTreeMap<EvidenceId, usize>,
    /// By scope, path and accepted media type.
    paths: BTreeMap<(Scope, String, String), usize>,
    calls: BTreeMap<Operation, Vec<Asked>>,
    /// Where in `calls` an operation with exactly these parameters is.
    exact: BTreeMap<(Operation, String), usize>,
}

/// The records of one call: one key a continuation token.
#[derive(Debug)]
struct Asked {
    params: Params,
    pages: BTreeMap<Option<String>, Key>,
}

/// One call with its pages.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    pub params: &'a Params,
    pub pages: Pages<'a>,
}

/// The answers to one question in the order of its pages.
#[derive(Debug, Clone)]
pub struct Pages<'a> {
    /// One record a page; the last one may be a denial or a failure.
    pub records: Vec<&'a Record>,
    /// Why there are no more.
    pub stop: Stop,
}

/// Why a list's pages end where they end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The last page says that it is the last.
    End,
    /// The question was never asked.
    NotAsked,
    /// The last record is an answer other than success, with this HTTP status.
    Status(u16),
    /// The last record holds no usable answer.
    Failed(String),
    /// The last page names another one that was not recorded.
    Missing(String),
    /// The last page names one on another host, which is never followed.
    Elsewhere(String),
}

impl Pages<'_> {
    /// Every page is there, answered, and the last one says so.
    pub fn complete(&self) -> bool {
        self.stop == Stop::End
    }

    pub fn evidence(&self) -> Vec<EvidenceId> {
        self.records.iter().map(|record| record.id.clone()).collect()
    }

    /// The first page's HTTP status, where it was answered.
    pub fn status(&self) -> Option<u16> {
        self.records.first()?.status()
    }
}

impl RunLog {
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How the run ended; `None` for one that was killed or still runs.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Whether the last write was cut short. Nothing that anyone relied on is lost by it.
    pub fn torn(&self) -> bool {
        self.torn
    }

    /// Every attempt, in order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    pub fn record(&self, id: &EvidenceId) -> Option<&Record> {
        self.records.get(*self.ids.get(id)?)
    }

    /// The record that answers a question: the last settled one, or else the last attempt.
    pub fn answer(&self, key: &Key) -> Option<&Record> {
        self.records.get(*self.answers.get(key)?)
    }

    /// The last answer about the world to this question; not a failure and not "ask again".
    pub fn settled(&self, key: &Key) -> Option<&Record> {
        self.answer(key).filter(|record| record.settled())
    }

    /// The runs that this one joins; empty for one that asked itself.
    pub fn parts(&self) -> &[RunLog] {
        &self.parts
    }

    /// The runs that asked: the parts, or else this one.
    pub fn sources(&self) -> impl Iterator<Item = &RunLog> {
        let own = self.parts.is_empty().then_some(self);
        self.parts.iter().chain(own)
    }

    /// A record's stored body. Empty for a failure, a withheld body and an empty one.
    ///
    /// # Errors
    /// The object is missing, or is not what was stored: an Unknown with its reason, never an empty answer.
    pub fn body(&self, record: &Record) -> Result<Bytes, Error> {
        let stored = record.response().and_then(|response| response.body);
        stored.map_or(Ok(Bytes::new()), |digest| self.object(&digest))
    }

    /// Stored bytes by digest: request bodies and the configuration, too. Read and proven when asked for, so that a run of
    /// any size needs little memory.
    ///
    /// # Errors
    /// As for [`RunLog::body`].
    pub fn object(&self, digest: &Digest) -> Result<Bytes, Error> {
        self.objects.get(digest)
    }

    /// A record's body as JSON; the error says what is wrong with it.
    ///
    /// # Errors
    /// Damage, or a body that is not JSON.
    pub fn json(&self, record: &Record) -> Result<Value, String> {
        let body = self.body(record).map_err(|e| e.to_string())?;
        serde_json::from_slice(&body).map_err(|e| format!("the answer is not JSON: {e}"))
    }

    /// GitHub's answer to `GET path` with GitHub's own media type, following the recorded `Link` headers. `path` is what
    /// the collector asked for: for a list, [`super::first_page`] of it.
    pub fn pages(&self, scope: &Scope, path: &str) -> Pages<'_> {
        self.pages_as(scope, path, super::record::GITHUB_JSON)
    }

    /// As [`RunLog::pages`], for another media type.
    pub fn pages_as(&self, scope: &Scope, path: &str, accept: &str) -> Pages<'_> {
        let find = |path: &str| {
            let at = self.paths.get(&(scope.clone(), normal_path(path), accept.to_owned()))?;
            self.records.get(*at)
        };
        follow(Some(path.to_owned()), |page| page.and_then(find))
    }

    /// Every call of an operation, in the order of their first asking, each with its pages. For GitHub's GraphQL the
    /// service is `graphql`, the Region empty, the operation the query's name and the parameters its variables; there the
    /// body says whether the list goes on.
    pub fn calls(&self, scope: &Scope, service: &str, region: &str, operation: &str) -> Vec<Call<'_>> {
        let operation = (scope.clone(), service.to_owned(), region.to_owned(), operation.to_owned());
        let asked = self.calls.get(&operation).into_iter().flatten();
        asked.map(|asked| Call { params: &asked.params, pages: self.pages_of(asked) }).collect()
    }

    /// The first call whose parameters include all of `params`.
    pub fn call(
        &self,
        scope: &Scope,
        service: &str,
        region: &str,
        operation: &str,
        params: &[(&str, &str)],
    ) -> Pages<'_> {
        let operation = (scope.clone(), service.to_owned(), region.to_owned(), operation.to_owned());
        let calls = self.calls.get(&operation).map_or(&[][..], Vec::as_slice);
        let wanted = params.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let exact = self.exact.get(&(operation, spelled(&wanted))).and_then(|at| calls.get(*at));
        let includes = |asked: &&Asked| wanted.iter().all(|(name, value)| asked.params.get(name) == Some(value));
        exact
            .or_else(|| calls.iter().find(includes))
            .map_or(Pages { records: Vec::new(), stop: Stop::NotAsked }, |asked| self.pages_of(asked))
    }

    /// The call with exactly these parameters.
    pub fn call_exactly(
        &self,
        scope: &Scope,
        service: &str,
        region: &str,
        operation: &str,
        params: &Params,
    ) -> Pages<'_> {
        let operation = (scope.clone(), service.to_owned(), region.to_owned(), operation.to_owned());
        let at = self.exact.get(&(operation.clone(), spelled(params)));
        let asked = at.and_then(|at| self.calls.get(&operation)?.get(*at));
        asked.map_or(Pages { records: Vec::new(), stop: Stop::NotAsked }, |asked| self.pages_of(asked))
    }

    fn pages_of(&self, asked: &Asked) -> Pages<'_> {
        follow(None, |page| self.answer(asked.pages.get(&page.map(str::to_owned))?))
    }
}

fn spelled(params: &Params) -> String {
    serde_json::to_string(params).unwrap_or_default()
}

/// From page to page until the last, a page that is no success, a gap, or a page seen before.
fn follow<'a>(first: Option<String>, find: impl Fn(Option<&str>) -> Option<&'a Record>) -> Pages<'a> {
    let mut pages = Pages { records: Vec::new(), stop: Stop::NotAsked };
    let (mut page, mut seen) = (first, BTreeSet::new());
    loop {
        let Some(record) = find(page.as_deref()) else {
            if !seen.is_empty() {
                pages.stop = Stop::Missing(page.unwrap_or_default());
            }
            return pages;
        };
        if !seen.insert(&record.id) {
            pages.stop = Stop::Failed("its pages go round in a circle".to_owned());
            return pages;
        }
        let next = match &record.next {
            Some(Next::Page(next)) => Some(next.clone()),
            _ => None,
        };
        // A renamed repository: the answer is where it moved to.
        let moved = next.is_some() && matches!(record.status(), Some(300..=399));
        if !moved {
            pages.records.push(record);
            pages.stop = stop_at(record);
        }
        if next.is_none() || !(moved || pages.stop == Stop::End) {
            return pages;
        }
        page = next;
    }
}

fn stop_at(record: &Record) -> Stop {
    match (&record.answer, &record.next) {
        (super::Answer::Failure { why }, _) => Stop::Failed(why.clone()),
        (super::Answer::Response(response), _) if !(200..300).contains(&response.status) => {
            Stop::Status(response.status)
        }
        (super::Answer::Response(response), _) if response.transient => {
            Stop::Failed(format!("HTTP {}, ask again", response.status))
        }
        (_, Some(Next::Elsewhere(url))) => Stop::Elsewhere(url.clone()),
        _ => Stop::End,
    }
}

/// A run put together from what the store read of it.
pub(super) fn assemble(
    header: Header,
    end: Option<End>,
    torn: bool,
    records: Vec<Record>,
    objects: Objects,
    parts: Vec<RunLog>,
) -> RunLog {
    index(RunLog {
        header,
        end,
        torn,
        records,
        objects,
        parts,
        answers: BTreeMap::new(),
        ids: BTreeMap::new(),
        paths: BTreeMap::new(),
        calls: BTreeMap::new(),
        exact: BTreeMap::new(),
    })
}

fn index(mut log: RunLog) -> RunLog {
    for (at, record) in log.records.iter().enumerate() {
        log.ids.insert(record.id.clone(), at);
        let Some(key) = record.key else { continue };
        let better = |old: usize| record.settled() || !log.records.get(old).is_some_and(Record::settled);
        if log.answers.get(&key).is_none_or(|old| better(*old)) {
            log.answers.insert(key, at);
            if record.api == Api::Github && record.operation == "GET" {
                log.paths.insert((record.scope.clone(), record.path.clone(), record.accept.clone()), at);
            }
        }
        let scope = record.scope.clone();
        let operation = (scope, record.service.clone(), record.region.clone(), record.operation.clone());
        let calls = log.calls.entry(operation.clone()).or_default();
        let place = *log.exact.entry((operation, spelled(&record.params))).or_insert(calls.len());
        if place == calls.len() {
            calls.push(Asked { params: record.params.clone(), pages: BTreeMap::new() });
        }
        if let Some(asked) = calls.get_mut(place) {
            asked.pages.insert(record.page.clone(), key);
        }
    }
    log
}
