//! One row an agent: its marks in commits and merged changes, the jobs that run it, the files that configure it.

use std::collections::{BTreeMap, BTreeSet};

use super::{AgentRow, Marked, Reading, SignalRow, changes::MergedChange, kind};
use crate::{
    analysis::{agents, attribution},
    base::foreign::Foreign,
    controls::agents::{Level, Signature, Signatures, noreply},
    model::{change::Commit, pipeline::WorkflowFile},
};

/// Signals and identities that a row lists; the counts go on.
const LISTED: usize = 20;

#[derive(Default)]
struct Row {
    acts_as: BTreeSet<String>,
    signals: BTreeMap<(&'static str, String), usize>,
    commits: usize,
    pull_requests: BTreeSet<u64>,
    first_seen: Option<String>,
    last_seen: Option<String>,
}

struct Rows<'a> {
    signatures: &'a Signatures,
    rows: BTreeMap<String, Row>,
}

pub(super) fn agents(
    signatures: &Signatures,
    reading: &Reading,
    marked: &[Marked],
    merged: &[MergedChange],
) -> Vec<AgentRow> {
    let mut rows = Rows { signatures, rows: BTreeMap::new() };
    for one in marked {
        if let Some(commit) = reading.history.commits.get(one.at) {
            rows.commit(&commit.commit, one);
        }
    }
    rows.workflows(reading);
    rows.files(&reading.files.paths);
    rows.changes(marked, merged);
    rows.branches(reading);
    signatures.agents.iter().filter_map(|agent| Some(rows.rows.remove(&agent.id)?.finish(agent))).collect()
}

impl<'a> Rows<'a> {
    fn row(&mut self, agent: &str) -> &mut Row {
        self.rows.entry(agent.to_owned()).or_default()
    }

    fn commit(&mut self, commit: &Commit, marked: &Marked) {
        let agents: BTreeSet<&str> = marked.marks.iter().map(|mark| mark.agent.as_str()).collect();
        for agent in agents {
            let own = || marked.marks.iter().filter(|mark| mark.agent == agent);
            let is_author = own().any(|mark| mark.level == Level::Author && kind(mark) == "author");
            let who = self.who(commit, is_author);
            let row = self.row(agent);
            row.commits += 1;
            row.acts_as.extend(who);
            row.seen(&commit.authored_at);
            let signals: BTreeSet<(&'static str, &str)> =
                own().map(|mark| (kind(mark), mark.detail.as_str())).collect();
            for (kind, detail) in signals {
                row.count(kind, detail);
            }
        }
    }

    /// Under which name the agent acted: its own account, or the person who committed with it.
    fn who(&self, commit: &Commit, is_author: bool) -> Option<String> {
        if is_author {
            return Some(noreply(&commit.author_email).map_or(&*commit.author_email, |(_, login)| login).to_owned());
        }
        let person = !self.signatures.is_automatic_address(&commit.author_email)
            && !attribution::is_agents_address(self.signatures, &commit.author_email);
        person.then(|| format!("{} (a person)", commit.author_name))
    }

    fn workflows(&mut self, reading: &Reading) {
        for workflow in reading.workflows.iter().filter_map(WorkflowFile::parsed) {
            for job in &workflow.jobs {
                for (agent, how) in job.steps.iter().flat_map(|step| agents::of_step(self.signatures, step)) {
                    let row = self.rows.entry(agent.id.clone()).or_default();
                    row.acts_as.insert(format!("job {} of {}", job.id, workflow.path));
                    row.count("workflow_step", &how);
                }
            }
        }
    }

    fn files(&mut self, paths: &[String]) {
        for path in paths {
            if let Some(agent) = self.signatures.by_file(path) {
                self.rows.entry(agent.id.clone()).or_default().count("config_file", path);
            }
        }
    }

    fn changes(&mut self, marked: &[Marked], merged: &[MergedChange]) {
        let by_place: BTreeMap<usize, &Marked> = marked.iter().map(|one| (one.at, one)).collect();
        for change in merged {
            for one in change.commits.iter().filter_map(|at| by_place.get(at)) {
                for mark in &one.marks {
                    self.row(&mark.agent).pull_requests.insert(change.number);
                }
            }
            let branch = change.branch.as_deref().unwrap_or_default();
            if let Some(agent) = self.by_branch(branch) {
                let row = self.row(agent);
                row.pull_requests.insert(change.number);
                row.count("branch", &format!("{} of merged pull requests", folder(branch)));
            }
        }
    }

    fn branches(&mut self, reading: &Reading) {
        let names: BTreeSet<&str> = reading.branches.iter().map(|tip| short(tip.name.as_str())).collect();
        for name in names {
            if let Some(agent) = self.by_branch(name) {
                self.row(agent).count("branch", &format!("{} still there", folder(name)));
            }
        }
    }

    /// The agent of a branch. A name that people use as well needs another signal of the agent.
    fn by_branch(&self, name: &str) -> Option<&'a str> {
        let (agent, alone) = attribution::by_branch(self.signatures, name)?;
        (alone || self.rows.contains_key(&agent.id)).then_some(agent.id.as_str())
    }
}

/// `claude/` of `claude/fix-it`.
fn folder(branch: &str) -> &str {
    branch.find('/').and_then(|at| branch.get(..=at)).unwrap_or(branch)
}

/// A branch's name without its remote's.
fn short(name: &str) -> &str {
    name.strip_prefix("origin/").unwrap_or(name)
}

impl Row {
    fn count(&mut self, kind: &'static str, detail: &str) {
        *self.signals.entry((kind, detail.to_owned())).or_default() += 1;
    }

    fn seen(&mut self, at: &str) {
        if at.is_empty() {
            return;
        }
        if self.first_seen.as_deref().is_none_or(|seen| at < seen) {
            self.first_seen = Some(at.to_owned());
        }
        if self.last_seen.as_deref().is_none_or(|seen| at > seen) {
            self.last_seen = Some(at.to_owned());
        }
    }

    fn finish(self, agent: &Signature) -> AgentRow {
        let mut signals: Vec<SignalRow> = self
            .signals
            .into_iter()
            .map(|((kind, detail), count)| SignalRow { kind: kind.to_owned(), detail: Foreign::new(detail), count })
            .collect();
        signals.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cmp(b)));
        let more = signals.len().saturating_sub(LISTED);
        signals.truncate(LISTED);
        if more > 0 {
            signals.push(SignalRow { kind: "more".to_owned(), detail: Foreign::new("further signals"), count: more });
        }
        let mut acts_as: Vec<Foreign> = self.acts_as.iter().take(LISTED).map(Foreign::new).collect();
        if let Some(more) = self.acts_as.len().checked_sub(LISTED).filter(|more| *more > 0) {
            acts_as.push(Foreign::new(format!("{more} more")));
        }
        AgentRow {
            id: agent.id.clone(),
            name: agent.name.clone(),
            kind: agent.kind.clone(),
            acts_as,
            signals,
            commits: self.commits,
            pull_requests: self.pull_requests.len(),
            first_seen: self.first_seen,
            last_seen: self.last_seen,
        }
    }
}
