//! Where a clone keeps what: gitrepository-layout(5), git-worktree(1). Nothing here follows a link out of the clone.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::Error;

/// Bytes of a small file of the git folder: HEAD, a loose branch, a pointer.
const SMALL: u64 = 4 << 10;

pub(super) struct Layout {
    pub name: String,
    /// The folder with HEAD: of the clone, or of one linked worktree.
    pub own: PathBuf,
    /// The folder with branches and objects.
    pub common: PathBuf,
}

/// Finds the git folder of a working tree, a linked worktree or a bare repository.
pub(super) fn find(path: &Path) -> Result<Layout, Error> {
    let path = fs::canonicalize(path).map_err(|e| io(path, &e))?;
    let dot_git = path.join(".git");
    let own = match kind(&dot_git)? {
        Some(Kind::Folder) => dot_git,
        Some(Kind::File) => return linked(&path, &dot_git),
        Some(Kind::Other) => return Err(Error::NotPlain(dot_git)),
        None => path.clone(),
    };
    let is = |name: &str, wanted: Kind| Ok::<_, Error>(kind(&own.join(name))? == Some(wanted));
    if !(is("HEAD", Kind::File)? && is("objects", Kind::Folder)?) {
        return Err(match kind(&own.join("objects"))? {
            Some(Kind::Other) => Error::NotPlain(own.join("objects")),
            _ => Error::NoRepository(path),
        });
    }
    checked(Layout { name: name(&path), common: own.clone(), own })
}

/// A linked worktree: its `.git` names a folder below the clone's own, which has to name it back. A pointer alone, which
/// whoever packed the folder may have written, leads nowhere.
fn linked(top: &Path, dot_git: &Path) -> Result<Layout, Error> {
    let one_sided = || Error::OneSided(dot_git.to_owned());
    let pointer = small(dot_git)?.ok_or_else(one_sided)?;
    let target = pointer.strip_prefix("gitdir:").map(str::trim).ok_or_else(one_sided)?;
    let own = fs::canonicalize(top.join(target)).map_err(|_| one_sided())?;
    let back = small(&own.join("gitdir"))?.ok_or_else(one_sided)?;
    let back = fs::canonicalize(own.join(back.trim())).map_err(|_| one_sided())?;
    let common = small(&own.join("commondir"))?.ok_or_else(one_sided)?;
    let common = fs::canonicalize(own.join(common.trim())).map_err(|_| one_sided())?;
    if back != dot_git || own.parent() != Some(&common.join("worktrees")) {
        return Err(one_sided());
    }
    checked(Layout { name: name(top), own, common })
}

fn name(path: &Path) -> String {
    let folder = if path.ends_with(".git") { path.parent().unwrap_or(path) } else { path };
    folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Refuses an object database that leads elsewhere: alternates, or links and devices among its files.
fn checked(layout: Layout) -> Result<Layout, Error> {
    let objects = layout.common.join("objects");
    plain(&objects, 2)?;
    let alternates = objects.join("info/alternates");
    if kind(&alternates)? == Some(Kind::File) && fs::metadata(&alternates).map_err(|e| io(&alternates, &e))?.len() > 0 {
        return Err(Error::Alternates(alternates));
    }
    if kind(&layout.common.join("reftable"))?.is_some() {
        return Err(Error::Reftable);
    }
    Ok(layout)
}

/// Whether a folder, so many levels deep, holds only files and folders.
fn plain(folder: &Path, levels: usize) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(|e| io(folder, &e))? {
        let entry = entry.map_err(|e| io(folder, &e))?;
        let kind = entry.file_type().map_err(|e| io(&entry.path(), &e))?;
        if kind.is_dir() && levels > 1 {
            plain(&entry.path(), levels - 1)?;
        } else if !kind.is_dir() && !kind.is_file() {
            return Err(Error::NotPlain(entry.path()));
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// A symbolic link, a pipe, a device.
    Other,
}

/// What lies at a path, links not followed; `None` when nothing does.
pub(super) fn kind(path: &Path) -> Result<Option<Kind>, Error> {
    match fs::symlink_metadata(path) {
        Ok(seen) if seen.is_file() => Ok(Some(Kind::File)),
        Ok(seen) if seen.is_dir() => Ok(Some(Kind::Folder)),
        Ok(_) => Ok(Some(Kind::Other)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(io(path, &e)),
    }
}

/// A small file's text; `None` when there is none.
pub(super) fn small(path: &Path) -> Result<Option<String>, Error> {
    text(path, SMALL)
}

/// A plain file's text, no longer than `limit` bytes; `None` when there is none.
pub(super) fn text(path: &Path, limit: u64) -> Result<Option<String>, Error> {
    match kind(path)? {
        None | Some(Kind::Folder) => return Ok(None),
        Some(Kind::Other) => return Err(Error::NotPlain(path.to_owned())),
        Some(Kind::File) => {}
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| io(path, &e))?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|e| io(path, &e))?;
    if bytes.len() as u64 > limit {
        return Err(Error::Io { path: path.to_owned(), why: format!("it is larger than {limit} bytes") });
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

pub(super) fn io(path: &Path, error: &std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), why: error.to_string() }
}
