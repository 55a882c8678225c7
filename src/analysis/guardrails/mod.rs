//! What a repository's own files say about the agents that work in it: settings that weaken a guardrail, MCP servers that
//! write, instructions that hide something, and the doors of workflows that run an agent.
//!
//! Files in a repository are claims of whoever may push there: a weakness in them counts, a strength proves nothing.

mod condition;
pub mod entry;
pub mod essentials;
pub mod instructions;
pub mod mcp;
pub mod settings;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    controls::guardrails::Guardrails,
    model::{file::is_instruction, severity::Severity},
};

/// One thing that a file says and that weakens a guardrail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weakness {
    pub concern: Concern,
    /// `claude.runs_unasked`.
    pub rule: String,
    pub severity: Severity,
    /// In words, as the end of a sentence.
    pub says: String,
    /// The change that mends it.
    pub mend: String,
    /// One-based line in the file, where one could be told.
    pub line: Option<usize>,
}

/// What a weakness weakens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// That the agent asks before it acts.
    Questions,
    /// That its changes say it made them.
    Marks,
    /// What its MCP servers may do.
    Servers,
    /// What it is told.
    Instructions,
    /// Who may start it, or write what it reads.
    Entry,
}

/// Whether a file of an agent says how it works: its settings, servers or instructions.
pub fn steers(known: &Guardrails, path: &str) -> bool {
    known.of_file(path).is_some() || is_instruction(path)
}

/// The line that holds a text, counted from one.
fn line_of(text: &str, part: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(part)).map(|at| at + 1)
}
