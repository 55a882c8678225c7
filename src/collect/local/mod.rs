//! A clone on this machine, read as data: no git program, no hooks, no filters, and its configuration is not even opened.
//!
//! Whoever made the clone may be hostile. Objects come from the object database alone, never from the working tree;
//! symbolic links are not followed, neither in the object database nor in a tree; every size, depth and count has a cap,
//! and what lies beyond one is a named gap. Sources: gitrepository-layout(5), gitformat-pack(5). Why these crates:
//! `docs/decisions/0005-reading-clones.md`.

mod history;
mod layout;
mod objects;
mod refs;
mod tree;

use std::path::{Path, PathBuf};

use crate::model::{
    file::RepositoryFile,
    history::{BranchTip, Files, History},
    observed::Gap,
};

/// What is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub commits: usize,
    pub files: usize,
    /// Folders inside folders.
    pub depth: usize,
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files together.
    pub files_together: u64,
    /// Bytes of one object, and of each object that a packed one is a difference from.
    pub object: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        const MIB: u64 = 1 << 20;
        Limits { commits: 500_000, files: 200_000, depth: 64, file: MIB, files_together: 512 * MIB, object: 64 << 20 }
    }
}

/// Why a folder cannot be read as a clone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("`{}` is no git repository\nhint: name the top folder of a clone, or a bare repository", .0.display())]
    NoRepository(PathBuf),
    #[error("cannot read `{}`: {why}", path.display())]
    Io { path: PathBuf, why: String },
    #[error("`{}` is no plain file or folder, and is not followed\nhint: clone the repository anew", .0.display())]
    NotPlain(PathBuf),
    #[error(
        "`{}` points to a git folder that does not point back\nhint: for a submodule or a moved worktree, name the git folder itself",
        .0.display()
    )]
    OneSided(PathBuf),
    #[error(
        "`{}` borrows objects from another folder, which is not followed\nhint: run `git repack -a -d` there and delete that file, or clone anew",
        .0.display()
    )]
    Alternates(PathBuf),
    #[error(
        "this repository keeps its branches as a reftable, which is not read\nhint: `git refs migrate --ref-format=files`"
    )]
    Reftable,
    #[error("`{0}` is no commit and no branch")]
    BadHead(String),
}

/// An opened clone.
pub struct LocalRepository {
    layout: layout::Layout,
    head: refs::Head,
    branches: Vec<BranchTip>,
    objects: Option<objects::Objects>,
    limits: Limits,
}

impl LocalRepository {
    /// Opens the clone at `path`: a working tree, a linked worktree or a bare repository.
    ///
    /// # Errors
    /// When there is none, or when it is laid out in a way that would lead outside of it.
    pub fn open(path: &Path, limits: Limits) -> Result<LocalRepository, Error> {
        let layout = layout::find(path)?;
        let head = refs::head(&layout)?;
        let branches = refs::branches(&layout)?;
        let commit = head.commit.as_deref().or(branches.first().map(|branch| branch.commit.as_str()));
        let objects = commit.map(|commit| objects::Objects::open(&layout, commit, limits)).transpose()?;
        Ok(LocalRepository { layout, head, branches, objects, limits })
    }

    /// The folder's name, `.git` taken off.
    pub fn name(&self) -> &str {
        &self.layout.name
    }

    /// The commit that HEAD leads to; `None` before the first one.
    pub fn head(&self) -> Option<&str> {
        self.head.commit.as_deref()
    }

    /// `refs/heads/main`; `None` when HEAD is a commit itself.
    pub fn head_reference(&self) -> Option<&str> {
        self.head.reference.as_deref()
    }

    /// Branches of the clone and of its remotes, in the order of their names.
    pub fn branches(&self) -> &[BranchTip] {
        &self.branches
    }

    /// Everything behind HEAD.
    pub fn history(&self) -> Result<History, Error> {
        match (&self.objects, &self.head.commit) {
            (Some(objects), Some(head)) => {
                let shallow = refs::shallow(&self.layout)?;
                Ok(history::walk(objects, head, &shallow, self.limits.commits))
            }
            _ => Ok(History::default()),
        }
    }

    /// Hands every text file of HEAD that is `wanted` to `see`, in the order of paths.
    pub fn files(&self, wanted: impl Fn(&str) -> bool, see: impl FnMut(RepositoryFile)) -> Files {
        match (&self.objects, &self.head.commit) {
            (Some(objects), Some(head)) => tree::walk(objects, head, self.limits, wanted, see),
            _ => Files::default(),
        }
    }
}

fn gap(what: impl Into<String>, why: impl Into<String>) -> Gap {
    Gap { what: what.into(), why: why.into(), needs: None, evidence: Vec::new() }
}
