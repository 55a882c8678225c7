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
    /// Patterns of head branches that people do not use by themselves: `^claude/`.
    #[serde(default)]
    pub branches: Vec<Pattern>,
    /// Those that people use as well (`^cursor/` may be about cursors): they add to what another signal shows.
    #[serde(default)]
    pub likely_branches: Vec<Pattern>,
    /// `owner/repo` or `owner/repo/path` of workflow steps that run it.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Patterns of a command line that runs it.
    #[serde(default)]
    pub commands: Vec<Pattern>,
    /// Container images that run it, without a tag; a trailing slash means every image below.
    #[serde(default)]
    pub images: Vec<String>,
    /// Configuration files that are its alone, from the root; a trailing slash means a folder.
    #[serde(default)]
    pub files: Vec<String>,
    /// Files that it reads and that others read or have as well (`AGENTS.md`): they show no agent by themselves.
    #[serde(default)]
    pub also_reads: Vec<String>,
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

impl KnownAccount {
    /// Id and login must both agree where both are known.
    fn is(&self, id: Option<u64>, login: &str) -> bool {
        self.login.eq_ignore_ascii_case(login) && (self.id.is_none() || id.is_none() || self.id == id)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trailer {
    pub key: String,
    pub value: Pattern,
    pub level: Level,
}

/// What an agent had to do with a change, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize, schemars::JsonSchema)]
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

    pub fn as_str(&self) -> &str {
        self.0.as_str()
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
        self.agents.iter().find(|agent| agent.accounts.iter().any(|known| known.is(Some(id), login)))
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

    /// The agents that a script runs, each with its line. A comment runs nothing, nor does what is only printed.
    pub fn by_script(&self, script: &str) -> Vec<(&Signature, String)> {
        let lines: Vec<&str> = script.lines().map(str::trim).filter(|line| !is_talk(line)).collect();
        let first = |agent: &Signature| lines.iter().find(|line| agent.runs_in(line)).map(|line| (*line).to_owned());
        self.agents.iter().filter_map(|agent| Some((agent, first(agent)?))).collect()
    }

    /// The agent that a container image holds.
    pub fn by_image(&self, image: &str) -> Option<&Signature> {
        self.agents.iter().find(|agent| agent.images.iter().any(|known| is_image(known, image)))
    }

    /// The agent that alone keeps its configuration in this file.
    pub fn by_file(&self, path: &str) -> Option<&Signature> {
        self.agents.iter().find(|agent| agent.files.iter().any(|pattern| covers(pattern, path)))
    }

    /// Whether a secret of this name opens a model or is the job's own token: neither is production.
    pub fn opens_a_model(&self, name: &str) -> bool {
        name == "GITHUB_TOKEN"
            || self.agents.iter().any(|agent| agent.secrets.iter().any(|known| known.eq_ignore_ascii_case(name)))
    }

    /// Whether an account is automation that is neither a person nor an agent. GitHub says `User` of some of them.
    pub fn is_automation(&self, id: Option<u64>, login: &str) -> bool {
        self.automations.iter().any(|known| known.is(id, login))
    }

    /// The same of a git identity's address.
    pub fn is_automatic_address(&self, address: &str) -> bool {
        let mail = |known: &KnownAccount| known.email.as_ref().is_some_and(|mail| mail.eq_ignore_ascii_case(address));
        noreply(address).is_some_and(|(id, login)| self.is_automation(id, login)) || self.automations.iter().any(mail)
    }
}

impl Signature {
    /// Whether a command line starts it, by itself or in a container.
    fn runs_in(&self, line: &str) -> bool {
        let container = || ["docker run", "podman run"].iter().any(|start| line.contains(start));
        let image = |word: &str| self.images.iter().any(|known| is_image(known, word));
        self.commands.iter().any(|pattern| pattern.is_match(line)) || container() && line.split_whitespace().any(image)
    }

    /// Every pattern of a file that it reads.
    pub fn reads(&self) -> impl Iterator<Item = &String> {
        self.files.iter().chain(&self.also_reads)
    }
}

/// `198982749+Copilot@users.noreply.github.com`: the numeric id and the login. Older addresses have no id.
pub fn noreply(address: &str) -> Option<(Option<u64>, &str)> {
    let local = address.strip_suffix("@users.noreply.github.com")?;
    match local.split_once('+') {
        Some((id, login)) => Some((Some(id.parse().ok()?), login)),
        None => Some((None, local)),
    }
}

/// Whether a pattern of a file covers a path: a folder with a trailing slash, or a name in which `*` stops at a slash.
pub fn covers(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('/') {
        Some(folder) => path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') && rest.len() > 1),
        None => crate::base::fnmatch::matches(pattern, path),
    }
}

/// A line of a script that runs nothing: a comment, or words to print.
fn is_talk(line: &str) -> bool {
    line.starts_with('#')
        || ["echo ", "printf ", "Write-Host ", "Write-Output "].iter().any(|word| line.starts_with(word))
}

/// Whether an image, with or without `docker://`, tag and digest, is the known one or lies below it.
fn is_image(known: &str, image: &str) -> bool {
    let image = image.strip_prefix("docker://").unwrap_or(image);
    let rest = image.strip_prefix(known);
    rest.is_some_and(|rest| known.ends_with('/') || rest.is_empty() || rest.starts_with([':', '@']))
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
        assert!(signatures.is_automation(Some(49699333), "dependabot[bot]"));
        assert!(!signatures.is_automation(Some(1), "dependabot[bot]"), "somebody else's account");
        assert!(signatures.is_automatic_address("29139614+renovate[bot]@users.noreply.github.com"));
        assert!(signatures.is_automatic_address("snyk-bot@snyk.io"));
    }

    #[test]
    fn a_script_runs_what_it_runs_and_not_what_it_talks_about() {
        let signatures = Signatures::built_in().unwrap();
        for (script, expected) in [
            ("npx codex exec 'fix it'", vec!["openai-codex"]),
            ("npm ci\nnpx @anthropic-ai/claude-code@2 -p \"$PROMPT\"", vec!["claude-code"]),
            ("claude -p a\ngemini --yolo", vec!["claude-code", "gemini-cli"]),
            ("docker run --rm ghcr.io/openhands/agent-server:1.2 run", vec!["openhands"]),
            ("echo codex exec", vec![]),
            ("# claude -p 'later'", vec![]),
            ("echo 'run claude -p to try'", vec![]),
            ("claude --version", vec![]),
            ("cursor.execute(\"select\")", vec![]),
            ("docker run paulgauthier/aider-docs", vec![]),
        ] {
            let found: Vec<&str> =
                signatures.by_script(script).into_iter().map(|(agent, _)| agent.id.as_str()).collect();
            assert_eq!(found, expected, "{script}");
        }
    }

    #[test]
    fn a_file_of_several_agents_shows_none() {
        let signatures = Signatures::built_in().unwrap();
        assert_eq!(signatures.by_file(".claude/agents/a.md").unwrap().id, "claude-code");
        for shared in ["AGENTS.md", ".mcp.json", "CONVENTIONS.md", "docs/CLAUDE.md", ".github/workflows/README.md"] {
            assert!(signatures.by_file(shared).is_none(), "{shared}");
        }
        for agent in &signatures.agents {
            let own = |agent: &Signature| -> Vec<String> {
                let branches = agent.branches.iter().map(|pattern| pattern.as_str().to_owned());
                agent.files.iter().cloned().chain(branches).collect()
            };
            for pattern in own(agent) {
                let owners = signatures.agents.iter().filter(|other| own(other).contains(&pattern));
                assert_eq!(owners.count(), 1, "{pattern}");
            }
        }
    }
}
