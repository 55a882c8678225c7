//! Floor 2: the evidence store. Raw answers named by their digests, one append-only log a run, and the pure reading side
//! that facts are lowered from.
//!
//! ```text
//! ambit-store.json               this folder is a store
//! objects/<aa>/<rest>            bytes, named by the sha256 of what is stored
//! runs/<run>/header.json         what the run was asked to do
//! runs/<run>/log/<number>.jsonl  immutable, self-checking segments; the last line of the last one is the end mark
//! runs/<run>/lock                held by the one writer
//! ```
//!
//! A run whose header names parts joins other runs of its store, each seen through eyes of its own; they stay as they are.

mod header;
mod objects;
mod record;
mod run_log;
mod segment;
mod store;
mod take;
mod writer;

pub use header::{AwsSource, End, GithubSource, Header, StoredFile};
pub use record::{
    Answer, Api, Caller, GITHUB_JSON, Key, Next, Params, Record, Response, Scope, first_page, normal_path, path_segment,
};
pub use run_log::{Call, Pages, RunLog, Stop};
pub use store::Store;
pub use writer::RunWriter;

use crate::{base::digest::Digest, model::id::RunId};

/// Why the store could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error(
        "`{place}` is not an evidence store\nhint: name a folder that `ambit collect` wrote; it makes new ones itself"
    )]
    NotAStore { place: String },
    #[error(
        "`{place}` was written by a newer version: store format {found}, this one reads {known}\nhint: update ambit"
    )]
    Newer { place: String, found: u32, known: u32 },
    #[error("no run `{run}` in `{place}`\nhint: `{place}` holds {}", listed(.known))]
    NoRun { place: String, run: RunId, known: Vec<RunId> },
    #[error("no run in `{place}` was collected to its end\nhint: name one with --run, or collect again; it holds {}", listed(.known))]
    NoCompleteRun { place: String, known: Vec<RunId> },
    #[error("another process writes to run `{run}`\nhint: wait for it to end")]
    Locked { run: RunId },
    #[error("run `{run}` exists already")]
    Exists { run: RunId },
    /// Bytes are not what was stored. Never repaired by guessing.
    #[error(
        "the evidence is damaged: `{what}`: {why}\nhint: restore the store from a copy; nothing read from it can be relied on"
    )]
    Damaged { what: String, why: String },
    #[error("object `{0}` is missing from the store")]
    Missing(Digest),
    #[error("cannot {verb} `{what}`: {why}")]
    Io { verb: &'static str, what: String, why: String },
}

fn listed(runs: &[RunId]) -> String {
    match runs {
        [] => "no run at all".to_owned(),
        _ => runs.iter().map(RunId::as_str).collect::<Vec<_>>().join(", "),
    }
}
