//! The files of one commit, from the trees and blobs of the object database.

use gix_hash::ObjectId;
use gix_object::{CommitRef, Kind, TreeRefIter, tree::EntryKind};

use super::{
    Limits, gap,
    objects::{Missing, Objects},
};
use crate::model::{file::RepositoryFile, history::Files, observed::Observed};

/// Bytes of a commit, and of one folder's listing: about 100,000 entries.
const LISTING: u64 = 8 << 20;
/// Bytes in which git itself looks for a NUL to tell a binary file.
const SNIFFED: usize = 8000;
/// Names that one gap lists.
const NAMED: usize = 10;

struct Walk<'a, W, S> {
    objects: &'a Objects,
    limits: Limits,
    wanted: W,
    see: S,
    files: Files,
    bytes: u64,
    left_out: LeftOut,
}

/// Paths that were not read, by reason.
#[derive(Default)]
struct LeftOut {
    deep: Vec<String>,
    large: Vec<String>,
    links: Vec<String>,
    submodules: Vec<String>,
    odd_names: usize,
    beyond: usize,
    full: bool,
}

pub(super) fn walk(
    objects: &Objects,
    head: &str,
    limits: Limits,
    wanted: impl Fn(&str) -> bool,
    see: impl FnMut(RepositoryFile),
) -> Files {
    let mut walk =
        Walk { objects, limits, wanted, see, files: Files::default(), bytes: 0, left_out: LeftOut::default() };
    let mut buffer = Vec::new();
    let root = objects.id(head).and_then(|id| {
        let bytes = objects.read(&id, Kind::Commit, LISTING, &mut buffer).ok()?;
        CommitRef::from_bytes(bytes, objects.hash).ok().map(|commit| commit.tree())
    });
    match root {
        Some(root) => walk.folder(root, "", 0),
        None => walk.files.gaps.push(gap("the files of HEAD", "its commit could not be read")),
    }
    walk.left_out.tell(&mut walk.files, limits);
    walk.files
}

impl<W: Fn(&str) -> bool, S: FnMut(RepositoryFile)> Walk<'_, W, S> {
    fn folder(&mut self, id: ObjectId, prefix: &str, depth: usize) {
        if depth == self.limits.depth {
            self.left_out.deep.push(prefix.to_owned());
            return;
        }
        let mut buffer = Vec::new();
        let listing = match self.objects.read(&id, Kind::Tree, LISTING, &mut buffer) {
            Ok(listing) => listing,
            Err(missing) => {
                let what = if prefix.is_empty() { "the files of HEAD".to_owned() } else { format!("folder {prefix}") };
                return self.files.gaps.push(gap(what, missing.why()));
            }
        };
        for entry in TreeRefIter::from_bytes(listing, self.objects.hash) {
            let Ok(entry) = entry else {
                return self.files.gaps.push(gap(format!("folder {prefix}"), "its listing is damaged"));
            };
            if self.files.paths.len() == self.limits.files {
                self.left_out.full = true;
                return;
            }
            let name = String::from_utf8_lossy(entry.filename);
            self.left_out.odd_names += usize::from(name.contains('\u{FFFD}'));
            let path = format!("{prefix}{name}");
            match entry.mode.kind() {
                EntryKind::Tree => self.folder(entry.oid.to_owned(), &format!("{path}/"), depth + 1),
                EntryKind::Blob | EntryKind::BlobExecutable => self.file(path, entry.oid),
                EntryKind::Link => {
                    if (self.wanted)(&path) {
                        self.left_out.links.push(path.clone());
                    }
                    self.files.paths.push(path);
                }
                EntryKind::Commit => self.left_out.submodules.push(path),
            }
        }
    }

    fn file(&mut self, path: String, id: &gix_hash::oid) {
        if (self.wanted)(&path) {
            self.read(&path, id);
        }
        self.files.paths.push(path);
    }

    fn read(&mut self, path: &str, id: &gix_hash::oid) {
        if self.bytes >= self.limits.files_together {
            self.left_out.beyond += 1;
            return;
        }
        let mut buffer = Vec::new();
        match self.objects.read(id, Kind::Blob, self.limits.file, &mut buffer) {
            Ok(bytes) => {
                self.bytes += bytes.len() as u64;
                if !bytes.iter().take(SNIFFED).any(|byte| *byte == 0) {
                    self.files.read += 1;
                    let text = String::from_utf8_lossy(bytes).into_owned();
                    (self.see)(RepositoryFile { path: path.to_owned(), text: Observed::known(text, Vec::new()) });
                }
            }
            Err(Missing::TooLarge(_)) => self.left_out.large.push(path.to_owned()),
            Err(missing) => self.files.gaps.push(gap(path, missing.why())),
        }
    }
}

impl LeftOut {
    fn tell(self, files: &mut Files, limits: Limits) {
        let mut listed = |paths: &[String], what: &str, why: String| {
            if let Some(named) = named(paths, what) {
                files.gaps.push(gap(named, why));
            }
        };
        listed(&self.large, "files", format!("larger than {} bytes", limits.file));
        listed(&self.deep, "folders", format!("{} folders deep", limits.depth));
        listed(&self.links, "symbolic links", "links are not followed".to_owned());
        listed(&self.submodules, "submodules", "a submodule is another repository".to_owned());
        if self.odd_names > 0 {
            let why = "they are not UTF-8; their odd bytes are shown as U+FFFD".to_owned();
            files.gaps.push(gap(format!("names of {} files or folders", self.odd_names), why));
        }
        if self.beyond > 0 {
            let why = format!("{} bytes were read before them", limits.files_together);
            files.gaps.push(gap(format!("{} further files", self.beyond), why));
        }
        if self.full {
            files.gaps.push(gap("the other files", format!("{} were listed", limits.files)));
        }
    }
}

/// `3 files: a, b, c`; one alone by its path.
fn named(paths: &[String], what: &str) -> Option<String> {
    let first: Vec<&str> = paths.iter().take(NAMED).map(String::as_str).collect();
    let more = if paths.len() > NAMED { " …" } else { "" };
    match paths {
        [] => None,
        [one] => Some(one.clone()),
        all => Some(format!("{} {what}: {}{more}", all.len(), first.join(", "))),
    }
}
