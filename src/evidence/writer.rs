//! The one writer of a run. Records that arrive while a segment is being written go together into the next one, so the
//! disk is waited for once a group, not once a request.

use std::{
    fs::File,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;

use super::{
    Error, Store,
    header::End,
    record::Record,
    segment::{self, Line, Place},
};
use crate::{
    base::digest::Digest,
    model::id::{EvidenceId, RunId},
};

/// Appends to one run. Cheap to clone; the run's lock is let go with the last clone.
#[derive(Debug, Clone)]
pub struct RunWriter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    run: RunId,
    waiting: Mutex<Waiting>,
    /// Held while a segment is written.
    place: Arc<tokio::sync::Mutex<Place>>,
    _lock: Option<File>,
}

#[derive(Debug)]
struct Waiting {
    lines: Vec<Line>,
    /// Records handed in so far.
    records: u64,
    /// Lines handed in, and lines made durable. A line is done when its turn is at or below the second.
    entered: u64,
    durable: u64,
    /// The first failed write ends the run: what is not evidence must not be used.
    failed: Option<Error>,
}

impl RunWriter {
    pub(super) fn new(store: Store, run: RunId, next: Place, records: u64, lock: Option<File>) -> RunWriter {
        let waiting = Waiting { lines: Vec::new(), records, entered: 0, durable: 0, failed: None };
        RunWriter(Arc::new(Inner {
            store,
            run,
            waiting: Mutex::new(waiting),
            place: Arc::new(tokio::sync::Mutex::new(next)),
            _lock: lock,
        }))
    }

    pub fn id(&self) -> &RunId {
        &self.0.run
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Keeps `bytes`; see [`Store::put`].
    pub async fn put(&self, bytes: Bytes) -> Result<Digest, Error> {
        self.0.store.put(bytes).await
    }

    /// Appends a record, whose objects must be stored already. Durable when it returns; number and id are set here.
    pub async fn append(&self, record: Record) -> Result<EvidenceId, Error> {
        let (id, turn) = {
            let mut waiting = self.0.waiting();
            let number = waiting.records + 1;
            let record = record.numbered(number).map_err(|e| self.unwritable(&e))?;
            waiting.records = number;
            (record.id.clone(), waiting.enter(Line::Record(Box::new(record))))
        };
        self.until_durable(turn).await?;
        Ok(id)
    }

    /// Ends the run. The mark counts as long as it is the log's last line: a run that is gone on with is open again.
    pub async fn end(&self, end: End) -> Result<(), Error> {
        let turn = self.0.waiting().enter(Line::End(end));
        self.until_durable(turn).await
    }

    async fn until_durable(&self, turn: u64) -> Result<(), Error> {
        let place = self.0.place.clone().lock_owned().await;
        if let Some(result) = self.0.waiting().outcome(turn) {
            return result; // written by whoever held the place before
        }
        // A task of its own: a caller that is dropped must not take the lines of others with it.
        let this = self.clone();
        let task = tokio::spawn(async move { this.write_waiting(place).await });
        task.await.map_err(|e| self.unwritable(&e))?;
        self.0.waiting().outcome(turn).unwrap_or(Ok(()))
    }

    async fn write_waiting(&self, mut place: tokio::sync::OwnedMutexGuard<Place>) {
        let (lines, entered) = {
            let mut waiting = self.0.waiting();
            (std::mem::take(&mut waiting.lines), waiting.entered)
        };
        let result = async {
            let bytes = Bytes::from(segment::write(*place, &lines).map_err(|e| self.unwritable(&e))?);
            self.0.store.append_segment(&self.0.run, *place, bytes.clone()).await?;
            Ok(place.after(&bytes))
        };
        match result.await {
            Ok(next) => {
                *place = next;
                self.0.waiting().durable = entered;
            }
            Err(error) => self.0.waiting().failed = Some(error),
        }
    }

    fn unwritable(&self, error: &dyn std::error::Error) -> Error {
        Error::Io { verb: "append to", what: self.0.run.to_string(), why: error.to_string() }
    }
}

impl Inner {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn enter(&mut self, line: Line) -> u64 {
        self.lines.push(line);
        self.entered += 1;
        self.entered
    }

    fn outcome(&self, turn: u64) -> Option<Result<(), Error>> {
        if turn <= self.durable {
            return Some(Ok(()));
        }
        self.failed.clone().map(Err)
    }
}
