//! git, as the hook uses it: plumbing that reads objects and runs nothing.
//!
//! A repository's configuration and attributes can name programs (`core.fsmonitor`, `diff.external`, text conversion,
//! filters, hooks, remote helpers). Only `rev-parse`, `merge-base`, `diff-index`, `diff-tree`, `ls-files`, `ls-tree`,
//! `hash-object` and `cat-file` are called; they take no filter and no pager, and the options below shut the rest.

use std::{
    ffi::OsString,
    io::{BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use thiserror::Error;

use crate::{
    base::foreign::plain,
    hook::change::{Entry, Object, RawError, ReadError, read_index, read_objects, read_raw, read_tree},
};

/// Variables that say where the repository is. git sets them for its hooks: a partial commit has an index of its own.
/// Every other `GIT_*` is left out: some name programs, some redirect objects or configuration.
const KEPT: [&str; 10] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
];

/// Nothing is run, asked or fetched.
const OPTIONS: [&str; 12] = [
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "diff.external=",
    "-c",
    "protocol.allow=never",
];

/// Why git did not answer.
#[derive(Debug, Error)]
pub enum GitError {
    #[error("git could not be started: {0}\nhint: `ambit hook` needs the `git` command")]
    Start(String),
    #[error("git said: {0}")]
    Said(String),
    #[error("`{0}` is no change\nhint: write --diff BASE..HEAD, or BASE...HEAD for a pull request")]
    Range(String),
    #[error("git does not know the commit `{0}`\nhint: in CI, fetch the history too (`fetch-depth: 0`)")]
    Commit(String),
    #[error("`{0}` and `{1}` have no common ancestor here\nhint: in CI, fetch the history too (`fetch-depth: 0`)")]
    MergeBase(String, String),
    #[error(transparent)]
    List(#[from] RawError),
    #[error(transparent)]
    Object(#[from] ReadError),
}

/// A repository.
pub struct Git {
    directory: PathBuf,
}

impl Git {
    /// Finds the repository that `directory` lies in; a bare one (a server's) will do for a range.
    pub fn open(directory: &Path) -> Result<Git, GitError> {
        let git = Git { directory: directory.to_owned() };
        if git.line(&["rev-parse", "--is-bare-repository"])? == "true" {
            return Ok(git);
        }
        // From the root on, so that no list stops at the folder the command was called in.
        let root = git.line(&["rev-parse", "--show-toplevel"])?;
        Ok(Git { directory: PathBuf::from(root) })
    }

    /// The commit HEAD names; before the first commit, the empty tree.
    pub fn head(&self) -> Result<String, GitError> {
        match self.commit("HEAD") {
            Ok(commit) => Ok(commit),
            Err(GitError::Commit(_)) => self.line(&["hash-object", "-t", "tree", "--stdin"]),
            Err(other) => Err(other),
        }
    }

    /// Both ends of `BASE..HEAD`, or of `BASE...HEAD` from the merge base.
    pub fn range(&self, range: &str) -> Result<(String, String), GitError> {
        let (base, head, merge_base) = match range.split_once("...") {
            Some((base, head)) => (base, head, true),
            None => {
                let (base, head) = range.split_once("..").ok_or_else(|| GitError::Range(range.to_owned()))?;
                (base, head, false)
            }
        };
        let head = self.commit(if head.is_empty() { "HEAD" } else { head })?;
        let base = self.commit(base)?;
        if !merge_base {
            return Ok((base, head));
        }
        let ancestor = self.line(&["merge-base", &base, &head]);
        ancestor.map(|ancestor| (ancestor, head.clone())).map_err(|error| match error {
            GitError::Said(_) => GitError::MergeBase(base, head),
            other => other,
        })
    }

    /// What is staged against `base`.
    pub fn staged(&self, base: &str) -> Result<Vec<Entry>, GitError> {
        let list =
            self.ask(&["diff-index", "--cached", "--raw", "-z", "--no-abbrev", "-M", "--no-ext-diff", base, "--"])?;
        Ok(read_raw(&list)?)
    }

    /// What changed between two commits.
    pub fn between(&self, base: &str, head: &str) -> Result<Vec<Entry>, GitError> {
        let list =
            self.ask(&["diff-tree", "-r", "--raw", "-z", "--no-abbrev", "-M", "--no-ext-diff", base, head, "--"])?;
        Ok(read_raw(&list)?)
    }

    /// Every tracked file, with what stands at its path in `base`.
    pub fn everything(&self, base: &str) -> Result<Vec<Entry>, GitError> {
        let mut entries = read_index(&self.ask(&["ls-files", "--stage", "-z", "--full-name"])?)?;
        let mut before: std::collections::BTreeMap<String, Entry> =
            self.tree(base, None)?.into_iter().map(|entry| (entry.path.clone(), entry)).collect();
        for entry in &mut entries {
            entry.old = before.remove(&entry.path).and_then(|old| old.new);
        }
        Ok(entries)
    }

    /// A text file of a commit; `None` where there is none.
    pub fn file(&self, commit: &str, path: &str) -> Result<Option<String>, GitError> {
        Ok(self.folder(commit, path)?.into_iter().find(|(name, _)| name == path).map(|(_, text)| text))
    }

    /// The text files at or below a path of a commit.
    pub fn folder(&self, commit: &str, path: &str) -> Result<Vec<(String, String)>, GitError> {
        let entries = self.tree(commit, Some(path))?;
        let blobs: Vec<(&str, &str)> = entries
            .iter()
            .filter_map(|entry| {
                Some((entry.path.as_str(), entry.new.as_ref().filter(|blob| blob.regular)?.object.as_str()))
            })
            .collect();
        let names: Vec<&str> = blobs.iter().map(|(_, object)| *object).collect();
        let objects = self.objects(&names)?;
        let texts = blobs.iter().zip(objects).filter_map(|((path, _), object)| match object {
            Object::Bytes(bytes) => Some(((*path).to_owned(), String::from_utf8_lossy(&bytes).into_owned())),
            Object::Large(_) => None,
        });
        Ok(texts.collect())
    }

    /// Objects by name, in order.
    pub fn objects(&self, names: &[&str]) -> Result<Vec<Object>, GitError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut child = self
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|error| GitError::Start(error.to_string()))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(GitError::Start("it has no input or output".into()));
        };
        let request: String = names.iter().flat_map(|name| [*name, "\n"]).collect();
        // The names are written beside the reading: git answers before it has read them all.
        let objects = std::thread::scope(|scope| {
            scope.spawn(move || {
                // When git stops reading, the missing answers are the error.
                let _ = input.write_all(request.as_bytes());
            });
            read_objects(BufReader::new(output))
        });
        let ended = child.wait_with_output().map_err(|error| GitError::Start(error.to_string()))?;
        let objects = objects?;
        if !ended.status.success() || objects.len() != names.len() {
            return Err(GitError::Said(said(&ended.stderr)));
        }
        Ok(objects)
    }

    fn tree(&self, commit: &str, path: Option<&str>) -> Result<Vec<Entry>, GitError> {
        let mut args = vec!["ls-tree", "-r", "-z", "--full-tree", commit];
        if let Some(path) = path {
            args.extend(["--", path]);
        }
        Ok(read_tree(&self.ask(&args)?)?)
    }

    fn commit(&self, name: &str) -> Result<String, GitError> {
        let unknown = || GitError::Commit(plain(name));
        if name.is_empty() || name.starts_with('-') {
            return Err(unknown());
        }
        self.line(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]).map_err(|error| match error {
            GitError::Said(_) => unknown(),
            other => other,
        })
    }

    fn line(&self, args: &[&str]) -> Result<String, GitError> {
        self.ask(args).map(|bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    fn ask(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = self.command(args).output().map_err(|error| GitError::Start(error.to_string()))?;
        if output.status.success() { Ok(output.stdout) } else { Err(GitError::Said(said(&output.stderr))) }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.directory).args(OPTIONS).args(args);
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_dropped(name)) {
            command.env_remove(name);
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn is_dropped(name: &OsString) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("GIT_") && !KEPT.contains(&name))
}

fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let text = plain(text.trim().trim_start_matches("fatal: "));
    if text.is_empty() { "nothing, and failed".into() } else { text.chars().take(400).collect() }
}
