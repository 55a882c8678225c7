//! Objects by digest, and the runs of a store.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutOptions, local::LocalFileSystem, memory::InMemory, path::Path as Location,
};
use serde::{Deserialize, Serialize};

use super::{
    Error, RunLog, RunWriter,
    header::{End, Header},
    objects::{Objects, check, io, object_path},
    record::Record,
    run_log,
    segment::{self, Fault, Line, Place},
};
use crate::{base::digest::Digest, model::id::RunId};

const MARKER: &str = "ambit-store.json";
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Marker {
    ambit_store: u32,
}

/// A place that keeps evidence: a folder, or memory for what is embedded in the binary.
#[derive(Debug, Clone)]
pub struct Store {
    files: Arc<dyn ObjectStore>,
    /// The folder, where it is one. Needed for the writer's lock alone.
    folder: Option<PathBuf>,
    place: Arc<str>,
}

/// A run's log as it lies in the store.
pub(super) struct Log {
    pub lines: Vec<Line>,
    /// Where the next segment goes.
    pub next: Place,
    /// The last segment was cut short while being written.
    pub torn: bool,
}

impl Store {
    /// Opens a store that exists.
    pub async fn open(folder: &Path) -> Result<Store, Error> {
        let place = folder.display().to_string();
        if !folder.is_dir() {
            return Err(Error::NotAStore { place });
        }
        let files = LocalFileSystem::new_with_prefix(folder).map_err(|e| io("open", &place, &e))?;
        let store =
            Store { files: Arc::new(files.with_fsync(true)), folder: Some(folder.to_owned()), place: place.into() };
        store.check_marker().await?;
        Ok(store)
    }

    /// Opens a store, or makes one where the folder is missing or empty.
    pub async fn create(folder: &Path) -> Result<Store, Error> {
        let place = folder.display().to_string();
        std::fs::create_dir_all(folder).map_err(|e| io("create", &place, &e))?;
        let mut entries = std::fs::read_dir(folder).map_err(|e| io("read", &place, &e))?;
        if entries.next().is_none() {
            let files = LocalFileSystem::new_with_prefix(folder).map_err(|e| io("open", &place, &e))?;
            write_marker(&files.with_fsync(true)).await?;
        }
        Store::open(folder).await
    }

    /// An empty store in memory.
    pub async fn in_memory() -> Result<Store, Error> {
        let files = InMemory::new();
        write_marker(&files).await?;
        Ok(Store { files: Arc::new(files), folder: None, place: "memory".into() })
    }

    /// A store from its files, for evidence embedded in the binary: paths as in a folder, with `/`.
    pub async fn from_files<B: Into<Bytes>>(
        place: &str,
        files: impl IntoIterator<Item = (String, B)>,
    ) -> Result<Store, Error> {
        let memory = InMemory::new();
        for (path, bytes) in files {
            memory.put(&Location::from(path.as_str()), bytes.into().into()).await.map_err(|e| io("keep", &path, &e))?;
        }
        let store = Store { files: Arc::new(memory), folder: None, place: place.into() };
        store.check_marker().await?;
        Ok(store)
    }

    /// The folder's name, or where else it is.
    pub fn place(&self) -> &str {
        &self.place
    }

    async fn check_marker(&self) -> Result<(), Error> {
        let not_a_store = || Error::NotAStore { place: self.place.to_string() };
        let bytes = self.read_file(MARKER).await?.ok_or_else(not_a_store)?;
        let marker: Marker = serde_json::from_slice(&bytes).map_err(|_| not_a_store())?;
        if marker.ambit_store > FORMAT {
            return Err(Error::Newer { place: self.place.to_string(), found: marker.ambit_store, known: FORMAT });
        }
        Ok(())
    }

    /// Keeps `bytes` under their digest. Durable when it returns.
    pub async fn put(&self, bytes: Bytes) -> Result<Digest, Error> {
        let digest = Digest::of(&bytes);
        let path = object_path(&digest);
        // An object that was damaged is mended here: its name says what it has to be.
        if self.create_file(&path, bytes.clone()).await? || self.get(&digest).await.is_ok() {
            return Ok(digest);
        }
        self.files.put(&Location::from(path.as_str()), bytes.into()).await.map_err(|e| io("write", &path, &e))?;
        Ok(digest)
    }

    /// The bytes with this digest, proven to be still what was stored.
    pub async fn get(&self, digest: &Digest) -> Result<Bytes, Error> {
        let path = object_path(digest);
        check(digest, self.read_file(&path).await?.ok_or(Error::Missing(*digest))?)
    }

    /// Begins a run. Its header is durable before the first request.
    pub async fn start(&self, header: Header) -> Result<RunWriter, Error> {
        let lock = self.lock(&header.id)?;
        let path = header_path(&header.id);
        let bytes = serde_json::to_vec_pretty(&header).map_err(|e| io("write", &path, &e))?;
        if !self.create_file(&path, bytes.into()).await? {
            return Err(Error::Exists { run: header.id });
        }
        Ok(RunWriter::new(self.clone(), header.id, Place::first(), 0, lock))
    }

    /// Goes on with a run that was stopped: what it has, and the writer for the rest. A torn tail is cut off.
    pub async fn resume(&self, run: &RunId) -> Result<(RunWriter, RunLog), Error> {
        self.header(run).await?;
        let lock = self.lock(run)?;
        let log = self.log(run).await?;
        if log.torn {
            let path = segment_path(run, &log.next.file_name());
            self.files.delete(&Location::from(path.as_str())).await.map_err(|e| io("cut off", &path, &e))?;
        }
        let (next, loaded) = (log.next, self.assembled(run, log, Vec::new()).await?);
        let count = loaded.records().last().map_or(0, |record| record.number);
        Ok((RunWriter::new(self.clone(), run.clone(), next, count, lock), loaded))
    }

    /// Reads a run, and those that it joins. Bodies are read when they are asked for.
    pub async fn load(&self, run: &RunId) -> Result<RunLog, Error> {
        let mut parts = Vec::new();
        for part in self.header(run).await?.parts {
            let log = self.log(&part).await?;
            parts.push(self.assembled(&part, log, Vec::new()).await?);
        }
        let log = self.log(run).await?;
        self.assembled(run, log, parts).await
    }

    async fn assembled(&self, run: &RunId, log: Log, parts: Vec<RunLog>) -> Result<RunLog, Error> {
        let header = self.header(run).await?;
        let (end, torn) = (log.end(), log.torn);
        let records = log.records();
        let objects = match &self.folder {
            Some(folder) => Objects::Folder(folder.clone()),
            None => self.held(named(&header, &records)).await,
        };
        Ok(run_log::assemble(header, end, torn, records, objects, parts))
    }

    /// Objects of a store that can only be waited for, read beforehand.
    async fn held(&self, digests: BTreeSet<Digest>) -> Objects {
        let mut held = BTreeMap::new();
        for digest in digests {
            held.insert(digest, self.get(&digest).await);
        }
        Objects::Held(held)
    }

    /// All runs, oldest first.
    pub async fn runs(&self) -> Result<Vec<RunId>, Error> {
        let listed = self.files.list_with_delimiter(Some(&Location::from("runs"))).await;
        let folders = listed.map_err(|e| io("list", "runs", &e))?.common_prefixes;
        let mut runs: Vec<_> = folders.iter().filter_map(Location::filename).map(RunId::new).collect();
        runs.sort_unstable();
        Ok(runs)
    }

    /// The newest run that was collected to its end.
    pub async fn newest_complete(&self) -> Result<RunId, Error> {
        let runs = self.runs().await?;
        for run in runs.iter().rev() {
            // A damaged run is not passed over in silence: the newest evidence must not be replaced by older evidence.
            if self.end(run).await?.is_some_and(|end| end.complete) {
                return Ok(run.clone());
            }
        }
        Err(Error::NoCompleteRun { place: self.place.to_string(), known: runs })
    }

    /// The newest run, complete or not: the one that a resumed collection goes on with.
    pub async fn newest(&self) -> Result<Option<RunId>, Error> {
        Ok(self.runs().await?.pop())
    }

    /// How a run ended, if it did.
    pub async fn end(&self, run: &RunId) -> Result<Option<End>, Error> {
        Ok(self.log(run).await?.end())
    }

    /// What a run was asked to do.
    pub async fn header(&self, run: &RunId) -> Result<Header, Error> {
        let path = header_path(run);
        let Some(bytes) = self.read_file(&path).await? else {
            let (place, known) = (self.place.to_string(), self.runs().await?);
            return Err(Error::NoRun { place, run: run.clone(), known });
        };
        let header: Header =
            serde_json::from_slice(&bytes).map_err(|e| Error::Damaged { what: path.clone(), why: e.to_string() })?;
        if header.id != *run {
            return Err(Error::Damaged { what: path, why: format!("it is the header of run `{}`", header.id) });
        }
        Ok(header)
    }

    pub(super) async fn log(&self, run: &RunId) -> Result<Log, Error> {
        let names = self.segments(run).await?;
        let mut log = Log { lines: Vec::new(), next: Place::first(), torn: false };
        for (nth, name) in names.iter().enumerate() {
            let path = segment_path(run, &log.next.file_name());
            let damaged = |why: &str| Error::Damaged { what: path.clone(), why: why.to_owned() };
            if *name != log.next.file_name() {
                return Err(damaged("it is missing, and later ones are there"));
            }
            let bytes = self.read_file(&path).await?.ok_or_else(|| damaged("it vanished"))?;
            match segment::read(log.next, &bytes) {
                Ok(lines) => log.lines.extend(lines),
                Err(Fault::Damaged(why)) => return Err(damaged(&why)),
                Err(Fault::Torn) if nth + 1 == names.len() => {
                    log.torn = true;
                    return Ok(log);
                }
                Err(Fault::Torn) => return Err(damaged("it is cut short, and later ones are there")),
            }
            log.next = log.next.after(&bytes);
        }
        Ok(log)
    }

    pub(super) async fn segments(&self, run: &RunId) -> Result<Vec<String>, Error> {
        let folder = format!("runs/{}/log", run.as_str());
        let listed = self.files.list_with_delimiter(Some(&Location::from(folder.as_str()))).await;
        let files = listed.map_err(|e| io("list", &folder, &e))?.objects;
        let names = files.iter().filter_map(|file| file.location.filename());
        let mut names: Vec<_> = names.filter(|name| name.ends_with(".jsonl")).map(str::to_owned).collect();
        names.sort_unstable();
        Ok(names)
    }

    pub(super) async fn append_segment(&self, run: &RunId, place: Place, bytes: Bytes) -> Result<(), Error> {
        if self.create_file(&segment_path(run, &place.file_name()), bytes).await? {
            return Ok(());
        }
        Err(Error::Locked { run: run.clone() }) // somebody else wrote this number: two writers
    }

    /// Writes a file that must not exist yet; `false` when it does.
    pub(super) async fn create_file(&self, path: &str, bytes: Bytes) -> Result<bool, Error> {
        match self.files.put_opts(&Location::from(path), bytes.into(), PutOptions::from(PutMode::Create)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(io("write", path, &error)),
        }
    }

    pub(super) async fn read_file(&self, path: &str) -> Result<Option<Bytes>, Error> {
        let read = async { self.files.get(&Location::from(path)).await?.bytes().await };
        match read.await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(io("read", path, &error)),
        }
    }

    /// One writer a run. In memory the create-only segments alone keep two writers apart.
    pub(super) fn lock(&self, run: &RunId) -> Result<Option<std::fs::File>, Error> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let path = folder.join("runs").join(run.as_str());
        let what = path.display().to_string();
        std::fs::create_dir_all(&path).map_err(|e| io("create", &what, &e))?;
        let file = std::fs::File::create(path.join("lock")).map_err(|e| io("lock", &what, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(Error::Locked { run: run.clone() }),
            Err(std::fs::TryLockError::Error(error)) => Err(io("lock", &what, &error)),
        }
    }
}

impl Log {
    pub fn records(self) -> Vec<Record> {
        let record = |line| match line {
            Line::Record(record) => Some(*record),
            Line::End(_) | Line::Segment(_) => None,
        };
        self.lines.into_iter().filter_map(record).collect()
    }

    /// The end mark counts only as the very last line: a resumed run is open again.
    pub fn end(&self) -> Option<End> {
        match self.lines.last() {
            Some(Line::End(end)) if !self.torn => Some(end.clone()),
            _ => None,
        }
    }
}

/// Every object that a run names.
pub(super) fn named(header: &Header, records: &[Record]) -> BTreeSet<Digest> {
    let config = header.config.as_ref().map(|file| file.digest);
    let of_record = |record: &Record| [record.request_body, record.response().and_then(|response| response.body)];
    records.iter().flat_map(of_record).chain([config]).flatten().collect()
}

async fn write_marker(files: &dyn ObjectStore) -> Result<(), Error> {
    let marker = serde_json::to_vec(&Marker { ambit_store: FORMAT }).map_err(|e| io("write", MARKER, &e))?;
    files.put(&Location::from(MARKER), marker.into()).await.map_err(|e| io("write", MARKER, &e))?;
    Ok(())
}

pub(super) fn header_path(run: &RunId) -> String {
    format!("runs/{}/header.json", run.as_str())
}

pub(super) fn segment_path(run: &RunId, file_name: &str) -> String {
    format!("runs/{}/log/{file_name}", run.as_str())
}
