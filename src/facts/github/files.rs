//! Files at the head of the default branch: workflows, CODEOWNERS, agents' configuration. What they say is a claim that
//! whoever may push there can write.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde_json::Value;

use super::{
    answer::{Reader, listed},
    heads::Head,
    paths,
    shape::{flag, list, text},
};
use crate::{
    controls::{
        agents::{Signatures, covers},
        guardrails::Guardrails,
    },
    model::{
        file::{RepositoryFile, is_instruction},
        id::{EvidenceId, RepoName},
        observed::Observed,
    },
};

pub const WORKFLOWS: &str = ".github/workflows/";

/// Where GitHub looks for CODEOWNERS, in its order ("About code owners").
pub const CODEOWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Folders at the root that are read with all below them: GitHub's own, and those that some agent's configuration is in.
static FOLDERS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let folder = |pattern: &String| pattern.split_once('/').map(|(folder, _)| folder.to_owned());
    PATTERNS.iter().filter_map(folder).chain([".github".to_owned()]).collect()
});

/// Where the known agents keep their configuration, a slash at the end for a folder. The catalogue is built in and tested, so
/// it is empty only in a broken build.
static PATTERNS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let agents = Signatures::built_in().map(|known| known.agents).unwrap_or_default();
    agents.iter().flat_map(|agent| agent.reads().cloned()).collect()
});

/// Where a repository states what runs before a commit: pre-commit, Lefthook, husky, and npm's own hooks.
const COMMIT_HOOKS: [&str; 7] = [
    ".pre-commit-config.yaml",
    "lefthook.yml",
    ".lefthook.yml",
    ".husky/pre-commit",
    ".githooks/pre-commit",
    "package.json",
    "lint-staged.config.js",
];

/// Files at a fixed place whose text counts: agents' settings and instructions, and what runs before a commit. They are
/// asked for by name, so that no folder need be listed for them.
pub static BY_NAME: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let settings = Guardrails::built_in().map(|known| known.settings).unwrap_or_default();
    let instructions = PATTERNS.iter().filter(|path| is_instruction(path) && !path.contains('*')).cloned();
    let hooks = COMMIT_HOOKS.map(str::to_owned);
    settings.into_iter().flat_map(|kind| kind.files).chain(instructions).chain(hooks).collect()
});

/// Files read one by one beyond those of [`BY_NAME`]: rules and sub-agents in folders of their own.
const MOST_BESIDE: usize = 30;

/// Paths of files, as far as the tree was read; folders at the root with a slash at the end.
pub(super) type Files = Observed<Vec<String>>;

/// A folder of a tree answer: its files and its sub-folders with their digests.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    pub files: Vec<String>,
    pub folders: BTreeMap<String, String>,
    /// GitHub cut the answer short ("Get a tree": 100,000 entries or 7 MB).
    pub truncated: bool,
}

impl Folder {
    /// Reads "Get a tree", with every path below `prefix`.
    pub fn of(answer: &Value, prefix: &str) -> Folder {
        let mut folder = Folder { truncated: flag(answer, "truncated").unwrap_or(false), ..Folder::default() };
        for entry in list(answer, "tree") {
            let Some(path) = text(entry, "path").map(|path| format!("{prefix}{path}")) else { continue };
            match text(entry, "type").as_deref() {
                Some("tree") => {
                    folder.folders.insert(path, text(entry, "sha").unwrap_or_default());
                }
                // A commit is a submodule: no file of this repository.
                Some("commit") => {}
                _ => folder.files.push(path),
            }
        }
        folder
    }

    /// The folders to read further, with their digests. A head's answer tells of [`BY_NAME`] without their folders.
    pub fn to_read(&self, by_head: bool) -> impl Iterator<Item = (&str, &str)> {
        let of_name = |name: &str| BY_NAME.iter().any(|path| path.split_once('/').is_some_and(|(at, _)| at == name));
        let wanted =
            self.folders.iter().filter(move |(name, _)| FOLDERS.contains(*name) || (!by_head && of_name(name)));
        wanted.map(|(name, digest)| (name.as_str(), digest.as_str()))
    }
}

/// The root folder and the folders of [`FOLDERS`]. A repository without a commit has no files, as GitHub says itself.
pub(super) fn read(reader: &Reader<'_>, repo: &RepoName, branch: &str, head: Option<&Head>) -> Files {
    let root = match head {
        Some(head) => Observed::known(head.root.clone(), head.evidence.clone()),
        None => {
            let answer = reader.object(&paths::tree(repo, branch)).absent_when(|refusal| refusal.status == 409);
            answer.map(|answer| Folder::of(&answer, ""))
        }
    };
    root.and_then(|root| {
        let mut evidence: Vec<EvidenceId> = Vec::new();
        let mut whole = !root.truncated;
        let mut files = root.files.clone();
        files.extend(root.folders.keys().map(|folder| format!("{folder}/")));
        for (name, digest) in root.to_read(head.is_some()) {
            let below = match head.and_then(|head| head.github.as_ref()).filter(|_| name == ".github") {
                Some(folder) => Observed::known(folder.clone(), Vec::new()),
                None => {
                    let answer = reader.object(&paths::whole_tree(repo, digest)).observed();
                    answer.map(|answer| Folder::of(&answer, &format!("{name}/")))
                }
            };
            evidence.extend(below.evidence.iter().cloned());
            match below.seen() {
                Some(folder) => {
                    whole &= !folder.truncated;
                    files.extend(folder.files.iter().cloned());
                }
                None => whole = false,
            }
        }
        let named = head.into_iter().flat_map(|head| &head.named).filter(|path| !files.contains(path));
        let named: Vec<String> = named.cloned().collect();
        files.extend(named);
        listed(files, whole, evidence)
    })
}

/// A file's text, from the head's answer or asked for alone.
pub(super) fn source(reader: &Reader<'_>, repo: &RepoName, path: &str, head: Option<&Head>) -> Observed<String> {
    let given = head.and_then(|head| head.text(path));
    given.unwrap_or_else(|| reader.text(&paths::contents(repo, path)).observed())
}

/// Whether a path is a workflow file ("Workflow syntax": `.yml` or `.yaml`, in that folder and not below it).
pub fn is_workflow(path: &str) -> bool {
    path.strip_prefix(WORKFLOWS)
        .is_some_and(|name| !name.contains('/') && (name.ends_with(".yml") || name.ends_with(".yaml")))
}

/// The CODEOWNERS file that counts, with its text.
pub(super) fn codeowners(reader: &Reader<'_>, repo: &RepoName, files: &Files, head: Option<&Head>) -> Observed<String> {
    let there = |path: &str| files.members().iter().any(|file| file == path);
    if let Some(path) = CODEOWNERS.iter().find(|path| there(path)) {
        return source(reader, repo, path, head);
    }
    if there("docs/") {
        // That folder is not listed: the file itself was asked for. Who may read the tree may read the file.
        const PATH: &str = "docs/CODEOWNERS";
        return match head {
            Some(head) => head.text(PATH).unwrap_or_else(|| Observed::absent(head.evidence.clone())),
            None => reader.text(&paths::contents(repo, PATH)).absent_when(|refusal| refusal.status == 404),
        };
    }
    match files.is_whole() {
        true => Observed::absent(files.evidence.clone()),
        false => files.as_ref().and_then(|_| Observed::failed("not all of the tree was read", Vec::new())),
    }
}

/// The files that configure or instruct an agent, or hold a commit back, with the texts that count.
pub(super) fn agent_files(
    reader: &Reader<'_>,
    repo: &RepoName,
    files: &Files,
    head: Option<&Head>,
) -> Observed<Vec<RepositoryFile>> {
    files.clone().map(|files| {
        let beside: BTreeSet<&String> = texts_beside(&files).collect();
        let text = |path: &String| match BY_NAME.contains(path) || beside.contains(path) {
            true => source(reader, repo, path, head),
            false => Observed::not_collected("what it says decides nothing here"),
        };
        let kept = files.iter().filter(|path| is_agent_file(path));
        kept.map(|path| RepositoryFile { path: path.clone(), text: text(path) }).collect()
    })
}

/// Instructions in folders of their own, as many as are read.
pub fn texts_beside(files: &[String]) -> impl Iterator<Item = &String> {
    let counts = |path: &&String| configures_agent(path) && is_instruction(path) && !BY_NAME.contains(*path);
    files.iter().filter(counts).take(MOST_BESIDE)
}

/// Whether a file configures or instructs an agent, or holds a commit back.
pub fn is_agent_file(path: &str) -> bool {
    BY_NAME.contains(path) || configures_agent(path)
}

fn configures_agent(path: &str) -> bool {
    PATTERNS.iter().any(|pattern| covers(pattern, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_known_by_their_files_and_folders() {
        for (path, known) in [
            ("CLAUDE.md", true),
            (".claude/agents/reviewer.md", true),
            (".claude/agents/", false),
            (".claude/notes.md", false),
            (".github/instructions/api.instructions.md", true),
            (".github/workflows/deploy.yml", false),
            ("README.md", false),
        ] {
            assert_eq!(configures_agent(path), known, "{path}");
        }
        assert!(FOLDERS.contains(".claude") && FOLDERS.contains(".github") && !FOLDERS.contains("docs"));
    }

    #[test]
    fn texts_are_read_where_they_count() {
        for path in [".claude/settings.json", ".vscode/mcp.json", "AGENTS.md", ".cursorrules", ".husky/pre-commit"] {
            assert!(BY_NAME.contains(path), "{path}");
        }
        assert!(!BY_NAME.contains(".coderabbit.yaml") && !BY_NAME.contains(".claude/agents/"));
        let files =
            [".claude/agents/a.md", ".cursor/rules/b.mdc", "AGENTS.md", ".claude/skills/run.py"].map(str::to_owned);
        assert_eq!(texts_beside(&files).collect::<Vec<_>>(), [&files[0], &files[1]]);
    }

    #[test]
    fn only_files_of_the_folder_itself_are_workflows() {
        assert!(is_workflow(".github/workflows/a.yml") && is_workflow(".github/workflows/b.yaml"));
        assert!(!is_workflow(".github/workflows/sub/a.yml") && !is_workflow("workflows/a.yml"));
        assert!(!is_workflow(".github/workflows/README.md"));
    }
}
