//! Signatures of coding agents: one file each under `controls/agents/`, with how strong each signal is.
//!
//! Facts and strengths were compiled from vendors' documentation and from public histories; each file names its agent's own.

use regex::Regex;
use serde::Deserialize;

use super::embedded;

/// One file of `controls/agents/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    pub id: String,
    pub name: String,
    pub vendor: Option<String>,
    /// `cloud_agent`, `cli`, `ci_agent`, `reviewer`, `assist` …
    pub kind: String,
    pub confidence: Confidence,
    #[serde(default)]
    pub app_slugs: Vec<String>,
    #[serde(default)]
    pub accounts: Vec<KnownAccount>,
    /// Whole addresses of author or committer; a domain proves nothing, vendors' people commit from it too.
    #[serde(default)]
    pub emails: Vec<String>,
    #[serde(default)]
    pub trailers: Vec<Trailer>,
    /// Patterns in a pull request's or a commit's body.
    #[serde(default)]
    pub bodies: Vec<Pattern>,
    /// Head branch prefixes, the slash included.
    #[serde(default)]
    pub branches: Vec<String>,
    /// `owner/repo` or `owner/repo/path` of workflow steps that run it.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Patterns of a command line that runs it.
    #[serde(default)]
    pub commands: Vec<Pattern>,
    /// Configuration files; a trailing slash means a folder.
    #[serde(default)]
    pub files: Vec<String>,
    /// Usual names of the secrets that hold its key.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Endings of an author's name.
    #[serde(default)]
    pub author_suffixes: Vec<String>,
    /// GitHub does not list its installation.
    #[serde(default)]
    pub hidden_from_installations: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// A GitHub account. Three ids share the login `Copilot`, and people carry agents' names: both must match where both are known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAccount {
    pub login: String,
    pub id: Option<u64>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trailer {
    pub key: String,
    pub value: Pattern,
    pub level: Level,
}

/// What an agent had to do with a change, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Author,
    Coauthor,
    Assist,
    Reviewer,
    Config,
}

/// A regular expression, compiled when the catalogue loads.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Pattern, D::Error> {
        let text = String::deserialize(source)?;
        Regex::new(&text).map(Pattern).map_err(serde::de::Error::custom)
    }
}

#[derive(Debug, Clone)]
pub struct Signatures {
    pub agents: Vec<Signature>,
    /// Automation that is not AI.
    pub automations: Vec<KnownAccount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AutomationFile {
    automations: Vec<KnownAccount>,
}

#[derive(Debug, thiserror::Error)]
#[error("controls/{file}: {why}")]
pub struct SignatureError {
    file: String,
    why: String,
}

impl Signatures {
    /// The catalogue built into this binary, in the order of ids.
    pub fn built_in() -> Result<Signatures, SignatureError> {
        let mut agents = Vec::new();
        for (path, text) in embedded::folder("agents") {
            let failed = |why: String| SignatureError { file: path.to_owned(), why };
            let signature: Signature = yaml_serde::from_str(text).map_err(|e| failed(e.to_string()))?;
            if path != format!("agents/{}.yaml", signature.id) {
                return Err(failed(format!("its id is `{}`", signature.id)));
            }
            agents.push(signature);
        }
        agents.sort_by(|a, b| a.id.cmp(&b.id));
        let failed = |e: yaml_serde::Error| SignatureError { file: "automations.yaml".to_owned(), why: e.to_string() };
        let AutomationFile { automations } =
            yaml_serde::from_str(embedded::text("automations.yaml").unwrap_or_default()).map_err(failed)?;
        Ok(Signatures { agents, automations })
    }

    /// The agent whose app carries this slug.
    pub fn by_app(&self, slug: &str) -> Option<&Signature> {
        self.agents.iter().find(|agent| agent.app_slugs.iter().any(|known| known.eq_ignore_ascii_case(slug)))
    }

    /// The agent behind an account: id and login must both agree where the catalogue knows both.
    pub fn by_account(&self, id: u64, login: &str) -> Option<&Signature> {
        let same =
            |known: &KnownAccount| known.login.eq_ignore_ascii_case(login) && known.id.is_none_or(|known| known == id);
        self.agents.iter().find(|agent| agent.accounts.iter().any(same))
    }

    /// The agent that a step runs: by `uses`, with or without a path, whatever its ref.
    pub fn by_action(&self, uses: &str) -> Option<&Signature> {
        let target = uses.split_once('@').map_or(uses, |(target, _)| target);
        let same = |known: &String| {
            let rest = target
                .get(..known.len())
                .filter(|head| head.eq_ignore_ascii_case(known))
                .and_then(|_| target.get(known.len()..));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.agents.iter().find(|agent| agent.actions.iter().any(same))
    }

    /// The agent that a command line runs.
    pub fn by_command(&self, script: &str) -> Option<&Signature> {
        self.agents.iter().find(|agent| agent.commands.iter().any(|pattern| pattern.is_match(script)))
    }

    /// Whether a secret of this name opens a model or is the job's own token: neither is production.
    pub fn opens_a_model(&self, name: &str) -> bool {
        name == "GITHUB_TOKEN"
            || self.agents.iter().any(|agent| agent.secrets.iter().any(|known| known.eq_ignore_ascii_case(name)))
    }

    pub fn is_automation(&self, login: &str) -> bool {
        self.automations.iter().any(|known| known.login.eq_ignore_ascii_case(login))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_loads_and_answers() {
        let signatures = Signatures::built_in().unwrap();
        assert_eq!(signatures.agents.len(), 45);
        assert_eq!(signatures.by_app("claude").unwrap().id, "claude-github-app");
        assert_eq!(signatures.by_account(198982749, "Copilot").unwrap().id, "github-copilot-cloud-agent");
        assert_eq!(signatures.by_account(223556219, "Copilot").unwrap().id, "github-copilot-cli");
        assert!(signatures.by_account(81847, "claude").is_none(), "an early human account");
        assert_eq!(signatures.by_action("anthropics/claude-code-action@v1").unwrap().id, "claude-github-app");
        assert!(signatures.by_action("anthropics/claude-code-action-fork@v1").is_none());
        assert_eq!(signatures.by_command("npx codex exec 'fix it'").unwrap().id, "openai-codex");
        assert!(signatures.by_command("echo codex").is_none());
        assert!(signatures.is_automation("dependabot[bot]"));
    }
}
