//! A run of another store, copied as it lies: the same bytes under the same names, so its seals and its records' ids hold.

use super::{
    Error, Store,
    store::{header_path, named, segment_path},
};
use crate::model::id::RunId;

impl Store {
    /// Copies a run from `other` with every object that it names, each proven on the way; a torn tail stays behind. A run
    /// that is here already, byte for byte, is left alone.
    ///
    /// # Errors
    /// [`Error::Exists`] where another run has this id, and whatever is wrong with the other store.
    pub async fn take(&self, other: &Store, run: &RunId) -> Result<(), Error> {
        let header = other.header(run).await?;
        let log = other.log(run).await?;
        let segments = other.segments(run).await?;
        let whole = segments.len().saturating_sub(usize::from(log.torn));
        let _lock = self.lock(run)?;
        for digest in named(&header, &log.records()) {
            self.put(other.get(&digest).await?).await?;
        }
        self.copy(other, run, header_path(run)).await?;
        for name in segments.iter().take(whole) {
            self.copy(other, run, segment_path(run, name)).await?;
        }
        Ok(())
    }

    async fn copy(&self, other: &Store, run: &RunId, path: String) -> Result<(), Error> {
        let vanished = || Error::Damaged { what: path.clone(), why: "it vanished".to_owned() };
        let bytes = other.read_file(&path).await?.ok_or_else(vanished)?;
        let new = self.create_file(&path, bytes.clone()).await?;
        match new || self.read_file(&path).await?.as_ref() == Some(&bytes) {
            true => Ok(()),
            false => Err(Error::Exists { run: run.clone() }),
        }
    }
}
