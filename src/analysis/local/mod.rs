//! The agents that a clone shows, without the forge: its commits, its workflows and its files.
//!
//! A lower bound. Nothing here raises or settles a finding: whoever may push can write all of it.

mod changes;
mod guardrails;
mod rows;
mod tools;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    analysis::attribution::{self, Mark},
    base::foreign::Foreign,
    controls::{
        agents::{Level, Signatures},
        guardrails::Guardrails,
    },
    facts::github::files::{CODEOWNERS, is_agent_file, is_workflow},
    model::{
        file::RepositoryFile,
        history::{BranchTip, Files, History},
        pipeline::WorkflowFile,
    },
};

pub use guardrails::{GuardrailRows, SteeringRow, WeaknessRow};
pub use tools::{Scanner, ToolRow, may_call};

/// Whether a file's text says anything here.
pub fn is_wanted(path: &str) -> bool {
    may_call(path) || is_agent_file(path) || is_workflow(path) || CODEOWNERS.contains(&path)
}

/// What was read of a clone.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    pub name: String,
    pub head: Option<String>,
    pub head_reference: Option<String>,
    pub branches: Vec<BranchTip>,
    pub history: History,
    pub files: Files,
    /// Workflow files.
    pub workflows: Vec<WorkflowFile>,
    /// Files that configure or instruct agents, or hold a commit back.
    pub agent_files: Vec<RepositoryFile>,
    /// The text of the CODEOWNERS file that counts.
    pub codeowners: Option<String>,
    pub tools: Vec<ToolRow>,
}

/// The answer of `ambit agents --local`. Its schema is `docs/schema/agents-1.json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Inventory {
    /// `1`.
    pub schema_version: u32,
    /// The folder's name.
    pub repository: Foreign,
    /// The commit that was read; null before the first one.
    pub head: Option<String>,
    /// One row an agent, in the order of ids.
    pub agents: Vec<AgentRow>,
    /// One row a commit and agent, newest first. A commit that is not listed is unknown, not human.
    pub commits: Vec<CommitRow>,
    pub tools: Vec<ToolRow>,
    pub guardrails: GuardrailRows,
    pub coverage: Coverage,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AgentRow {
    /// The name of its file under `controls/agents/`.
    pub id: String,
    pub name: String,
    /// `cli_ide`, `cloud_agent`, `ci_agent`, `reviewer`, `assist` …
    pub kind: String,
    /// `devin-ai-integration[bot]`, `job review of .github/workflows/ai.yml`, `Ann Example (a person)`; empty where it is
    /// configured and was not seen to act.
    pub acts_as: Vec<Foreign>,
    pub signals: Vec<SignalRow>,
    /// Commits with a mark of it, merges with them.
    pub commits: usize,
    /// Merged pull requests with a mark of it, as far as messages tell.
    pub pull_requests: usize,
    /// RFC 3339, UTC: when its first and its last marked commit was written.
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
}

/// A signal with how often it was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct SignalRow {
    /// `author`, `trailer`, `body`, `branch`, `workflow_step`, `config_file`.
    pub kind: String,
    pub detail: Foreign,
    pub count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CommitRow {
    pub sha: String,
    pub agent: String,
    pub level: Level,
    /// `author`, `body`, or a trailer's key, `Co-authored-by`; the agent's row holds their details.
    pub signals: Vec<String>,
}

/// What the rows rest on, and what they do not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Coverage {
    /// `refs/heads/main`; null when HEAD is a commit itself.
    pub head_reference: Option<Foreign>,
    pub commits: usize,
    /// Of the commits, those with several parents.
    pub merges: usize,
    /// Commits with an agent's mark.
    pub marked: usize,
    /// Of the marked, those with several parents.
    pub marked_merges: usize,
    /// Commits whose author is automation that is no AI, without an agent's mark.
    pub automation: usize,
    /// Commits without any mark: by a person, or by an agent that left none.
    pub unknown: usize,
    /// Merged pull requests that messages name, and how many of them with their branch.
    pub pull_requests: usize,
    pub pull_requests_with_branch: usize,
    /// The clone holds only the newest commits.
    pub shallow: bool,
    pub files: usize,
    /// Files whose text was searched for SDKs, APIs and workflow steps.
    pub files_read: usize,
    /// What these numbers mean, in a sentence.
    pub statement: String,
    pub gaps: Vec<Unread>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unread {
    pub what: Foreign,
    pub why: String,
}

/// The marks of one commit by their agents.
struct Marked {
    /// Its place in the history.
    at: usize,
    marks: Vec<Mark>,
}

/// The inventory of a clone.
pub fn inventory(signatures: &Signatures, known: &Guardrails, reading: &Reading) -> Inventory {
    let commits = &reading.history.commits;
    let marked: Vec<Marked> = commits
        .iter()
        .enumerate()
        .map(|(at, one)| Marked { at, marks: attribution::of_commit(signatures, &one.commit) })
        .filter(|one| !one.marks.is_empty())
        .collect();
    let merged = changes::merged(commits);
    Inventory {
        schema_version: 1,
        repository: Foreign::new(&reading.name),
        head: reading.head.clone(),
        agents: rows::agents(signatures, reading, &marked, &merged),
        commits: marked.iter().flat_map(|one| commit_rows(reading, one)).collect(),
        tools: reading.tools.clone(),
        guardrails: guardrails::rows(signatures, known, reading),
        coverage: coverage(signatures, known, reading, &marked, &merged),
    }
}

/// One row an agent, the strongest level, every signal once.
fn commit_rows(reading: &Reading, marked: &Marked) -> Vec<CommitRow> {
    let sha = reading.history.commits.get(marked.at).map_or("", |one| one.commit.sha.as_str());
    let mut rows: Vec<CommitRow> = Vec::new();
    for mark in &marked.marks {
        let signal = if mark.signal == "trailer" { mark.detail.clone() } else { kind(mark).to_owned() };
        match rows.iter_mut().find(|row| row.agent == mark.agent) {
            Some(row) if row.signals.contains(&signal) => {}
            Some(row) => row.signals.push(signal),
            None => rows.push(CommitRow {
                sha: sha.to_owned(),
                agent: mark.agent.clone(),
                level: mark.level,
                signals: vec![signal],
            }),
        }
    }
    rows
}

/// An account, an address and a name of the author are one kind of signal here.
fn kind(mark: &Mark) -> &'static str {
    match mark.signal {
        "account" | "address" | "author_name" => "author",
        other => other,
    }
}

fn coverage(
    signatures: &Signatures,
    known: &Guardrails,
    reading: &Reading,
    marked: &[Marked],
    merged: &[changes::MergedChange],
) -> Coverage {
    let commits = &reading.history.commits;
    let merges = commits.iter().filter(|one| one.is_merge()).count();
    let is_merge = |one: &&Marked| commits.get(one.at).is_some_and(|commit| commit.is_merge());
    let marked_merges = marked.iter().filter(is_merge).count();
    let automatic =
        |at: usize| commits.get(at).is_some_and(|one| signatures.is_automatic_address(&one.commit.author_email));
    let marked_automation = marked.iter().filter(|one| automatic(one.at)).count();
    let automation = (0..commits.len()).filter(|at| automatic(*at)).count() - marked_automation;
    let unknown = commits.len() - marked.len() - automation;
    let gaps = reading.history.gaps.iter().chain(&reading.files.gaps);
    let mut gaps: Vec<Unread> =
        gaps.map(|gap| Unread { what: Foreign::new(&gap.what), why: gap.why.clone() }).collect();
    if reading.history.shallow {
        let why = "the clone is shallow and holds only the newest commits".to_owned();
        gaps.push(Unread { what: Foreign::new("older commits"), why });
    }
    gaps.extend(reading.workflows.iter().filter_map(|file| match file {
        WorkflowFile::Parsed(_) => None,
        WorkflowFile::Unreadable { path, why, .. } => Some(Unread { what: Foreign::new(path), why: why.clone() }),
    }));
    gaps.extend(reading.agent_files.iter().filter_map(|file| {
        let why = guardrails::unreadable(known, file)?;
        Some(Unread { what: Foreign::new(&file.path), why })
    }));
    Coverage {
        head_reference: reading.head_reference.as_deref().map(Foreign::new),
        commits: commits.len(),
        merges,
        marked: marked.len(),
        marked_merges,
        automation,
        unknown,
        pull_requests: merged.len(),
        pull_requests_with_branch: merged.iter().filter(|change| change.branch.is_some()).count(),
        shallow: reading.history.shallow,
        files: reading.files.paths.len(),
        files_read: reading.files.read,
        statement: statement(commits.len(), marked.len(), automation, unknown),
        gaps,
    }
}

fn statement(commits: usize, marked: usize, automation: usize, unknown: usize) -> String {
    if commits == 0 {
        return "The clone has no commit: nothing can be said of who wrote it.".to_owned();
    }
    format!(
        "{marked} of {commits} commits carry an agent's mark, {automation} are automation that is no AI, {unknown} are \
         unknown: no mark is no proof of a person. Who opened, reviewed and merged is not in a clone."
    )
}
