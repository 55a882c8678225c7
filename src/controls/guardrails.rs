//! What is known of agents' guardrails: one file a kind of settings under `controls/guardrails/`, MCP servers that can write in
//! `controls/mcp-servers.yaml`, actions that run an agent in `controls/agent-actions.yaml`. Files carry examples that are
//! their tests.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{agents::Pattern, embedded};
use crate::model::severity::Severity;

/// One file of `controls/guardrails/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    pub id: String,
    /// What the files are, for a sentence: `Claude Code's settings`.
    pub title: String,
    /// Exact paths from the repository's root.
    pub files: Vec<String>,
    pub format: Format,
    /// The key below which the file names MCP servers.
    pub mcp: Option<String>,
    pub rules: Vec<Rule>,
    pub examples: Vec<Example>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// With comments and trailing commas, as editors allow them.
    Json,
    Toml,
    Yaml,
}

/// A setting that weakens the guardrail.
#[derive(Debug, Clone, Deserialize)]
pub struct Rule {
    pub id: String,
    pub severity: Severity,
    /// It takes away the marks that the agent leaves in commits, rather than a question.
    #[serde(default)]
    pub marks: bool,
    /// What else must hold.
    pub when: Option<Test>,
    #[serde(flatten)]
    pub test: Test,
    /// What follows, after "here": `every tool runs without asking`.
    pub says: String,
    /// The change that mends it.
    pub mend: String,
}

/// A question about one place of a settings file. Exactly one of the four answers is stated.
#[derive(Debug, Clone, Deserialize)]
pub struct Test {
    /// Keys with dots between; `*` is every member; `\.` is a dot in a key.
    pub at: String,
    /// It holds this value.
    pub is: Option<Value>,
    /// It holds another value, or nothing.
    pub not: Option<Value>,
    /// A text there, or one of a list of texts, matches.
    pub matches: Option<Pattern>,
    /// Nothing is there, or an empty list.
    pub empty: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub text: String,
    /// Ids of the rules that it breaks, in order of their names.
    pub found: Vec<String>,
}

/// An MCP server that can write unless something holds it back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct McpServer {
    pub id: String,
    pub title: String,
    /// Found in its command line, environment or address.
    pub names: Pattern,
    /// What it writes to: `GitHub`, `a database`.
    pub reaches: String,
    /// The switch that makes it read only.
    pub read_only: Option<Pattern>,
    /// It writes only with this switch.
    pub writes_when: Option<Pattern>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct McpServers {
    pub servers: Vec<McpServer>,
    pub examples: Vec<McpExample>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct McpExample {
    /// Command line, environment and address as one line.
    pub line: String,
    /// The id of the server that writes; empty where none does.
    pub writes: String,
}

/// An action that runs an agent, and what of it holds strangers back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentAction {
    /// `owner/repo` or `owner/repo/path`, without a ref.
    pub uses: String,
    /// It asks itself whether who started it may write to the repository.
    pub checks_actor: bool,
    /// Inputs that switch that off, by the value that does.
    #[serde(default)]
    pub opened_by: BTreeMap<String, Pattern>,
    /// Inputs whose text reaches the model.
    pub prompts: Vec<String>,
    /// An input's value that lets the agent run whatever it likes.
    pub free_hand: Option<Pattern>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentActions {
    pub actions: Vec<AgentAction>,
    pub commands: Commands,
}

/// Agents started by a command line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commands {
    pub free_hand: Pattern,
}

#[derive(Debug, Clone)]
pub struct Guardrails {
    /// In the order of ids.
    pub settings: Vec<Guardrail>,
    pub servers: McpServers,
    pub actions: AgentActions,
}

#[derive(Debug, thiserror::Error)]
#[error("controls/{file}: {why}")]
pub struct GuardrailError {
    file: String,
    why: String,
}

impl Guardrails {
    /// The data built into this binary.
    pub fn built_in() -> Result<Guardrails, GuardrailError> {
        let failed = |file: &str, why: String| GuardrailError { file: file.to_owned(), why };
        let mut settings: Vec<Guardrail> = Vec::new();
        for (path, text) in embedded::folder("guardrails") {
            settings.push(yaml_serde::from_str(text).map_err(|e| failed(path, e.to_string()))?);
        }
        settings.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Guardrails { settings, servers: file("mcp-servers.yaml")?, actions: file("agent-actions.yaml")? })
    }

    /// The kind of settings that a file holds.
    pub fn of_file(&self, path: &str) -> Option<&Guardrail> {
        self.settings.iter().find(|guardrail| guardrail.files.iter().any(|file| file == path))
    }
}

fn file<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, GuardrailError> {
    let text = embedded::text(name).unwrap_or_default();
    yaml_serde::from_str(text).map_err(|e| GuardrailError { file: name.to_owned(), why: e.to_string() })
}

impl AgentActions {
    /// What is known of an action, whatever its ref.
    pub fn of(&self, uses: &str) -> Option<&AgentAction> {
        let target = uses.split('@').next().unwrap_or(uses);
        self.actions.iter().find(|action| action.uses.eq_ignore_ascii_case(target))
    }
}

impl McpServers {
    /// The server that a command line, its environment and address start, where it can write as it stands.
    pub fn writing(&self, line: &str) -> Option<&McpServer> {
        let server = self.servers.iter().find(|server| server.names.is_match(line))?;
        let held = server.read_only.as_ref().is_some_and(|switch| switch.is_match(line));
        let told = server.writes_when.as_ref().is_none_or(|switch| switch.is_match(line));
        (told && !held).then_some(server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_loads_and_each_rule_asks_one_question() {
        let known = Guardrails::built_in().unwrap();
        assert!(known.of_file(".claude/settings.json").is_some() && known.of_file("README.md").is_none());
        for (guardrail, rule) in known.settings.iter().flat_map(|g| g.rules.iter().map(move |rule| (g, rule))) {
            let tests = [Some(&rule.test), rule.when.as_ref()];
            for test in tests.into_iter().flatten() {
                let stated = [test.is.is_some(), test.not.is_some(), test.matches.is_some(), test.empty.is_some()];
                assert_eq!(stated.iter().filter(|stated| **stated).count(), 1, "{} of {}", rule.id, guardrail.id);
            }
            let shown = guardrail.examples.iter().any(|example| example.found.contains(&rule.id));
            assert!(shown, "no example breaks {}", rule.id);
        }
    }

    #[test]
    fn servers_write_as_their_examples_say() {
        let servers = Guardrails::built_in().unwrap().servers;
        for example in &servers.examples {
            let found = servers.writing(&example.line).map_or("", |server| server.id.as_str());
            assert_eq!(found, example.writes, "{}", example.line);
        }
    }
}
