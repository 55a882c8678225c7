//! Files of a repository that say how agents work there.

use serde::{Deserialize, Serialize};

use super::observed::Observed;

/// A file at the head of the default branch, or of a clone's HEAD. What it says is a claim of whoever may push there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepositoryFile {
    /// From the repository's root, with slashes.
    pub path: String,
    pub text: Observed<String>,
}

impl RepositoryFile {
    /// The part of the path after the last slash.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path.as_str(), |(_, name)| name)
    }
}

/// Prose for an agent, as against settings: by its ending or its name.
pub fn is_instruction(path: &str) -> bool {
    const ENDINGS: [&str; 6] = [".md", ".mdc", "rules", "hints", "-guidelines", "memory.txt"];
    !path.starts_with(".github/workflows/") && ENDINGS.iter().any(|ending| path.ends_with(ending))
}
