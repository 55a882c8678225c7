//! Where a loaded run finds the bytes that its records name.

use std::{collections::BTreeMap, path::PathBuf};

use bytes::Bytes;

use super::Error;
use crate::base::digest::Digest;

#[derive(Debug)]
pub(super) enum Objects {
    /// In a store that is a folder: each is read when it is asked for.
    Folder(PathBuf),
    Held(BTreeMap<Digest, Result<Bytes, Error>>),
}

impl Objects {
    /// Bytes that are proven to be what was stored.
    pub fn get(&self, digest: &Digest) -> Result<Bytes, Error> {
        let folder = match self {
            Objects::Folder(folder) => folder,
            Objects::Held(held) => return held.get(digest).cloned().unwrap_or(Err(Error::Missing(*digest))),
        };
        let path = object_path(digest);
        #[expect(clippy::disallowed_methods, reason = "the store's own files, read where nothing can be waited for")]
        match std::fs::read(folder.join(&path)) {
            Ok(bytes) => check(digest, bytes.into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::Missing(*digest)),
            Err(error) => Err(io("read", &path, &error)),
        }
    }
}

/// The bytes, where they are what the digest says.
pub(super) fn check(digest: &Digest, bytes: Bytes) -> Result<Bytes, Error> {
    match Digest::of(&bytes) {
        found if found == *digest => Ok(bytes),
        found => Err(Error::Damaged { what: object_path(digest), why: format!("its bytes have the digest {found}") }),
    }
}

pub(super) fn object_path(digest: &Digest) -> String {
    let name = digest.to_string();
    let (folder, rest) = name.split_at(2);
    format!("objects/{folder}/{rest}")
}

pub(super) fn io(verb: &'static str, what: &str, error: &dyn std::error::Error) -> Error {
    let root = std::iter::successors(Some(error), |e| e.source()).last().unwrap_or(error);
    Error::Io { verb, what: what.to_owned(), why: root.to_string() }
}
