//! What a repository's own files say about the agents that work in it: settings that weaken a guardrail, MCP servers that
//! write, instructions that hide something, and the doors of workflows that run an agent.
//!
//! Files in a repository are claims of whoever may push there: a weakness in them counts, a strength proves nothing.

pub mod entry;
pub mod essentials;
pub mod instructions;
pub mod mcp;
pub mod settings;

use crate::model::severity::Severity;

/// One thing that a file says and that weakens a guardrail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weakness {
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

/// The line that holds a text, counted from one.
fn line_of(text: &str, part: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(part)).map(|at| at + 1)
}
