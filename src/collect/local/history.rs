//! The commits behind HEAD, newest first by the time at which each was committed.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use gix_hash::ObjectId;
use gix_object::{CommitRef, Kind, bstr::BStr};

use super::{gap, objects::Objects};
use crate::model::{
    change::Commit,
    history::{History, HistoryCommit},
};

/// Bytes of one commit with its message and signature.
const COMMIT: u64 = 1 << 20;

/// Walks from `head`; below a commit of `shallow` the clone holds nothing, by intent.
pub(super) fn walk(objects: &Objects, head: &str, shallow: &[String], most: usize) -> History {
    let shallow: BTreeSet<ObjectId> = shallow.iter().filter_map(|hex| objects.id(hex)).collect();
    let mut walk = Walk { objects, open: BinaryHeap::new(), seen: BTreeSet::new(), history: History::default() };
    walk.history.shallow = !shallow.is_empty();
    walk.enter(objects.id(head));
    let mut parents = Vec::new();
    let mut odd = 0;
    while let Some(next) = walk.open.pop() {
        if walk.history.commits.len() == most {
            let why = format!("the newest {most} commits were read");
            walk.history.gaps.push(gap("the older history", why));
            break;
        }
        odd += usize::from(next.odd);
        if !shallow.contains(&next.id) {
            next.parents.iter().for_each(|parent| walk.enter(Some(*parent)));
        }
        walk.history.commits.push(next.commit);
        parents.push((next.id, next.parents));
    }
    if odd > 0 {
        let why = "they are not UTF-8; their odd bytes were read as U+FFFD".to_owned();
        walk.history.gaps.push(gap(format!("names or messages of {odd} commits"), why));
    }
    let mut history = walk.history;
    let place: BTreeMap<ObjectId, usize> = parents.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect();
    for (commit, (_, parents)) in history.commits.iter_mut().zip(&parents) {
        commit.parents = parents.iter().map(|parent| place.get(parent).copied()).collect();
    }
    history
}

struct Walk<'a> {
    objects: &'a Objects,
    open: BinaryHeap<Read>,
    seen: BTreeSet<ObjectId>,
    history: History,
}

impl Walk<'_> {
    /// Reads a commit that was not met before and keeps it for its turn.
    fn enter(&mut self, id: Option<ObjectId>) {
        let Some(id) = id.filter(|id| self.seen.insert(*id)) else { return };
        let mut buffer = Vec::new();
        let read = match self.objects.read(&id, Kind::Commit, COMMIT, &mut buffer) {
            Ok(bytes) => CommitRef::from_bytes(bytes, self.objects.hash).ok().map(|commit| read(id, &commit)),
            Err(missing) => {
                let what = format!("commit {id} and what only it leads to");
                self.history.gaps.push(gap(what, missing.why()));
                return;
            }
        };
        match read {
            Some(read) => self.open.push(read),
            None => {
                let what = format!("commit {id} and what only it leads to");
                self.history.gaps.push(gap(what, "it is not written as a commit is"));
            }
        }
    }
}

/// A commit that waits for its turn: the newest first, and of two of one second the smaller id last.
struct Read {
    seconds: i64,
    id: ObjectId,
    parents: Vec<ObjectId>,
    commit: HistoryCommit,
    odd: bool,
}

impl PartialEq for Read {
    fn eq(&self, other: &Read) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Read {}

impl PartialOrd for Read {
    fn partial_cmp(&self, other: &Read) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Read {
    fn cmp(&self, other: &Read) -> std::cmp::Ordering {
        self.seconds.cmp(&other.seconds).then_with(|| self.id.cmp(&other.id))
    }
}

fn read(id: ObjectId, commit: &CommitRef<'_>) -> Read {
    let author = commit.author().ok();
    let committer = commit.committer().ok();
    let seconds = committer.map_or(0, |committer| committer.seconds());
    let texts = [author.map(|a| a.name), author.map(|a| a.email), committer.map(|c| c.email), Some(commit.message)];
    let [author_name, author_email, committer_email, message] = texts.map(lossy);
    let odd = texts.iter().flatten().any(|text| std::str::from_utf8(text).is_err());
    Read {
        seconds,
        id,
        parents: commit.parents().collect(),
        commit: HistoryCommit {
            commit: Commit {
                sha: id.to_string(),
                author_name,
                author_email,
                author: None,
                committer_email,
                message,
                authored_at: author.map_or_else(String::new, |author| time(author.seconds())),
            },
            committed_at: time(seconds),
            parents: Vec::new(),
        },
        odd,
    }
}

fn lossy(text: Option<&BStr>) -> String {
    text.map_or_else(String::new, |text| String::from_utf8_lossy(text).into_owned())
}

/// RFC 3339, UTC; empty for a second that no calendar has.
fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |at| at.to_string())
}
