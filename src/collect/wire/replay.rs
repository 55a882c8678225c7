//! Answers from the record.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{Request, Response};

use super::{
    Answered, Error,
    policy::{Permit, Secrecy},
};
use crate::evidence::{Answer, Caller, Key, Pages, Record, RunLog, Scope, Stop};

#[derive(Debug)]
pub(super) struct Recorded {
    log: Option<RunLog>,
    /// Resume: each answer is used once, so that in a polling loop the second question reaches the service.
    resume: bool,
    used: Mutex<BTreeSet<Key>>,
}

impl Recorded {
    pub fn new(log: Option<RunLog>, resume: bool) -> Recorded {
        Recorded { log, resume, used: Mutex::default() }
    }

    fn used(&self) -> MutexGuard<'_, BTreeSet<Key>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recorded answer, if it may be used.
    pub fn take(&self, key: &Option<Key>, permit: &Permit, caller: &Caller) -> Option<Result<Answered, Error>> {
        let (log, key) = (self.log.as_ref()?, key.as_ref()?);
        let record = log.answer(key)?;
        if self.resume {
            // A token is minted anew; what failed, was in a hurry, or was denied to another credential is asked again.
            let stands = record.settled() && (record.granted() || record.caller == *caller);
            if permit.secrecy != Secrecy::Plain || !stands || !self.used().insert(*key) {
                return None;
            }
        }
        Some(answered(log, record))
    }

    /// Marks the pages of a list as used up, where they do not reach its end.
    pub fn forget_unfinished(&self, scope: &Scope, permit: &Permit, request: &Request<Bytes>) {
        let Some(log) = &self.log else { return };
        let pages = recorded_pages(log, scope, permit, request);
        // A list that is denied from its first page has no pages that could have moved.
        let denied = pages.records.len() == 1 && matches!(pages.stop, Stop::Status(_));
        if !pages.complete() && !denied {
            self.used().extend(pages.records.iter().filter_map(|record| record.key));
        }
    }
}

fn recorded_pages<'a>(log: &'a RunLog, scope: &Scope, permit: &Permit, request: &Request<Bytes>) -> Pages<'a> {
    if permit.service == "rest" {
        let accept = request.headers().get("accept").and_then(|value| value.to_str().ok()).unwrap_or("");
        return log.pages_as(scope, &permit.path, accept);
    }
    log.call_exactly(scope, &permit.service, &permit.region, &permit.operation, &permit.params)
}

fn answered(log: &RunLog, record: &Record) -> Result<Answered, Error> {
    let recorded = match &record.answer {
        Answer::Response(response) => response,
        Answer::Failure { why } => {
            return Err(Error::NoAnswer {
                what: record.url.clone(),
                why: why.clone(),
                timeout: false,
                evidence: record.id.clone(),
            });
        }
    };
    if recorded.body.is_none() {
        return Err(Error::Withheld { what: record.operation.clone() });
    }
    let mut builder = Response::builder().status(recorded.status);
    for (name, value) in &recorded.headers {
        builder = builder.header(name, value);
    }
    let body = log.body(record)?;
    let unusable = |e: http::Error| crate::evidence::Error::Damaged { what: record.id.to_string(), why: e.to_string() };
    Ok(Answered {
        response: builder.body(body).map_err(unusable)?,
        evidence: record.id.clone(),
        next: record.next.clone(),
        code: recorded.code.clone(),
        transient: recorded.transient,
        replayed: true,
    })
}
